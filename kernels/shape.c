/* skewness, kurtosis: from exact sums of powers, by one rounding. */
#include "sums.h"

/* The state is one part, the sums of powers; skewness leaves the fourth powers out. */
static size_t state_size_skewness(const struct sheaf_args *args)
{
    return sizeof(struct sums) + arithmetic_of(args)->cubes_size;
}

static size_t state_size_kurtosis(const struct sheaf_args *args)
{
    return sizeof(struct sums) + arithmetic_of(args)->fourths_size;
}

static enum sheaf_status map(struct sums *sums, unsigned highest, const struct sheaf_batch *batch,
                             const struct sheaf_args *args)
{
    sums->rows += (int64_t)batch->rows;
    arithmetic_of(args)->add_powers(sums->part, highest, &batch->columns[0], batch->rows);
    return SHEAF_OK;
}

static enum sheaf_status map_skewness(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                      struct sheaf_error *err)
{
    (void)err;
    return map(state, 3, batch, args);
}

static enum sheaf_status map_kurtosis(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                      struct sheaf_error *err)
{
    (void)err;
    return map(state, 4, batch, args);
}

typedef bool shape_of(const void *powers, uint64_t n, double *value);

static enum sheaf_status report(const char *name, const struct sums *sums, shape_of *value_of,
                                struct sheaf_result *result)
{
    double value;
    if (!value_of(sums->part, (uint64_t)sums->rows, &value))
        return sheaf_result_null(result, name);
    return sheaf_result_real(result, name, value);
}

static enum sheaf_status report_skewness(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                         struct sheaf_result *result)
{
    return report(name, sums, arithmetic_of(args)->skewness, result);
}

static enum sheaf_status report_kurtosis(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                         struct sheaf_result *result)
{
    return report(name, sums, arithmetic_of(args)->kurtosis, result);
}

SUMS_FINISH(skewness, report_skewness)
SUMS_FINISH(kurtosis, report_kurtosis)

#define ONCE "mk is the mean of (x - mean)^k, with divisor n: no correction for a sample (scipy's default). Computed " \
             "from exact sums of powers and rounded once, to the nearest double. NaN if any element is NaN or infinite; " \
             "null for an empty input, and if all elements are equal."

const struct sheaf_kernel sheaf_kernel_skewness = SUMS_KERNEL(skewness, 1,
    .summary = "how much heavier one side of the distribution is",
    .formula = "m3 / m2^(3/2)",
    .description = "The skewness of the elements. " ONCE,
    .state_size = state_size_skewness,
    .map = map_skewness);

const struct sheaf_kernel sheaf_kernel_kurtosis = SUMS_KERNEL(kurtosis, 1,
    .summary = "how much heavier the tails are than a normal distribution's",
    .formula = "m4 / m2^2 - 3",
    .description = "The excess kurtosis of the elements, 0 for a normal distribution. " ONCE,
    .state_size = state_size_kurtosis,
    .map = map_kurtosis);
