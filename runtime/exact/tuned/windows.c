/* Windows (exact/window.h) in vectors of any width: every job, without special instructions and without flags.
 *
 * Whether anything is left behind the last level is seen by comparing it with what that level took, bit by bit.
 *
 * Squares and products of f64 do not fit a double. Each factor is cut into three pieces of 25 bits, h + m + l, by the
 * same trick; any product of pieces is exact, and products of the same weight are summed in one accumulator:
 * hh | hm mh | hl mm lh | ml lm | ll. Those of f32 are exact in f64, and are summed like any f64. */
#include "../window.h"
#include "vector.h"

enum { GROUP = 16 }; /* elements of one turn of a loop: one or two cache lines */
_Static_assert(WINDOW_BLOCK % GROUP == 0 && WINDOW_BLOCK / LANES <= WINDOW_LANE, "a lane overflows");
typedef double doubles __attribute__((vector_size(VECTOR_BYTES)));
typedef float floats __attribute__((vector_size(VECTOR_BYTES / 2)));
typedef double loose_doubles __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
typedef float loose_floats __attribute__((vector_size(VECTOR_BYTES / 2), aligned(4), may_alias));

/* ---- reading ------------------------------------------------------------------------------------------------ */

/* Elements i .. i + LANES - 1 as f64. */
typedef doubles loader(const void *x, const void *y, uint64_t i);

ALWAYS doubles load_f64(const void *x, const void *y, uint64_t i)
{
    (void)y;
    return *(const loose_doubles *)((const double *)x + i);
}

ALWAYS doubles load_f32(const void *x, const void *y, uint64_t i)
{
    (void)y;
    floats value = *(const loose_floats *)((const float *)x + i);
    return __builtin_convertvector(value, doubles);
}

ALWAYS doubles load_absolute_f64(const void *x, const void *y, uint64_t i)
{
    return (doubles)((words)load_f64(x, y, i) & INT64_MAX);
}

ALWAYS doubles load_absolute_f32(const void *x, const void *y, uint64_t i)
{
    return (doubles)((words)load_f32(x, y, i) & INT64_MAX);
}

ALWAYS doubles load_product_f32(const void *x, const void *y, uint64_t i)
{
    return load_f32(x, y, i) * load_f32(y, x, i);
}

/* STEP(x, y, index) for every vector; what is not there at the end is zero, which adds nothing. */
#define FOR_ALL(STEP, x, y, n, size)                                                                       \
    do {                                                                                                   \
        _Alignas(VECTOR_BYTES) unsigned char tail_x[GROUP * 8] = {0}, tail_y[GROUP * 8] = {0};             \
        uint64_t whole_ = (n) / GROUP * GROUP, rest_ = ((n)-whole_) * (size);                              \
        for (uint64_t i_ = 0; i_ < whole_; i_ += GROUP) {                                                  \
            for (unsigned j_ = 0; j_ < GROUP; j_ += LANES)                                                 \
                STEP(x, y, i_ + j_);                                                                       \
        }                                                                                                  \
        if (rest_) {                                                                                       \
            memcpy(tail_x, (const unsigned char *)(x) + whole_ * (size), rest_);                           \
            memcpy(tail_y, (const unsigned char *)(y) + whole_ * (size), rest_);                           \
            for (unsigned j_ = 0; j_ < GROUP; j_ += LANES)                                                 \
                STEP(tail_x, tail_y, j_);                                                                  \
        }                                                                                                  \
    } while (0)

/* How many numbers FOR_ALL adds to each lane. */
ALWAYS int64_t adds_per_lane(uint64_t n)
{
    return (int64_t)((n + GROUP - 1) / GROUP) * (GROUP / LANES);
}

/* ---- lanes -------------------------------------------------------------------------------------------------- */

/* The sum of the integers that `adds` numbers per lane were above `magic`. */
ALWAYS int128 integer_sum(words sum, double magic, int64_t adds)
{
    uint64_t taken = (uint64_t)window_bits(magic) * (uint64_t)adds;
    int128 total = 0;
    for (unsigned lane = 0; lane < LANES; lane++)
        total += (int64_t)(sum[lane] - taken);
    return total;
}

