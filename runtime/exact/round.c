#include "exact/round.h"

#include <string.h>

enum { FRACTION_BITS = 52, LARGEST_EXPONENT = 1023, SMALLEST_EXPONENT = -1022 };

static double from_bits(bool negative, uint64_t bits)
{
    double value;
    bits |= (uint64_t)negative << 63;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double round_zero(bool negative)
{
    return from_bits(negative, 0);
}

double round_infinity(bool negative)
{
    return from_bits(negative, UINT64_C(0x7ff0000000000000));
}

double round_nan(void)
{
    return from_bits(false, UINT64_C(0x7ff8000000000000));
}

/* The bits kept are put below the exponent field by addition: a significand that rounds up to the next power of
 * two carries into the exponent, from subnormal to normal and from the largest number to infinity too. */
double round_scaled(const struct scaled *x)
{
    if (x->head == 0)
        return round_zero(false);
    int64_t top = x->exponent + 127; /* 2^top <= |x| < 2^(top + 1) */
    if (top > LARGEST_EXPONENT)
        return round_infinity(x->negative);
    if (top < SMALLEST_EXPONENT - FRACTION_BITS - 1)
        return round_zero(x->negative);
    unsigned below = top < SMALLEST_EXPONENT ? (unsigned)(SMALLEST_EXPONENT - top) : 0;
    unsigned drop = 127 - FRACTION_BITS + below; /* 75 to 128 */
    uint64_t kept = drop < 128 ? (uint64_t)(x->head >> drop) : 0;
    uint128 rest = x->head << (128 - drop), half = (uint128)1 << 127;
    bool up = rest > half || (rest == half && (x->more || kept & 1));
    uint64_t exponent = below ? 0 : (uint64_t)(top - SMALLEST_EXPONENT);
    return from_bits(x->negative, (exponent << FRACTION_BITS) + kept + up);
}

bool round_special(const struct sheaf_exact *x, double *value)
{
    if (sheaf_exact_is_finite(x))
        return false;
    *value = x->nan || (x->pos_inf && x->neg_inf) ? round_nan() : round_infinity(x->neg_inf != 0);
    return true;
}

struct scaled scaled_digits(const uint32_t *digit, unsigned count, int64_t exponent)
{
    struct scaled out = {.head = 0};
    if (count == 0)
        return out;
    unsigned zeros = (unsigned)__builtin_clz(digit[count - 1]);
    for (unsigned i = 1; i <= 4; i++)
        out.head = out.head << DIGIT_BITS | (i <= count ? digit[count - i] : 0);
    uint64_t fifth = (count > 4 ? (uint64_t)digit[count - 5] : 0) << zeros;
    out.head = out.head << zeros | fifth >> DIGIT_BITS;
    out.more = (uint32_t)fifth != 0;
    for (unsigned i = 0; i + 5 < count && !out.more; i++)
        out.more = digit[i] != 0;
    out.exponent = exponent + ((int64_t)count - 4) * DIGIT_BITS - zeros;
    return out;
}

double sheaf_exact_round(const struct sheaf_exact *x)
{
    double special;
    if (round_special(x, &special))
        return special;
    struct bigint number;
    bigint_set_exact(&number, x);
    struct scaled top = scaled_digits(number.digit, number.count, -UNIT_BIT);
    top.negative = number.negative;
    return round_scaled(&top);
}
