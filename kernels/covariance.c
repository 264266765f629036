/* cov, pcov, corr: from exact sums of x, y and their products, by one rounding. */
#include "sums.h"

/* The parts of the state. Covariances leave the squares out. */
enum { PRODUCTS, X, Y, COVARIANCE_PARTS, SQUARES_X = COVARIANCE_PARTS, SQUARES_Y, CORRELATION_PARTS };

static size_t state_size_covariance(const struct sheaf_args *args)
{
    return sizeof(struct sums) + COVARIANCE_PARTS * arithmetic_of(args)->size;
}

static size_t state_size_correlation(const struct sheaf_args *args)
{
    return sizeof(struct sums) + CORRELATION_PARTS * arithmetic_of(args)->size;
}

static enum sheaf_status map_covariance(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                        struct sheaf_error *err)
{
    (void)err;
    const struct arithmetic *arithmetic = arithmetic_of(args);
    struct sums *sums = state;
    const struct sheaf_column *x = &batch->columns[0], *y = &batch->columns[1];
    sums->rows += (int64_t)batch->rows;
    arithmetic->add(sums_part(sums, args, X), x, batch->rows);
    arithmetic->add(sums_part(sums, args, Y), y, batch->rows);
    arithmetic->add_products(sums_part(sums, args, PRODUCTS), x, y, batch->rows);
    return SHEAF_OK;
}

static enum sheaf_status map_correlation(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                         struct sheaf_error *err)
{
    const struct arithmetic *arithmetic = arithmetic_of(args);
    arithmetic->add_squares(sums_part(state, args, SQUARES_X), &batch->columns[0], batch->rows);
    arithmetic->add_squares(sums_part(state, args, SQUARES_Y), &batch->columns[1], batch->rows);
    return map_covariance(state, batch, args, err);
}

static double covariance(const struct sums *sums, const struct sheaf_args *args, uint64_t divisor)
{
    return arithmetic_of(args)->covariance(sums_get(sums, args, X), sums_get(sums, args, Y),
                                           sums_get(sums, args, PRODUCTS), (uint64_t)sums->rows, divisor);
}

static enum sheaf_status report_correlation(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                            struct sheaf_result *result)
{
    double correlation;
    if (sums->rows < 2 ||
        !arithmetic_of(args)->correlation(sums_get(sums, args, X), sums_get(sums, args, Y),
                                          sums_get(sums, args, SQUARES_X), sums_get(sums, args, SQUARES_Y),
                                          sums_get(sums, args, PRODUCTS), (uint64_t)sums->rows, &correlation))
        return sheaf_result_null(result, name);
    return sheaf_result_real(result, name, correlation);
}

SUMS_FINISH(cov, sums_report_spread, covariance, SUMS_SAMPLE)
SUMS_FINISH(pcov, sums_report_spread, covariance, SUMS_POPULATION)
SUMS_FINISH(corr, report_correlation)

#define ONCE "Computed from exact sums and rounded once, to the nearest double; the types may differ. NaN if any " \
             "element is NaN or infinite; "

const struct sheaf_kernel sheaf_kernel_cov = SUMS_KERNEL(cov, 2,
    .summary = "the covariance of a sample of pairs",
    .formula = "sum of (x[i] - mean x) (y[i] - mean y) / (n - 1)",
    .description = "The covariance of a sample. " ONCE "null for fewer than two pairs.",
    .state_size = state_size_covariance,
    .map = map_covariance);

const struct sheaf_kernel sheaf_kernel_pcov = SUMS_KERNEL(pcov, 2,
    .summary = "the covariance of a population of pairs",
    .formula = "sum of (x[i] - mean x) (y[i] - mean y) / n",
    .description = "The covariance of a population. " ONCE "null for an empty input.",
    .state_size = state_size_covariance,
    .map = map_covariance);

const struct sheaf_kernel sheaf_kernel_corr = SUMS_KERNEL(corr, 2,
    .summary = "the correlation of two inputs",
    .formula = "cov(x, y) / sqrt(var(x) var(y))",
    .description = "Pearson's correlation coefficient, in [-1, 1]. " ONCE "null for fewer than two pairs, and if all x or "
                   "all y are equal.",
    .state_size = state_size_correlation,
    .map = map_correlation);
