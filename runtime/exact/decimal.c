#include "exact/decimal.h"

#include <string.h>

/* ---- adding an integer ------------------------------------------------------------------------------------------ */

enum { SHIFT_MOST = 100000000, WORD_BITS = 32, MAGNITUDE_WORDS = 6 };

/* An unsigned integer, lowest word first: any `wide` times 10^8. */
struct magnitude {
    uint32_t word[MAGNITUDE_WORDS];
    unsigned count;
};
_Static_assert(SHIFT_MOST < INT64_C(1) << (MAGNITUDE_WORDS * WORD_BITS - WIDE_BITS), "a scaled sum overflows");

static bool magnitude_set(struct magnitude *out, struct wide value)
{
    int128 upper = value.high + (value.low >> 64);
    bool negative = upper < 0;
    uint128 rest = (uint128)upper;
    uint64_t lowest = (uint64_t)value.low;
    if (negative) {
        rest = ~rest + (lowest == 0);
        lowest = -lowest;
    }
    const uint64_t words[3] = {lowest, (uint64_t)rest, (uint64_t)(rest >> 64)};
    for (unsigned i = 0; i < MAGNITUDE_WORDS; i++)
        out->word[i] = (uint32_t)(words[i / 2] >> WORD_BITS * (i % 2));
    for (out->count = MAGNITUDE_WORDS; out->count && out->word[out->count - 1] == 0;)
        out->count--;
    return negative;
}

static void magnitude_multiply(struct magnitude *x, uint32_t factor)
{
    uint64_t carry = 0;
    for (unsigned i = 0; i < x->count; i++) {
        carry += (uint64_t)factor * x->word[i];
        x->word[i] = (uint32_t)carry;
        carry >>= WORD_BITS;
    }
    if (carry)
        x->word[x->count++] = (uint32_t)carry;
}

/* Divides by 10^9 and returns the remainder. */
static int64_t magnitude_take(struct magnitude *x)
{
    uint64_t rest = 0;
    for (unsigned i = x->count; i-- > 0;) {
        rest = rest << WORD_BITS | x->word[i];
        x->word[i] = (uint32_t)(rest / TENS);
        rest %= TENS;
    }
    while (x->count && x->word[x->count - 1] == 0)
        x->count--;
    return (int64_t)rest;
}

/* Carries go towards zero: of a sum that moves about zero they end where its digits do. */
void tens_add_wide(int64_t *limb, unsigned count, struct wide value, unsigned place)
{
    static const uint32_t power[TENS_DIGITS] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, SHIFT_MOST};
    struct magnitude magnitude;
    bool negative = magnitude_set(&magnitude, value);
    magnitude_multiply(&magnitude, power[place % TENS_DIGITS]);
    int64_t carry = 0;
    unsigned i = place / TENS_DIGITS;
    for (; (magnitude.count || carry) && i < count - 1; i++) {
        int64_t digit = magnitude_take(&magnitude);
        int64_t sum = limb[i] + carry + (negative ? -digit : digit);
        limb[i] = sum % TENS;
        carry = sum / TENS;
    }
    if (carry)
        limb[i] += carry;
}

/* ---- as a whole ------------------------------------------------------------------------------------------------- */

/* Floors, so that what stays is a digit. Most limbs are digits already. */
void tens_carry(int64_t *limb, unsigned count)
{
    int64_t carry = 0;
    for (unsigned i = 0; i < count - 1; i++) {
        int64_t sum = limb[i] + carry, digit = sum;
        if ((uint64_t)sum >= TENS) {
            digit = sum % TENS;
            digit += digit < 0 ? TENS : 0;
        }
        carry = digit == sum ? 0 : (sum - digit) / TENS;
        limb[i] = digit;
    }
    limb[count - 1] += carry;
}

/* Sums of 2^30 accumulators, whose limbs are below 2^31, are below 2^61: two of them fit. */
void sheaf_decimal_merge(struct sheaf_decimal *into, const struct sheaf_decimal *from)
{
    int64_t used = 0;
    for (int i = 0; i < TENS_COUNT; i++) {
        into->limb[i] += from->limb[i];
        used |= into->limb[i] ^ into->limb[i] >> 63;
    }
    into->nan += from->nan;
    into->pos_inf += from->pos_inf;
    into->neg_inf += from->neg_inf;
    if (used >> 31)
        tens_carry(into->limb, TENS_COUNT);
}

void sheaf_decimal_normalise(struct sheaf_decimal *x)
{
    tens_carry(x->limb, TENS_COUNT);
}

bool sheaf_decimal_is_finite(const struct sheaf_decimal *x)
{
    return x->nan == 0 && x->pos_inf == 0 && x->neg_inf == 0;
}

void tens_set(struct tens *out, const int64_t *from, unsigned count)
{
    int64_t limb[TENS_MOST];
    memcpy(limb, from, count * sizeof *limb);
    tens_carry(limb, count);
    out->negative = limb[count - 1] < 0;
    if (out->negative) {
        for (unsigned i = 0; i < count; i++)
            limb[i] = -limb[i];
        tens_carry(limb, count);
    }
    for (unsigned i = 0; i < count; i++)
        out->digit[i] = (uint32_t)limb[i];
    for (out->high = count; out->high && limb[out->high - 1] == 0;)
        out->high--;
    for (out->low = 0; out->low < out->high && limb[out->low] == 0;)
        out->low++;
}

int sheaf_decimal_sign(const struct sheaf_decimal *x)
{
    struct tens tens;
    tens_set(&tens, x->limb, TENS_COUNT);
    return tens.negative ? -1 : tens.high > 0;
}

int sheaf_decimal_compare(const struct sheaf_decimal *a, const struct sheaf_decimal *b)
{
    struct sheaf_decimal difference;
    for (int i = 0; i < TENS_COUNT; i++)
        difference.limb[i] = a->limb[i] - b->limb[i];
    return sheaf_decimal_sign(&difference);
}
