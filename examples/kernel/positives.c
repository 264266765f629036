/* A kernel of one's own: how many elements are above zero. Built as a shared object, loaded by `sheaf`. */
#include <sheaf/kernel.h>

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(int64_t);
}

static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    const double *x = batch->columns[0].data;
    int64_t count = 0;

    (void)args, (void)err;
    for (uint64_t i = 0; i < batch->rows; i++)
        count += x[i] > 0;
    *(int64_t *)state += count;
    return SHEAF_OK;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finish,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)args, (void)finish, (void)err;
    return sheaf_result_int(result, "positives", *(const int64_t *)state);
}

static const struct sheaf_kernel positives = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "positives",
    .summary = "How many elements are above zero",
    .formula = "count of x[i] > 0",
    .description = "NaN is not above zero. An empty input gives 0.",
    .roles = (const struct sheaf_role[]){{"x", SHEAF_TYPE_BIT(SHEAF_F64)}},
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64, /* the state is one int64 that adds up: no init, no merge */
    .state_size = state_size,
    .map = map,
    .finish = finish,
};

SHEAF_API sheaf_kernel_table_t sheaf_kernel_table = {&positives, NULL};
