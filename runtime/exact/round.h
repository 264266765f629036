/* Rounding to nearest, ties to even, in integer arithmetic. */
#ifndef SHEAF_RUNTIME_EXACT_ROUND_H
#define SHEAF_RUNTIME_EXACT_ROUND_H

#include "exact/bigint.h"

/* (head + f) * 2^exponent, negated if `negative`, where 0 < f < 1 if `more`, else f = 0. The top bit of `head` is
 * set, or the number is zero. */
struct scaled {
    bool negative, more;
    uint128 head;
    int64_t exponent;
};

/* The digits, lowest first and the last one not zero, times 2^exponent; none are zero. Not negative. */
struct scaled scaled_digits(const uint32_t *digit, unsigned count, int64_t exponent);

double round_scaled(const struct scaled *x);

/* +0 or -0, +Inf or -Inf, and the one NaN. */
double round_zero(bool negative);
double round_infinity(bool negative);
double round_nan(void);

/* Sets *value to the NaN or infinity that x is; false if it is finite. */
bool round_special(const struct sheaf_exact *x, double *value);

#endif
