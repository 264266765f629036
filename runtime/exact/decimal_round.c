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
