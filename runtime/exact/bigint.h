/* Integers of fixed capacity, for the little exact algebra between an accumulator and its one rounding. On the
 * caller's stack, 8 KiB each; time and cache go with the digits that a number has. Nothing allocates or fails: who
 * computes knows how large a number can become, and keeps within BIGINT_BITS. */
#ifndef SHEAF_RUNTIME_EXACT_BIGINT_H
#define SHEAF_RUNTIME_EXACT_BIGINT_H

#include "exact/limbs.h"

/* The largest number that binary data need is the square of n^2 times a sum of cubes: 4 x 64 bits of counts and
 * 2 x 6500 of sum (see algebra.h). Decimals may have about as many digits on either side of the point as make
 * 10^1500 and 10^-1500. */
enum { DIGIT_BITS = 32, BIGINT_DIGITS = 2048, BIGINT_BITS = BIGINT_DIGITS * DIGIT_BITS };

/* Sign and magnitude, base 2^32, lowest digit first; `count` leaves out leading zeros, so that zero has none. Copy by
 * bigint_copy: an assignment copies the unused digits too. */
struct bigint {
    bool negative; /* never of zero */
    unsigned count;
    uint32_t digit[BIGINT_DIGITS];
};

/* The sum of limb[i] 2^(32 i), of limbs that may still have to be carried. */
void bigint_set_limbs(struct bigint *out, const int64_t *limb, unsigned count);
/* The value of an accumulator's finite part times 2^UNIT_BIT: an integer. */
void bigint_set_exact(struct bigint *out, const struct sheaf_exact *x);
/* The same times 2^SUM_UNIT_BIT, of a sum of elements or absolute values: an integer too, whose unit squared is that
 * of products. */
enum { SUM_UNIT_BIT = UNIT_BIT / 2 };
void bigint_set_sum(struct bigint *out, const struct sheaf_exact *x);
void bigint_set_uint(struct bigint *out, uint64_t value);
void bigint_copy(struct bigint *out, const struct bigint *x);

/* Bits of the magnitude; 0 for zero. */
unsigned bigint_bits(const struct bigint *x);
/* Negative, zero or positive as |a| is less than, equal to or greater than |b|. */
int bigint_compare_magnitude(const struct bigint *a, const struct bigint *b);

/* `out` is neither operand. */
void bigint_multiply(struct bigint *out, const struct bigint *a, const struct bigint *b);
void bigint_multiply_uint(struct bigint *x, uint64_t factor);
/* Multiplies by 10^exponent; adds at most (exponent + 18) / 19 * 2 digits. */
void bigint_multiply_ten(struct bigint *x, unsigned exponent);
/* a += b, a -= b; `b` may be `a`. */
void bigint_add(struct bigint *a, const struct bigint *b);
void bigint_subtract(struct bigint *a, const struct bigint *b);
void bigint_shift_left(struct bigint *x, unsigned bits);
/* Divides by 2^(32 digits), towards zero; true if that was exact. */
bool bigint_drop_digits(struct bigint *x, unsigned digits);
/* Divides by `divisor`, towards zero; returns the remainder of the magnitude. */
uint32_t bigint_divide_small(struct bigint *x, uint32_t divisor);

#endif
