/* Exact arithmetic: sums, absolute sums, sums of squares and dot products held without any rounding, rounded
 * once, at the end, to the nearest double.
 *
 * A superaccumulator (Kulisch; Neal, arXiv 1505.05571; Collange et al., ParCo 2015): a fixed-point number wide
 * enough for 2^64 products of any two doubles, plus counts of what is not a number.
 *
 * Numbers are added at the speed of the memory where the processor allows (docs/exact.md tells how); how it is done
 * changes no answer. None depends on the caller's rounding mode, flush-to-zero or traps either, and all of that, flags
 * included, is left as it was.
 *
 *     struct sheaf_exact sum = {0};
 *     sheaf_exact_add(&sum, SHEAF_F64, x, n);     // as often as needed, on as many accumulators
 *     sheaf_exact_merge(&sum, &other);
 *     double s = sheaf_exact_round(&sum);
 *
 * What all accumulators share, those of sheaf/decimal.h too:
 *  - adding is exact, so that the value does not depend on order or grouping;
 *  - an accumulator is an array of int64 and nothing else: all zeros is the value 0, and elementwise addition is the
 *    merge (SHEAF_LAW_ADD64). Its value is a sum of limbs, each times its weight; each carries a sign of its own;
 *  - limbs have headroom: 2^30 accumulators, however they came about, may be summed elementwise. Such a sum may be added
 *    to, read and merged; it must be merged or normalised before it is summed elementwise again;
 *  - nothing allocates, fails or keeps a state: all functions are reentrant, before a fork and after it. One accumulator
 *    belongs to one thread at a time.
 *
 * Answers that every function returning a double shares:
 *  - a NaN added, or +Inf and -Inf both, gives the one NaN 0x7ff8000000000000; an infinity alone gives itself;
 *  - in a product or square, infinity times zero is NaN;
 *  - rounding is to nearest, ties to even, also among subnormals; overflow to an infinity can only happen here;
 *  - the value zero is +0 however it came about (-0.0 + -0.0 included); a negative value that rounds to zero
 *    is -0. */
#ifndef SHEAF_EXACT_H
#define SHEAF_EXACT_H

#include <sheaf/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* The smallest product is 2^-2148, the limit of 2^64 of the largest 2^2112: limb i weighs 2^(32 (i - 68)),
     * so limbs 0 to 134 are enough, and the rest is room for carries. */
    SHEAF_EXACT_LIMBS = 137,
    SHEAF_EXACT_UNIT_LIMB = 68,
    /* Bytes of any integer's decimal text: 2^(63 + 32 * 68), what the last limb can hold, has 675 digits. */
    SHEAF_EXACT_TEXT = 680
};

/* The value is the sum of limb[i] * 2^(32 (i - 68)). Limbs are below 2^32 in magnitude after every merge, and every
 * sheaf_exact_add* leaves so those that it touched. */
struct sheaf_exact {
    int64_t limb[SHEAF_EXACT_LIMBS];
    int64_t nan;     /* how many NaN were added */
    int64_t pos_inf; /* how many +Inf */
    int64_t neg_inf; /* how many -Inf */
};

/* ---- adding a dense run of `n` elements, aligned to their size ---------------------------------------------- */

/* Adds x[0] + ... + x[n-1]. */
SHEAF_API void sheaf_exact_add(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n);
/* Adds |x[0]| + ... + |x[n-1]|. */
SHEAF_API void sheaf_exact_add_absolute(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n);
/* Adds x[0]^2 + ... + x[n-1]^2. */
SHEAF_API void sheaf_exact_add_squares(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n);
/* Adds x[0] y[0] + ... + x[n-1] y[n-1]; the types may differ. */
SHEAF_API void sheaf_exact_add_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x,
                                        enum sheaf_type y_type, const void *y, uint64_t n);

/* Adds `from` to `into`, element by element, and normalises `into` where limbs are no longer below 2^32: any number of
 * merges is safe. Either may be an elementwise sum. */
SHEAF_API void sheaf_exact_merge(struct sheaf_exact *into, const struct sheaf_exact *from);
/* Carries: every limb but the last comes to lie in [0, 2^32), the last one takes the sign. The value stays; equal
 * values become equal bytes. */
SHEAF_API void sheaf_exact_normalise(struct sheaf_exact *x);

/* ---- reading the value -------------------------------------------------------------------------------------- */