/* ---- sums --------------------------------------------------------------------------------------------------- */

ALWAYS bool sum_levels(loader *load, const int levels, const unsigned size, int64_t *limb, const void *x, const void *y,
                       uint64_t n, int unit)
{
    double magic[WINDOW_KINDS];
    words sum[WINDOW_KINDS] = {{0}}, outside = {0}, left = {0};
    for (int k = 0; k < levels; k++)
        magic[k] = window_magic(unit - k * WINDOW_SPACING);
    const words first = (words)((doubles){0} + magic[0]);
#define STEP(x, y, i)                                                                                      \
    do {                                                                                                   \
        doubles value = load(x, y, i);                                                                     \
        for (int k = 0; k < levels; k++) {                                                                 \
            doubles shifted = value + magic[k], taken = shifted - magic[k];                                \
            sum[k] += (words)shifted;                                                                      \
            if (k == 0)                                                                                    \
                outside |= (words)shifted ^ first;                                                         \
            if (k == levels - 1)                                                                           \
                left |= (words)taken ^ (words)value;                                                       \
            value -= taken;                                                                                \
        }                                                                                                  \
    } while (0)
    FOR_ALL(STEP, x, y, n, size);
#undef STEP
    if (any_bit(outside) >> 52 || any_bit(left) << 1) /* of zeros, the sign may differ */
        return false;
    for (int k = 0; k < levels; k++)
        limbs_add_scaled(limb, integer_sum(sum[k], magic[k], adds_per_lane(n)), UNIT_BIT + unit - k * WINDOW_SPACING);
    return true;
}

#define DEFINE_SUM(name, load, levels, size, unit)                                                         \
    static bool name(int64_t *limb, const void *x, const void *y, uint64_t n, int x_unit, int y_unit)      \
    {                                                                                                      \
        (void)y_unit;                                                                                      \
        return sum_levels(load, levels, size, limb, x, y, n, unit);                                        \
    }
DEFINE_SUM(sum2_f64, load_f64, 2, 8, x_unit)
DEFINE_SUM(sum3_f64, load_f64, 3, 8, x_unit)
DEFINE_SUM(absolute2_f64, load_absolute_f64, 2, 8, x_unit)
DEFINE_SUM(absolute3_f64, load_absolute_f64, 3, 8, x_unit)
DEFINE_SUM(sum1_f32, load_f32, 1, 4, x_unit)
DEFINE_SUM(sum2_f32, load_f32, 2, 4, x_unit)
DEFINE_SUM(sum3_f32, load_f32, 3, 4, x_unit)
DEFINE_SUM(absolute1_f32, load_absolute_f32, 1, 4, x_unit)
DEFINE_SUM(absolute2_f32, load_absolute_f32, 2, 4, x_unit)
DEFINE_SUM(absolute3_f32, load_absolute_f32, 3, 4, x_unit)
DEFINE_SUM(products2_f32, load_product_f32, 2, 4, x_unit)
DEFINE_SUM(products3_f32, load_product_f32, 3, 4, x_unit)

/* ---- squares and products of f64 ---------------------------------------------------------------------------- */

enum {
    PIECES = 3,
    PIECE_BITS = 25, /* with its sign: a piece is at most 2^24 units, a weight's sum of three products below 2^50 */
    WEIGHTS = 2 * PIECES - 1
};

struct cutter {
    double magic[PIECES];
    words outside, left;
};

ALWAYS void cutter_init(struct cutter *cutter, int unit)
{
    for (int k = 0; k < PIECES; k++)
        cutter->magic[k] = window_magic(unit - k * PIECE_BITS);
    cutter->outside = cutter->left = (words){0};
}

/* Takes the first piece if it is in [-2^24, 2^24) units, and all the rest. */
ALWAYS void cutter_cut(struct cutter *cutter, doubles value, doubles piece[PIECES])
{
    const uint64_t least = (uint64_t)window_bits(cutter->magic[0]) - (UINT64_C(1) << (PIECE_BITS - 1));
    for (int k = 0; k < PIECES; k++) {
        doubles shifted = value + cutter->magic[k];
        piece[k] = shifted - cutter->magic[k];
        if (k == 0)
            cutter->outside |= (words)shifted - least;
        if (k == PIECES - 1)
            cutter->left |= (words)piece[k] ^ (words)value;
        value -= piece[k];
    }
}

