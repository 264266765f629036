# A row that is lost is a row that says how; the others go on, and the comparison fails.
. "$(dirname "$0")/common.sh"
has_strategy threads || skip "the faults happen in threads, and there are none here"

stray() {
    fault=$1
    shift
    compare teststray --load "$stray" --fault "$fault" gen:seq --count 200k --strategy threads,shared --workers 2 \
        --block 64K --repeat 2 --format tsv "$@"
}
# lost FAULT NOTE: row threads is lost and says NOTE, shared is measured.
lost() {
    expect_code 1 "$1"
    expect_cells repetitions '^threads$' "" "$1"
    cells note '^threads$' | grep -Eq "^FAILED: $2" || fail "$1: the row says $(cells note '^threads$')"
    expect err "^sheaf: threads private, 2 workers, blocks of 64 KiB: $2" "$1 on standard error"
    expect_cells repetitions '^(serial|shared)$' 2 "$1: the others go on"
    expect_none_left "$1"
}

stray fail
lost "a kernel that fails" "refused in a thread"
stray die
lost "a process that is killed" "killed by signal 9 \(Killed\)"
stray die --format text
expect out '^bits: all 2 rows agree, bit for bit; LOST: 1 row$' "the verdict"
stray hang --stall 1
lost "a thread that hangs" "no sign of life for 1 s \(--stall\), killed"

# What is wrong under serial is wrong with the input: no table.
printf 'v\n1\noops\n' >bad.csv
compare sum --column v bad.csv --strategy shared --workers 2
expect_code 1 "a word where a number should be"
[ ! -s out ] || fail "half an answer"
expect err '^sheaf: bad\.csv:3: .*oops' "the line is named"
[ "$(wc -l <err)" -eq 1 ] || fail "one line says it"
expect_none_left "an error in the input"
