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
        carry >>= DIGIT_BITS;
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
    tens_set(&tens, x->limb, TENS_COUNT);
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

/* ---- sums of elements and of their powers ----------------------------------------------------------------------- */

/* A fixed-point number of `count` limbs that is the sum of `power`-th powers, or of products of so many elements; its
 * limb `unit` weighs 1. */
struct part {
    const int64_t *limb;
    unsigned count;
    int unit, power;
};

static struct part single(const struct sheaf_decimal *x)
{
    return (struct part){x->limb, TENS_COUNT, TENS_UNIT, 1};
}

static struct part product(const struct sheaf_decimal *x)
{
    return (struct part){x->limb, TENS_COUNT, TENS_UNIT, 2};
}

enum { PARTS_MOST = 5 };

/* Sums as integers in powers of one unit. */
struct system {
    struct tens tens[PARTS_MOST];
    struct bigint number[PARTS_MOST];
    int unit; /* 10^(9 unit) */
};

static int floor_divide(int a, int b)
{
    return a / b - (a % b < 0);
}

/* The unit is the smallest that a digit needs: where sums are short, so are the integers. */
static void system_set(struct system *out, const struct part *parts, unsigned count)
{
    out->unit = TENS_COUNT;
    for (unsigned i = 0; i < count; i++) {
        tens_set(&out->tens[i], parts[i].limb, parts[i].count);
        int unit = floor_divide((int)out->tens[i].low - parts[i].unit, parts[i].power);
        if (out->tens[i].high && unit < out->unit)
            out->unit = unit;
    }
    for (unsigned i = 0; i < count; i++)
        set_integer(&out->number[i], &out->tens[i], parts[i].unit + parts[i].power * out->unit);
}

static bool are_finite(const struct sheaf_decimal *const *sums, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (!sheaf_decimal_is_finite(sums[i]))
            return false;
    return true;
}

/* False if a sum is not finite. */
static bool set_covariance(struct ratio *out, const struct sheaf_decimal *sum_x, const struct sheaf_decimal *sum_y,
                           const struct sheaf_decimal *products, uint64_t n, uint64_t divisor)
{
    struct system system;
    if (!are_finite((const struct sheaf_decimal *[]){sum_x, sum_y, products}, 3))
        return false;
    system_set(&system, (struct part[]){single(sum_x), single(sum_y), product(products)}, 3);
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
    if (!are_finite((const struct sheaf_decimal *[]){sum_x, sum_y, squares_x, squares_y, products}, 5))
        return true;
    system_set(&system,
               (struct part[]){single(sum_x), single(sum_y), product(squares_x), product(squares_y), product(products)},
               5);
    const struct bigint *number = system.number;
    if (!ratio_correlation(&square, &number[4], &number[0], &number[1], &number[2], &number[3], n))
        return false;
    *correlation = ratio_root(&square);
    return true;
}

bool sheaf_decimal_skewness(const struct sheaf_decimal_powers *powers, uint64_t n, double *skewness)
{
    struct system system;
    struct ratio square;
    *skewness = round_nan();
    if (!sheaf_decimal_is_finite(&powers->sum))
        return true;
    const struct part cubes = {powers->cubes, SHEAF_DECIMAL_CUBE_LIMBS, TENS_CUBE_UNIT, 3};
    system_set(&system, (struct part[]){single(&powers->sum), product(&powers->squares), cubes}, 3);
    if (!ratio_skewness(&square, system.number, n))
        return false;
    *skewness = ratio_root(&square);
    return true;
}

bool sheaf_decimal_kurtosis(const struct sheaf_decimal_powers *powers, uint64_t n, double *kurtosis)
{
    struct system system;
    struct ratio ratio;
    *kurtosis = round_nan();
    if (!sheaf_decimal_is_finite(&powers->sum))
        return true;
    const struct part cubes = {powers->cubes, SHEAF_DECIMAL_CUBE_LIMBS, TENS_CUBE_UNIT, 3};
    const struct part fourths = {powers->fourths, SHEAF_DECIMAL_FOURTH_LIMBS, TENS_FOURTH_UNIT, 4};
    system_set(&system, (struct part[]){single(&powers->sum), product(&powers->squares), cubes, fourths}, 4);
    if (!ratio_kurtosis(&ratio, system.number, n))
        return false;
    *kurtosis = ratio_round(&ratio);
    return true;
}