/* Is it a number: no NaN and no infinity added? */
SHEAF_API bool sheaf_exact_is_finite(const struct sheaf_exact *x);
/* -1, 0 or 1; of the finite part where it is not finite. */
SHEAF_API int sheaf_exact_sign(const struct sheaf_exact *x);
/* x, rounded. */
SHEAF_API double sheaf_exact_round(const struct sheaf_exact *x);
/* All decimal digits of an integer, with a leading '-' if negative. False, and an empty text, if x is not finite
 * or has a fraction. */
SHEAF_API bool sheaf_exact_integer_text(const struct sheaf_exact *x, char text[SHEAF_EXACT_TEXT]);

/* ---- one rounding after exact algebra ----------------------------------------------------------------------- */

/* x / n, rounded once; n >= 1. The mean of n values whose sum is x. */
SHEAF_API double sheaf_exact_quotient(const struct sheaf_exact *x, uint64_t n);
/* The square root of x / n, rounded once; n >= 1. NaN if x is negative. The norm of squares with sum x (n = 1). */
SHEAF_API double sheaf_exact_root(const struct sheaf_exact *x, uint64_t n);
/* What follows takes sums of n elements (sheaf_exact_add) with the sums of their squares or products. It is computed
 * in integers and rounded once, so that nothing cancels; NaN if any of the sums is not finite. */

/* (n squares - sum^2) / (n divisor): the variance of n values, of a sample with divisor n - 1, of a population with
 * divisor n; n and divisor >= 1. */
SHEAF_API double sheaf_exact_variance(const struct sheaf_exact *sum, const struct sheaf_exact *squares, uint64_t n,
                                      uint64_t divisor);
/* The square root of the same: the standard deviation. */
SHEAF_API double sheaf_exact_deviation(const struct sheaf_exact *sum, const struct sheaf_exact *squares, uint64_t n,
                                       uint64_t divisor);
/* (n products - sum_x sum_y) / (n divisor): the covariance. */
SHEAF_API double sheaf_exact_covariance(const struct sheaf_exact *sum_x, const struct sheaf_exact *sum_y,
                                        const struct sheaf_exact *products, uint64_t n, uint64_t divisor);
/* Pearson's correlation coefficient, in [-1, 1]. False if there is none: x or y is constant. */
SHEAF_API SHEAF_MUST_USE bool sheaf_exact_correlation(const struct sheaf_exact *sum_x, const struct sheaf_exact *sum_y,
                                                      const struct sheaf_exact *squares_x,
                                                      const struct sheaf_exact *squares_y,
                                                      const struct sheaf_exact *products, uint64_t n,
                                                      double *correlation);

/* ---- third and fourth moments ------------------------------------------------------------------------------- */

enum {
    /* Cubes reach from 2^-3222 to 2^3136, their limb i weighs 2^(32 (i - 102)); fourth powers from 2^-4296 to 2^4160,
     * their limb i weighs 2^(32 (i - 136)). */
    SHEAF_EXACT_CUBE_LIMBS = 203,
    SHEAF_EXACT_FOURTH_LIMBS = 269
};

/* The sums of x, x^2, x^3 and x^4: an accumulator too, with no merge but elementwise addition. What is not finite is
 * counted in the first two and left out of the others. Who needs no fourth powers may leave them out at the end. */
struct sheaf_exact_powers {
    struct sheaf_exact sum, squares;
    int64_t cubes[SHEAF_EXACT_CUBE_LIMBS];
    int64_t fourths[SHEAF_EXACT_FOURTH_LIMBS];
};

/* Adds the powers of x[0] to x[n-1] up to the third or fourth, as `highest` says; with 3 `fourths` is not touched.
 * Costs some tens of nanoseconds an element. */
SHEAF_API void sheaf_exact_add_powers(struct sheaf_exact_powers *into, unsigned highest, enum sheaf_type type,
                                      const void *x, uint64_t n);

/* m3 / m2^(3/2) and m4 / m2^2 - 3, where mk is the mean of the k-th powers of (x - mean); rounded once; NaN if a sum is
 * not finite. False if there is none: n is 0 or all values are equal. */
SHEAF_API SHEAF_MUST_USE bool sheaf_exact_skewness(const struct sheaf_exact_powers *powers, uint64_t n,
                                                   double *skewness);
SHEAF_API SHEAF_MUST_USE bool sheaf_exact_kurtosis(const struct sheaf_exact_powers *powers, uint64_t n,
                                                   double *kurtosis);

#ifdef __cplusplus
}
#endif
#endif
