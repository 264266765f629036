/* Sums through windows: a block of numbers that lie close together is summed at the speed of the memory.
 *
 * The idea (binned summation: Rump, Ogita, Oishi, SISC 2008; Demmel and Nguyen 2013, 2015; Ahrens, Demmel, Nguyen,
 * TOMS 2020). Let u be a power of two and M = 1.5 * 2^52 u. In round to nearest, q = x + M is M plus x rounded to a
 * multiple of u, and the bits of q, as an integer, are the bits of M plus that multiple, I = (q - M) / u, as long as
 * |I| <= 2^51. So I is summed by adding the bits of q, wrapping, and taking away n times the bits of M at the end:
 * 64-bit integers, in which nothing is ever rounded. What x has below u, r = x - (q - M), is a double again, and goes
 * the same way through the next level, with a smaller u. A sum is exact if nothing is left behind the last level and
 * nothing was too large for the first: both are looked at once for a whole block.
 *
 * A block that fails leaves no trace and is summed by other means (exact/ladder.h). */
#ifndef SHEAF_RUNTIME_EXACT_WINDOW_H
#define SHEAF_RUNTIME_EXACT_WINDOW_H

#include "base/isa.h"
#include "exact/limbs.h"

#include <string.h>

enum {
    /* Numbers of up to 2^51 units that a lane holds, and elements of a block: there are at least two lanes. */
    WINDOW_LANE = 4095,
    WINDOW_BLOCK = 8160,
    /* Bits from one level to the next: what is left of the first is at most 2^51 units of the second. */
    WINDOW_SPACING = 52
};

/* What is summed, over which type. */
#define WINDOW_JOBS(X)                                                                                     \
    X(SUM_F64) X(ABSOLUTE_F64) X(SQUARES_F64) X(PRODUCTS_F64)                                              \
    X(SUM_F32) X(ABSOLUTE_F32) X(SQUARES_F32) X(PRODUCTS_F32)
enum window_job {
#define X(name) WINDOW_##name,
    WINDOW_JOBS(X)
#undef X
    WINDOW_JOB_COUNT
};

/* Where numbers lie: all are below 2^top and multiples of 2^bottom. An infinity or NaN: top is WINDOW_SPECIAL. */
struct window_range {
    int top, bottom;
    bool normal; /* there is no zero and no subnormal number */
};
enum { WINDOW_SPECIAL = 1 << 14 };

typedef struct window_range window_survey(const void *x, uint64_t n);

/* Sums n <= WINDOW_BLOCK elements (of the products of x and y, or of x: then y is x) into the limbs, in a window whose
 * first unit is 2^unit. False: they do not fit, the limbs are as before. In the environment of base/fpenv.h; its flags
 * are lost. */
typedef bool window_block(int64_t *limb, const void *x, const void *y, uint64_t n, int x_unit, int y_unit);

/* A window's shape: numbers must be below 2^(unit + above) and multiples of 2^(unit - below), and, if `normal`, neither
 * zero nor subnormal; lowest <= unit <= highest. The numbers are x and, with their own unit, y; or, if `of_products`, the
 * products x y, and there is one unit. */
struct window {
    window_block *block;
    int above, below, lowest, highest;
    bool of_products, normal;
};

enum { WINDOW_KINDS = 3 }; /* for each job, narrow windows first; those that are not there have no block */
typedef const struct window window_table[WINDOW_JOB_COUNT][WINDOW_KINDS];

/* A window of `levels` levels for signed numbers, and one for their absolute values. The limits keep every M finite and
 * normal. */
#define WINDOW_OF(function, levels, bits, of_products)                                                     \
    {function, bits, WINDOW_SPACING * ((levels)-1), -1074 + WINDOW_SPACING * ((levels)-1), 971, of_products, false}
#define WINDOW_SUM(function, levels) WINDOW_OF(function, levels, 50, false)
#define WINDOW_PRODUCTS(function, levels) WINDOW_OF(function, levels, 50, true)

/* 2^exponent, for normal numbers. */
static inline double window_power(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + 1023) << 52;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* M of a level whose unit is 2^unit. */
static inline double window_magic(int unit)
{
    return 1.5 * window_power(unit + 52);
}

static inline int64_t window_bits(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

#define WINDOW_DECLARE(isa) extern window_table windows_##isa; \
    window_survey survey_f64_##isa, survey_f32_##isa;
WINDOW_DECLARE(portable)
SHEAF_ISAS(WINDOW_DECLARE)

/* Written for one instruction set: some jobs only. */
#define WINDOW_DECLARE_FLAGGED(isa) extern window_table windows_flagged_##isa;
SHEAF_ISA_AVX512(WINDOW_DECLARE_FLAGGED)
#define WINDOW_DECLARE_RESIDUES(isa) extern window_table windows_residues_##isa;
SHEAF_ISA_AVX512IFMA(WINDOW_DECLARE_RESIDUES)

#endif
