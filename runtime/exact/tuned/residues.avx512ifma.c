/* Sums of products of f64 that lie close together, from what they are nearly and what they are modulo 2^52.
 *
 * The numbers are x = 2^a I and y = 2^b J with integers I, J of at most 2^63. A running sum S, in units of 2^(a+b), begins
 * as M, much larger than all the products together; u is its unit in the last place. For each pair in turn
 *
 *     S' = S + I J     rounded: loses at most u / 2
 *     t  = S' - S      what S took
 *     d  = I J - t     what it lost, rounded
 *     D' = D + d       rounded
 *     L' = L + (I J mod 2^52)
 *
 * With R for the sum of all I J - t, the sum of all I J is S - M + R. R differs from D by rounding errors, below 2^51, and
 * from L by a multiple of 2^52: there is just one such integer. That is exact, in seven arithmetic instructions a vector
 * of squares, where adding up both parts of each product takes ten (exact/tuned/flagged.avx512.c).
 *
 * Only I and J modulo 2^52 are needed as integers, and only for L; the rest is reckoned with x and y. The conversion
 * raises the inexact flag for what is no integer, and the invalid flag for what is too large, infinities and NaN. The
 * inexact flag tells of a t that is not exact, too.
 *
 * The errors: a lane adds up fewer than N = 2^8 products of at most 2^126, so that M = 1.5 * 2^135 keeps S in one binade,
 * and u = 2^83. Since |d| <= u / 2, d is wrong by at most 2^-55 u; since |D| <= N u / 2, each addition to D by N 2^-55 u;
 * the 32 lanes together by 32 (N + N^2) 2^-55 u. Adding them up in five rounds, of half as many sums twice as large each,
 * is wrong by 32 N 2^-55 u a round: altogether by less than 2^50. */
#include "../window.h"
#include "avx512.h"

enum {
    CHAINS = 4,
    GROUP = LANES * CHAINS,
    INTEGER_BITS = 63, /* of I and J, without their signs */
    GROWTH = 8,
    MAGIC_BIT = 2 * INTEGER_BITS + GROWTH + 1,
    RESIDUE_BITS = 52,
    LARGEST_ERROR_BIT = 50
};
#define RESIDUE_MASK ((INT64_C(1) << RESIDUE_BITS) - 1)
_Static_assert(WINDOW_BLOCK % GROUP == 0 && WINDOW_BLOCK / GROUP < 1 << GROWTH, "a chain is too long");

/* ---- scaling ------------------------------------------------------------------------------------------------ */

/* x / 2^unit, or something that is no integer below 2^63, or something that is found out later. */
typedef __m512d scaler(__m512d x, int unit);

/* What becomes too small is inexact. */
ALWAYS __m512d scale_any(__m512d x, int unit)
{
    return _mm512_mul_pd(x, _mm512_set1_pd(window_power(-unit)));
}

/* By adding to the exponent, where multiplications are what takes the time; `unit` is negative. Zeros and subnormal
 * numbers become fractions: there it fails. What goes beyond the largest exponent comes out below all others, a power of
 * two even as zero; but such a number, times one that is a multiple of its unit or another such number, moves S so far
 * that t is not exact, or to an infinity, where S stays. */
ALWAYS __m512d scale_normal(__m512d x, int unit)
{
    __m512i steps = _mm512_set1_epi64((int64_t)((uint64_t)-unit << 52));
    return _mm512_castsi512_pd(_mm512_add_epi64(_mm512_castpd_si512(x), steps));
}

/* ---- a chain ------------------------------------------------------------------------------------------------ */

struct chain {
    __m512d sum, rest;
    __m512i residue;
};

/* What a kernel is made of. Constants all, but for the units, when it is compiled. */
struct shape {
    scaler *scale;
    bool squares;
    int x_unit, y_unit;
};

/* Elements i .. i + 7, those that `there` names: the others are zero, which adds nothing. */
ALWAYS struct chain chain_next(struct chain chain, struct shape shape, const double *x, const double *y, uint64_t i,
                               __mmask8 there)
{
    __m512d a = _mm512_maskz_loadu_pd(there, x + i), b = shape.squares ? a : _mm512_maskz_loadu_pd(there, y + i);
    __m512i low_a = _mm512_cvtpd_epi64(_mm512_maskz_mov_pd(there, shape.scale(a, shape.x_unit)));
    __m512i low_b = shape.squares ? low_a
                                  : _mm512_cvtpd_epi64(_mm512_maskz_mov_pd(there, shape.scale(b, shape.y_unit)));
    __m512d before = chain.sum;
    chain.sum = _mm512_fmadd_round_pd(a, b, before, QUIET);
    __m512d lost = _mm512_fmsub_round_pd(a, b, _mm512_sub_pd(chain.sum, before), QUIET);
    chain.rest = _mm512_add_round_pd(chain.rest, lost, QUIET);
    chain.residue = _mm512_madd52lo_epu64(chain.residue, low_a, low_b);
    return chain;
}

/* No array of chains: compilers would leave it in memory. */
struct chains {
    struct chain first, second, third, fourth;
};

