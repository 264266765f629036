/* mean, var, stddev, pvar, pstddev: from exact sums of x and x^2, by one rounding. */
#include "sums.h"

enum sheaf_status sums_report_mean(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                   struct sheaf_result *result)
{
    if (sums->rows < 1)
        return sheaf_result_null(result, name);
    double mean = arithmetic_of(args)->quotient(sums_get(sums, args, 0), (uint64_t)sums->rows);
    return sheaf_result_real(result, name, mean);
}

enum sheaf_status sums_report_spread(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                     sums_spread *spread, enum sums_spread_of of, struct sheaf_result *result)
{
    int64_t divisor = sums->rows - (int64_t)of;
    if (divisor < 1)
        return sheaf_result_null(result, name);
    return sheaf_result_real(result, name, spread(sums, args, (uint64_t)divisor));
}

double sums_deviation(const struct sums *sums, const struct sheaf_args *args, uint64_t divisor)
{
    return arithmetic_of(args)->deviation(sums_get(sums, args, 0), sums_get(sums, args, 1), (uint64_t)sums->rows, divisor);
}

static double variance(const struct sums *sums, const struct sheaf_args *args, uint64_t divisor)
{
    return arithmetic_of(args)->variance(sums_get(sums, args, 0), sums_get(sums, args, 1), (uint64_t)sums->rows, divisor);
}

SUMS_FINISH(mean, sums_report_mean)
SUMS_FINISH(var, sums_report_spread, variance, SUMS_SAMPLE)
SUMS_FINISH(stddev, sums_report_spread, sums_deviation, SUMS_SAMPLE)
SUMS_FINISH(pvar, sums_report_spread, variance, SUMS_POPULATION)
SUMS_FINISH(pstddev, sums_report_spread, sums_deviation, SUMS_POPULATION)

#define ONCE "Computed from exact sums, of text from the decimals that it has, and rounded once, to the nearest double. "
#define OF_A_SAMPLE ONCE "NaN if any element is NaN or infinite; null for fewer than two elements."
#define OF_A_POPULATION ONCE "NaN if any element is NaN or infinite; null for an empty input."

const struct sheaf_kernel sheaf_kernel_mean = SUMS_KERNEL(mean, 1,
    .summary = "the arithmetic mean",
    .formula = "sum of x[i] / n",
    .description = "The arithmetic mean. " ONCE "NaN if any element is NaN or both infinities occur; null for an "
                   "empty input.",
    .state_size = sums_size_one,
    .map = sums_map_plain,
    .merge = sums_merge_one);

const struct sheaf_kernel sheaf_kernel_var = SUMS_KERNEL(var, 1,
    .summary = "the variance of a sample",
    .formula = "sum of (x[i] - mean)^2 / (n - 1)",
    .description = "The variance of a sample. " OF_A_SAMPLE,
    .state_size = sums_size_two,
    .map = sums_map_moments,
    .merge = sums_merge_two);

const struct sheaf_kernel sheaf_kernel_stddev = SUMS_KERNEL(stddev, 1,
    .summary = "the standard deviation of a sample",
    .formula = "sqrt(sum of (x[i] - mean)^2 / (n - 1))",
    .description = "The standard deviation of a sample. " OF_A_SAMPLE,
    .state_size = sums_size_two,
    .map = sums_map_moments,
    .merge = sums_merge_two);

const struct sheaf_kernel sheaf_kernel_pvar = SUMS_KERNEL(pvar, 1,
    .summary = "the variance of a population",
    .formula = "sum of (x[i] - mean)^2 / n",
    .description = "The variance of a population. " OF_A_POPULATION,
    .state_size = sums_size_two,
    .map = sums_map_moments,
    .merge = sums_merge_two);

const struct sheaf_kernel sheaf_kernel_pstddev = SUMS_KERNEL(pstddev, 1,
    .summary = "the standard deviation of a population",
    .formula = "sqrt(sum of (x[i] - mean)^2 / n)",
    .description = "The standard deviation of a population. " OF_A_POPULATION,
    .state_size = sums_size_two,
    .map = sums_map_moments,
    .merge = sums_merge_two);
