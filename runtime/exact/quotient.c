#include "exact/algebra.h"
#include "exact/round.h"

double sheaf_exact_quotient(const struct sheaf_exact *x, uint64_t n)
{
    double special;
    struct bigint number;
    struct ratio mean;
    if (round_special(x, &special))
        return special;
    bigint_set_exact(&number, x);
    ratio_mean(&mean, &number, n);
    mean.exponent = -UNIT_BIT;
    return ratio_round(&mean);
}

double sheaf_exact_root(const struct sheaf_exact *x, uint64_t n)
{
    double special;
    struct bigint number;
    struct ratio mean;
    if (round_special(x, &special))
        return x->neg_inf ? round_nan() : special;
    bigint_set_exact(&number, x);
    if (number.negative)
        return round_nan();
    ratio_mean(&mean, &number, n);
    mean.exponent = -UNIT_BIT;
    return ratio_root(&mean);
}

/* ---- sums of elements, and of their products ---------------------------------------------------------------- */

static bool are_finite(const struct sheaf_exact *const *sums, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!sheaf_exact_is_finite(sums[i]))
            return false;
    return true;
}

/* (n products - x y) / (n divisor) of finite sums. */
static void set_covariance(struct ratio *out, const struct sheaf_exact *products, const struct sheaf_exact *x,
                           const struct sheaf_exact *y, uint64_t n, uint64_t divisor)
{
    struct bigint sum_x, sum_y, sum_products;
    bigint_set_sum(&sum_x, x);
    bigint_set_sum(&sum_y, y);
    bigint_set_exact(&sum_products, products);
    ratio_covariance(out, &sum_products, &sum_x, &sum_y, n, divisor);
    out->exponent = -2 * SUM_UNIT_BIT;
}

double sheaf_exact_covariance(const struct sheaf_exact *sum_x, const struct sheaf_exact *sum_y,
                              const struct sheaf_exact *products, uint64_t n, uint64_t divisor)
{
    struct ratio covariance;
    if (!are_finite((const struct sheaf_exact *[]){sum_x, sum_y, products}, 3))
        return round_nan();
    set_covariance(&covariance, products, sum_x, sum_y, n, divisor);
    return ratio_round(&covariance);
}

double sheaf_exact_variance(const struct sheaf_exact *sum, const struct sheaf_exact *squares, uint64_t n,
                            uint64_t divisor)
{
    return sheaf_exact_covariance(sum, sum, squares, n, divisor);
}

double sheaf_exact_deviation(const struct sheaf_exact *sum, const struct sheaf_exact *squares, uint64_t n,
                             uint64_t divisor)
{
    struct ratio variance;
    if (!are_finite((const struct sheaf_exact *[]){sum, squares}, 2))
        return round_nan();
    set_covariance(&variance, squares, sum, sum, n, divisor);
    return variance.over.negative ? round_nan() : ratio_root(&variance);
}

bool sheaf_exact_correlation(const struct sheaf_exact *sum_x, const struct sheaf_exact *sum_y,
                             const struct sheaf_exact *squares_x, const struct sheaf_exact *squares_y,
                             const struct sheaf_exact *products, uint64_t n, double *correlation)
{
    const struct sheaf_exact *const sums[] = {squares_x, squares_y, products, sum_x, sum_y};
    struct bigint number[5];
    struct ratio square;
    *correlation = round_nan();
    if (!are_finite(sums, 5))
        return true;
    for (unsigned i = 0; i < 3; i++)
        bigint_set_exact(&number[i], sums[i]);
    for (unsigned i = 3; i < 5; i++)
        bigint_set_sum(&number[i], sums[i]);
    if (!ratio_correlation(&square, &number[2], &number[3], &number[4], &number[0], &number[1], n))
        return false;
    *correlation = ratio_root(&square);
    return true;
}
