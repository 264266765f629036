#include "exact/limbs.h"

/* The floor of limb / 2^32 moves up, so that what stays is a digit. gcc and clang shift arithmetically. */
void limbs_carry_all(int64_t *limb, unsigned count)
{
    int64_t carry = 0;
    for (unsigned i = 0; i < count - 1; i++) {
        int64_t value = limb[i] + carry;
        carry = value >> LIMB_BITS;
        limb[i] = value & LIMB_MASK;
    }
    limb[count - 1] += carry;
}

void limbs_carry(int64_t *limb)
{
    limbs_carry_all(limb, LIMB_COUNT);
}

/* The digit that the shift leaves below the rest, the four digits of the rest, and what carries on. */
void limbs_add_scaled(int64_t *limb, int128 value, int bit)
{
    int i = bit / LIMB_BITS, shift = bit % LIMB_BITS;
    int64_t sum = limb[i] + (int64_t)(((uint64_t)value << shift) & LIMB_MASK), carry = sum >> LIMB_BITS;
    int128 rest = value >> (LIMB_BITS - shift);
    limb[i++] = sum & LIMB_MASK;
    for (int end = i + 4; i < end; i++, rest >>= LIMB_BITS) {
        sum = limb[i] + carry + (int64_t)((uint64_t)rest & LIMB_MASK);
        carry = sum >> LIMB_BITS;
        limb[i] = sum & LIMB_MASK;
    }
    carry += (int64_t)rest; /* 0, or -1: the rest of a negative value */
    for (; carry && i < LIMB_COUNT - 1; i++) {
        sum = limb[i] + carry;
        carry = sum >> LIMB_BITS;
        limb[i] = sum & LIMB_MASK;
    }
    limb[i] += carry;
}

/* Sums of 2^30 accumulators, whose limbs are below 2^32, are below 2^62: two of them fit, with what carries into them. */
void sheaf_exact_merge(struct sheaf_exact *into, const struct sheaf_exact *from)
{
    int64_t used = 0;
    for (int i = 0; i < LIMB_COUNT; i++) {
        into->limb[i] += from->limb[i];
        used |= into->limb[i] ^ into->limb[i] >> 63;
    }
    into->nan += from->nan;
    into->pos_inf += from->pos_inf;
    into->neg_inf += from->neg_inf;
    if (used >> LIMB_BITS)
        limbs_carry(into->limb);
}

void sheaf_exact_normalise(struct sheaf_exact *x)
{
    limbs_carry(x->limb);
}

bool sheaf_exact_is_finite(const struct sheaf_exact *x)
{
    return x->nan == 0 && x->pos_inf == 0 && x->neg_inf == 0;
}

int sheaf_exact_sign(const struct sheaf_exact *x)
{
    struct sheaf_exact carried = *x;
    limbs_carry(carried.limb);
    if (carried.limb[LIMB_COUNT - 1] < 0)
        return -1;
    for (int i = 0; i < LIMB_COUNT; i++)
        if (carried.limb[i])
            return 1;
    return 0;
}
