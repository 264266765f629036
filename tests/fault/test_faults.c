/* Faults for real: workers killed, parents killed, limits, inputs that shrink. Nothing hangs, nothing is left behind,
 * and the error says who and why. */
#include "conformance/dataset.h"
#include "conformance/harness.h"

#include <stdarg.h>
#include <setjmp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 20000 };

static const struct cover forked[] = {
    {"processes", "worker", 3, 800}, {"processes", "queue", 3, 800}, {"shared", "private", 3, 800},
    {"shared", "atomic", 3, 800},    {"shared", "lock", 3, 800},
};
enum { FORKED = sizeof forked / sizeof forked[0] };

static const char *const strategies[] = {"serial", "threads", "processes", "shared"};
enum { STRATEGIES = sizeof strategies / sizeof strategies[0] };

static enum sheaf_status run_kernel(const char *kernel, const struct sheaf_source *source, const struct cover *cover,
                                    struct sheaf_error *err)
{
    struct fixture fixture = {.source = source, .about = kernel};
    const struct sheaf_kernel *found = sheaf_kernel_find(kernel);
    assert_non_null(found);
    struct sheaf_answer *answer;
    sheaf_error_clear(err);
    enum sheaf_status status = run_cover(&fixture, &found, 1, cover, &answer, err);
    sheaf_answer_destroy(answer);
    return status;
}

static void assert_no_child(void)
{
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void test_killed_worker_is_named(void **state)
{
    (void)state;
    struct dataset data = dataset_counting(ROWS);
    struct sheaf_source *source = dataset_open(&data);
    for (int i = 0; i < FORKED; i++) {
        struct sheaf_error err;
        assert_int_equal(run_kernel("testkill", source, &forked[i], &err), SHEAF_WORKER);
        assert_int_equal(err.signal, SIGKILL);
        assert_in_range(err.worker, 0, 2);
        assert_non_null(strstr(err.message, "killed by signal 9"));
        assert_no_child();
        assert_int_equal(run_kernel("testexit", source, &forked[i], &err), SHEAF_WORKER);
        assert_non_null(strstr(err.message, "exit code 3"));
        assert_no_child();
    }
    sheaf_source_destroy(source);
}

/* From outside, while it sleeps in its kernel: the job must end though the others could go on for long. */
static void test_worker_killed_from_outside(void **state)
{
    (void)state;
    struct dataset data = dataset_counting(ROWS);
    struct sheaf_source *source = dataset_open(&data);
    for (int i = 0; i < FORKED; i++) {
        pid_t me = getpid(), killer = fork();
        if (killer == 0) {
            char path[64], line[256] = "";
            pid_t victim = 0;
            snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)me, (int)me);
            while (!victim) {
                usleep(20000);
                FILE *file = fopen(path, "r");
                if (file && fgets(line, sizeof line, file)) {
                    char *next = line;
                    for (long pid; (pid = strtol(next, &next, 10)) > 0;)
                        victim = pid != getpid() ? (pid_t)pid : victim;
                }
                if (file)
                    fclose(file);
            }
            kill(victim, SIGKILL);
            _exit(0);
        }
        struct cover cover = forked[i];
        cover.block_bytes = 8; /* 20000 blocks of 20 ms: for ever */
        struct sheaf_error err;
        double begin = now();
        assert_int_equal(run_kernel("testslow", source, &cover, &err), SHEAF_WORKER);
        assert_int_equal(err.signal, SIGKILL);
        assert_true(now() - begin < 30); /* it did not wait for the rest */
        assert_int_equal(waitpid(killer, NULL, 0), killer);
        assert_no_child();
    }
    sheaf_source_destroy(source);
}

static bool is_alive(pid_t pid)
{
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    bool read = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    const char *mark = read ? strrchr(text, ')') : NULL;
    return mark && mark[2] != 'Z' && mark[2] != 'X';
}

