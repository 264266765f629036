# Rows mpi and hybrid: started here, by the launcher that there is.
. "$(dirname "$0")/common.sh"
has_strategy mpi || skip "this build has no MPI"
command -v mpirun >/dev/null || skip "there is no mpirun"

compare sum,min gen:uniform --count 300k --strategy mpi,hybrid --workers 1,4 --merge all --block 64K --repeat 1 --format tsv
expect_code 0 "ranks"
expect_cells agrees '^serial$' true "serial agrees with itself"
[ "$(cells agrees '^(mpi|hybrid)$' | grep -c true)" -eq 20 ] || fail "five methods, two strategies, two numbers of workers agree"
[ "$(cells note '^(mpi|hybrid)$' | grep -c '^skipped: needs')" -eq 2 ] || fail "accumulate does not fit min"
expect_cells ranks '^mpi$' "$(printf '\n1\n4')" "as many ranks as workers"

has_strategy hybrid && {
    compare sum gen:seq --count 300k --strategy hybrid --workers 3,4,3x2 --block 64K --pin none --dry-run --format tsv
    [ "$(cells ranks '^hybrid$' | tr '\n' ' ')" = "1 2 3 " ] || fail "ranks of N workers, and of RxT"
    expect_cells workers '^hybrid$' "$(printf '3\n4\n6')" "workers in all ranks"
}

# A rank that dies ends its row only.
compare teststray --load "$stray" --fault rank gen:seq --count 300k --strategy mpi,shared --workers 2 --block 64K \
    --repeat 1 --format tsv
expect_code 1 "a rank that is killed"
cells note '^mpi$' | grep -q '^FAILED: ' || fail "the row says so"
expect_cells repetitions '^(serial|shared)$' 1 "the others go on"
expect_none_left "a rank that is killed"

# Under a launcher it says what to do, once.
mpirun -n 2 "$sheaf" compare sum gen:seq --count 1000 >out 2>err
code=$?
expect_code 2 "compare on ranks"
[ "$(grep -c '^sheaf: compare starts mpirun by itself' err)" -eq 1 ] || fail "said once"

# Without one, the rows say why they are not there.
mkdir bin && ln -s "$(command -v "$sheaf")" bin/sheaf
PATH=$scratch/bin "$sheaf" compare sum gen:seq --count 1000 --strategy mpi,hybrid --repeat 1 --format tsv >out 2>err
code=$?
expect_code 0 "no mpirun"
expect_cells note '^(mpi|hybrid)$' "skipped: there is no mpirun in PATH (--launcher names another)" "no mpirun"

compare sum gen:seq --count 1000 --strategy mpi --workers 2 --repeat 1 --launcher "mpirun --quiet" --format tsv
expect_code 0 "--launcher with options"
expect_cells agrees '^mpi$' true "--launcher with options"
compare sum gen:seq --count 1000 --strategy mpi --workers 2 --repeat 1 --launcher false --format tsv
expect_code 1 "a launcher that fails"
cells note '^mpi$' | grep -q '^FAILED: ended with exit code 1' || fail "the row says how the launcher ended"
