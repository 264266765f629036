/* teststray: counts elements, and goes wrong as --fault says, but never under strategy serial: for comparisons. */
#include <sheaf/kernel.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct counts {
    int64_t elements, merges;
};

/* A thread beside the first of its process: a team's, not a forked worker or a rank. */
static bool is_beside(void)
{
    return syscall(SYS_gettid) != getpid();
}

static bool is_second_rank(void)
{
    const char *rank = getenv("OMPI_COMM_WORLD_RANK");
    return rank && strcmp(rank, "1") == 0;
}

static bool is(const struct sheaf_args *args, const char *fault)
{
    return strcmp(args->values[0].word, fault) == 0;
}

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct counts);
}

static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    struct counts *counts = state;
    counts->elements += (int64_t)batch->rows;
    if (is(args, "slow"))
        usleep(20 * 1000);
    if (is(args, "rank") && is_second_rank())
        kill(getpid(), SIGKILL);
    if (!is_beside()) { /* the others get their blocks however late they start */
        if (is(args, "fail") || is(args, "die") || is(args, "hang"))
            usleep(5 * 1000);
        return SHEAF_OK;
    }
    if (is(args, "die"))
        kill(getpid(), SIGKILL);
    if (is(args, "fail"))
        return sheaf_fail(err, SHEAF_INPUT, "refused in a thread");
    while (is(args, "hang"))
        pause();
    return SHEAF_OK;
}

/* Breaks the law: the identity is none, since every merge counts. */
static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)args, (void)err;
    struct counts *a = into;
    const struct counts *b = from;
    a->elements += b->elements;
    a->merges += b->merges + 1;
    return SHEAF_OK;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)finishing, (void)err;
    const struct counts *counts = state;
    enum sheaf_status status = sheaf_result_int(result, "elements", counts->elements);
    if (status == SHEAF_OK && is(args, "bits"))
        status = sheaf_result_int(result, "merges", counts->merges);
    return status;
}

static const struct sheaf_kernel sheaf_kernel_teststray = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "teststray",
    .summary = "count, and one fault",
    .formula = "n",
    .description = "Counts the elements. --fault bits gives an answer that depends on the merges; fail, die and hang "
                   "happen in threads beside the first; rank kills the second rank; slow takes its time everywhere.",
    .roles = (const struct sheaf_role[]){{"x", SHEAF_ALL_TYPES}},
    .role_count = 1,
    .params = (const struct sheaf_param[]){
        {"fault", SHEAF_PARAM_WORD, "none|bits|fail|die|hang|rank|slow", "none", "what to do wrong"}},
    .param_count = 1,
    .laws = SHEAF_LAW_EXACT,
    .state_size = state_size,
    .map = map,
    .merge = merge,
    .finish = finish,
};

extern SHEAF_API sheaf_kernel_table_t sheaf_kernel_table;
sheaf_kernel_table_t sheaf_kernel_table = {&sheaf_kernel_teststray, NULL};