static void test_workers_end_with_their_parent(void **state)
{
    (void)state;
    struct dataset data = dataset_counting(ROWS);
    struct sheaf_source *source = dataset_open(&data);
    for (int i = 0; i < FORKED; i++) {
        pid_t parent = fork();
        if (parent == 0) {
            struct cover cover = forked[i];
            cover.block_bytes = 8;
            struct sheaf_error err;
            (void)run_kernel("testslow", source, &cover, &err);
            _exit(0);
        }
        char path[64];
        pid_t workers[3] = {0};
        int found = 0;
        snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
        for (int tries = 0; tries < 500 && found < 3; tries++) {
            usleep(10000);
            FILE *file = fopen(path, "r");
            found = 0;
            while (file && found < 3 && fscanf(file, "%d", &workers[found]) == 1)
                found++;
            if (file)
                fclose(file);
        }
        assert_int_equal(found, 3);
        kill(parent, SIGKILL);
        assert_int_equal(waitpid(parent, NULL, 0), parent);
        bool left = true;
        for (int tries = 0; tries < 500 && left; tries++) {
            usleep(10000);
            left = is_alive(workers[0]) || is_alive(workers[1]) || is_alive(workers[2]);
        }
        assert_false(left);
    }
    sheaf_source_destroy(source);
}

/* The first bad element is the error, under every cover. */
static void test_first_failure_is_reported(void **state)
{
    (void)state;
    static const uint64_t blocks[] = {8, 4000, 100000};
    struct dataset data = dataset_counting(ROWS);
    struct sheaf_source *source = dataset_open(&data);
    for (size_t s = 0; s < STRATEGIES; s++) {
        const struct sheaf_strategy *strategy = sheaf_strategy_find(strategies[s]);
        for (const struct sheaf_merge *merge = strategy->merges; merge->name && !strategy->unavailable; merge++)
            for (size_t b = 0; b < 3; b++) {
                struct cover cover = {strategies[s], merge->name, 4, blocks[b]};
                struct sheaf_error err;
                assert_int_equal(run_kernel("testfail", source, &cover, &err), SHEAF_INPUT);
                assert_string_equal(err.message, "element 1013 is 1013");
                assert_no_child();
            }
    }
    sheaf_source_destroy(source);
}

/* A kernel that fails without a word fails the run, with its name. */
static void test_mute_failure_is_named(void **state)
{
    (void)state;
    struct dataset data = dataset_counting(ROWS);
    struct sheaf_source *source = dataset_open(&data);
    for (size_t s = 1; s < STRATEGIES; s++) {
        const struct sheaf_strategy *strategy = sheaf_strategy_find(strategies[s]);
        for (const struct sheaf_merge *merge = strategy->merges; merge->name && !strategy->unavailable; merge++) {
            if (merge->law & SHEAF_LAW_ADD64)
                continue;
            struct cover cover = {strategies[s], merge->name, 3, 800};
            struct sheaf_error err;
            assert_int_equal(run_kernel("testmute", source, &cover, &err), SHEAF_MEMORY);
            assert_non_null(strstr(err.message, "testmute"));
            assert_no_child();
        }
    }
    sheaf_source_destroy(source);
}

static void test_limits(void **state)
{
    (void)state;
    struct dataset data = dataset_counting(ROWS);
    struct sheaf_source *source = dataset_open(&data);
    for (int i = 0; i < FORKED; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct rlimit files = {16, 16};
            setrlimit(RLIMIT_NOFILE, &files);
            struct cover cover = forked[i];
            cover.workers = 40;
            struct sheaf_error err;
            enum sheaf_status status = run_kernel("testslow", source, &cover, &err);
            bool clean = waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD;
            _exit(status == SHEAF_IO && err.os_error == EMFILE && clean ? 0 : 1);
        }
        int how;
        assert_int_equal(waitpid(pid, &how, 0), pid);
        assert_true(WIFEXITED(how));
        assert_int_equal(WEXITSTATUS(how), 0);
    }
    sheaf_source_destroy(source);
}

static void test_shrunk_file_is_named(void **state)
{
    (void)state;
    for (size_t s = 0; s < STRATEGIES; s++) {
        if (sheaf_strategy_find(strategies[s])->unavailable)
            continue;
        struct dataset data = dataset_counting(ROWS);
        struct sheaf_source *source = dataset_open(&data);
        assert_int_equal(truncate(data.path, 8 * ROWS / 2 + 4), 0);
        struct cover cover = {strategies[s], NULL, 3, 4096};
        struct sheaf_error err;
        assert_int_equal(run_kernel("sum", source, &cover, &err), SHEAF_INPUT);
        assert_non_null(strstr(err.file, data.path));
        assert_non_null(strstr(err.message, "shrank"));
        assert_no_child();
        sheaf_source_destroy(source);
    }
}

