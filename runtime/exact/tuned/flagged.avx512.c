/* Windows in AVX-512, where the processor itself watches over exactness: four instructions for eight numbers.
 *
 * Extraction of leading parts (Rump, Ogita, Oishi, SISC 2008; the bins of Demmel and Nguyen, 2015), with a running sum in
 * place of a constant. A level's sum S begins as M = 1.5 * 2^52 u. For each number x in turn
 *
 *     S' = S + x       rounded, to a multiple of u; exceptions suppressed
 *     t  = S' - S      what the level took
 *     r  = x - t       what it left, at most u / 2: goes to the next level
 *
 * and the last level is a plain sum of what is left. If no operation but the first kind was inexact, then S' = S + t and
 * x = t + r hold exactly, every time, and so does the total: one look at the inexact flag, after the whole block, proves
 * it. Nothing else has to be assumed about the numbers; where they lie decides only whether it will succeed. Infinities
 * and NaN, overflow too, stay in a sum to its end, where its exponent shows them.
 *
 * A product is p + e, p = x y rounded and e = x y - p by one fused operation, inexact only where it underflows (Dekker
 * 1971; Ogita, Rump, Oishi, SISC 2005): two sums. Products of f32 are exact, and fused with the first addition.
 *
 * Half of the additions are fused products with one: there are cores that add and multiply in different units. */
#include "../window.h"
#include "avx512.h"

enum {
    CHAINS = 2, /* sums of a kind side by side: an addition takes longer than the next one waits */
    GROUP = LANES * CHAINS,
    MOST_LEVELS = 3
};

/* Units. A chain has at most 2^9 numbers, and a sum of them must stay within 2^51 units of its M. The plain sum of what
 * the last level left keeps 53 bits; both signs being as frequent in it, it rarely grows by more than 5. */
enum {
    GROWTH = 9,
    USUAL_GROWTH = 5,
    FIRST_ABOVE = 51 - GROWTH,
    SPACING = FIRST_ABOVE + 1, /* what a level leaves is at most half its unit */
    LAST_BELOW = 53 - USUAL_GROWTH,
    ERROR_BITS = 53, /* e is at least so many bits smaller than p */
    SMALLEST = -1074
};
_Static_assert(WINDOW_BLOCK / GROUP <= 1 << GROWTH, "a chain is too long");

/* ---- reading ------------------------------------------------------------------------------------------------ */

/* Elements i .. i + 7, those that `there` names; the others are zero, which adds nothing. */
typedef __m512d loader(const void *x, uint64_t i, __mmask8 there);

ALWAYS __m512d load_f64(const void *x, uint64_t i, __mmask8 there)
{
    return _mm512_maskz_loadu_pd(there, (const double *)x + i);
}

ALWAYS __m512d load_f32(const void *x, uint64_t i, __mmask8 there)
{
    return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(there, (const float *)x + i));
}

/* What is summed: the element, its size, its square, or the product of a pair. */
enum making { ITSELF, ABSOLUTE, SQUARE, PRODUCT };

/* ---- levels ------------------------------------------------------------------------------------------------- */

/* The sums of one number in one chain, and of both parts of one. No arrays: compilers would leave those in memory. */
struct sums {
    __m512d first, second, third, rest;
};
struct chain {
    struct sums number, error;
};

/* Adds to a level; what it leaves. */
ALWAYS __m512d extract(__m512d *level, __m512d one, __m512d x)
{
    __m512d before = *level;
    *level = _mm512_add_round_pd(before, x, QUIET);
    return _mm512_fmsub_pd(one, x, _mm512_sub_pd(*level, before));
}

/* The same of an exact product a b. */
ALWAYS __m512d extract_product(__m512d *level, __m512d a, __m512d b)
{
    __m512d before = *level;
    *level = _mm512_fmadd_round_pd(a, b, before, QUIET);
    return _mm512_fmsub_pd(a, b, _mm512_sub_pd(*level, before));
}

/* Adds x to the levels from `from` on, and to the rest. */
ALWAYS struct sums sum_next(struct sums sums, const int from, const int levels, __m512d one, __m512d x,
                            const bool fuse_rest)
{
    if (from < 1 && levels > 0)
        x = extract(&sums.first, one, x);
    if (levels > 1)
        x = extract(&sums.second, one, x);
    if (levels > 2)
        x = extract(&sums.third, one, x);
    sums.rest = fuse_rest ? _mm512_fmadd_pd(one, x, sums.rest) : _mm512_add_pd(x, sums.rest);
    return sums;
}

/* What a kernel is made of. Constants all, when it is compiled. */
struct shape {
    loader *load;
    unsigned size; /* bytes of an element */
    enum making making;
    bool in_parts; /* products that do not fit a double; those that do need a level */
    int levels;
};

