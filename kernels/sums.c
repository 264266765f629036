/* sum, sumsq, norm1, norm2, dot: one exact sum each. */
#include "sums.h"

const struct sheaf_role sums_roles[2] = {{"x", ARITHMETIC_TYPES}, {"y", ARITHMETIC_TYPES}};

void *sums_part(struct sums *sums, const struct sheaf_args *args, unsigned i)
{
    return sums->part + i * (arithmetic_of(args)->size / sizeof sums->part[0]);
}

const void *sums_get(const struct sums *sums, const struct sheaf_args *args, unsigned i)
{
    return sums->part + i * (arithmetic_of(args)->size / sizeof sums->part[0]);
}

size_t sums_size_one(const struct sheaf_args *args)
{
    return sizeof(struct sums) + arithmetic_of(args)->size;
}

size_t sums_size_two(const struct sheaf_args *args)
{
    return sizeof(struct sums) + 2 * arithmetic_of(args)->size;
}

/* ---- maps --------------------------------------------------------------------------------------------------- */

/* `add` with what it takes between the sum and the number of rows. */
#define DEFINE_MAP(name, add, ...)                                                                         \
    enum sheaf_status name(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,    \
                           struct sheaf_error *err)                                                        \
    {                                                                                                      \
        (void)err;                                                                                         \
        struct sums *sums = state;                                                                         \
        sums->rows += (int64_t)batch->rows;                                                                \
        arithmetic_of(args)->add(sums_part(sums, args, 0), __VA_ARGS__, batch->rows);                      \
        return SHEAF_OK;                                                                                   \
    }
DEFINE_MAP(sums_map_plain, add, &batch->columns[0])
DEFINE_MAP(sums_map_absolute, add_absolute, &batch->columns[0])
DEFINE_MAP(sums_map_squares, add_squares, &batch->columns[0])
DEFINE_MAP(sums_map_products, add_products, &batch->columns[0], &batch->columns[1])

enum sheaf_status sums_map_moments(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                   struct sheaf_error *err)
{
    arithmetic_of(args)->add_squares(sums_part(state, args, 1), &batch->columns[0], batch->rows);
    return sums_map_plain(state, batch, args, err);
}

/* ---- merges ------------------------------------------------------------------------------------------------- */

static enum sheaf_status merge(struct sums *into, const struct sums *from, const struct sheaf_args *args,
                               unsigned parts)
{
    into->rows += from->rows;
    for (unsigned i = 0; i < parts; i++)
        arithmetic_of(args)->merge(sums_part(into, args, i), sums_get(from, args, i));
    return SHEAF_OK;
}

enum sheaf_status sums_merge_one(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)err;
    return merge(into, from, args, 1);
}

enum sheaf_status sums_merge_two(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)err;
    return merge(into, from, args, 2);
}

bool sums_may_hold_nan(const void *state, const struct sheaf_args *args)
{
    return !arithmetic_of(args)->is_finite(sums_get(state, args, 0));
}

/* ---- reports ------------------------------------------------------------------------------------------------ */

enum sheaf_status sums_report_total(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                    struct sheaf_result *result)
{
    return arithmetic_of(args)->report(sums_get(sums, args, 0), name, !sheaf_type_is_float(args->types[0]), result);
}

static enum sheaf_status report_dot(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                    struct sheaf_result *result)
{
    bool whole = !sheaf_type_is_float(args->types[0]) && !sheaf_type_is_float(args->types[1]);
    return arithmetic_of(args)->report(sums_get(sums, args, 0), name, whole, result);
}

static enum sheaf_status report_root(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                     struct sheaf_result *result)
{
    return sheaf_result_real(result, name, arithmetic_of(args)->root(sums_get(sums, args, 0), 1));
}

SUMS_FINISH(sum, sums_report_total)
SUMS_FINISH(sumsq, sums_report_total)
SUMS_FINISH(norm1, sums_report_total)
SUMS_FINISH(norm2, report_root)
SUMS_FINISH(dot, report_dot)

/* ---- kernels ------------------------------------------------------------------------------------------------ */

#define EXACTLY "Computed without any rounding and rounded once, to the nearest double; of integers and of " \
                "decimals in text, all digits. "
#define NOT_FINITE "NaN if any element is NaN. 0 for an empty input."

const struct sheaf_kernel sheaf_kernel_sum = SUMS_KERNEL(sum, 1,
    .summary = "the sum of all elements",
    .formula = "sum of x[i]",
    .description = "The sum. " EXACTLY "Infinite only if an element is, or if the whole sum is too large for a "
                   "double; NaN if both infinities occur. A sum of zero is +0. " NOT_FINITE,
    .state_size = sums_size_one,
    .map = sums_map_plain,
    .merge = sums_merge_one);

const struct sheaf_kernel sheaf_kernel_sumsq = SUMS_KERNEL(sumsq, 1,
    .summary = "the sum of the squares",
    .formula = "sum of x[i]^2",
    .description = "The sum of the squares; no square overflows or underflows by itself. " EXACTLY NOT_FINITE,
    .state_size = sums_size_one,
    .map = sums_map_squares,
    .merge = sums_merge_one);

const struct sheaf_kernel sheaf_kernel_norm1 = SUMS_KERNEL(norm1, 1,
    .summary = "the sum of the absolute values",
    .formula = "sum of |x[i]|",
    .description = "The sum of the absolute values. " EXACTLY NOT_FINITE,
    .state_size = sums_size_one,
    .map = sums_map_absolute,
    .merge = sums_merge_one);

const struct sheaf_kernel sheaf_kernel_norm2 = SUMS_KERNEL(norm2, 1,
    .summary = "the Euclidean norm",
    .formula = "sqrt(sum of x[i]^2)",
    .description = "The square root of the exact sum of the squares, rounded once, to the nearest double, so that "
                   "no square overflows or underflows. " NOT_FINITE,
    .state_size = sums_size_one,
    .map = sums_map_squares,
    .merge = sums_merge_one);

const struct sheaf_kernel sheaf_kernel_dot = SUMS_KERNEL(dot, 2,
    .summary = "the dot product of two inputs",
    .formula = "sum of x[i] * y[i]",
    .description = "The sum of the products; the types may differ, and no product overflows or underflows by itself. "
                   EXACTLY "Infinity times zero is NaN. A sum of zero is +0. " NOT_FINITE,
    .state_size = sums_size_one,
    .map = sums_map_products,
    .merge = sums_merge_one);
