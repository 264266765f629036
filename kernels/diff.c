/* diff: two columns of any types compared element by element, as the real numbers they stand for. A chunk that is
 * the same bytes in the same type is passed over; others go through one of four comparers, by how a pair of the two
 * types can be held exactly: as integers, as doubles, as one of each, or as decimals. */
#include "decimals.h"
#include "place.h"
#include "widen.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CHUNK_ROWS = 256 };

typedef unsigned __int128 uwide;

struct diff {
    int64_t differ;
    uint64_t incomparable;    /* a NaN stood beside a number */
    uint64_t gap[2];          /* of integers: largest absolute difference, low word first */
    double absolute;          /* of others */
    double relative;
    uint64_t ulp;
    struct sheaf_position first; /* if differ > 0 */
};

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct diff);
}

/* ---- one pair ------------------------------------------------------------------------------------------- */

static uwide gap_of(const struct diff *diff)
{
    return (uwide)diff->gap[1] << 64 | diff->gap[0];
}

static void raise_gap(struct diff *diff, uwide gap)
{
    if (gap > gap_of(diff)) {
        diff->gap[0] = (uint64_t)gap;
        diff->gap[1] = (uint64_t)(gap >> 64);
    }
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

/* |x - y| / max(|x|, |y|), with `difference` = |x - y| rounded. Twice a finite difference may overflow; a quotient
 * of halves does not. */
static double relative_of(double difference, double x, double y)
{
    double larger = greater(fabs(x), fabs(y));
    if (isinf(larger))
        return INFINITY;
    if (larger == 0) /* decimals too small for a double */
        return 0;
    return isinf(difference) ? fabs(x / 2 - y / 2) / (larger / 2) : difference / larger;
}

/* Places on a line where neighbours are 1 apart and both zeros are 0. */
static int64_t place_of_double(double x)
{
    int64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static int64_t place_of_float(float x)
{
    int32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits < 0 ? INT32_MIN - (int64_t)bits : bits;
}

static uint64_t apart(int64_t a, int64_t b)
{
    return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

static void record(struct diff *diff, double difference, double x, double y, uint64_t ulp)
{
    diff->absolute = greater(diff->absolute, difference);
    diff->relative = greater(diff->relative, relative_of(difference, x, y));
    diff->ulp = ulp > diff->ulp ? ulp : diff->ulp;
}

/* |v - y| of an integer below 2^65 and a finite double, rounded once. */
static double mixed_difference(__int128 v, double y)
{
    double nearest = (double)v;
    if ((__int128)nearest == v || fabs(y) >= 0x1p126) /* exact, or less than a quarter of y's last place */
        return fabs(nearest - y);
    if (fabs(y) >= 0x1p52) /* an integer */
        return fabs((double)(v - (__int128)y));
    /* |v| > 2^53 and |y| < 2^52: the last place of the answer is 1 or more. Three more bits of y, the last of them
     * made odd if anything follows (round to odd), decide the rounding as all of y would. */
    double eighths = y * 8;
    __int128 kept = (__int128)eighths;
    if ((double)kept != eighths && kept % 2 == 0)
        kept += eighths > 0 ? 1 : -1;
    return fabs((double)(v * 8 - kept)) / 8;
}

/* ---- chunks: each returns the first row that differs, or `rows` ------------------------------------------ */

static size_t compare_doubles(struct diff *diff, const double *x, const double *y, size_t rows, bool narrow)
{
    size_t first = rows;
    for (size_t i = 0; i < rows; i++) {
        bool x_nan = isnan(x[i]), y_nan = isnan(y[i]);
        if (x[i] == y[i] || (x_nan && y_nan))
            continue;
        first = first < i ? first : i;
        diff->differ++;
        if (x_nan || y_nan)
            diff->incomparable = 1;
        else
            record(diff, fabs(x[i] - y[i]), x[i], y[i],
                  narrow ? apart(place_of_float((float)x[i]), place_of_float((float)y[i]))
                         : apart(place_of_double(x[i]), place_of_double(y[i])));
    }
    return first;
}

static size_t compare_integers(struct diff *diff, const __int128 *x, const __int128 *y, size_t rows)
{
    size_t first = rows;
    for (size_t i = 0; i < rows; i++) {
        if (x[i] == y[i])
            continue;
        first = first < i ? first : i;
        diff->differ++;
        uwide gap = x[i] > y[i] ? (uwide)(x[i] - y[i]) : (uwide)(y[i] - x[i]);
        raise_gap(diff, gap);
        diff->relative = greater(diff->relative, relative_of((double)gap, (double)x[i], (double)y[i]));
    }
    return first;
}

static size_t compare_mixed(struct diff *diff, const __int128 *x, const double *y, size_t rows)
{
    size_t first = rows;
    for (size_t i = 0; i < rows; i++) {
        bool comparable = !isnan(y[i]);
        double difference = !comparable ? 1 : isinf(y[i]) ? INFINITY : mixed_difference(x[i], y[i]);
        if (difference == 0)
            continue;
        first = first < i ? first : i;
        diff->differ++;
        if (comparable)
            record(diff, difference, (double)x[i], y[i], apart(place_of_double((double)x[i]), place_of_double(y[i])));
        else
            diff->incomparable = 1;
    }
    return first;
}

static size_t compare_decimals(struct diff *diff, const struct sheaf_column *x, const struct sheaf_column *y,
                               uint64_t rows, uint64_t at, size_t count)
{
    size_t first = count;
    for (size_t i = 0; i < count; i++) {
        double difference = 0, x_real, y_real;
        bool finite = decimal_is_finite(x, at + i) && decimal_is_finite(y, at + i);
        if (finite && decimals_equal(x, y, rows, at + i, &difference))
            continue;
        x_real = decimal_real(x, rows, at + i);
        y_real = decimal_real(y, rows, at + i);
        if (!finite && compare_doubles(diff, &x_real, &y_real, 1, false) == 1)
            continue;
        first = first < i ? first : i;
        if (finite) {
            diff->differ++;
            record(diff, difference, x_real, y_real, apart(place_of_double(x_real), place_of_double(y_real)));
        }
    }
    return first;
}

/* Rows `at` to `at + rows` of a batch. */
static size_t compare(struct diff *diff, const struct sheaf_batch *batch, uint64_t at, size_t rows)
{
    const struct sheaf_column *x = &batch->columns[0], *y = &batch->columns[1];
    if (x->type == SHEAF_DECIMAL)
        return compare_decimals(diff, x, y, batch->rows, at, rows);
    bool x_float = sheaf_type_is_float(x->type), y_float = sheaf_type_is_float(y->type);
    __int128 integers[2][CHUNK_ROWS];
    double doubles[2][CHUNK_ROWS];
    if (!x_float && !y_float) {
        widen_integer(x, at, rows, integers[0]);
        widen_integer(y, at, rows, integers[1]);
        return compare_integers(diff, integers[0], integers[1], rows);
    }
    if (widen_is_exact(x->type) && widen_is_exact(y->type)) {
        widen_below(x, at, rows, doubles[0]);
        widen_below(y, at, rows, doubles[1]);
        return compare_doubles(diff, doubles[0], doubles[1], rows, x->type == SHEAF_F32 && y->type == SHEAF_F32);
    }
    widen_integer(x_float ? y : x, at, rows, integers[0]);
    widen_below(x_float ? x : y, at, rows, doubles[0]);
    return compare_mixed(diff, integers[0], doubles[0], rows);
}

/* ---- the kernel ----------------------------------------------------------------------------------------- */

static bool same_bytes(const struct sheaf_column *x, const struct sheaf_column *y, uint64_t at, size_t rows)
{
    if (x->type != y->type || (x->type == SHEAF_DECIMAL && !decimals_look_alike(x, y)))
        return false;
    size_t size = sheaf_type_size(x->type);
    return memcmp((const char *)x->data + at * size, (const char *)y->data + at * size, rows * size) == 0;
}

static bool precedes_first(const struct diff *diff, const struct sheaf_batch *batch, uint64_t row)
{
    struct sheaf_position position = sheaf_batch_position(batch, row);
    return sheaf_position_compare(&position, &diff->first) < 0;
}

/* Row `row` differs. `found`: so did others before. */
static void place_first(struct diff *diff, const struct sheaf_batch *batch, uint64_t row, bool found)
{
    if (!found || precedes_first(diff, batch, row))
        diff->first = sheaf_batch_position(batch, row);
}

static bool row_differs(const struct sheaf_batch *batch, uint64_t row)
{
    struct diff alone = {0};
    return compare(&alone, batch, row, 1) == 0;
}

/* Where the rows have positions of their own, the first in the chunk need not be the first of all. */
static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    (void)args, (void)err;
    struct diff *diff = state;
    const struct sheaf_column *x = &batch->columns[0], *y = &batch->columns[1];
    for (uint64_t at = 0; at < batch->rows; at += CHUNK_ROWS) {
        size_t rows = batch->rows - at < CHUNK_ROWS ? (size_t)(batch->rows - at) : CHUNK_ROWS;
        if (same_bytes(x, y, at, rows))
            continue;
        bool found = diff->differ > 0;
        size_t first = compare(diff, batch, at, rows);
        if (first == rows)
            continue;
        place_first(diff, batch, at + first, found);
        for (size_t i = first + 1; batch->at && i < rows; i++)
            if (precedes_first(diff, batch, at + i) && row_differs(batch, at + i))
                place_first(diff, batch, at + i, true);
    }
    return SHEAF_OK;
}

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)args, (void)err;
    struct diff *diff = into;
    const struct diff *other = from;
    if (other->differ && (!diff->differ || sheaf_position_compare(&other->first, &diff->first) < 0))
        diff->first = other->first;
    diff->differ += other->differ;
    diff->incomparable |= other->incomparable;
    raise_gap(diff, gap_of(other));
    diff->absolute = greater(diff->absolute, other->absolute);
    diff->relative = greater(diff->relative, other->relative);
    diff->ulp = other->ulp > diff->ulp ? other->ulp : diff->ulp;
    return SHEAF_OK;
}

