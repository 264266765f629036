/* Plain sums in the order in which rows come: fast, and not reproducible. */
#include "rounded.h"

#include <math.h>

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct rounded);
}

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)args, (void)err;
    rounded_merge(into, from);
    return SHEAF_OK;
}

static bool may_hold_nan(const void *state, const struct sheaf_args *args)
{
    (void)args;
    return isnan(rounded_total(state));
}

static enum sheaf_status map(struct rounded *rounded, rounded_adder *add, enum rounded_term term,
                             const struct sheaf_batch *batch, struct sheaf_error *err)
{
    (void)err;
    add(rounded, term, batch->columns, 0, batch->rows);
    return SHEAF_OK;
}

static enum sheaf_status report(const char *name, enum rounded_answer answer, const struct rounded *rounded,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)err;
    return rounded_report(name, answer, rounded_total(rounded), rounded->count, result);
}

ROUNDED_KERNEL_FUNCTIONS("-fast")

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}, {"y", SHEAF_ALL_TYPES}};

#define ABOUT                                                                                              \
    "Elements are rounded to doubles and added as they come, in 32 lanes; every addition and product rounds, " \
    "overflows and underflows as doubles do. The last digits depend on the cut, the workers and their timing: for " \
    "the same bits every time use the kernel without -fast. NaN if any element is NaN."
#define FAST(NAME, term, inputs, summary_, formula_)                                                       \
    {                                                                                                      \
        .abi = SHEAF_KERNEL_ABI, .size = sizeof(struct sheaf_kernel), .name = #NAME "-fast",               \
        .summary = summary_ ", inexact: not reproducible", .formula = formula_, .description = ABOUT,      \
        .roles = roles, .role_count = inputs, .laws = SHEAF_LAW_ROUNDED, .state_size = state_size,         \
        .map = map_##term##_portable, .variants = variants_##term, .merge = merge, .finish = finish_##NAME,\
        .may_hold_nan = may_hold_nan,                                                                      \
    }

const struct sheaf_kernel sheaf_kernel_sum_fast = FAST(sum, VALUE, 1, "the sum of all elements", "sum of x[i]");
const struct sheaf_kernel sheaf_kernel_sumsq_fast = FAST(sumsq, SQUARE, 1, "the sum of the squares", "sum of x[i]^2");
const struct sheaf_kernel sheaf_kernel_norm1_fast =
    FAST(norm1, ABSOLUTE, 1, "the sum of the absolute values", "sum of |x[i]|");
const struct sheaf_kernel sheaf_kernel_norm2_fast =
    FAST(norm2, SQUARE, 1, "the Euclidean norm", "sqrt(sum of x[i]^2)");
const struct sheaf_kernel sheaf_kernel_mean_fast = FAST(mean, VALUE, 1, "the arithmetic mean", "sum of x[i] / n");
const struct sheaf_kernel sheaf_kernel_dot_fast =
    FAST(dot, PRODUCT, 2, "the dot product of two inputs", "sum of x[i] * y[i]");
