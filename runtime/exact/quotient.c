#include "exact/round.h"

/* |numerator / denominator| to 128 bits by restoring division, a bit at a time: once per answer, so that
 * simple beats fast. Both are used up; neither is zero. */
static struct scaled divide(struct bigint *numerator, struct bigint *denominator)
{
    unsigned a = bigint_bits(numerator), b = bigint_bits(denominator);
    struct scaled out = {.negative = numerator->negative, .exponent = (int64_t)a - b - 127};
    numerator->negative = denominator->negative = false;
    bigint_shift_left(a > b ? denominator : numerator, a > b ? a - b : b - a);
    if (bigint_compare_magnitude(numerator, denominator) < 0) {
        bigint_shift_left(numerator, 1);
        out.exponent--;
    }
    /* 1 <= numerator / denominator < 2: the first bit is a one. */
    for (int i = 0; i < 128; i++) {
        out.head <<= 1;
        if (bigint_compare_magnitude(numerator, denominator) >= 0) {
            bigint_subtract(numerator, denominator);
            out.head |= 1;
        }
        bigint_shift_left(numerator, 1);
    }
    out.more = numerator->count != 0;
    return out;
}

/* The largest integer whose square is at most `x`, bit by bit. */
static uint64_t integer_root(uint128 x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 63; bit; bit >>= 1)
        if ((uint128)(root | bit) * (root | bit) <= x)
            root |= bit;
    return root;
}

/* The root has 64 bits when the exponent is even; what lies below them shows in `more` alone. */
static struct scaled take_root(struct scaled x)
{
    if (x.exponent & 1) {
        x.more |= x.head & 1;
        x.head >>= 1;
        x.exponent++;
    }
    uint64_t root = integer_root(x.head);
    struct scaled out = {.head = (uint128)root << 64, .exponent = x.exponent / 2 - 64};
    out.more = x.more || (uint128)root * root != x.head;
    return out;
}

/* numerator / denominator * 2^exponent, or its square root, rounded. Both numbers are used up. */
static double rounded(struct bigint *numerator, struct bigint *denominator, int64_t exponent, bool root)
{
    if (numerator->count == 0)
        return round_zero(false);
    if (root && numerator->negative)
        return round_nan();
    struct scaled x = divide(numerator, denominator);
    x.exponent += exponent;
    if (root)
        x = take_root(x);
    return round_scaled(&x);
}

static double ratio(const struct sheaf_exact *x, uint64_t n, bool root)
{
    struct bigint numerator, denominator;
    bigint_set_exact(&numerator, x);
    bigint_set_uint(&denominator, n);
    return rounded(&numerator, &denominator, -UNIT_BIT, root);
}

double sheaf_exact_quotient(const struct sheaf_exact *x, uint64_t n)
{
    double special;
    return round_special(x, &special) ? special : ratio(x, n, false);
}

double sheaf_exact_root(const struct sheaf_exact *x, uint64_t n)
{
    double special;
    if (round_special(x, &special))
        return x->neg_inf ? round_nan() : special;
    return ratio(x, n, true);
}

/* The accumulators are integers times 2^-UNIT_BIT, the square of one times 2^(-2 UNIT_BIT). */
static double spread(const struct sheaf_exact *sum, const struct sheaf_exact *squares, uint64_t n, uint64_t divisor,
                     bool root)
{
    if (!sheaf_exact_is_finite(sum) || !sheaf_exact_is_finite(squares))
        return round_nan();
    struct bigint number, factor, numerator, denominator;
    bigint_set_exact(&number, squares);
    bigint_set_uint(&factor, n);
    bigint_multiply(&numerator, &number, &factor);
    bigint_shift_left(&numerator, UNIT_BIT);
    bigint_set_exact(&number, sum);
    bigint_multiply(&denominator, &number, &number);
    bigint_subtract(&numerator, &denominator);
    bigint_set_uint(&number, divisor);
    bigint_multiply(&denominator, &number, &factor);
    return rounded(&numerator, &denominator, -2 * UNIT_BIT, root);
}

double sheaf_exact_variance(const struct sheaf_exact *sum, const struct sheaf_exact *squares, uint64_t n,
                            uint64_t divisor)
{
    return spread(sum, squares, n, divisor, false);
}

double sheaf_exact_deviation(const struct sheaf_exact *sum, const struct sheaf_exact *squares, uint64_t n,
                             uint64_t divisor)
{
    return spread(sum, squares, n, divisor, true);
}