ALWAYS struct chain chain_next(struct chain chain, struct shape shape, __m512d one, const void *x, const void *y,
                               uint64_t i, __mmask8 there)
{
    __m512d a = shape.load(x, i, there), b = shape.making == PRODUCT ? shape.load(y, i, there) : a;
    if (shape.making < SQUARE) {
        a = shape.making == ABSOLUTE ? _mm512_abs_pd(a) : a;
        chain.number = sum_next(chain.number, 0, shape.levels, one, a, true);
    } else if (shape.in_parts) {
        __m512d product = _mm512_mul_round_pd(a, b, QUIET), error = _mm512_fmsub_pd(a, b, product);
        chain.number = sum_next(chain.number, 0, shape.levels, one, product, true);
        chain.error = sum_next(chain.error, 0, shape.levels, one, error, shape.levels > 1);
    } else {
        __m512d left = extract_product(&chain.number.first, a, b);
        chain.number = sum_next(chain.number, 1, shape.levels, one, left, shape.levels > 1);
    }
    return chain;
}

ALWAYS void sum_all(struct chain *even, struct chain *odd, struct shape shape, __m512d one, const void *x, const void *y,
                    uint64_t n)
{
    struct chain a = *even, b = *odd;
    uint64_t i = 0;
    for (; i + 2 * GROUP <= n; i += 2 * GROUP) {
        a = chain_next(a, shape, one, x, y, i, 0xff);
        b = chain_next(b, shape, one, x, y, i + LANES, 0xff);
        a = chain_next(a, shape, one, x, y, i + 2 * LANES, 0xff);
        b = chain_next(b, shape, one, x, y, i + 3 * LANES, 0xff);
    }
#pragma GCC unroll 1
    for (; i < n; i += LANES)
        a = chain_next(a, shape, one, x, y, i, lanes_there(i, n));
    *even = a;
    *odd = b;
}

/* ---- totals ------------------------------------------------------------------------------------------------- */

ALWAYS int clamped(int unit)
{
    return unit < SMALLEST ? SMALLEST : unit;
}

/* By halves, so that nothing overflows. */
ALWAYS int128 sum_of_lanes(__m512i lanes)
{
    int64_t high = _mm512_reduce_add_epi64(_mm512_srai_epi64(lanes, HALF_BITS));
    int64_t low = _mm512_reduce_add_epi64(_mm512_and_si512(lanes, _mm512_set1_epi64(HALF_MASK)));
    return high * ((int128)1 << HALF_BITS) + low;
}

/* Adds sums of two chains to the limbs, by units. */
struct total {
    __m512i lanes[MOST_LEVELS + 2];
    int unit[MOST_LEVELS + 2];
};

ALWAYS void total_level(struct total *total, int k, int unit, __m512d a, __m512d b, __m512i *outside)
{
    __m512d magic = _mm512_set1_pd(window_magic(unit));
    total->unit[k] = unit;
    total->lanes[k] = _mm512_add_epi64(integers(a, magic, outside), integers(b, magic, outside));
}

/* The sums of the rest become integers through two more units, the last with flags. What the first leaves, at most half
 * its unit, cannot be too large for the second. */
ALWAYS void total_rest(struct total *total, int k, int unit, __m512d rest, __m512i *outside)
{
    int units[2] = {clamped(unit), clamped(unit - WINDOW_SPACING)};
    __m512d high = _mm512_set1_pd(window_magic(units[0])), low = _mm512_set1_pd(window_magic(units[1]));
    __m512d q = _mm512_add_round_pd(rest, high, QUIET);
    total->unit[k] = units[0];
    total->unit[k + 1] = units[1];
    total->lanes[k] = integers(q, high, outside);
    q = _mm512_add_pd(_mm512_sub_pd(rest, _mm512_sub_pd(q, high)), low);
    total->lanes[k + 1] = integers(q, low, &(__m512i){0});
}

ALWAYS struct total total_of(struct sums a, struct sums b, const int levels, int unit, __m512i *outside)
{
    struct total total;
    if (levels > 0)
        total_level(&total, 0, unit, a.first, b.first, outside);
    if (levels > 1)
        total_level(&total, 1, unit - SPACING, a.second, b.second, outside);
    if (levels > 2)
        total_level(&total, 2, unit - 2 * SPACING, a.third, b.third, outside);
    total_rest(&total, levels, unit - levels * SPACING + 1, _mm512_add_pd(a.rest, b.rest), outside);
    return total;
}

ALWAYS void total_add(int64_t *limb, const struct total *total, int levels)
{
    for (int k = 0; k < levels + 2; k++) {
        int128 sum = sum_of_lanes(total->lanes[k]);
        if (sum)
            limbs_add_scaled(limb, sum, UNIT_BIT + total->unit[k]);
    }
}

/* ---- a block ------------------------------------------------------------------------------------------------ */

ALWAYS struct sums sums_at(int unit)
{
    return (struct sums){_mm512_set1_pd(window_magic(unit)), _mm512_set1_pd(window_magic(unit - SPACING)),
                         _mm512_set1_pd(window_magic(unit - 2 * SPACING)), _mm512_setzero_pd()};
}

