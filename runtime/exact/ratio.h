/* Quotients of big integers, rounded once: the end of every statistic that is a rational function of exact sums, or
 * the square root of one, whether the sums are in units of a power of two or of ten.
 *
 *     struct ratio r;
 *     ratio_variance(&r, &sum, &squares, n, n - 1);   // algebra.h; sums in units of 10^-3, say
 *     ratio_scale_ten(&r, -6);
 *     double variance = ratio_round(&r), deviation = ... */
#ifndef SHEAF_RUNTIME_EXACT_RATIO_H
#define SHEAF_RUNTIME_EXACT_RATIO_H

#include "exact/bigint.h"

/* over / under * 2^exponent, negative if exactly one of the two is. `under` is not zero; neither has more than
 * BIGINT_BITS - 192 bits, which leaves division its room. */
struct ratio {
    struct bigint over, under;
    int64_t exponent;
};

/* r *= 10^exponent, |exponent| at most 10000: one of the two grows by 3.33 bits for each ten. */
void ratio_scale_ten(struct ratio *r, int exponent);

/* The double nearest to r, or to the root of |r| with r's sign: ties to even, also among subnormals; too large is
 * infinite; zero is +0. Integer arithmetic alone. Uses up `r`. */
double ratio_round(struct ratio *r);
double ratio_root(struct ratio *r);

#endif
