#include "exact/bigint.h"

#include <string.h>

static void trim(struct bigint *x)
{
    while (x->count && x->digit[x->count - 1] == 0)
        x->count--;
    if (x->count == 0)
        x->negative = false;
}

void bigint_set_exact(struct bigint *out, const struct sheaf_exact *x)
{
    struct sheaf_exact carried = *x;
    limbs_carry(carried.limb);
    out->negative = carried.limb[LIMB_COUNT - 1] < 0;
    if (out->negative) {
        for (int i = 0; i < LIMB_COUNT; i++)
            carried.limb[i] = -carried.limb[i];
        limbs_carry(carried.limb);
    }
    out->count = LIMB_COUNT + 1;
    for (int i = 0; i < LIMB_COUNT; i++)
        out->digit[i] = (uint32_t)carried.limb[i];
    out->digit[LIMB_COUNT] = (uint32_t)(carried.limb[LIMB_COUNT - 1] >> LIMB_BITS);
    trim(out);
}

void bigint_set_uint(struct bigint *out, uint64_t value)
{
    out->negative = false;
    out->count = 2;
    out->digit[0] = (uint32_t)value;
    out->digit[1] = (uint32_t)(value >> LIMB_BITS);
    trim(out);
}

unsigned bigint_bits(const struct bigint *x)
{
    return x->count ? x->count * LIMB_BITS - (unsigned)__builtin_clz(x->digit[x->count - 1]) : 0;
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
        for (unsigned j = 0; j < b->count; j++) {
            carry += (uint64_t)a->digit[i] * b->digit[j] + out->digit[i + j];
            out->digit[i + j] = (uint32_t)carry;
            carry >>= LIMB_BITS;
        }
        out->digit[i + b->count] = (uint32_t)carry;
    }
    trim(out);
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
        borrow >>= LIMB_BITS;
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
        carry >>= LIMB_BITS;
    }
    a->count = count;
}

void bigint_subtract(struct bigint *a, const struct bigint *b)
{
    if (a->negative != b->negative) {
        add_magnitude(a, b);
    } else if (bigint_compare_magnitude(a, b) >= 0) {
        subtract_magnitude(a, a, b);
    } else {
        a->negative = !a->negative;
        subtract_magnitude(a, b, a);
    }
    trim(a);
}

void bigint_shift_left(struct bigint *x, unsigned bits)
{
    unsigned digits = bits / LIMB_BITS, shift = bits % LIMB_BITS;
    if (x->count == 0)
        return;
    for (unsigned i = x->count + 1; i-- > 0;) {
        uint64_t pair = (uint64_t)digit_at(x, i) << LIMB_BITS | (i ? x->digit[i - 1] : 0);
        x->digit[i + digits] = (uint32_t)(pair << shift >> LIMB_BITS);
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
        rest = rest << LIMB_BITS | x->digit[i];
        x->digit[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    trim(x);
    return (uint32_t)rest;
}
