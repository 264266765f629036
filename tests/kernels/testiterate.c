/* testiterate: the lower median by bisection. Each pass counts the elements up to a pivot; the next one halves the
 * interval of keys, until it holds a single one. */
#include "key.h"

struct counts {
    int64_t all, up_to_pivot;
};

struct interval {
    uint64_t low, high; /* the median's key is in low .. high */
};

static struct interval interval_of(const struct sheaf_args *args)
{
    struct interval interval = {0, UINT64_MAX};
    size_t size = sheaf_type_size(args->types[0]);
    if (args->pass > 0)
        memcpy(&interval, args->carry, sizeof interval);
    else if (size < 8 && !sheaf_type_is_float(args->types[0])) {
        uint64_t half = UINT64_C(1) << (8 * size - 1);
        interval = sheaf_type_is_signed(args->types[0]) ? (struct interval){KEY_SIGN - half, KEY_SIGN + (half - 1)}
                                                        : (struct interval){0, 2 * half - 1};
    }
    return interval;
}

static uint64_t pivot_of(struct interval interval)
{
    return interval.low + (interval.high - interval.low) / 2;
}

static struct interval halve(struct interval interval, const struct counts *counts)
{
    if (counts->up_to_pivot >= counts->all - counts->all / 2)
        interval.high = pivot_of(interval);
    else
        interval.low = pivot_of(interval) + 1;
    return interval;
}

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct counts);
}

static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    (void)err;
    struct counts *counts = state;
    uint64_t pivot = pivot_of(interval_of(args));
    for (uint64_t i = 0; i < batch->rows; i++)
        counts->up_to_pivot += key_at(&batch->columns[0], i) <= pivot;
    counts->all += (int64_t)batch->rows;
    return SHEAF_OK;
}

static enum sheaf_status next(const void *state, const struct sheaf_args *args, bool *again,
                              struct sheaf_buffer *carry, struct sheaf_error *err)
{
    const struct counts *counts = state;
    struct interval interval = halve(interval_of(args), counts);
    *again = counts->all > 0 && interval.low < interval.high;
    if (*again && sheaf_buffer_append(carry, &interval, sizeof interval) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "testiterate: out of memory");
    return SHEAF_OK;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)finishing, (void)err;
    const struct counts *counts = state;
    enum sheaf_type type = args->types[0];
    uint64_t key = halve(interval_of(args), counts).low;
    enum sheaf_status status = counts->all == 0             ? sheaf_result_null(result, "median")
                               : sheaf_type_is_float(type)  ? sheaf_result_real(result, "median", key_real(key))
                               : sheaf_type_is_signed(type) ? sheaf_result_int(result, "median", (int64_t)(key ^ KEY_SIGN))
                                                            : sheaf_result_uint(result, "median", key);
    return status == SHEAF_OK ? sheaf_result_int(result, "passes", args->pass + 1) : status;
}

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}};

const struct sheaf_kernel sheaf_kernel_testiterate = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "testiterate",
    .summary = "the lower median, by bisection",
    .formula = "least m with #{x[i] <= m} >= n/2",
    .description = "For tests: many passes, each with what the one before found. -0 is 0; NaN is above all numbers.",
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = state_size,
    .map = map,
    .finish = finish,
    .next = next,
};