ALWAYS bool cutter_failed(const struct cutter *cutter)
{
    return any_bit(cutter->outside) >> PIECE_BITS || any_bit(cutter->left) << 1;
}

struct weights {
    double magic[WEIGHTS];
    words sum[WEIGHTS];
};

ALWAYS void weights_init(struct weights *weights, int unit)
{
    for (int k = 0; k < WEIGHTS; k++) {
        weights->magic[k] = window_magic(unit - k * PIECE_BITS);
        weights->sum[k] = (words){0};
    }
}

ALWAYS void weights_add_square(struct weights *weights, const doubles a[PIECES])
{
    doubles twice[PIECES - 1] = {a[0] + a[0], a[1] + a[1]};
    weights->sum[0] += (words)(a[0] * a[0] + weights->magic[0]);
    weights->sum[1] += (words)(twice[0] * a[1] + weights->magic[1]);
    weights->sum[2] += (words)(twice[0] * a[2] + (a[1] * a[1] + weights->magic[2]));
    weights->sum[3] += (words)(twice[1] * a[2] + weights->magic[3]);
    weights->sum[4] += (words)(a[2] * a[2] + weights->magic[4]);
}

ALWAYS void weights_add_product(struct weights *weights, const doubles a[PIECES], const doubles b[PIECES])
{
    weights->sum[0] += (words)(a[0] * b[0] + weights->magic[0]);
    weights->sum[1] += (words)(a[0] * b[1] + (a[1] * b[0] + weights->magic[1]));
    weights->sum[2] += (words)(a[0] * b[2] + (a[1] * b[1] + (a[2] * b[0] + weights->magic[2])));
    weights->sum[3] += (words)(a[1] * b[2] + (a[2] * b[1] + weights->magic[3]));
    weights->sum[4] += (words)(a[2] * b[2] + weights->magic[4]);
}

ALWAYS void weights_total(const struct weights *weights, int64_t *limb, int unit, int64_t adds)
{
    for (int k = 0; k < WEIGHTS; k++)
        limbs_add_scaled(limb, integer_sum(weights->sum[k], weights->magic[k], adds), UNIT_BIT + unit - k * PIECE_BITS);
}

static bool squares_f64(int64_t *limb, const void *x, const void *y, uint64_t n, int unit, int y_unit)
{
    struct cutter cutter;
    struct weights weights;
    (void)y_unit;
    cutter_init(&cutter, unit);
    weights_init(&weights, 2 * unit);
#define STEP(x, y, i)                                                                                      \
    do {                                                                                                   \
        doubles piece[PIECES];                                                                             \
        cutter_cut(&cutter, load_f64(x, y, i), piece);                                                     \
        weights_add_square(&weights, piece);                                                               \
    } while (0)
    FOR_ALL(STEP, x, y, n, 8);
#undef STEP
    if (cutter_failed(&cutter))
        return false;
    weights_total(&weights, limb, 2 * unit, adds_per_lane(n));
    return true;
}

static bool products_f64(int64_t *limb, const void *x, const void *y, uint64_t n, int x_unit, int y_unit)
{
    struct cutter x_cutter, y_cutter;
    struct weights weights;
    cutter_init(&x_cutter, x_unit);
    cutter_init(&y_cutter, y_unit);
    weights_init(&weights, x_unit + y_unit);
#define STEP(x, y, i)                                                                                      \
    do {                                                                                                   \
        doubles a[PIECES], b[PIECES];                                                                      \
        cutter_cut(&x_cutter, load_f64(x, y, i), a);                                                       \
        cutter_cut(&y_cutter, load_f64(y, x, i), b);                                                       \
        weights_add_product(&weights, a, b);                                                               \
    } while (0)
    FOR_ALL(STEP, x, y, n, 8);
#undef STEP
    if (cutter_failed(&x_cutter) || cutter_failed(&y_cutter))
        return false;
    weights_total(&weights, limb, x_unit + y_unit, adds_per_lane(n));
    return true;
}

