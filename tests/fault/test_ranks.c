/* Faults on one rank of a world: no memory between two messages, a failure, a wish to stop. Nobody is left waiting (the
 * test's time limit says so), the error is that rank's, and the next job on the same world is well.
 *
 * usage: mpirun -n RANKS test_ranks VICTIM     VICTIM is the rank without memory; none: the other faults */
#include "conformance/dataset.h"
#include "conformance/harness.h"
#include "exchange/world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 20000, NOBODY = -1 };
static struct sheaf_world *world;
static int victim = NOBODY;

static void load(const char *module)
{
    struct sheaf_error err;
    char path[512];
    snprintf(path, sizeof path, TEST_KERNELS "/%s.so", module);
    if (sheaf_kernel_load(path, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
}

/* MPI makes its connections when it first needs them, and does not outlive it when there is no memory for that. */
static void meet(void)
{
    static char words[1 << 20];
    int rank = sheaf_world_rank(world), size = sheaf_world_size(world);
    struct sheaf_buffer heard = {0};
    for (int round = 1; round < size; round++)
        if (world_swap(world, (rank + round) % size, words, sizeof words, (rank - round + size) % size, &heard, NULL) !=
            SHEAF_OK)
            abort();
    sheaf_buffer_cleanup(&heard);
}

/* From now on this process gets 30 MiB more, and then no more. */
static void starve(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%lu", &pages) != 1)
        abort();
    fclose(file);
    struct rlimit limit;
    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = pages * (rlim_t)sysconf(_SC_PAGESIZE) + ((rlim_t)30 << 20);
    if (setrlimit(RLIMIT_AS, &limit) != 0)
        abort();
}

/* How a job is run, and what its progress says and heard. */
struct attempt {
    const char *kernel, *strategy, *merge;
    uint64_t block_bytes;
    bool cancel;
    uint64_t most; /* bytes that progress was told */
};

static bool hear(void *context, uint64_t done, int64_t total, unsigned pass)
{
    (void)total, (void)pass;
    struct attempt *attempt = context;
    attempt->most = done > attempt->most ? done : attempt->most;
    return !attempt->cancel;
}

static enum sheaf_status run(struct attempt *attempt, const struct sheaf_source *source, int64_t *rows,
                             struct sheaf_error *err)
{
    static const uint32_t column = 0;
    struct sheaf_plan *plan;
    struct sheaf_answer *answer = NULL;
    assert_int_equal(sheaf_plan_new(&plan, source, err), SHEAF_OK);
    assert_int_equal(sheaf_plan_add(plan, sheaf_kernel_find(attempt->kernel), NULL, &column, err), SHEAF_OK);
    sheaf_plan_set_strategy(plan, attempt->strategy, attempt->merge);
    sheaf_plan_set_workers(plan, 2);
    sheaf_plan_set_block(plan, attempt->block_bytes);
    sheaf_plan_set_pin(plan, "none");
    sheaf_plan_set_world(plan, world);
    if (sheaf_plan_seal(plan, err) != SHEAF_OK)
        fail_msg("%s", err->message);
    enum sheaf_status status = sheaf_job_run(plan, &answer, hear, attempt, err);
    if (status == SHEAF_OK)
        *rows = strtoll(answer->parts[0].result.entries[0].value.text, NULL, 10);
    sheaf_answer_destroy(answer);
    sheaf_plan_destroy(plan);
    return status;
}

static void assert_world_is_well(const struct sheaf_source *source)
{
    struct attempt attempt = {.kernel = "testsmall", .strategy = "mpi", .block_bytes = 800};
    struct sheaf_error err;
    int64_t rows;
    if (run(&attempt, source, &rows, &err) != SHEAF_OK)
        fail_msg("after a failure: %s", err.message);
    assert_int_equal(rows, ROWS);
    assert_int_equal(attempt.most, 8 * ROWS); /* all ranks' bytes, not this one's */
}

static void expect_no_memory(struct attempt attempt, const struct sheaf_source *source)
{
    struct sheaf_error err;
    int64_t rows;
    enum sheaf_status status = run(&attempt, source, &rows, &err);
    if (status != SHEAF_MEMORY)
        fail_msg("%s by %s with rank %d starved: %s", attempt.kernel, attempt.merge, victim,
                 status == SHEAF_OK ? "no error" : err.message);
    if (strcmp(attempt.kernel, "testbulk") == 0) /* others need memory on all ranks, or on the leader only */
        assert_int_equal(err.rank, victim);
}

static void test_no_memory(void **state)
{
    (void)state;
    struct dataset data = dataset_counting(ROWS);
    struct sheaf_source *source = dataset_open(&data);
    static const char *const merges[] = {"reduce", "allreduce", "gather", "shuffle"};
    for (size_t i = 0; i < sizeof merges / sizeof merges[0]; i++) {
        expect_no_memory((struct attempt){"testbulk", "mpi", merges[i], 800, false, 0}, source);
        assert_world_is_well(source);
    }
    expect_no_memory((struct attempt){"testwide", "mpi", "window", 80000, false, 0}, source);
    expect_no_memory((struct attempt){"testwide", "mpi", "accumulate", 80000, false, 0}, source);
    expect_no_memory((struct attempt){"testcarry", "mpi", "reduce", 800, false, 0}, source);
    assert_world_is_well(source);
    sheaf_source_destroy(source);
}

/* Blocks that are too large for the one that is to read them, or to get them. */
static void test_no_memory_for_a_block(void **state)
{
    (void)state;
    struct dataset data = dataset_counting(10 << 20), small = dataset_counting(ROWS);
    struct sheaf_source *stream = dataset_stream(&data), *source = dataset_open(&small);
    struct attempt attempt = {"testsmall", "mpi", "reduce", 40 << 20, false, 0};
    struct sheaf_error err;
    int64_t rows;
    /* Who asks first gets the block: the victim may get none and the job succeed. */
    enum sheaf_status status = run(&attempt, stream, &rows, &err);
    if (status == SHEAF_OK)
        assert_int_equal(rows, 10 << 20);
    else
        assert_int_equal(status, SHEAF_MEMORY);
    assert_world_is_well(source);
    sheaf_source_destroy(stream);
    dataset_stream_end();
    sheaf_source_destroy(source);
}

static const char *const strategies[] = {"mpi", "hybrid"};

static void expect_soon(const char *kernel, bool cancel, bool stream, enum sheaf_status expected, const char *message)
{
    struct dataset data = dataset_counting(ROWS);
    for (size_t s = 0; s < 2; s++) {
        if (sheaf_strategy_find(strategies[s])->unavailable)
            continue;
        struct sheaf_source *source = stream ? dataset_stream(&data) : dataset_open(&data), *plain = dataset_open(&data);
        struct attempt attempt = {kernel, strategies[s], NULL, 8, cancel, 0}; /* blocks of 20 ms, for minutes on end */
        struct sheaf_error err;
        int64_t rows;
        assert_int_equal(run(&attempt, source, &rows, &err), expected);
        assert_string_equal(err.message, message);
        assert_world_is_well(plain);
        sheaf_source_destroy(source);
        if (stream)
            dataset_stream_end();
        sheaf_source_destroy(plain);
    }
}

static void test_cancel(void **state)
{
    (void)state;
    expect_soon("testslow", true, false, SHEAF_CANCELLED, "cancelled");
}

static void test_cancel_stream(void **state)
{
    (void)state;
    expect_soon("testslow", true, true, SHEAF_CANCELLED, "cancelled");
}

/* The others learn of it, and do not work on for nothing. */
static void test_failure_ends_the_others(void **state)
{
    (void)state;
    expect_soon("testtrip", false, false, SHEAF_INPUT, "13 is refused");
    expect_soon("testtrip", false, true, SHEAF_INPUT, "13 is refused");
}

static int teardown(void **state)
{
    (void)state;
    datasets_cleanup();
    return 0;
}

static int setup(void **state)
{
    (void)state;
    datasets_setup();
    return 0;
}

static int lead(void)
{
    const struct CMUnitTest starving[] = {
        cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_no_memory_for_a_block),
    };
    const struct CMUnitTest stopping[] = {
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_cancel_stream),
        cmocka_unit_test(test_failure_ends_the_others),
    };
    return victim == NOBODY ? cmocka_run_group_tests(stopping, setup, teardown)
                            : cmocka_run_group_tests(starving, setup, teardown);
}

int main(int argc, char **argv)
{
    struct sheaf_error err;
    if (argc > 1 && strcmp(argv[1], "none") != 0)
        victim = atoi(argv[1]);
    if (sheaf_world_open(&world, &err) != SHEAF_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    load("testfaults");
    load("testbulk");
    meet();
    if (sheaf_world_rank(world) == victim)
        starve();
    int failed = sheaf_world_rank(world) == 0 ? lead() : sheaf_world_follow(world, &err) != SHEAF_OK;
    sheaf_world_close(world);
    return failed;
}