static enum sheaf_status report_gap(struct sheaf_result *result, const char *name, uwide gap)
{
    char digits[24]; /* below 2^65 */
    const uint64_t split = UINT64_C(10000000000);
    if (gap >> 64)
        snprintf(digits, sizeof digits, "%llu%010llu", (unsigned long long)(gap / split),
                 (unsigned long long)(gap % split));
    else
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)gap);
    return sheaf_result_integer(result, name, digits);
}

static bool holds_fractions(enum sheaf_type type)
{
    return type == SHEAF_DECIMAL || sheaf_type_is_float(type);
}

static const char *const largest_names[] = {"max_abs", "max_rel", "max_ulp"};

static enum sheaf_status report_largest(const struct diff *diff, const struct sheaf_args *args,
                                        struct sheaf_result *result)
{
    bool integers = !holds_fractions(args->types[0]) && !holds_fractions(args->types[1]);
    enum sheaf_status status = integers ? report_gap(result, largest_names[0], gap_of(diff))
                                        : sheaf_result_real(result, largest_names[0], diff->absolute);
    if (status == SHEAF_OK)
        status = sheaf_result_real(result, largest_names[1], diff->relative);
    if (status == SHEAF_OK)
        status = integers ? report_gap(result, largest_names[2], gap_of(diff))
                          : sheaf_result_uint(result, largest_names[2], diff->ulp);
    return status;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    const struct diff *diff = state;
    enum sheaf_status status = sheaf_result_int(result, "differ", diff->differ);
    if (status == SHEAF_OK)
        status = place_report("first", diff->differ ? &diff->first : NULL, finishing, result, err);
    if (finishing->tally.used > 0 && !diff->incomparable && status == SHEAF_OK)
        return report_largest(diff, args, result);
    for (size_t i = 0; i < 3 && status == SHEAF_OK; i++)
        status = diff->incomparable ? sheaf_result_real(result, largest_names[i], NAN)
                                    : sheaf_result_null(result, largest_names[i]);
    return status;
}

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES | SHEAF_TYPE_BIT(SHEAF_DECIMAL)},
                                           {"y", SHEAF_ALL_TYPES | SHEAF_TYPE_BIT(SHEAF_DECIMAL)}};

