#include "exact/ratio.h"

#include "exact/round.h"

void ratio_scale_ten(struct ratio *r, int exponent)
{
    bigint_multiply_ten(exponent < 0 ? &r->under : &r->over, (unsigned)(exponent < 0 ? -exponent : exponent));
}

/* Takes the multiple guess * under away from the digits `over`, one more than `under` has; true if it was too much. */
static bool take_away(uint32_t *over, const struct bigint *under, uint64_t guess)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < under->count; i++) {
        carry += guess * under->digit[i];
        uint32_t low = (uint32_t)carry;
        carry = (carry >> DIGIT_BITS) + (over[i] < low);
        over[i] -= low;
    }
    bool below_zero = over[under->count] < carry;
    over[under->count] -= (uint32_t)carry;
    return below_zero;
}

/* Adds `under` back; true if the digits are still below zero. */
static bool give_back(uint32_t *over, const struct bigint *under)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < under->count; i++) {
        carry += (uint64_t)over[i] + under->digit[i];
        over[i] = (uint32_t)carry;
        carry >>= DIGIT_BITS;
    }
    carry += over[under->count];
    over[under->count] = (uint32_t)carry;
    return carry >> DIGIT_BITS == 0;
}

/* One digit of the quotient. Guessed from the leading digits it is never too small and, since the first bit of `under`
 * is set, at most two too large. */
static uint32_t take_digit(uint32_t *over, const struct bigint *under)
{
    uint64_t leading = (uint64_t)over[under->count] << DIGIT_BITS | over[under->count - 1];
    uint64_t guess = leading / under->digit[under->count - 1];
    if (guess > UINT32_MAX)
        guess = UINT32_MAX;
    for (bool below_zero = take_away(over, under, guess); below_zero; guess--)
        below_zero = give_back(over, under);
    return (uint32_t)guess;
}

enum { QUOTIENT_DIGITS = 5, QUOTIENT_BITS = 129 };

/* Shifts both so that `under` fills its digits and the quotient has 129 or 130 bits; returns the digits of `under`. */
static unsigned align(struct ratio *r)
{
    unsigned over = bigint_bits(&r->over), under = bigint_bits(&r->under);
    unsigned bits = over > under + QUOTIENT_BITS ? over - QUOTIENT_BITS : under;
    bits += -bits % DIGIT_BITS;
    bigint_shift_left(&r->under, bits - under);
    bigint_shift_left(&r->over, bits + QUOTIENT_BITS - over);
    r->exponent += (int64_t)over - under - QUOTIENT_BITS;
    return bits / DIGIT_BITS;
}

/* r to its first 128 bits, by long division (Knuth, The Art of Computer Programming 2, 4.3.1 D), of which only the
 * leading digits are worked out. `over` is not zero. */
static struct scaled divide(struct ratio *r)
{
    uint32_t quotient[QUOTIENT_DIGITS], left = 0;
    unsigned digits = align(r);
    for (unsigned i = QUOTIENT_DIGITS; i-- > 0;)
        quotient[i] = take_digit(r->over.digit + i, &r->under);
    for (unsigned i = 0; i < digits; i++)
        left |= r->over.digit[i];
    struct scaled out = scaled_digits(quotient, QUOTIENT_DIGITS, r->exponent);
    out.negative = r->over.negative != r->under.negative;
    out.more |= left != 0;
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
    struct scaled out = {.negative = x.negative, .head = (uint128)root << 64, .exponent = x.exponent / 2 - 64};
    out.more = x.more || (uint128)root * root != x.head;
    return out;
}

double ratio_round(struct ratio *r)
{
    if (r->over.count == 0)
        return round_zero(false);
    struct scaled x = divide(r);
    return round_scaled(&x);
}

double ratio_root(struct ratio *r)
{
    if (r->over.count == 0)
        return round_zero(false);
    struct scaled x = take_root(divide(r));
    return round_scaled(&x);
}