/* Whose job takes its time, so that something can happen to it. */
static struct sheaf_plan *slow_plan(const struct sheaf_source *source, const char *strategy, uint32_t workers,
                                    uint64_t block_bytes)
{
    static const uint32_t column = 0;
    struct sheaf_plan *plan;
    struct sheaf_error err;
    assert_int_equal(sheaf_plan_new(&plan, source, &err), SHEAF_OK);
    assert_int_equal(sheaf_plan_add(plan, sheaf_kernel_find("testslow"), NULL, &column, &err), SHEAF_OK);
    sheaf_plan_set_strategy(plan, strategy, NULL);
    sheaf_plan_set_workers(plan, workers);
    sheaf_plan_set_block(plan, block_bytes);
    assert_int_equal(sheaf_plan_seal(plan, &err), SHEAF_OK);
    return plan;
}

/* Called while the workers are amid the file. */
static bool cut_short(void *context, uint64_t done, int64_t total, unsigned pass)
{
    (void)done, (void)total, (void)pass;
    assert_int_equal(truncate(context, 8 * ROWS / 2 + 4), 0);
    return true;
}

/* In the middle of a block as well as between blocks. */
static void shrink_while_it_is_read(void)
{
    static const uint64_t blocks[] = {4096, 64 * ROWS};
    for (size_t s = 0; s < STRATEGIES; s++)
        for (size_t b = 0; b < 2 && !sheaf_strategy_find(strategies[s])->unavailable; b++) {
            struct dataset data = dataset_counting(16 * ROWS); /* more than a reader takes at once */
            struct sheaf_source *source = dataset_open(&data);
            struct sheaf_plan *plan = slow_plan(source, strategies[s], 2, blocks[b]);
            struct sheaf_answer *answer;
            struct sheaf_error err;
            assert_int_equal(sheaf_job_run(plan, &answer, cut_short, data.path, &err), SHEAF_INPUT);
            assert_string_equal(err.file, data.path);
            assert_true(err.byte >= 8 * ROWS / 2 + 4); /* where something was missed first */
            assert_non_null(strstr(err.message, "shrank"));
            assert_no_child();
            sheaf_plan_destroy(plan);
            sheaf_source_destroy(source);
        }
}

static void test_file_that_shrinks_while_it_is_read(void **state)
{
    (void)state;
    shrink_while_it_is_read();
}

/* Pages go away under the kernels. */
static void test_mapped_file_that_shrinks(void **state)
{
    (void)state;
    assert_int_equal(sheaf_guard_mappings(NULL), SHEAF_OK);
    shrink_while_it_is_read();
}

static bool cancel_at_once(void *context, uint64_t done, int64_t total, unsigned pass)
{
    (void)done, (void)total, (void)pass;
    ++*(int *)context;
    return false;
}

static void test_cancel(void **state)
{
    (void)state;
    struct dataset data = dataset_counting(ROWS);
    struct sheaf_source *source = dataset_open(&data);
    for (size_t s = 0; s < STRATEGIES; s++) {
        if (sheaf_strategy_find(strategies[s])->unavailable)
            continue;
        struct sheaf_plan *plan = slow_plan(source, strategies[s], 3, 8);
        struct sheaf_answer *answer;
        struct sheaf_error err;
        int calls = 0;
        assert_int_equal(sheaf_job_run(plan, &answer, cancel_at_once, &calls, &err), SHEAF_CANCELLED);
        assert_true(calls >= 1);
        assert_no_child();
        sheaf_plan_destroy(plan);
    }
    sheaf_source_destroy(source);
}

static int setup(void **state)
{
    (void)state;
    struct sheaf_error err;
    datasets_setup();
    if (sheaf_kernel_load(TEST_KERNELS "/testfaults.so", &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    datasets_cleanup();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_killed_worker_is_named),        cmocka_unit_test(test_worker_killed_from_outside),
        cmocka_unit_test(test_workers_end_with_their_parent), cmocka_unit_test(test_first_failure_is_reported),
        cmocka_unit_test(test_mute_failure_is_named),
        cmocka_unit_test(test_limits),                        cmocka_unit_test(test_shrunk_file_is_named),
        cmocka_unit_test(test_file_that_shrinks_while_it_is_read),
        cmocka_unit_test(test_mapped_file_that_shrinks),
        cmocka_unit_test(test_cancel),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
