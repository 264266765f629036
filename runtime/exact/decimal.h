/* Inside of the decimal accumulator. */
#ifndef SHEAF_RUNTIME_EXACT_DECIMAL_H
#define SHEAF_RUNTIME_EXACT_DECIMAL_H

#include <sheaf/decimal.h>

#include "exact/wide.h"

enum {
    TENS_COUNT = SHEAF_DECIMAL_LIMBS,
    TENS_UNIT = SHEAF_DECIMAL_UNIT_LIMB,
    TENS_DIGITS = 9, /* decimal digits of a limb */
    TENS = 1000000000,
    TERM_DIGITS = 18, /* from one term of a column's element to the next */
    TERMS_MOST = 2 * SHEAF_DECIMAL_REACH / TERM_DIGITS
};

/* Adds value * 10^exponent, exponent >= -2 SHEAF_DECIMAL_REACH. The limbs that change come to lie between -10^9 and
 * 10^9. */
void decimal_add_wide(struct sheaf_decimal *into, struct wide value, int exponent);

/* The finite part as sign and magnitude: limbs low .. high - 1 have digits of base 10^9, those at both ends not zero;
 * zero has low == high and is not negative. */
struct tens {
    bool negative;
    unsigned low, high;
    uint32_t digit[TENS_COUNT];
};
void tens_set(struct tens *out, const struct sheaf_decimal *x);

#endif
