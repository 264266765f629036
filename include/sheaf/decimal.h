/* Exact arithmetic on decimals: the sums of numbers as text gives them, held without any rounding, in base ten. Three
 * times 0.1 is 0.3; of the doubles nearest to 0.1 the sum is, rounded once, 0.30000000000000004.
 *
 * The counterpart of sheaf/exact.h: a fixed-point number in base 10^9, wide enough for 2^64 products of any two numbers
 * whose digits lie from 10^-1152 up to below 10^1152 (SHEAF_DECIMAL_REACH), plus counts of what is not a number. What is
 * said there of all accumulators (merging, headroom, threads, forks) and of every answer that is a double (NaN, infinities,
 * ties, zero) holds here.
 *
 * Integer instructions throughout. Columns are of type SHEAF_DECIMAL (struct sheaf_column). */
#ifndef SHEAF_DECIMAL_H
#define SHEAF_DECIMAL_H

#include <sheaf/kernel.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /* The smallest product is 10^-2304, the limit of 2^64 of the largest 10^2324: limb i weighs 10^(9 (i - 256)), so
     * limbs 0 to 514 are enough, and the last one has the sign. */
    SHEAF_DECIMAL_LIMBS = 516,
    SHEAF_DECIMAL_UNIT_LIMB = 256,
    /* Bytes of any value's text: all digits, sign, point, exponent, NUL. */
    SHEAF_DECIMAL_TEXT = 9 * SHEAF_DECIMAL_LIMBS + 36
};

/* The value is the sum of limb[i] * 10^(9 (i - 256)). Limbs are below 2^31 in magnitude after every merge, and every
 * sheaf_decimal_add* leaves those that it touched between -10^9 and 10^9. */
struct sheaf_decimal {
    int64_t limb[SHEAF_DECIMAL_LIMBS];
    int64_t nan;     /* how many NaN were added */
    int64_t pos_inf; /* how many +Inf */
    int64_t neg_inf; /* how many -Inf */
};

/* ---- adding the `rows` elements of a column: at most 2^38 a call ---------------------------------------------- */

/* Adds x[0] + ... + x[rows-1]. */
SHEAF_API void sheaf_decimal_add(struct sheaf_decimal *into, const struct sheaf_column *x, uint64_t rows);
/* Adds |x[0]| + ... + |x[rows-1]|. */
SHEAF_API void sheaf_decimal_add_absolute(struct sheaf_decimal *into, const struct sheaf_column *x, uint64_t rows);
/* Adds x[0]^2 + ... + x[rows-1]^2. */
SHEAF_API void sheaf_decimal_add_squares(struct sheaf_decimal *into, const struct sheaf_column *x, uint64_t rows);
/* Adds x[0] y[0] + ... + x[rows-1] y[rows-1]. */
SHEAF_API void sheaf_decimal_add_products(struct sheaf_decimal *into, const struct sheaf_column *x,
                                          const struct sheaf_column *y, uint64_t rows);

/* See sheaf_exact_merge; limbs are kept below 2^31. */
SHEAF_API void sheaf_decimal_merge(struct sheaf_decimal *into, const struct sheaf_decimal *from);
/* See sheaf_exact_normalise; every limb but the last comes to lie in [0, 10^9). */
SHEAF_API void sheaf_decimal_normalise(struct sheaf_decimal *x);

/* ---- reading the value ------------------------------------------------------------------------------------------ */

/* See sheaf_exact_is_finite, sheaf_exact_sign. */
SHEAF_API bool sheaf_decimal_is_finite(const struct sheaf_decimal *x);
SHEAF_API int sheaf_decimal_sign(const struct sheaf_decimal *x);
/* -1, 0 or 1 as a is less than, equal to or greater than b; of the finite parts where they are not finite. */
SHEAF_API int sheaf_decimal_compare(const struct sheaf_decimal *a, const struct sheaf_decimal *b);
/* x, rounded to the nearest double. */
SHEAF_API double sheaf_decimal_round(const struct sheaf_decimal *x);
/* All digits and no more: "-12.5", "1000000". Where more than 20 zeros would only show the place of the point, in the
 * form "1.25e+300", "4e-999". Returns `text`; "" if x is not finite. */
SHEAF_API const char *sheaf_decimal_text(const struct sheaf_decimal *x, char text[SHEAF_DECIMAL_TEXT]);

/* Adds an entry to `result`: a SHEAF_NUMERAL, or a SHEAF_REAL if x is not finite. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_decimal(struct sheaf_result *result, const char *name,
                                                                const struct sheaf_decimal *x);

/* ---- one rounding after exact algebra --------------------------------------------------------------------------- */

/* Each computes, rounds and fails as sheaf_exact_* of its name. */

SHEAF_API double sheaf_decimal_quotient(const struct sheaf_decimal *x, uint64_t n);
SHEAF_API double sheaf_decimal_root(const struct sheaf_decimal *x, uint64_t n);
SHEAF_API double sheaf_decimal_variance(const struct sheaf_decimal *sum, const struct sheaf_decimal *squares, uint64_t n,
                                        uint64_t divisor);
SHEAF_API double sheaf_decimal_deviation(const struct sheaf_decimal *sum, const struct sheaf_decimal *squares,
                                         uint64_t n, uint64_t divisor);
SHEAF_API double sheaf_decimal_covariance(const struct sheaf_decimal *sum_x, const struct sheaf_decimal *sum_y,
                                          const struct sheaf_decimal *products, uint64_t n, uint64_t divisor);
SHEAF_API SHEAF_MUST_USE bool sheaf_decimal_correlation(const struct sheaf_decimal *sum_x,
                                                        const struct sheaf_decimal *sum_y,
                                                        const struct sheaf_decimal *squares_x,
                                                        const struct sheaf_decimal *squares_y,
                                                        const struct sheaf_decimal *products, uint64_t n,
                                                        double *correlation);

/* ---- third and fourth moments ------------------------------------------------------------------------------------ */

enum {
    /* Cubes reach from 10^-3456 to 10^3476, their limb i weighs 10^(9 (i - 384)); fourth powers from 10^-4608 to
     * 10^4628, their limb i weighs 10^(9 (i - 512)). */
    SHEAF_DECIMAL_CUBE_LIMBS = 772,
    SHEAF_DECIMAL_FOURTH_LIMBS = 1028
};

/* The sums of x, x^2, x^3 and x^4: see struct sheaf_exact_powers. */
struct sheaf_decimal_powers {
    struct sheaf_decimal sum, squares;
    int64_t cubes[SHEAF_DECIMAL_CUBE_LIMBS];
    int64_t fourths[SHEAF_DECIMAL_FOURTH_LIMBS];
};

/* Adds the powers of x[0] to x[rows-1], at most 2^38 of them, up to the third or fourth, as `highest` says; with 3
 * `fourths` is not touched. */
SHEAF_API void sheaf_decimal_add_powers(struct sheaf_decimal_powers *into, unsigned highest, const struct sheaf_column *x,
                                        uint64_t rows);

/* See sheaf_exact_skewness, sheaf_exact_kurtosis. */
SHEAF_API SHEAF_MUST_USE bool sheaf_decimal_skewness(const struct sheaf_decimal_powers *powers, uint64_t n,
                                                     double *skewness);
SHEAF_API SHEAF_MUST_USE bool sheaf_decimal_kurtosis(const struct sheaf_decimal_powers *powers, uint64_t n,
                                                     double *kurtosis);

#ifdef __cplusplus
}
#endif
#endif
