/* skewness, kurtosis: from exact sums of powers, by one rounding. */
#include <sheaf/exact.h>
#include <sheaf/kernel.h>

/* Int64 and nothing else, so that states add (SHEAF_LAW_ADD64). skewness leaves the fourth powers out. */
struct shape {
    int64_t rows;
    struct sheaf_exact_powers powers;
};

static size_t state_size_skewness(const struct sheaf_args *args)
{
    (void)args;
    return offsetof(struct shape, powers.fourths);
}

static size_t state_size_kurtosis(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct shape);
}

static enum sheaf_status map(struct shape *shape, unsigned highest, const struct sheaf_batch *batch)
{
    shape->rows += (int64_t)batch->rows;
    sheaf_exact_add_powers(&shape->powers, highest, batch->columns[0].type, batch->columns[0].data, batch->rows);
    return SHEAF_OK;
}

static enum sheaf_status map_skewness(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                      struct sheaf_error *err)
{
    (void)args, (void)err;
    return map(state, 3, batch);
}

static enum sheaf_status map_kurtosis(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                      struct sheaf_error *err)
{
    (void)args, (void)err;
    return map(state, 4, batch);
}

typedef bool shape_of(const struct sheaf_exact_powers *powers, uint64_t n, double *value);

static enum sheaf_status report(const char *name, const struct shape *shape, shape_of *value_of,
                                struct sheaf_result *result)
{
    double value;
    if (!value_of(&shape->powers, (uint64_t)shape->rows, &value))
        return sheaf_result_null(result, name);
    return sheaf_result_real(result, name, value);
}

static enum sheaf_status finish_skewness(const void *state, const struct sheaf_args *args,
                                         const struct sheaf_finish *finish, struct sheaf_result *result,
                                         struct sheaf_error *err)
{
    (void)args, (void)finish, (void)err;
    return report("skewness", state, sheaf_exact_skewness, result);
}

static enum sheaf_status finish_kurtosis(const void *state, const struct sheaf_args *args,
                                         const struct sheaf_finish *finish, struct sheaf_result *result,
                                         struct sheaf_error *err)
{
    (void)args, (void)finish, (void)err;
    return report("kurtosis", state, sheaf_exact_kurtosis, result);
}

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}};

#define ONCE "mk is the mean of (x - mean)^k, with divisor n: no correction for a sample (scipy's default). Computed from " \
             "exact sums of powers and rounded once, to the nearest double. NaN if any element is NaN or infinite; null " \
             "for an empty input, and if all elements are equal."

const struct sheaf_kernel sheaf_kernel_skewness = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "skewness",
    .summary = "how much heavier one side of the distribution is",
    .formula = "m3 / m2^(3/2)",
    .description = "The skewness of the elements. " ONCE,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = state_size_skewness,
    .map = map_skewness,
    .finish = finish_skewness,
};

const struct sheaf_kernel sheaf_kernel_kurtosis = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "kurtosis",
    .summary = "how much heavier the tails are than a normal distribution's",
    .formula = "m4 / m2^2 - 3",
    .description = "The excess kurtosis of the elements, 0 for a normal distribution. " ONCE,
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = state_size_kurtosis,
    .map = map_kurtosis,
    .finish = finish_kurtosis,
};
