/* summary: what a first look at a column wants, in one pass: exact sums beside the largest order keys. */
#include "order.h"
#include "sums.h"

struct summary {
    struct sums sums;
    uint64_t min, max; /* order keys */
};

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct summary);
}

static void take(uint64_t *largest, uint64_t key)
{
    if (key > *largest)
        *largest = key;
}

static enum sheaf_status map(struct summary *summary, order_largest *largest, const struct sheaf_batch *batch,
                             const struct sheaf_args *args, struct sheaf_error *err)
{
    take(&summary->min, largest(ORDER_MIN, &batch->columns[0], batch->rows));
    take(&summary->max, largest(ORDER_MAX, &batch->columns[0], batch->rows));
    return sums_map_moments(&summary->sums, batch, args, err);
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
    struct summary *summary = into;
    const struct summary *other = from;
    take(&summary->min, other->min);
    take(&summary->max, other->max);
    return sums_merge_two(&summary->sums, &other->sums, args, err);
}

static enum sheaf_status report_extremum(const char *name, const struct summary *summary, enum order order,
                                         uint64_t key, const struct sheaf_args *args, struct sheaf_result *result)
{
    if (summary->sums.rows == 0)
        return sheaf_result_null(result, name);
    return order_report(name, args->types[0], order, key, result);
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    const struct summary *summary = state;
    const struct sums *sums = &summary->sums;
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
        status = sums_report_deviation("stddev", sums, args, result);
    if (status == SHEAF_OK)
        status = report_extremum("min", summary, ORDER_MIN, summary->min, args, result);
    if (status == SHEAF_OK)
        status = report_extremum("max", summary, ORDER_MAX, summary->max, args, result);
    return status;
}

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}};

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
};
