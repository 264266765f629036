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

typedef double spread(const void *sum, const void *squares, uint64_t n, uint64_t divisor);

/* `taken` is what the divisor is below the number of rows. */
static enum sheaf_status report_spread(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                       spread *spread_of, int64_t taken, struct sheaf_result *result)
{
    if (sums->rows <= taken)
        return sheaf_result_null(result, name);
    return sheaf_result_real(result, name, spread_of(sums_get(sums, args, 0), sums_get(sums, args, 1),
                                                     (uint64_t)sums->rows, (uint64_t)(sums->rows - taken)));
}

enum sheaf_status sums_report_deviation(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                        struct sheaf_result *result)
{
    return report_spread(name, sums, args, arithmetic_of(args)->deviation, 1, result);
}

static enum sheaf_status report_variance(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                         struct sheaf_result *result)
{
    return report_spread(name, sums, args, arithmetic_of(args)->variance, 1, result);
}

static enum sheaf_status report_population_deviation(const char *name, const struct sums *sums,
                                                     const struct sheaf_args *args, struct sheaf_result *result)
{
    return report_spread(name, sums, args, arithmetic_of(args)->deviation, 0, result);
}

static enum sheaf_status report_population_variance(const char *name, const struct sums *sums,
                                                    const struct sheaf_args *args, struct sheaf_result *result)
{
    return report_spread(name, sums, args, arithmetic_of(args)->variance, 0, result);
}

SUMS_FINISH(mean, sums_report_mean)
SUMS_FINISH(var, report_variance)
SUMS_FINISH(stddev, sums_report_deviation)
SUMS_FINISH(pvar, report_population_variance)
SUMS_FINISH(pstddev, report_population_deviation)

static const struct sheaf_role roles[] = {{"x", ARITHMETIC_TYPES}};

#define ONCE "Computed from exact sums, of text from the decimals that it has, and rounded once, to the nearest double. "
#define OF_A_SAMPLE ONCE "NaN if any element is NaN or infinite; null for fewer than two elements."
#define OF_A_POPULATION ONCE "NaN if any element is NaN or infinite; null for an empty input."

const struct sheaf_kernel sheaf_kernel_mean = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "mean",
    .summary = "the arithmetic mean",
    .formula = "sum of x[i] / n",
    .description = "The arithmetic mean. " ONCE "NaN if any element is NaN or both infinities occur; null for an "
                   "empty input.",
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_one,
    .map = sums_map_plain,
    .merge = sums_merge_one,
    .finish = mean_finish,
};

const struct sheaf_kernel sheaf_kernel_var = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "var",
    .summary = "the variance of a sample",
    .formula = "sum of (x[i] - mean)^2 / (n - 1)",
    .description = "The variance of a sample. " OF_A_SAMPLE,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_two,
    .map = sums_map_moments,
    .merge = sums_merge_two,
    .finish = var_finish,
};

const struct sheaf_kernel sheaf_kernel_stddev = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "stddev",
    .summary = "the standard deviation of a sample",
    .formula = "sqrt(sum of (x[i] - mean)^2 / (n - 1))",
    .description = "The standard deviation of a sample. " OF_A_SAMPLE,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_two,
    .map = sums_map_moments,
    .merge = sums_merge_two,
    .finish = stddev_finish,
};

const struct sheaf_kernel sheaf_kernel_pvar = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "pvar",
    .summary = "the variance of a population",
    .formula = "sum of (x[i] - mean)^2 / n",
    .description = "The variance of a population. " OF_A_POPULATION,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_two,
    .map = sums_map_moments,
    .merge = sums_merge_two,
    .finish = pvar_finish,
};

const struct sheaf_kernel sheaf_kernel_pstddev = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "pstddev",
    .summary = "the standard deviation of a population",
    .formula = "sqrt(sum of (x[i] - mean)^2 / n)",
    .description = "The standard deviation of a population. " OF_A_POPULATION,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = sums_size_two,
    .map = sums_map_moments,
    .merge = sums_merge_two,
    .finish = pstddev_finish,
};