const struct sheaf_kernel sheaf_kernel_diff = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "diff",
    .summary = "how two inputs differ, element by element",
    .formula = "count of x[i] != y[i]; max of |x-y|, |x-y| / max(|x|,|y|), ulps between x and y",
    .description =
        "Compares the real numbers that the elements stand for, whatever their types: no bit of an i64 beside an f64 is "
        "lost, and no digit of a text beside a text (beside an array a text is doubles). -0 equals +0 and any NaN "
        "equals any NaN. Reported are the number of elements that differ, the first of them (element from 0; in text "
        "record from 1, and line), and the largest absolute difference, relative difference (to the larger magnitude) "
        "and distance in units in the last place: of f32 if both are f32, of integers 1 each, else of f64, to which "
        "integers and decimals are rounded (beyond the largest f64: to Infinity). A difference from an infinity is "
        "Infinity; a NaN beside a number makes the three largest NaN. first is null if nothing differs, the three "
        "largest are for an empty input.\n"
        "That values differ is an answer, so the exit code is 0. A script that is to fail then asks for none: "
        "sheaf run diff A B | grep -q '^differ.0$'",
    .roles = roles,
    .role_count = 2,
    .laws = SHEAF_LAW_EXACT,
    .state_size = state_size,
    .map = map,
    .merge = merge,
    .finish = finish,
};