ALWAYS struct chains chains_over(struct chains all, struct shape shape, const double *x, const double *y, uint64_t n)
{
    uint64_t i = 0;
    for (; i + GROUP <= n; i += GROUP) {
        all.first = chain_next(all.first, shape, x, y, i, 0xff);
        all.second = chain_next(all.second, shape, x, y, i + LANES, 0xff);
        all.third = chain_next(all.third, shape, x, y, i + 2 * LANES, 0xff);
        all.fourth = chain_next(all.fourth, shape, x, y, i + 3 * LANES, 0xff);
    }
    if (i < n) {
        all.first = chain_next(all.first, shape, x, y, i, lanes_there(i, n));
        all.second = chain_next(all.second, shape, x, y, i + LANES, lanes_there(i + LANES, n));
        all.third = chain_next(all.third, shape, x, y, i + 2 * LANES, lanes_there(i + 2 * LANES, n));
        all.fourth = chain_next(all.fourth, shape, x, y, i + 3 * LANES, lanes_there(i + 3 * LANES, n));
    }
    return all;
}

/* ---- totals ------------------------------------------------------------------------------------------------- */

/* The one integer within 2^51 of `rest` that is `residue` modulo 2^52. False: it is too far away to be trusted. */
ALWAYS bool reconcile(int128 rest, uint64_t residue, int128 *exact)
{
    enum { UNUSED = 64 - RESIDUE_BITS };
    int64_t difference = (int64_t)((residue - (uint64_t)rest) << UNUSED) >> UNUSED;
    *exact = rest + difference;
    return difference < INT64_C(1) << LARGEST_ERROR_BIT && difference > -(INT64_C(1) << LARGEST_ERROR_BIT);
}

#define EACH(combine, all, part)                                                                           \
    combine(combine((all).first.part, (all).second.part), combine((all).third.part, (all).fourth.part))

/* Integers of 32 lanes below 2^52 add up without overflow; so do residues, once they are that small again. */
ALWAYS bool total(int64_t *limb, struct chains all, __m512d magic, int unit)
{
    __m512i outside = _mm512_setzero_si512();
#define INTEGERS(sum) integers(sum, magic, &outside)
    __m512i taken = _mm512_add_epi64(
        _mm512_add_epi64(INTEGERS(all.first.sum), INTEGERS(all.second.sum)),
        _mm512_add_epi64(INTEGERS(all.third.sum), INTEGERS(all.fourth.sum)));
#undef INTEGERS
    if (_mm512_reduce_or_epi64(outside) >> 52)
        return false;
    double rest = _mm512_reduce_add_pd(EACH(_mm512_add_pd, all, rest));
    __m512i residues = _mm512_and_si512(EACH(_mm512_add_epi64, all, residue), _mm512_set1_epi64(RESIDUE_MASK));
    uint64_t residue = (uint64_t)_mm512_reduce_add_epi64(residues);
    int128 exact;
    if (!reconcile((int128)(rest * window_power(-unit)), residue, &exact))
        return false;
    limbs_add_scaled(limb, _mm512_reduce_add_epi64(taken), UNIT_BIT + unit + MAGIC_BIT - 52);
    limbs_add_scaled(limb, exact, UNIT_BIT + unit);
    return true;
}

/* ---- a block ------------------------------------------------------------------------------------------------ */

ALWAYS void fence(struct chain *chain)
{
    FENCE(chain->sum);
    FENCE(chain->rest);
    FENCE(chain->residue);
}

ALWAYS bool sum_block(int64_t *limb, struct shape shape, const double *x, const double *y, uint64_t n)
{
    int unit = shape.x_unit + shape.y_unit;
    __m512d magic = _mm512_set1_pd(1.5 * window_power(unit + MAGIC_BIT));
    struct chain chain = {magic, _mm512_setzero_pd(), _mm512_setzero_si512()};
    struct chains all = {chain, chain, chain, chain};
    flags_clear();
    __asm__ volatile("" : "+r"(x), "+r"(y) : : "memory");
    all = chains_over(all, shape, x, y, n);
    fence(&all.first);
    fence(&all.second);
    fence(&all.third);
    fence(&all.fourth);
    return !(_mm_getcsr() & (INEXACT | INVALID)) && total(limb, all, magic, unit);
}

#define DEFINE_BLOCK(name, scale, squares)                                                                 \
    static bool name(int64_t *limb, const void *x, const void *y, uint64_t n, int x_unit, int y_unit)      \
    {                                                                                                      \
        return sum_block(limb, (struct shape){scale, squares, x_unit, y_unit}, x, y, n);                   \
    }
DEFINE_BLOCK(squares_of_normal, scale_normal, true)
DEFINE_BLOCK(squares_of_any, scale_any, true)
DEFINE_BLOCK(products_of_normal, scale_normal, false)
DEFINE_BLOCK(products_of_any, scale_any, false)

/* ---- windows ------------------------------------------------------------------------------------------------ */

/* No product of units is subnormal, and M is finite. */
enum { LOWEST_UNIT = -500, HIGHEST_UNIT = 440 };
#define NORMAL(function) {function, INTEGER_BITS, 0, LOWEST_UNIT, -1, false, true}
#define ANY(function) {function, INTEGER_BITS, 0, LOWEST_UNIT, HIGHEST_UNIT, false, false}

window_table windows_residues_avx512ifma = {
    [WINDOW_SQUARES_F64] = {NORMAL(squares_of_normal), ANY(squares_of_any)},
    [WINDOW_PRODUCTS_F64] = {NORMAL(products_of_normal), ANY(products_of_any)},
};
