# usage: exact.sh BUILD SOURCE: build/bench/exact on a few kilobytes.
set -u
exact=$1/bench/exact
work=$(mktemp -d) && cd "$work" || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
fail() { echo "exact.sh: $*" >&2; failed=1; }
small="--bytes 64K,32K,16K --rounds 3 --least 0"

# 8 functions on uniform data in 3 places, 4 on 2 more data sets in one; by 1 and 2 threads.
$exact $small --csv >table.csv || fail "--csv: exit code $?"
awk -F , '
    NR == 1 { columns = NF; next }
    NF != columns { print "fields: " $0; bad = 1 }
    !($9 > 0 && $10 > 0 && $13 > 0 && $16 > 0) { print "a ratio is no number above 0: " $0; bad = 1 }
    !($14 <= $13 && $13 <= $15 && $17 <= $16 && $16 <= $18) { print "quartiles: " $0; bad = 1 }
    ($19 != "") != ($20 == "met" || $20 == "not met") { print "verdict: " $0; bad = 1 }
    END { if (NR != 65) { print NR - 1 " rows"; bad = 1 } exit bad }' table.csv >&2 || fail "the table"
grep -q '^f64 sum dram 1 thread,' table.csv || fail "a row is called f64 sum dram 1 thread"
grep -q '^f64 sumsq 61 binades dram 2 threads,' table.csv || fail "the data set is in the name"

# The bits are the same with every instruction set; the program fails where they are not.
$exact $small --cpu best,portable --threads 1 >table || fail "another instruction set: exit code $?"
[ "$(grep -c ' portable ' table)" -ge 32 ] || fail "rows of the portable code"

$exact $small --only "f64 dot l2 1" --json >table.json || fail "--json: exit code $?"
grep -q '"over_compiled": {"median": [0-9]' table.json || fail "ratios in JSON"
$exact --only nonsense >out 2>err; [ $? -eq 2 ] || fail "no row of that name: exit code 2"
$exact --cpu z80 >out 2>err; [ $? -eq 2 ] || fail "no such instruction set: exit code 2"

# Asked twice, the sum of 1000 zeros twice.
head -c 8000 /dev/zero >zeros
printf 'go\ngo\n' | $exact --serve "f64 sum" zeros >answers || fail "--serve: exit code $?"
awk 'NR == 1 { if ($0 != "ready") exit 1; next } NF != 2 || $1 < 0 || $2 != 0 { exit 1 } END { exit NR != 3 }' answers ||
    fail "--serve: $(cat answers)"
$exact --serve "f64 dot" zeros </dev/null >out 2>err; [ $? -eq 2 ] || fail "--serve: dot wants two files"

# The plain loop over a file, both ways, in one share and in three.
for how in mmap pread; do
    for threads in 1 3; do
        [ "$("$1/bench/plain" f64_sum $how $threads zeros)" = 0 ] || fail "plain $how $threads"
    done
done
[ "$("$1/bench/decimals" 100 d.csv)" = "$(awk '{ sum += $1 } END { printf "%.2f\n", sum }' d.csv)" ] || fail "decimals"
exit $failed
