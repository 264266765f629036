/* Integers of fixed capacity, for the little exact algebra between an accumulator and its one rounding. On the
 * caller's stack; nothing allocates or fails. */
#ifndef SHEAF_RUNTIME_EXACT_BIGINT_H
#define SHEAF_RUNTIME_EXACT_BIGINT_H

#include "exact/limbs.h"

/* The largest number needed is the square of an accumulator, or n times one scaled like such a square; division
 * wants one more bit. */
enum { BIGINT_DIGITS = 2 * LIMB_COUNT + 6 };

/* Sign and magnitude, base 2^32, lowest digit first; `count` leaves out leading zeros, so that zero has none. */
struct bigint {
    bool negative; /* never of zero */
    unsigned count;
    uint32_t digit[BIGINT_DIGITS];
};

/* The value of an accumulator's finite part times 2^UNIT_BIT: an integer. */
void bigint_set_exact(struct bigint *out, const struct sheaf_exact *x);
void bigint_set_uint(struct bigint *out, uint64_t value);

/* Bits of the magnitude; 0 for zero. */
unsigned bigint_bits(const struct bigint *x);
/* Negative, zero or positive as |a| is less than, equal to or greater than |b|. */
int bigint_compare_magnitude(const struct bigint *a, const struct bigint *b);

/* `out` is neither operand. */
void bigint_multiply(struct bigint *out, const struct bigint *a, const struct bigint *b);
/* a -= b. */
void bigint_subtract(struct bigint *a, const struct bigint *b);
void bigint_shift_left(struct bigint *x, unsigned bits);
/* Divides by 2^(32 digits), towards zero; true if that was exact. */
bool bigint_drop_digits(struct bigint *x, unsigned digits);
/* Divides by `divisor`, towards zero; returns the remainder of the magnitude. */
uint32_t bigint_divide_small(struct bigint *x, uint32_t divisor);

#endif
