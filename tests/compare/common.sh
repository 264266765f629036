# What the tests of `sheaf compare` share. usage of each: TEST SHEAF KERNELS; KERNELS is the folder of test kernels.
set -u
sheaf=$(realpath "$1") stray=$(realpath "$2")/teststray.so
for name in $(env | sed -n 's/^\(\(SHEAF\|OMP\|SLURM\)_[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$name"; done
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sheaf-compare.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM
cd "$scratch" || exit 1

fail() {
    printf 'failed: %s\n' "$*"
    for file in out err; do [ -f $file ] && sed "s/^/$file: /" $file; done
    exit 1
}

# compare ARGUMENT...: leaves standard output in `out`, standard error in `err`, the exit code in $code.
compare() {
    "$sheaf" compare "$@" >out 2>err </dev/null
    code=$?
}

# expect_code N WHAT
expect_code() { [ "$code" -eq "$1" ] || fail "$2: exit code $code instead of $1"; }
# expect FILE PATTERN WHAT: a line of the file matches.
expect() { grep -Eq -- "$2" "$1" || fail "$3: no line of $1 matches $2"; }
# cells COLUMN ROW: in `out`, which is TSV, the cells of the column in rows whose strategy matches ROW.
cells() {
    awk -F '\t' -v name="$1" -v row="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i; next }
        $1 ~ row { print $column }' out
}
# expect_cells COLUMN ROW VALUE WHAT: there are such rows, and all have VALUE.
expect_cells() {
    found=$(cells "$1" "$2" | sort -u)
    [ "$found" = "$3" ] || fail "$4: column $1 of rows $2 holds \"$found\" instead of \"$3\""
}

# Processes of this test's comparisons: the scratch folder is on their command lines.
count_left() {
    for line in /proc/[0-9]*/cmdline; do
        tr '\0' ' ' <"$line" 2>/dev/null | grep -F "compare" | grep -F "$scratch"
    done 2>/dev/null | wc -l
}
# expect_none_left WHAT: within some seconds.
expect_none_left() {
    tries=0
    while [ "$(count_left)" -gt 0 ]; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || fail "$1: $(count_left) processes are left"
        sleep 0.1
    done
}
has_strategy() { "$sheaf" strategies "$1" --json | grep -q '"available": true'; }
skip() {
    printf 'skipped: %s\n' "$1"
    exit 77
}
