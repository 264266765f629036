/* What is read off decimal sums: integers in a unit that is a power of ten, their algebra, one rounding. */
#include "exact/algebra.h"
#include "exact/decimal.h"
#include "exact/round.h"

static bool round_special_sum(const struct sheaf_decimal *x, double *value)
{
    if (sheaf_decimal_is_finite(x))
        return false;
    *value = x->nan || (x->pos_inf && x->neg_inf) ? round_nan() : round_infinity(x->neg_inf != 0);
    return true;
}

/* x = x * 10^9 + digit */
static void push(struct bigint *x, uint32_t digit)
{
    uint64_t carry = digit;
    for (unsigned i = 0; i < x->count; i++) {
        carry += (uint64_t)TENS * x->digit[i];
        x->digit[i] = (uint32_t)carry;
        carry >>= LIMB_BITS;
    }
    if (carry)
        x->digit[x->count++] = (uint32_t)carry;
}

/* The value in units of limb `unit`, which is at most tens->low. */
static void set_integer(struct bigint *out, const struct tens *tens, int unit)
{
    out->count = 0;
    for (int i = (int)tens->high; i-- > unit;)
        push(out, i >= (int)tens->low ? tens->digit[i] : 0);
    out->negative = tens->negative;
}

/* x / n as a ratio, in units of a limb of its own. */
static void set_mean(struct ratio *out, const struct sheaf_decimal *x, uint64_t n)
{
    struct tens tens;
    struct bigint number;
    tens_set(&tens, x);
    set_integer(&number, &tens, (int)tens.low);
    ratio_mean(out, &number, n);
    ratio_scale_ten(out, ((int)tens.low - TENS_UNIT) * TENS_DIGITS);
}

double sheaf_decimal_quotient(const struct sheaf_decimal *x, uint64_t n)
{
    double special;
    struct ratio mean;
    if (round_special_sum(x, &special))
        return special;
    set_mean(&mean, x, n);
    return ratio_round(&mean);
}

double sheaf_decimal_round(const struct sheaf_decimal *x)
{
    return sheaf_decimal_quotient(x, 1);
}

double sheaf_decimal_root(const struct sheaf_decimal *x, uint64_t n)
{
    double special;
    struct ratio mean;
    if (round_special_sum(x, &special))
        return x->neg_inf ? round_nan() : special;
    set_mean(&mean, x, n);
    return mean.over.negative ? round_nan() : ratio_root(&mean);
}

/* ---- sums of elements, and of their products ------------------------------------------------------------------- */

enum { SUMS_MOST = 5 };

/* Sums of elements, and of products of elements, as integers: the former in units of a limb, the latter in units of its
 * square. */
struct system {
    struct tens tens[SUMS_MOST];
    struct bigint number[SUMS_MOST];
    int unit; /* limbs from the one that weighs 1 */
};

/* The unit is the smallest that a digit needs: where sums are short, so are the integers. The first `singles` are sums
 * of elements. False if one is not finite. */
static bool system_set(struct system *out, const struct sheaf_decimal *const *sums, unsigned singles, unsigned count)
{
    out->unit = TENS_COUNT;
    for (unsigned i = 0; i < count; i++) {
        if (!sheaf_decimal_is_finite(sums[i]))
            return false;
        tens_set(&out->tens[i], sums[i]);
        int low = (int)out->tens[i].low - TENS_UNIT, unit = i < singles ? low : low >> 1;
        if (out->tens[i].high && unit < out->unit)
            out->unit = unit;
    }
    for (unsigned i = 0; i < count; i++)
        set_integer(&out->number[i], &out->tens[i], TENS_UNIT + (i < singles ? out->unit : 2 * out->unit));
    return true;
}

/* False if a sum is not finite. */
static bool set_covariance(struct ratio *out, const struct sheaf_decimal *sum_x, const struct sheaf_decimal *sum_y,
                           const struct sheaf_decimal *products, uint64_t n, uint64_t divisor)
{
    struct system system;
    if (!system_set(&system, (const struct sheaf_decimal *[]){sum_x, sum_y, products}, 2, 3))
        return false;
    ratio_covariance(out, &system.number[2], &system.number[0], &system.number[1], n, divisor);
    ratio_scale_ten(out, 2 * TENS_DIGITS * system.unit);
    return true;
}

double sheaf_decimal_covariance(const struct sheaf_decimal *sum_x, const struct sheaf_decimal *sum_y,
                                const struct sheaf_decimal *products, uint64_t n, uint64_t divisor)
{
    struct ratio covariance;
    return set_covariance(&covariance, sum_x, sum_y, products, n, divisor) ? ratio_round(&covariance) : round_nan();
}

double sheaf_decimal_variance(const struct sheaf_decimal *sum, const struct sheaf_decimal *squares, uint64_t n,
                              uint64_t divisor)
{
    return sheaf_decimal_covariance(sum, sum, squares, n, divisor);
}

double sheaf_decimal_deviation(const struct sheaf_decimal *sum, const struct sheaf_decimal *squares, uint64_t n,
                               uint64_t divisor)
{
    struct ratio variance;
    bool known = set_covariance(&variance, sum, sum, squares, n, divisor) && !variance.over.negative;
    return known ? ratio_root(&variance) : round_nan();
}

bool sheaf_decimal_correlation(const struct sheaf_decimal *sum_x, const struct sheaf_decimal *sum_y,
                               const struct sheaf_decimal *squares_x, const struct sheaf_decimal *squares_y,
                               const struct sheaf_decimal *products, uint64_t n, double *correlation)
{
    struct system system;
    struct ratio square;
    *correlation = round_nan();
    if (!system_set(&system, (const struct sheaf_decimal *[]){sum_x, sum_y, squares_x, squares_y, products}, 2, 5))
        return true;
    const struct bigint *number = system.number;
    if (!ratio_correlation(&square, &number[4], &number[0], &number[1], &number[2], &number[3], n))
        return false;
    *correlation = ratio_root(&square);
    return true;
}
