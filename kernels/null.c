/* What everything but the computing costs. */
#include "arithmetic.h"

enum { CACHE_LINE = 64 }; /* on machines with longer ones, some are touched twice */

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(int64_t);
}

static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    (void)state, (void)args, (void)err;
    const struct sheaf_column *x = &batch->columns[0];
    const volatile unsigned char *bytes = x->data;
    size_t size = batch->rows * sheaf_type_size(x->type) * (x->type == SHEAF_DECIMAL ? x->terms : 1);
    for (size_t i = 0; i < size; i += CACHE_LINE)
        (void)bytes[i];
    (void)bytes[size - 1]; /* the stride may begin amid a line and end before the last */
    return SHEAF_OK;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)state, (void)args, (void)finishing, (void)err;
    return sheaf_result_null(result, "null");
}

static const struct sheaf_role roles[] = {{"x", ARITHMETIC_TYPES}};

const struct sheaf_kernel sheaf_kernel_null = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "null",
    .summary = "nothing: reads the data and computes nothing",
    .formula = "-",
    .description = "Loads one byte of every cache line and forgets it, so that the data really are read. Its value is "
                   "always null. It shows what reading, cutting, dealing and merging cost by themselves.",
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = state_size,
    .map = map,
    .finish = finish,
};