/* The smallest weight's M is normal, the largest's finite. */
#define WINDOW_PIECES(function)                                                                            \
    {function, PIECE_BITS - 1, PIECE_BITS * (PIECES - 1), -487, 485, false, false}

/* ---- all ---------------------------------------------------------------------------------------------------- */

window_table ISA(windows) = {
    [WINDOW_SUM_F64] = {WINDOW_SUM(sum2_f64, 2), WINDOW_SUM(sum3_f64, 3)},
    [WINDOW_ABSOLUTE_F64] = {WINDOW_SUM(absolute2_f64, 2), WINDOW_SUM(absolute3_f64, 3)},
    [WINDOW_SQUARES_F64] = {WINDOW_PIECES(squares_f64)},
    [WINDOW_PRODUCTS_F64] = {WINDOW_PIECES(products_f64)},
    [WINDOW_SUM_F32] = {WINDOW_SUM(sum1_f32, 1), WINDOW_SUM(sum2_f32, 2), WINDOW_SUM(sum3_f32, 3)},
    [WINDOW_ABSOLUTE_F32] = {WINDOW_SUM(absolute1_f32, 1), WINDOW_SUM(absolute2_f32, 2),
                             WINDOW_SUM(absolute3_f32, 3)},
    [WINDOW_SQUARES_F32] = {WINDOW_PRODUCTS(products2_f32, 2), WINDOW_PRODUCTS(products3_f32, 3)},
    [WINDOW_PRODUCTS_F32] = {WINDOW_PRODUCTS(products2_f32, 2), WINDOW_PRODUCTS(products3_f32, 3)},
};

/* ---- where numbers lie -------------------------------------------------------------------------------------- */

/* The lowest bit of a number that is set, by its weight: the exponent plus that of `low`, which becomes a double of the
 * same value when it is added to the bits of 2^fraction, and that taken away again. The least of these is looked
 * for less one, so that zeros, which have none, come to be the largest. Subnormal numbers count as half of what they are. */
#define DEFINE_SURVEY(name, word, real, sign, fraction, full, bias)                                        \
    struct window_range ISA(name)(const void *x, uint64_t n)                                               \
    {                                                                                                      \
        const word hidden = (word)1 << fraction, origin = (word)(bias + fraction) << fraction;             \
        word largest = 0, smallest = (word)-1, least = (word)-1;                                           \
        for (uint64_t i = 0; i < n; i++) {                                                                 \
            word bits, weight;                                                                             \
            real low;                                                                                      \
            memcpy(&bits, (const word *)x + i, sizeof bits);                                               \
            bits &= (sign)-1;                                                                              \
            largest = bits > largest ? bits : largest;                                                     \
            smallest = bits < smallest ? bits : smallest;                                                  \
            word significand = (bits & (hidden - 1)) | (bits >= hidden ? hidden : 0);                      \
            weight = (significand & (0 - significand)) + origin;                                           \
            memcpy(&low, &weight, sizeof low);                                                             \
            low -= (real)(UINT64_C(1) << fraction);                                                        \
            memcpy(&weight, &low, sizeof low);                                                             \
            weight = (bits >> fraction << fraction) + weight - 1;                                          \
            least = weight < least ? weight : least;                                                       \
        }                                                                                                  \
        int top = (int)(largest >> fraction), bottom = (int)((least + 1) >> fraction);                     \
        if (least == (word)-1) /* all are zero, multiples of anything */                                   \
            bottom = full + bias;                                                                          \
        return (struct window_range){.top = top == full ? WINDOW_SPECIAL : top + 1 - bias,                 \
                                     .bottom = bottom - 2 * bias - fraction,                               \
                                     .normal = smallest >= hidden};                                        \
    }
DEFINE_SURVEY(survey_f64, uint64_t, double, UINT64_C(1) << 63, 52, 0x7ff, 1023)
DEFINE_SURVEY(survey_f32, uint32_t, float, UINT32_C(1) << 31, 23, 0xff, 127)
