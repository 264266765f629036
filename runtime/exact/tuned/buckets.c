#include "exact/buckets_fill.h"

/* With significands a + 2^27 b and c + 2^27 d the product is a c + 2^27 (a d + b c) + 2^54 b d. */
ALWAYS struct low_high multiply(words p, words q)
{
    enum { HALF = 27, MIDDLE = BUCKETS_CUT - HALF };
    words m = significand_of(p), n = significand_of(q);
    words a = m % (1 << HALF), b = m >> HALF, c = n % (1 << HALF), d = n >> HALF, middle = a * d + b * c;
    return (struct low_high){a * c + (middle % (1 << MIDDLE) << HALF),
                             (middle >> MIDDLE) + (b * d << (2 * HALF - BUCKETS_CUT))};
}
