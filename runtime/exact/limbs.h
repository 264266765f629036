/* Inside of the accumulator: adding scaled integers to the limbs. */
#ifndef SHEAF_RUNTIME_EXACT_LIMBS_H
#define SHEAF_RUNTIME_EXACT_LIMBS_H

#include <sheaf/exact.h>

/* The compiler may not take sums apart, nor believe that there are no NaN and no -0. */
#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__) || __FINITE_MATH_ONLY__
#error "exact arithmetic needs strict floating point: compile without -ffast-math and all that belongs to it"
#endif

enum {
    LIMB_BITS = 32,
    LIMB_COUNT = SHEAF_EXACT_LIMBS,
    UNIT_LIMB = SHEAF_EXACT_UNIT_LIMB,
    UNIT_BIT = UNIT_LIMB * LIMB_BITS, /* bit b of the fixed-point number weighs 2^(b - UNIT_BIT) */
    /* How often a limb is added to, less than 2^32 a time, before it is normalised: far below the 2^31 that fit, so that
     * accumulators which were merged 2^30 times may still be added to. */
    ADDS_BEFORE_CARRY = 1 << 24
};

#define LIMB_MASK INT64_C(0xffffffff)

/* Halves of a word, summed apart so that no word overflows. */
enum { HALF_BITS = 32 };
#define HALF_MASK INT64_C(0xffffffff)

typedef __int128 int128;
typedef unsigned __int128 uint128;

/* `digit`, or -digit where `negative` is -1 (else 0). */
static inline int64_t limb_signed(uint64_t digit, int64_t negative)
{
    return ((int64_t)digit ^ negative) - negative;
}

/* Adds +-magnitude * 2^(bit - UNIT_BIT) without carrying: three limbs, each by less than 2^32. */
static inline void limbs_add_single(int64_t *limb, uint64_t magnitude, uint32_t bit, int64_t negative)
{
    unsigned shift = bit % LIMB_BITS;
    uint64_t low = magnitude << shift, high = magnitude >> 1 >> (63 - shift);
    limb += bit / LIMB_BITS;
    limb[0] += limb_signed(low & LIMB_MASK, negative);
    limb[1] += limb_signed(low >> LIMB_BITS, negative);
    limb[2] += limb_signed(high, negative);
}

/* The same for a product of 128 bits: five limbs. */
static inline void limbs_add_double(int64_t *limb, uint128 magnitude, uint32_t bit, int64_t negative)
{
    unsigned shift = bit % LIMB_BITS;
    uint64_t low = (uint64_t)magnitude, high = (uint64_t)(magnitude >> 64);
    uint64_t middle = high << shift | low >> 1 >> (63 - shift);
    low <<= shift;
    high = high >> 1 >> (63 - shift);
    limb += bit / LIMB_BITS;
    limb[0] += limb_signed(low & LIMB_MASK, negative);
    limb[1] += limb_signed(low >> LIMB_BITS, negative);
    limb[2] += limb_signed(middle & LIMB_MASK, negative);
    limb[3] += limb_signed(middle >> LIMB_BITS, negative);
    limb[4] += limb_signed(high, negative);
}

/* Adds value * 2^(bit - UNIT_BIT) and carries upwards, as far as there is anything to carry: limbs that were normalised
 * stay so. */
void limbs_add_scaled(int64_t *limb, int128 value, int bit);

/* Carries from limb 0 to the last of an accumulator, or of `count` limbs. */
void limbs_carry(int64_t *limb);
void limbs_carry_all(int64_t *limb, unsigned count);

#endif