ALWAYS bool sum_block(struct shape shape, int64_t *limb, const void *x, const void *y, uint64_t n, int unit)
{
    struct chain even = {sums_at(unit), sums_at(unit - ERROR_BITS)}, odd = even;
    struct total number, error;
    __m512i outside = _mm512_setzero_si512();
    __m512d one = _mm512_set1_pd(1);
    flags_clear();
    FENCE(one);
    __asm__ volatile("" : "+r"(x), "+r"(y) : : "memory");
    sum_all(&even, &odd, shape, one, x, y, n);
    number = total_of(even.number, odd.number, shape.levels, unit, &outside);
    FENCE(number.lanes[shape.levels + 1]);
    if (shape.in_parts) {
        error = total_of(even.error, odd.error, shape.levels, unit - ERROR_BITS, &outside);
        FENCE(error.lanes[shape.levels + 1]);
    }
    if (_mm_getcsr() & INEXACT || _mm512_reduce_or_epi64(outside) >> 52)
        return false;
    total_add(limb, &number, shape.levels);
    if (shape.in_parts)
        total_add(limb, &error, shape.levels);
    return true;
}

#define DEFINE_BLOCK(name, load, size, making, in_parts, levels)                                           \
    static bool name##_##levels(int64_t *limb, const void *x, const void *y, uint64_t n, int unit, int y_unit) \
    {                                                                                                      \
        (void)y_unit;                                                                                      \
        return sum_block((struct shape){load, size, making, in_parts, levels}, limb, x, y, n, unit);       \
    }
#define DEFINE_F64(name, making, in_parts)                                                                 \
    DEFINE_BLOCK(name, load_f64, 8, making, in_parts, 1)                                                   \
    DEFINE_BLOCK(name, load_f64, 8, making, in_parts, 2)                                                   \
    DEFINE_BLOCK(name, load_f64, 8, making, in_parts, 3)
#define DEFINE_F32(name, making, fewest, more, most)                                                       \
    DEFINE_BLOCK(name, load_f32, 4, making, false, fewest)                                                 \
    DEFINE_BLOCK(name, load_f32, 4, making, false, more)                                                   \
    DEFINE_BLOCK(name, load_f32, 4, making, false, most)
DEFINE_F64(sum_f64, ITSELF, false)
DEFINE_F64(absolute_f64, ABSOLUTE, false)
DEFINE_F64(squares_f64, SQUARE, true)
DEFINE_F64(products_f64, PRODUCT, true)
DEFINE_F32(sum_f32, ITSELF, 0, 1, 2)
DEFINE_F32(absolute_f32, ABSOLUTE, 0, 1, 2)
DEFINE_F32(squares_f32, SQUARE, 1, 2, 3)
DEFINE_F32(products_f32, PRODUCT, 1, 2, 3)

/* ---- windows ------------------------------------------------------------------------------------------------ */

#define WINDOW(function, levels, error_bits, of_products)                                                  \
    {function, FIRST_ABOVE, SPACING * ((levels)-1) + LAST_BELOW + (error_bits),                            \
     SMALLEST + SPACING * ((levels)-1) + (error_bits), 971, of_products, false}
/* Without levels the plain sum keeps what it keeps below the largest number. Its unit is one more (total_of), whose M must
 * be finite, too. */
#define PLAIN(function) {function, FIRST_ABOVE, 53 - FIRST_ABOVE - USUAL_GROWTH, SMALLEST, 970, false, false}

#define SUMS_F64(name) {WINDOW(name##_1, 1, 0, false), WINDOW(name##_2, 2, 0, false), WINDOW(name##_3, 3, 0, false)}
#define SUMS_F32(name) {PLAIN(name##_0), WINDOW(name##_1, 1, 0, false), WINDOW(name##_2, 2, 0, false)}
#define PRODUCTS(name, error_bits)                                                                         \
    {WINDOW(name##_1, 1, error_bits, true), WINDOW(name##_2, 2, error_bits, true), WINDOW(name##_3, 3, error_bits, true)}

window_table windows_flagged_avx512 = {
    [WINDOW_SUM_F64] = SUMS_F64(sum_f64),
    [WINDOW_ABSOLUTE_F64] = SUMS_F64(absolute_f64),
    [WINDOW_SQUARES_F64] = PRODUCTS(squares_f64, ERROR_BITS),
    [WINDOW_PRODUCTS_F64] = PRODUCTS(products_f64, ERROR_BITS),
    [WINDOW_SUM_F32] = SUMS_F32(sum_f32),
    [WINDOW_ABSOLUTE_F32] = SUMS_F32(absolute_f32),
    [WINDOW_SQUARES_F32] = PRODUCTS(squares_f32, 0),
    [WINDOW_PRODUCTS_F32] = PRODUCTS(products_f32, 0),
};
