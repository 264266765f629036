/* summary: what a first look at a column wants, in one pass: exact sums beside the largest order keys. */
#include "extreme.h"
#include "sums.h"

/* The state: the least and the greatest element, the sums. */
static struct extreme *min_of(void *state)
{
    return state;
}

static struct extreme *max_of(void *state, const struct sheaf_args *args)
{
    return (struct extreme *)((unsigned char *)state + extreme_size(args));
}

static struct sums *sums_of(void *state, const struct sheaf_args *args)
{
    return (struct sums *)((unsigned char *)state + 2 * extreme_size(args));
}

static size_t state_size(const struct sheaf_args *args)
{
    return 2 * extreme_size(args) + sums_size_two(args);
}

static enum sheaf_status map(void *state, order_largest *largest, const struct sheaf_batch *batch,
                             const struct sheaf_args *args, struct sheaf_error *err)
{
    extreme_map(min_of(state), largest, ORDER_MIN, &batch->columns[0], batch->rows);
    extreme_map(max_of(state, args), largest, ORDER_MAX, &batch->columns[0], batch->rows);
    return sums_map_moments(sums_of(state, args), batch, args, err);
}

#define MAP(isa)                                                                                           \
    static enum sheaf_status map_##isa(void *state, const struct sheaf_batch *batch,                       \
                                       const struct sheaf_args *args, struct sheaf_error *err)             \
    {                                                                                                      \
        return map(state, order_largest_##isa, batch, args, err);                                          \
    }
#define VARIANT(isa) {#isa, map_##isa},
MAP(portable)
SHEAF_ISAS(MAP)
static const struct sheaf_variant variants[] = {SHEAF_ISAS(VARIANT){NULL, NULL}};

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    extreme_merge(min_of(into), min_of((void *)from), args);
    extreme_merge(max_of(into, args), max_of((void *)from, args), args);
    return sums_merge_two(sums_of(into, args), sums_of((void *)from, args), args, err);
}

static bool may_hold_nan(const void *state, const struct sheaf_args *args)
{
    return sums_may_hold_nan(sums_of((void *)state, args), args);
}

static enum sheaf_status report_extreme(const char *name, const struct sums *sums, const struct extreme *extreme,
                                        enum order order, const struct sheaf_args *args, struct sheaf_result *result)
{
    return sums->rows ? extreme_report(name, extreme, order, args, result) : sheaf_result_null(result, name);
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    const struct sums *sums = sums_of((void *)state, args);
    (void)err;
    enum sheaf_status status = sheaf_result_int(result, "count", sums->rows);
    if (status == SHEAF_OK)
        status = sheaf_result_uint(result, "missing", finishing->tally.missing);
    if (status == SHEAF_OK)
        status = sheaf_result_uint(result, "nan", finishing->tally.nan);
    if (status == SHEAF_OK)
        status = sums_report_total("sum", sums, args, result);
    if (status == SHEAF_OK)
        status = sums_report_mean("mean", sums, args, result);
    if (status == SHEAF_OK)
        status = sums_report_spread("stddev", sums, args, sums_deviation, SUMS_SAMPLE, result);
    if (status == SHEAF_OK)
        status = report_extreme("min", sums, min_of((void *)state), ORDER_MIN, args, result);
    if (status == SHEAF_OK)
        status = report_extreme("max", sums, max_of((void *)state, args), ORDER_MAX, args, result);
    return status;
}

static const struct sheaf_role roles[] = {{"x", ARITHMETIC_TYPES}};

const struct sheaf_kernel sheaf_kernel_summary = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "summary",
    .summary = "count, missing, NaN, sum, mean, standard deviation, min and max in one pass",
    .formula = "n, sum of x[i], sum of x[i] / n, sqrt(sum of (x[i] - mean)^2 / (n - 1)), min and max of x[i]",
    .description = "Each value as the kernel of its name gives it: exact sums, rounded once; the standard deviation "
                   "of a sample. A NaN makes sum, mean, stddev, min and max NaN; -0 is below +0. Of an empty input "
                   "the sum is 0, and mean, stddev, min and max are null.",
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT,
    .state_size = state_size,
    .map = map_portable,
    .variants = variants,
    .merge = merge,
    .finish = finish,
    .may_hold_nan = may_hold_nan,
};
