# Whatever ends a comparison ends its rows, and it dies of the signal it was sent.
. "$(dirname "$0")/common.sh"
"$sheaf" gen seq --count 4M -o slow.npy || exit 1

# end_by SIGNAL CODE OPTION...: in the middle of a repetition.
end_by() {
    signal=$1 expected=$2
    shift 2
    "$sheaf" compare teststray --load "$stray" --fault slow "$scratch/slow.npy" --block 64K --repeat 50 "$@" >out 2>err &
    pid=$!
    tries=0
    until [ "$(count_left)" -ge 3 ]; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || fail "$signal: no rows were started"
        sleep 0.1
    done
    sleep 1
    kill -s "$signal" $pid
    wait $pid 2>/dev/null
    code=$?
    expect_code "$expected" "$signal"
    [ ! -s out ] || fail "$signal: half an answer"
    expect_none_left "$signal"
}

strategies=processes,shared
has_strategy threads && strategies=$strategies,threads
end_by KILL 137 --strategy $strategies --workers 2
end_by TERM 143 --strategy $strategies --workers 2
end_by HUP 129 --strategy $strategies --workers 2
if has_strategy mpi && command -v mpirun >/dev/null; then
    end_by KILL 137 --strategy mpi --workers 2
    end_by TERM 143 --strategy mpi --workers 2
fi

# The shell gives its background jobs an ignored SIGINT, which is respected; a job of another's does not have it.
if command -v timeout >/dev/null; then
    timeout --preserve-status -s INT 2 "$sheaf" compare teststray --load "$stray" --fault slow "$scratch/slow.npy" \
        --strategy $strategies --workers 2 --block 64K --repeat 50 >out 2>err
    code=$?
    expect_code 130 "INT"
    expect_none_left "INT"
fi
