# --save and --against. The saved file is edited, so that no test depends on how fast this machine is.
. "$(dirname "$0")/common.sh"
"$sheaf" gen seq --count 50k -o x.npy || exit 1

measure() { compare sum x.npy --strategy shared --workers 2 --block 64K --pin none --repeat 3 "$@"; }
# scaled FACTOR: timings.txt with all seconds multiplied.
scaled() {
    awk -F '\t' -v OFS='\t' -v by="$1" '$1 == "row" { for (i = 10; i <= 13; i++) $i = sprintf("%.9f", $i * by) } { print }' \
        timings.txt
}

measure --save timings.txt
expect_code 0 "--save"
[ "$(grep -c '^row' timings.txt)" -eq 2 ] || fail "a line for each row"
expect timings.txt '^kernel	sum$' "the kernel is named"
expect timings.txt '^row	shared	private	0	2	65536	none	exact	3	' "a row is saved"

scaled 1000 >slow.txt
measure --against slow.txt --format tsv
expect_code 0 "all faster"
expect err '^sheaf: shared private, 2 workers, blocks of 64 KiB: .* faster$' "what moved is told"
expect_cells moved '^(serial|shared)$' true "all faster"

scaled 0.001 >fast.txt
measure --against fast.txt
expect_code 3 "all slower"
expect err '^sheaf: serial direct, 1 worker, blocks of 64 KiB: .* slower$' "what moved is told"

# Quartiles that overlap are noise, and so is less than --rtol.
awk -F '\t' -v OFS='\t' '$1 == "row" { $10 = $11 = "0.000000001"; $13 = 3600 } { print }' timings.txt >wide.txt
measure --against wide.txt --format tsv
expect_code 0 "noise"
expect_cells moved '^(serial|shared)$' false "noise"
measure --against fast.txt --rtol 1e12
expect_code 0 "within --rtol"

sed '/shared/d' timings.txt >less.txt
measure --against less.txt --rtol 1e12
expect_code 0 "a row that is new"
expect err '^sheaf: less.txt: 1 row of this comparison is not in it, 0 of its rows were not measured now$' "what is new is told"

compare max x.npy --strategy serial --against timings.txt
expect_code 2 "another kernel"
"$sheaf" gen seq --count 60k -o y.npy || exit 1
compare sum y.npy --strategy serial --against timings.txt
expect_code 2 "other data"
sed 's/^row	shared	private/row	shared/' timings.txt >damaged.txt
measure --against damaged.txt
expect_code 1 "a damaged file"
expect err '^sheaf: damaged\.txt:[0-9]+: ' "the line is named"
measure --against x.npy
expect_code 1 "no saved timings"
