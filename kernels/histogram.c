/* histogram: counts in equal bins. The range is --range, or what a first pass over the data finds. */
#include "bins.h"
#include "order.h"
#include "widen.h"

#include <math.h>
#include <string.h>

enum { MOST_BINS = 1000000, MOST_EDGES = 1025, CHUNK_ROWS = 256 };
enum { BINS, RANGE }; /* parameters */

/* State of the first pass. */
struct extent {
    uint64_t low_key, high_key; /* of ORDER_FINITE_MIN, ORDER_FINITE_MAX */
};

/* State of the counting pass: all int64. */
struct tally {
    int64_t under, over, nan;
    int64_t counts[]; /* per bin */
};

/* What the first pass hands to the second. */
struct range {
    double lo, hi;
};

static bool is_counting(const struct sheaf_args *args)
{
    return args->values[RANGE].set || args->pass > 0;
}

static struct bins bins_of(const struct sheaf_args *args)
{
    struct range range;
    if (args->values[RANGE].set)
        range = (struct range){args->values[RANGE].range[0], args->values[RANGE].range[1]};
    else
        memcpy(&range, args->carry, sizeof range);
    return bins_make(range.lo, range.hi, args->values[BINS].count);
}

static enum sheaf_status check(const struct sheaf_args *args, struct sheaf_error *err)
{
    const struct sheaf_arg *bins = &args->values[BINS], *range = &args->values[RANGE];
    if (bins->count < 1 || bins->count > MOST_BINS)
        return sheaf_fail(err, SHEAF_USAGE, "histogram: --bins %lld is not between 1 and %d", (long long)bins->count,
                          MOST_BINS);
    if (!range->set)
        return SHEAF_OK;
    char lo[32], hi[32];
    sheaf_real_text(range->range[0], lo);
    sheaf_real_text(range->range[1], hi);
    if (!isfinite(range->range[0]) || !isfinite(range->range[1]))
        return sheaf_fail(err, SHEAF_USAGE, "histogram: --range %s:%s must be two finite numbers (what lies outside is "
                          "counted as under and over)", lo, hi);
    if (range->range[0] > range->range[1])
        return sheaf_fail(err, SHEAF_USAGE, "histogram: --range %s:%s runs backwards (LO:HI, the lower first)", lo, hi);
    return SHEAF_OK;
}

static size_t state_size(const struct sheaf_args *args)
{
    if (!is_counting(args))
        return sizeof(struct extent);
    return sizeof(struct tally) + (size_t)args->values[BINS].count * sizeof(int64_t);
}

/* ---- first pass ----------------------------------------------------------------------------------------- */

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void extend(struct extent *extent, const struct sheaf_batch *batch, order_largest *largest)
{
    const struct sheaf_column *x = &batch->columns[0];
    extent->low_key = larger(extent->low_key, largest(ORDER_FINITE_MIN, x, batch->rows));
    extent->high_key = larger(extent->high_key, largest(ORDER_FINITE_MAX, x, batch->rows));
}

/* The keys 0 stand for the greatest value as least and the least as greatest: a range that runs backwards is that of
 * no finite element. */
static struct range range_found(const struct extent *extent, enum sheaf_type type)
{
    struct range range;
    if (sheaf_type_is_float(type)) {
        range.lo = order_real(type, ORDER_FINITE_MIN, extent->low_key);
        range.hi = order_real(type, ORDER_FINITE_MAX, extent->high_key);
    } else {
        range.lo = double_not_above(order_integer(type, ORDER_FINITE_MIN, extent->low_key));
        range.hi = double_not_below(order_integer(type, ORDER_FINITE_MAX, extent->high_key));
    }
    return range.lo <= range.hi ? range : (struct range){0, 1};
}

static bool one_pass(const struct sheaf_args *args)
{
    return args->values[RANGE].set;
}

static enum sheaf_status next(const void *state, const struct sheaf_args *args, bool *again,
                              struct sheaf_buffer *carry, struct sheaf_error *err)
{
    *again = !is_counting(args);
    if (!*again)
        return SHEAF_OK;
    struct range range = range_found(state, args->types[0]);
    if (sheaf_buffer_append(carry, &range, sizeof range) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "histogram: out of memory");
    return SHEAF_OK;
}

/* ---- counting pass -------------------------------------------------------------------------------------- */

/* Where an element is counted. One between two doubles is known by both: the lower decides against lower edges, the
 * upper against hi. */
static int64_t *slot_of(struct tally *tally, const struct bins *bins, double below, double above)
{
    if (below >= bins->lo && above <= bins->hi)
        return &tally->counts[bins_find(bins, below)];
    return isnan(below) ? &tally->nan : below < bins->lo ? &tally->under : &tally->over;
}

static void count_rows(struct tally *tally, const struct bins *bins, const struct sheaf_column *x, uint64_t rows)
{
    bool exact = widen_is_exact(x->type);
    double below[CHUNK_ROWS], above[CHUNK_ROWS];
    for (uint64_t at = 0; at < rows; at += CHUNK_ROWS) {
        size_t chunk = rows - at < CHUNK_ROWS ? (size_t)(rows - at) : CHUNK_ROWS;
        widen_below(x, at, chunk, below);
        if (!exact)
            widen_above(x, at, chunk, above);
        for (size_t i = 0; i < chunk; i++)
            ++*slot_of(tally, bins, below[i], exact ? below[i] : above[i]);
    }
}

