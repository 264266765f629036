#include "exact/bigint.h"

#include <string.h>

static void trim(struct bigint *x)
{
    while (x->count && x->digit[x->count - 1] == 0)
        x->count--;
    if (x->count == 0)
        x->negative = false;
}

/* Of digits in two's complement, whose sign is known already. */
static void negate(uint32_t *digit, unsigned count)
{
    uint64_t carry = 1;
    for (unsigned i = 0; i < count; i++) {
        carry += ~digit[i];
        digit[i] = (uint32_t)carry;
        carry >>= DIGIT_BITS;
    }
}

_Static_assert((int)DIGIT_BITS == (int)LIMB_BITS, "a limb makes a digit");

void bigint_set_limbs(struct bigint *out, const int64_t *limb, unsigned count)
{
    int64_t carry = 0;
    for (unsigned i = 0; i < count; i++) {
        carry += limb[i];
        out->digit[i] = (uint32_t)carry;
        carry >>= DIGIT_BITS;
    }
    out->digit[count] = (uint32_t)carry; /* a limb's upper half is the last carry, and less than a digit */
    out->count = count + 1;
    out->negative = carry < 0;
    if (out->negative)
        negate(out->digit, out->count);
    trim(out);
}

void bigint_set_exact(struct bigint *out, const struct sheaf_exact *x)
{
    bigint_set_limbs(out, x->limb, LIMB_COUNT);
}

_Static_assert(SUM_UNIT_BIT >= 1074 && SUM_UNIT_BIT % LIMB_BITS == 0, "no element has a bit below it");

void bigint_set_sum(struct bigint *out, const struct sheaf_exact *x)
{
    enum { BELOW = (UNIT_BIT - SUM_UNIT_BIT) / LIMB_BITS };
    bigint_set_limbs(out, x->limb + BELOW, LIMB_COUNT - BELOW);
}

void bigint_set_uint(struct bigint *out, uint64_t value)
{
    out->negative = false;
    out->count = 2;
    out->digit[0] = (uint32_t)value;
    out->digit[1] = (uint32_t)(value >> DIGIT_BITS);
    trim(out);
}

void bigint_copy(struct bigint *out, const struct bigint *x)
{
    out->negative = x->negative;
    out->count = x->count;
    memcpy(out->digit, x->digit, x->count * sizeof x->digit[0]);
}

unsigned bigint_bits(const struct bigint *x)
{
    return x->count ? x->count * DIGIT_BITS - (unsigned)__builtin_clz(x->digit[x->count - 1]) : 0;
}

int bigint_compare_magnitude(const struct bigint *a, const struct bigint *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (unsigned i = a->count; i-- > 0;)
        if (a->digit[i] != b->digit[i])
            return a->digit[i] < b->digit[i] ? -1 : 1;
    return 0;
}

/* Row by row (Knuth, The Art of Computer Programming 2, 4.3.1 M). */
void bigint_multiply(struct bigint *out, const struct bigint *a, const struct bigint *b)
{
    out->negative = a->negative != b->negative;
    out->count = a->count + b->count;
    memset(out->digit, 0, out->count * sizeof out->digit[0]);
    for (unsigned i = 0; i < a->count; i++) {
        uint64_t carry = 0;
        if (a->digit[i] == 0) /* numbers out of accumulators end in many zeros */
            continue;
        for (unsigned j = 0; j < b->count; j++) {
            carry += (uint64_t)a->digit[i] * b->digit[j] + out->digit[i + j];
            out->digit[i + j] = (uint32_t)carry;
            carry >>= DIGIT_BITS;
        }
        out->digit[i + b->count] = (uint32_t)carry;
    }
    trim(out);
}

void bigint_multiply_uint(struct bigint *x, uint64_t factor)
{
    uint128 carry = 0;
    for (unsigned i = 0; i < x->count; i++) {
        carry += (uint128)factor * x->digit[i];
        x->digit[i] = (uint32_t)carry;
        carry >>= DIGIT_BITS;
    }
    for (; carry; carry >>= DIGIT_BITS)
        x->digit[x->count++] = (uint32_t)carry;
    trim(x);
}

void bigint_multiply_ten(struct bigint *x, unsigned exponent)
{
    enum { STEP = 19 }; /* the largest power of ten in 64 bits */
    for (; exponent >= STEP; exponent -= STEP)
        bigint_multiply_uint(x, UINT64_C(10000000000000000000));
    for (; exponent; exponent--)
        bigint_multiply_uint(x, 10);
}

static uint32_t digit_at(const struct bigint *x, unsigned i)
{
    return i < x->count ? x->digit[i] : 0;
}

/* |out| = |larger| - |smaller|; `out` may be either. */
static void subtract_magnitude(struct bigint *out, const struct bigint *larger, const struct bigint *smaller)
{
    int64_t borrow = 0;
    unsigned count = larger->count;
    for (unsigned i = 0; i < count; i++) {
        borrow += (int64_t)larger->digit[i] - digit_at(smaller, i);
        out->digit[i] = (uint32_t)borrow;
        borrow >>= DIGIT_BITS;
    }
    out->count = count;
}

static void add_magnitude(struct bigint *a, const struct bigint *b)
{
    uint64_t carry = 0;
    unsigned count = (a->count > b->count ? a->count : b->count) + 1;
    for (unsigned i = 0; i < count; i++) {
        carry += (uint64_t)digit_at(a, i) + digit_at(b, i);
        a->digit[i] = (uint32_t)carry;
        carry >>= DIGIT_BITS;
    }
    a->count = count;
}

/* a += b, b taken as negative if `negative`. */
static void accumulate(struct bigint *a, const struct bigint *b, bool negative)
{
    if (a->negative == negative) {
        add_magnitude(a, b);
    } else if (bigint_compare_magnitude(a, b) >= 0) {
        subtract_magnitude(a, a, b);
    } else {
        a->negative = negative;
        subtract_magnitude(a, b, a);
    }
    trim(a);
}

void bigint_add(struct bigint *a, const struct bigint *b)
{
    accumulate(a, b, b->negative);
}

void bigint_subtract(struct bigint *a, const struct bigint *b)
{
    accumulate(a, b, !b->negative);
}

void bigint_shift_left(struct bigint *x, unsigned bits)
{
    unsigned digits = bits / DIGIT_BITS, shift = bits % DIGIT_BITS;
    if (x->count == 0)
        return;
    for (unsigned i = x->count + 1; i-- > 0;) {
        uint64_t pair = (uint64_t)digit_at(x, i) << DIGIT_BITS | (i ? x->digit[i - 1] : 0);
        x->digit[i + digits] = (uint32_t)(pair << shift >> DIGIT_BITS);
    }
    memset(x->digit, 0, digits * sizeof x->digit[0]);
    x->count += digits + 1;
    trim(x);
}

bool bigint_drop_digits(struct bigint *x, unsigned digits)
{
    uint32_t lost = 0;
    for (unsigned i = 0; i < digits; i++)
        lost |= digit_at(x, i);
    unsigned left = x->count > digits ? x->count - digits : 0;
    memmove(x->digit, x->digit + digits, left * sizeof x->digit[0]);
    x->count = left;
    trim(x);
    return lost == 0;
}

uint32_t bigint_divide_small(struct bigint *x, uint32_t divisor)
{
    uint64_t rest = 0;
    for (unsigned i = x->count; i-- > 0;) {
        rest = rest << DIGIT_BITS | x->digit[i];
        x->digit[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    trim(x);
    return (uint32_t)rest;
}
