# Rows whose answer has other bits than serial's fail the comparison, by name and with both values.
. "$(dirname "$0")/common.sh"

compare teststray --load "$stray" --fault bits gen:seq --count 200k --strategy processes,shared --workers 1,3 \
    --block 64K --repeat 2 --format tsv
expect_code 1 "a kernel that breaks the law"
expect_cells agrees '^serial$' true "serial agrees with itself"
expect_cells agrees '^(processes|shared)$' false "merged answers differ"
expect err '^sheaf: processes worker, 1 worker, blocks of 64 KiB gives other bits than serial: merges=1, but under serial 0$' \
    "the row and both values are named"
[ "$(wc -l <err)" -eq 4 ] || fail "one line for each row that differs"

compare teststray --load "$stray" --fault bits gen:seq --count 200k --strategy shared --workers 2 --repeat 1
expect out ' NO$' "the table says so"
expect out '^(fastest|no clear winner, least median): serial direct, 1 worker, blocks of [^:]*: [0-9.]+ [MG]B/s' "what is wrong is not the fastest"
expect out '^bits: 2 of 4 rows agree; NOT: shared private, 2 workers, blocks of [^;]*; shared private, 2 workers, blocks of 64 KiB$' \
    "the verdict names them"
compare teststray --load "$stray" --fault bits gen:seq --count 200k --strategy shared --workers 2 --repeat 1 --json
expect out '"agrees": false$' "JSON says so"
expect out '"differing": \["shared private, 2 workers, blocks of [^"]*", ' "and which rows they are"
expect out '"fastest": \{"strategy": "serial", ' "and which is fastest"

compare teststray --load "$stray" gen:seq --count 200k --strategy processes,shared --workers 1,3 --block 64K,1M \
    --merge all --repeat 2 --format tsv
expect_code 0 "the same kernel without the fault"
expect_cells agrees '^(serial|processes|shared)$' "$(printf '\ntrue')" "all that fit agree"
expect_cells note '^read$' "" "the readings stand"
[ "$(cells note '^shared$' | grep -c '^skipped: needs a state that merges by adding integers')" -eq 1 ] ||
    fail "a method that does not fit is one row that says so"

compare sum gen:normal --count 300k --strategy processes --workers 1,3 --block 64K --sums fixed,fast --repeat 3 --format tsv
expect_code 0 "sums of three kinds"
rows_of() { awk -F '\t' -v sums="$1" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $column["sums"] == sums { print $column["agrees"] "/" $column["reproducible"] }' out | sort | uniq -c | tr -s ' '; }
[ "$(rows_of exact)" = " 3 true/true" ] || fail "exact sums agree"
[ "$(rows_of fixed)" = " 3 true/true" ] || fail "sums in fixed order agree among themselves"
[ "$(rows_of fast)" = " 3 /false" ] || fail "fast sums are held to nothing, and say so"
compare sum gen:normal --count 300k --strategy serial --sums fast --repeat 1
expect out ' fast .* not reproducible$' "the table says so"
compare var gen:normal --count 300k --strategy serial --sums fast --repeat 1
expect out 'skipped: --sums fast: there is no such form of var' "a form that there is not"
compare teststray --load "$stray" gen:seq --count 200k --strategy processes --workers 2 --block 64K --repeat 2
expect out '^bits: all 2 rows agree, bit for bit$' "the verdict"
compare teststray --load "$stray" gen:seq --count 200k --strategy serial --block 64K --repeat 2
expect out '^bits: one row, which has nothing to agree with$' "serial alone"
expect_none_left "after a comparison"