/* Bytes are counted by value first, then each value put in its bin once. */
static void count_bytes(struct tally *tally, const struct bins *bins, const struct sheaf_column *x, uint64_t rows)
{
    int64_t seen[256] = {0};
    const uint8_t *bytes = x->data;
    for (uint64_t i = 0; i < rows; i++)
        seen[bytes[i]]++;
    uint8_t bytes_in_order[256];
    for (int i = 0; i < 256; i++)
        bytes_in_order[i] = (uint8_t)i;
    double values[256];
    widen_below(&(struct sheaf_column){.type = x->type, .data = bytes_in_order}, 0, 256, values);
    for (int i = 0; i < 256; i++)
        *slot_of(tally, bins, values[i], values[i]) += seen[i];
}

static void count(struct tally *tally, const struct sheaf_batch *batch, const struct sheaf_args *args)
{
    struct bins bins = bins_of(args);
    double edges[MOST_EDGES];
    if (bins.count < MOST_EDGES && (uint64_t)bins.count < batch->rows)
        bins_remember(&bins, edges);
    bool bytes = sheaf_type_size(batch->columns[0].type) == 1 && batch->rows > 256;
    (bytes ? count_bytes : count_rows)(tally, &bins, &batch->columns[0], batch->rows);
}

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)err;
    if (is_counting(args)) {
        int64_t *sums = into;
        for (size_t i = 0; i < state_size(args) / sizeof *sums; i++)
            sums[i] += ((const int64_t *)from)[i];
    } else {
        struct extent *extent = into;
        const struct extent *other = from;
        extent->low_key = larger(extent->low_key, other->low_key);
        extent->high_key = larger(extent->high_key, other->high_key);
    }
    return SHEAF_OK;
}

static enum sheaf_status report_bins(const struct tally *tally, const struct bins *bins, struct sheaf_result *result)
{
    static const char *const columns[] = {"lo", "hi", "count"};
    enum sheaf_status status = sheaf_result_table(result, "histogram", 3, columns);
    for (int64_t i = 0; i < bins->count && status == SHEAF_OK; i++) {
        status = sheaf_cell_real(result, bins_edge(bins, i));
        if (status == SHEAF_OK)
            status = sheaf_cell_real(result, bins_edge(bins, i + 1));
        if (status == SHEAF_OK)
            status = sheaf_cell_int(result, tally->counts[i]);
    }
    return status;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)finishing, (void)err;
    const struct tally *tally = state;
    const struct bins bins = bins_of(args);
    enum sheaf_status status = report_bins(tally, &bins, result);
    if (status == SHEAF_OK)
        status = sheaf_result_int(result, "under", tally->under);
    if (status == SHEAF_OK)
        status = sheaf_result_int(result, "over", tally->over);
    if (status == SHEAF_OK)
        status = sheaf_result_int(result, "nan", tally->nan);
    return status;
}

#define HISTOGRAM_MAP(isa)                                                                                 \
    static enum sheaf_status map_##isa(void *state, const struct sheaf_batch *batch,                       \
                                       const struct sheaf_args *args, struct sheaf_error *err)             \
    {                                                                                                      \
        (void)err;                                                                                         \
        if (is_counting(args))                                                                             \
            count(state, batch, args);                                                                     \
        else                                                                                               \
            extend(state, batch, order_largest_##isa);                                                     \
        return SHEAF_OK;                                                                                   \
    }
#define HISTOGRAM_VARIANT(isa) {#isa, map_##isa},
HISTOGRAM_MAP(portable) SHEAF_ISAS(HISTOGRAM_MAP)
static const struct sheaf_variant variants[] = {SHEAF_ISAS(HISTOGRAM_VARIANT){NULL, NULL}};

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}};
static const struct sheaf_param params[] = {
    [BINS] = {"bins", SHEAF_PARAM_COUNT, "N", "10", "number of bins, 1 to 1M"},
    [RANGE] = {"range", SHEAF_PARAM_RANGE, "LO:HI", NULL, "lower edge of the first bin, upper edge of the last"},
};

const struct sheaf_kernel sheaf_kernel_histogram = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "histogram",
    .summary = "how many elements lie in each of N equal intervals",
    .formula = "count of edge[k] <= x[i] < edge[k+1], edge[k] = lo + k (hi - lo) / bins",
    .description =
        "Counts the elements in bins of equal width between LO and HI. A bin holds its lower edge and not its upper one; "
        "the last holds both. Without --range, LO and HI are the least and greatest finite element, found by a pass of "
        "its own (0 and 1 if there is none); where LO equals HI both move out by 0.5. The decision is exact for every "
        "type: an element is in a bin if and only if it lies between the two edges shown. under, over: elements below LO "
        "and above HI, infinities among them; nan: NaN elements.",
    .roles = roles,
    .role_count = 1,
    .params = params,
    .param_count = 2,
    .laws = SHEAF_LAW_EXACT | SHEAF_LAW_TABLE,
    .check = check,
    .state_size = state_size,
    .map = map_portable,
    .variants = variants,
    .merge = merge,
    .finish = finish,
    .next = next,
    .one_pass = one_pass,
};
