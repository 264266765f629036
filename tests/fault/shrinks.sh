#!/bin/sh
# A file that is cut short under the program while it is mapped: an error that names it and exit code 1, not SIGBUS.
# usage: shrinks.sh SHEAF KERNELS; KERNELS is the folder of test kernels.
set -u
sheaf=$1
slow=$2/testfaults.so
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

fail() {
    kill $! 2>/dev/null
    echo "$strategy: $1"
    cat err
    exit 1
}

# Is the data file mapped by the program or one of its children?
mapped() {
    for pid in "$1" $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
        grep -q "$dir/data" "/proc/$pid/maps" 2>/dev/null && return 0
    done
    return 1
}

for strategy in serial threads processes shared; do
    "$sheaf" strategies $strategy --json | grep -q '"available": true' || continue
    head -c 10M /dev/zero >data # a file with holes is not mapped
    "$sheaf" run testslow --load "$slow" --type f64 data --strategy $strategy -j2 --block 5M >out 2>err &
    tries=0
    until mapped $!; do
        tries=$((tries + 1))
        if [ $tries -ge 3000 ] || ! kill -0 $! 2>/dev/null; then fail "the file is not mapped"; fi
        sleep 0.01
    done
    truncate -s 4097 data
    wait $!
    code=$?
    [ $code -eq 1 ] || fail "exit code $code"
    [ ! -s out ] || fail "an answer"
    grep -q '^sheaf: data: byte [0-9]*: the file ends here: it shrank while it was read$' err || fail "another error"
done
