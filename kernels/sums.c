/* sum, sumsq, norm1, norm2, dot: one exact sum each. */
#include "sums.h"

size_t sums_size_one(const struct sheaf_args *args)
{
    (void)args;
    return offsetof(struct sums, part[1]);
}

size_t sums_size_two(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct sums);
}

/* ---- maps --------------------------------------------------------------------------------------------------- */

typedef void add_run(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n);

static enum sheaf_status map_one(struct sums *sums, add_run *add, const struct sheaf_batch *batch)
{
    sums->rows += (int64_t)batch->rows;
    add(&sums->part[0], batch->columns[0].type, batch->columns[0].data, batch->rows);
    return SHEAF_OK;
}

enum sheaf_status sums_map_plain(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                 struct sheaf_error *err)
{
    (void)args, (void)err;
    return map_one(state, sheaf_exact_add, batch);
}

enum sheaf_status sums_map_absolute(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                    struct sheaf_error *err)
{
    (void)args, (void)err;
    return map_one(state, sheaf_exact_add_absolute, batch);
}

enum sheaf_status sums_map_squares(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                   struct sheaf_error *err)
{
    (void)args, (void)err;
    return map_one(state, sheaf_exact_add_squares, batch);
}

enum sheaf_status sums_map_products(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                    struct sheaf_error *err)
{
    (void)args, (void)err;
    struct sums *sums = state;
    const struct sheaf_column *x = &batch->columns[0], *y = &batch->columns[1];
    sums->rows += (int64_t)batch->rows;
    sheaf_exact_add_products(&sums->part[0], x->type, x->data, y->type, y->data, batch->rows);
    return SHEAF_OK;
}

enum sheaf_status sums_map_moments(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                   struct sheaf_error *err)
{
    (void)args, (void)err;
    struct sums *sums = state;
    sheaf_exact_add_squares(&sums->part[1], batch->columns[0].type, batch->columns[0].data, batch->rows);
    return map_one(sums, sheaf_exact_add, batch);
}

/* ---- merges ------------------------------------------------------------------------------------------------- */

static enum sheaf_status merge(struct sums *into, const struct sums *from, unsigned parts)
{
    into->rows += from->rows;
    for (unsigned i = 0; i < parts; i++)
        sheaf_exact_merge(&into->part[i], &from->part[i]);
    return SHEAF_OK;
}

enum sheaf_status sums_merge_one(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)args, (void)err;
    return merge(into, from, 1);
}

enum sheaf_status sums_merge_two(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)args, (void)err;
    return merge(into, from, 2);
}

/* ---- reports ------------------------------------------------------------------------------------------------ */

static enum sheaf_status report(const char *name, const struct sheaf_exact *total, bool whole,
                                struct sheaf_result *result)
{
    char digits[SHEAF_EXACT_TEXT];
    if (whole && sheaf_exact_integer_text(total, digits))
        return sheaf_result_integer(result, name, digits);
    return sheaf_result_real(result, name, sheaf_exact_round(total));
}

enum sheaf_status sums_report_total(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                    struct sheaf_result *result)
{
    return report(name, &sums->part[0], !sheaf_type_is_float(args->types[0]), result);
}

static enum sheaf_status report_dot(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                    struct sheaf_result *result)
{
    bool whole = !sheaf_type_is_float(args->types[0]) && !sheaf_type_is_float(args->types[1]);
    return report(name, &sums->part[0], whole, result);
}

static enum sheaf_status report_root(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                     struct sheaf_result *result)
{
    (void)args;
    return sheaf_result_real(result, name, sheaf_exact_root(&sums->part[0], 1));
}

SUMS_FINISH(sum, sums_report_total)
SUMS_FINISH(sumsq, sums_report_total)
SUMS_FINISH(norm1, sums_report_total)
SUMS_FINISH(norm2, report_root)
SUMS_FINISH(dot, report_dot)

/* ---- kernels ------------------------------------------------------------------------------------------------ */

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}, {"y", SHEAF_ALL_TYPES}};

#define EXACTLY "Computed without any rounding and rounded once, to the nearest double; of integers, all digits. "
#define NOT_FINITE "NaN if any element is NaN. 0 for an empty input."

const struct sheaf_kernel sheaf_kernel_sum = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "sum",
    .summary = "the sum of all elements",
    .formula = "sum of x[i]",
    .description = "The sum. " EXACTLY "Infinite only if an element is, or if the whole sum is too large for a "
                   "double; NaN if both infinities occur. A sum of zero is +0. " NOT_FINITE,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_one,
    .map = sums_map_plain,
    .merge = sums_merge_one,
    .finish = sum_finish,
};

const struct sheaf_kernel sheaf_kernel_sumsq = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "sumsq",
    .summary = "the sum of the squares",
    .formula = "sum of x[i]^2",
    .description = "The sum of the squares; no square overflows or underflows by itself. " EXACTLY NOT_FINITE,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_one,
    .map = sums_map_squares,
    .merge = sums_merge_one,
    .finish = sumsq_finish,
};

const struct sheaf_kernel sheaf_kernel_norm1 = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "norm1",
    .summary = "the sum of the absolute values",
    .formula = "sum of |x[i]|",
    .description = "The sum of the absolute values. " EXACTLY NOT_FINITE,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_one,
    .map = sums_map_absolute,
    .merge = sums_merge_one,
    .finish = norm1_finish,
};

const struct sheaf_kernel sheaf_kernel_norm2 = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "norm2",
    .summary = "the Euclidean norm",
    .formula = "sqrt(sum of x[i]^2)",
    .description = "The square root of the exact sum of the squares, rounded once, to the nearest double, so that "
                   "no square overflows or underflows. " NOT_FINITE,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_one,
    .map = sums_map_squares,
    .merge = sums_merge_one,
    .finish = norm2_finish,
};

const struct sheaf_kernel sheaf_kernel_dot = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "dot",
    .summary = "the dot product of two inputs",
    .formula = "sum of x[i] * y[i]",
    .description = "The sum of the products; the types may differ, and no product overflows or underflows by itself. "
                   EXACTLY "Infinity times zero is NaN. A sum of zero is +0. " NOT_FINITE,
    .roles = roles,
    .role_count = 2,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_one,
    .map = sums_map_products,
    .merge = sums_merge_one,
    .finish = dot_finish,
};
