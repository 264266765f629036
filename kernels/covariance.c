/* cov, pcov, corr: from exact sums of x, y and their products, by one rounding. */
#include <sheaf/exact.h>
#include <sheaf/kernel.h>

/* Int64 and nothing else, so that states add (SHEAF_LAW_ADD64). Covariances leave the squares out. */
struct pairs {
    int64_t rows;
    struct sheaf_exact x, y, products, squares_x, squares_y;
};

static size_t state_size_covariance(const struct sheaf_args *args)
{
    (void)args;
    return offsetof(struct pairs, squares_x);
}

static size_t state_size_correlation(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct pairs);
}

static enum sheaf_status map_covariance(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                        struct sheaf_error *err)
{
    (void)args, (void)err;
    struct pairs *pairs = state;
    const struct sheaf_column *x = &batch->columns[0], *y = &batch->columns[1];
    pairs->rows += (int64_t)batch->rows;
    sheaf_exact_add(&pairs->x, x->type, x->data, batch->rows);
    sheaf_exact_add(&pairs->y, y->type, y->data, batch->rows);
    sheaf_exact_add_products(&pairs->products, x->type, x->data, y->type, y->data, batch->rows);
    return SHEAF_OK;
}

static enum sheaf_status map_correlation(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                         struct sheaf_error *err)
{
    struct pairs *pairs = state;
    const struct sheaf_column *x = &batch->columns[0], *y = &batch->columns[1];
    sheaf_exact_add_squares(&pairs->squares_x, x->type, x->data, batch->rows);
    sheaf_exact_add_squares(&pairs->squares_y, y->type, y->data, batch->rows);
    return map_covariance(state, batch, args, err);
}

/* `taken` is what the divisor is below the number of rows. */
static enum sheaf_status report_covariance(const char *name, const struct pairs *pairs, int64_t taken,
                                           struct sheaf_result *result)
{
    if (pairs->rows <= taken)
        return sheaf_result_null(result, name);
    return sheaf_result_real(result, name, sheaf_exact_covariance(&pairs->x, &pairs->y, &pairs->products,
                                                                  (uint64_t)pairs->rows,
                                                                  (uint64_t)(pairs->rows - taken)));
}

static enum sheaf_status finish_cov(const void *state, const struct sheaf_args *args,
                                    const struct sheaf_finish *finish, struct sheaf_result *result,
                                    struct sheaf_error *err)
{
    (void)args, (void)finish, (void)err;
    return report_covariance("cov", state, 1, result);
}

static enum sheaf_status finish_pcov(const void *state, const struct sheaf_args *args,
                                     const struct sheaf_finish *finish, struct sheaf_result *result,
                                     struct sheaf_error *err)
{
    (void)args, (void)finish, (void)err;
    return report_covariance("pcov", state, 0, result);
}

static enum sheaf_status finish_corr(const void *state, const struct sheaf_args *args,
                                     const struct sheaf_finish *finish, struct sheaf_result *result,
                                     struct sheaf_error *err)
{
    (void)args, (void)finish, (void)err;
    const struct pairs *pairs = state;
    double correlation;
    if (pairs->rows < 2 || !sheaf_exact_correlation(&pairs->x, &pairs->y, &pairs->squares_x, &pairs->squares_y,
                                                    &pairs->products, (uint64_t)pairs->rows, &correlation))
        return sheaf_result_null(result, "corr");
    return sheaf_result_real(result, "corr", correlation);
}

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}, {"y", SHEAF_ALL_TYPES}};

#define ONCE "Computed from exact sums and rounded once, to the nearest double; the types may differ. NaN if any " \
             "element is NaN or infinite; "

const struct sheaf_kernel sheaf_kernel_cov = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "cov",
    .summary = "the covariance of a sample of pairs",
    .formula = "sum of (x[i] - mean x) (y[i] - mean y) / (n - 1)",
    .description = "The covariance of a sample. " ONCE "null for fewer than two pairs.",
    .roles = roles,
    .role_count = 2,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = state_size_covariance,
    .map = map_covariance,
    .finish = finish_cov,
};

const struct sheaf_kernel sheaf_kernel_pcov = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "pcov",
    .summary = "the covariance of a population of pairs",
    .formula = "sum of (x[i] - mean x) (y[i] - mean y) / n",
    .description = "The covariance of a population. " ONCE "null for an empty input.",
    .roles = roles,
    .role_count = 2,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = state_size_covariance,
    .map = map_covariance,
    .finish = finish_pcov,
};

const struct sheaf_kernel sheaf_kernel_corr = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "corr",
    .summary = "the correlation of two inputs",
    .formula = "cov(x, y) / sqrt(var(x) var(y))",
    .description = "Pearson's correlation coefficient, in [-1, 1]. " ONCE "null for fewer than two pairs, and if all x or "
                   "all y are equal.",
    .roles = roles,
    .role_count = 2,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = state_size_correlation,
    .map = map_correlation,
    .finish = finish_corr,
};
