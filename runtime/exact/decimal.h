/* Inside of the decimal accumulator. */
#ifndef SHEAF_RUNTIME_EXACT_DECIMAL_H
#define SHEAF_RUNTIME_EXACT_DECIMAL_H

#include <sheaf/decimal.h>

#include "exact/wide.h"

enum {
    TENS_COUNT = SHEAF_DECIMAL_LIMBS,
    TENS_MOST = SHEAF_DECIMAL_FOURTH_LIMBS,
    TENS_UNIT = SHEAF_DECIMAL_UNIT_LIMB,
    TENS_CUBE_UNIT = 3 * TENS_UNIT / 2,
    TENS_FOURTH_UNIT = 2 * TENS_UNIT,
    TENS_DIGITS = 9, /* decimal digits of a limb */
    TENS = 1000000000
};

/* Every function below takes a fixed-point number of `count` limbs, of which the sums of third and fourth powers have more
 * than struct sheaf_decimal. */

/* Adds value * 10^place, in units of limb 0. The limbs that change come to lie between -10^9 and 10^9. */
void tens_add_wide(int64_t *limb, unsigned count, struct wide value, unsigned place);
/* Carries from limb 0 to the last: all but that one become digits. */
void tens_carry(int64_t *limb, unsigned count);

/* Sign and magnitude: places low .. high - 1 have digits of base 10^9, those at both ends not zero; zero has low == high
 * and is not negative. */
struct tens {
    bool negative;
    unsigned low, high;
    uint32_t digit[TENS_MOST];
};
void tens_set(struct tens *out, const int64_t *limb, unsigned count);

#endif
