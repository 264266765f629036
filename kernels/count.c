#include "arithmetic.h"

struct count {
    int64_t rows;
};

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct count);
}

static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    (void)args, (void)err;
    ((struct count *)state)->rows += (int64_t)batch->rows;
    return SHEAF_OK;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)args, (void)finishing, (void)err;
    return sheaf_result_int(result, "count", ((const struct count *)state)->rows);
}

static const struct sheaf_role roles[] = {{"x", ARITHMETIC_TYPES}};

const struct sheaf_kernel sheaf_kernel_count = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "count",
    .summary = "how many elements",
    .formula = "sum of 1",
    .description = "The number of elements used: those that are neither missing nor left out by a filter. NaN counts.",
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = state_size,
    .map = map,
    .finish = finish,
};
