#include "exact/algebra.h"

void ratio_mean(struct ratio *out, const struct bigint *sum, uint64_t n)
{
    bigint_copy(&out->over, sum);
    bigint_set_uint(&out->under, n);
    out->exponent = 0;
}

/* out = n products - a b. */
static void set_central(struct bigint *out, const struct bigint *products, const struct bigint *a,
                        const struct bigint *b, uint64_t n)
{
    struct bigint square;
    bigint_copy(out, products);
    bigint_multiply_uint(out, n);
    bigint_multiply(&square, a, b);
    bigint_subtract(out, &square);
}

void ratio_covariance(struct ratio *out, const struct bigint *products, const struct bigint *sum_x,
                      const struct bigint *sum_y, uint64_t n, uint64_t divisor)
{
    set_central(&out->over, products, sum_x, sum_y, n);
    bigint_set_uint(&out->under, n);
    bigint_multiply_uint(&out->under, divisor);
    out->exponent = 0;
}

/* x = x |x| */
static void square_signed(struct bigint *x)
{
    struct bigint copy;
    bigint_copy(&copy, x);
    bool negative = x->negative;
    bigint_multiply(x, &copy, &copy);
    x->negative = negative;
}

static void multiply_in_place(struct bigint *x, const struct bigint *factor)
{
    struct bigint copy;
    bigint_copy(&copy, x);
    bigint_multiply(x, &copy, factor);
}

bool ratio_correlation(struct ratio *out, const struct bigint *products, const struct bigint *sum_x,
                       const struct bigint *sum_y, const struct bigint *squares_x, const struct bigint *squares_y,
                       uint64_t n)
{
    struct bigint spread_y;
    set_central(&out->under, squares_x, sum_x, sum_x, n);
    set_central(&spread_y, squares_y, sum_y, sum_y, n);
    multiply_in_place(&out->under, &spread_y);
    set_central(&out->over, products, sum_x, sum_y, n);
    square_signed(&out->over);
    out->exponent = 0;
    return out->under.count != 0;
}

/* out = n^3 m_3 = n (n S3 - S1 S2) - 2 S1 n^2 m_2, where spread = n^2 m_2. */
static void set_third(struct bigint *out, const struct bigint power[3], const struct bigint *spread, uint64_t n)
{
    struct bigint product;
    set_central(out, &power[2], &power[0], &power[1], n);
    bigint_multiply_uint(out, n);
    bigint_multiply(&product, &power[0], spread);
    bigint_shift_left(&product, 1);
    bigint_subtract(out, &product);
}

bool ratio_skewness(struct ratio *out, const struct bigint power[3], uint64_t n)
{
    struct bigint spread;
    set_central(&spread, &power[1], &power[0], &power[0], n);
    set_third(&out->over, power, &spread, n);
    square_signed(&out->over);
    bigint_copy(&out->under, &spread);
    square_signed(&out->under);
    multiply_in_place(&out->under, &spread);
    out->exponent = 0;
    return spread.count != 0;
}

/* out = n^4 m_4 = n^2 (n S4 - S1 S3) - 3 S1 (n^3 m_3 + S1 n^2 m_2), where spread = n^2 m_2. */
static void set_fourth(struct bigint *out, const struct bigint power[4], const struct bigint *spread, uint64_t n)
{
    struct bigint third, product;
    set_third(&third, power, spread, n);
    bigint_multiply(&product, &power[0], spread);
    bigint_add(&third, &product);
    bigint_multiply_uint(&third, 3);
    bigint_multiply(&product, &power[0], &third);
    set_central(out, &power[3], &power[0], &power[2], n);
    bigint_multiply_uint(out, n);
    bigint_multiply_uint(out, n);
    bigint_subtract(out, &product);
}

bool ratio_kurtosis(struct ratio *out, const struct bigint power[4], uint64_t n)
{
    struct bigint spread, thrice;
    set_central(&spread, &power[1], &power[0], &power[0], n);
    set_fourth(&out->over, power, &spread, n);
    bigint_multiply(&out->under, &spread, &spread);
    bigint_copy(&thrice, &out->under);
    bigint_multiply_uint(&thrice, 3);
    bigint_subtract(&out->over, &thrice);
    out->exponent = 0;
    return spread.count != 0;
}
