/* Kernels that misbehave, each at a value of its own: for tests of what happens then. */
#include <sheaf/kernel.h>

#include <signal.h>
#include <time.h>
#include <unistd.h>

static const struct sheaf_role roles[] = {{"x", SHEAF_TYPE_BIT(SHEAF_F64)}};

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(int64_t);
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finish_args,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)args, (void)finish_args, (void)err;
    return sheaf_result_int(result, "rows", *(const int64_t *)state);
}

/* The first row with value `x`; false if there is none. */
static bool find(const struct sheaf_batch *batch, double x, uint64_t *row)
{
    const double *values = batch->columns[0].data;
    for (*row = 0; *row < batch->rows; ++*row)
        if (values[*row] == x)
            return true;
    return false;
}

static enum sheaf_status map_kill(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                  struct sheaf_error *err)
{
    (void)args, (void)err;
    uint64_t row;
    if (find(batch, 1013, &row))
        raise(SIGKILL);
    *(int64_t *)state += (int64_t)batch->rows;
    return SHEAF_OK;
}

static enum sheaf_status map_exit(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                  struct sheaf_error *err)
{
    (void)args, (void)err;
    uint64_t row;
    if (find(batch, 1013, &row))
        _exit(3);
    *(int64_t *)state += (int64_t)batch->rows;
    return SHEAF_OK;
}

/* Refuses 1013, 2013, ...; the failure to report is the first in the data. */
static enum sheaf_status map_fail(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                  struct sheaf_error *err)
{
    (void)args;
    const double *values = batch->columns[0].data;
    for (uint64_t i = 0; i < batch->rows; i++)
        if ((int64_t)values[i] % 1000 == 13 && values[i] > 1000)
            return sheaf_fail(err, SHEAF_INPUT, "element %llu is %g",
                              (unsigned long long)sheaf_batch_position(batch, i).at, values[i]);
    *(int64_t *)state += (int64_t)batch->rows;
    return SHEAF_OK;
}

static enum sheaf_status map_slow(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                  struct sheaf_error *err)
{
    (void)args, (void)err;
    struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
    nanosleep(&pause, NULL);
    *(int64_t *)state += (int64_t)batch->rows;
    return SHEAF_OK;
}

static enum sheaf_status map_trip(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                  struct sheaf_error *err)
{
    uint64_t row;
    if (find(batch, 13, &row))
        return sheaf_fail(err, SHEAF_INPUT, "13 is refused");
    return map_slow(state, batch, args, err);
}

static enum sheaf_status map_count(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                   struct sheaf_error *err)
{
    (void)args, (void)err;
    *(int64_t *)state += (int64_t)batch->rows;
    return SHEAF_OK;
}

/* Says that it failed, and not why. */
static enum sheaf_status mute_merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)into, (void)from, (void)args, (void)err;
    return SHEAF_MEMORY;
}

static const struct sheaf_kernel testmute = {
    .abi = SHEAF_KERNEL_ABI, .size = sizeof(struct sheaf_kernel), .name = "testmute",
    .summary = "fails in merge without a word", .formula = "none", .description = "fails in merge without a word",
    .roles = roles, .role_count = 1, .laws = SHEAF_LAW_EXACT, .state_size = state_size, .map = map_count,
    .merge = mute_merge, .finish = finish,
};

#define FAULT(id, what, function)                                                                          \
    static const struct sheaf_kernel id = {                                                                \
        .abi = SHEAF_KERNEL_ABI, .size = sizeof(struct sheaf_kernel), .name = #id, .summary = what,          \
        .formula = "none", .description = what, .roles = roles, .role_count = 1,                             \
        .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64, .state_size = state_size, .map = function,                \
        .finish = finish,                                                                                  \
    }

FAULT(testkill, "kills its process at 1013", map_kill);
FAULT(testexit, "leaves its process at 1013", map_exit);
FAULT(testfail, "refuses 1013, 2013 and so on", map_fail);
FAULT(testslow, "takes its time", map_slow);
FAULT(testtrip, "takes its time, and refuses 13", map_trip);
FAULT(testsmall, "does no harm", map_count);

extern SHEAF_API sheaf_kernel_table_t sheaf_kernel_table;
sheaf_kernel_table_t sheaf_kernel_table = {&testkill, &testexit, &testfail, &testslow, &testtrip, &testsmall, &testmute,
                                           NULL};
