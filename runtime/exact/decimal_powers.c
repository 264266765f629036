/* Third and fourth powers of decimals. */
#include "exact/decimal.h"

#include <string.h>

/* A sum that `count` limbs hold, with the weight of limb 0 as 10^-(9 unit). */
struct target {
    int64_t *limb;
    unsigned count, unit, power;
};

/* ---- short numbers: powers of 31 bits in plain words, scaled into the limbs once --------------------------------- */

static bool are_short(const struct sheaf_column *x, uint64_t rows)
{
    const int64_t *word = x->data;
    uint64_t used = 0;
    for (uint64_t i = 0; i < rows; i++)
        used |= (uint64_t)(word[i] ^ word[i] >> 63);
    return x->terms == 1 && used >> 31 == 0;
}

static void add_sum(const struct target *target, const struct sheaf_column *x, struct wide sum)
{
    int place = (int)target->power * x->exponent + (int)target->unit * TENS_DIGITS;
    tens_add_wide(target->limb, target->count, sum, (unsigned)place);
}

/* Fourth powers are at most 2^124: 2^38 of them are below 2^WIDE_BITS. */
static void add_short(const struct target *cubes, const struct target *fourths, const struct sheaf_column *x,
                      uint64_t rows)
{
    const int64_t *word = x->data;
    struct wide third = {0, 0}, fourth = {0, 0};
    for (uint64_t i = 0; i < rows; i++) {
        int128 square = word[i] * word[i];
        wide_add(&third, square * word[i]);
        wide_add(&fourth, square * square);
    }
    add_sum(cubes, x, third);
    if (fourths)
        add_sum(fourths, x, fourth);
}

/* ---- any numbers: digit by digit --------------------------------------------------------------------------------- */

/* out = a b of base 10^9, a_count + b_count digits; `out` is neither (Knuth, The Art of Computer Programming 2, 4.3.1,
 * algorithm M). */
static void multiply(uint32_t *out, const uint32_t *a, unsigned a_count, const uint32_t *b, unsigned b_count)
{
    memset(out, 0, (a_count + b_count) * sizeof *out);
    for (unsigned i = 0; i < a_count; i++) {
        uint64_t carry = 0;
        for (unsigned j = 0; j < b_count; j++) {
            carry += (uint64_t)a[i] * b[j] + out[i + j];
            out[i + j] = (uint32_t)(carry % TENS);
            carry /= TENS;
        }
        out[i + b_count] = (uint32_t)carry;
    }
}

/* No digit of an element that keeps to its reach is beyond the last limb. */
static void add_digits(const struct target *target, const uint32_t *digit, unsigned count, int low, bool negative)
{
    int64_t *limb = target->limb + (int)target->power * low + (int)target->unit, *end = target->limb + target->count;
    int64_t carry = 0;
    for (unsigned i = 0; limb + i < end && (i < count || carry); i++) {
        int64_t value = i < count ? digit[i] : 0;
        int64_t sum = limb[i] + carry + (negative ? -value : value);
        limb[i] = sum % TENS;
        carry = sum / TENS;
    }
}

/* An element alone: its digits, of which those of its powers follow by multiplication. Returns the place of the first,
 * from the one that weighs 1. */
static int element_set(struct tens *out, const struct sheaf_column *x, uint64_t rows, uint64_t i)
{
    int64_t limb[2 * SHEAF_DECIMAL_MOST_TERMS + 3] = {0}; /* a word has up to three digits, wherever it begins */
    unsigned count = 2 * x->terms + 3;
    int place = x->exponent + TENS_UNIT * TENS_DIGITS;
    for (uint32_t j = 0; j < x->terms; j++) {
        struct wide word = {0, 0};
        wide_add(&word, ((const int64_t *)x->data)[j * rows + i]);
        tens_add_wide(limb, count, word, (unsigned)(place % TENS_DIGITS) + j * SHEAF_DECIMAL_TERM_DIGITS);
    }
    tens_set(out, limb, count);
    return (int)out->low + place / TENS_DIGITS - TENS_UNIT;
}

static void add_long(const struct target *cubes, const struct target *fourths, const struct sheaf_column *x,
                     uint64_t rows)
{
    struct tens tens;
    uint32_t square[TENS_MOST], power[TENS_MOST];
    for (uint64_t i = 0; i < rows; i++) {
        int low = element_set(&tens, x, rows, i);
        unsigned count = tens.high - tens.low;
        multiply(square, tens.digit + tens.low, count, tens.digit + tens.low, count);
        multiply(power, square, 2 * count, tens.digit + tens.low, count);
        add_digits(cubes, power, 3 * count, low, tens.negative);
        if (fourths) {
            multiply(power, square, 2 * count, square, 2 * count);
            add_digits(fourths, power, 4 * count, low, false);
        }
    }
}

void sheaf_decimal_add_powers(struct sheaf_decimal_powers *into, unsigned highest, const struct sheaf_column *x,
                              uint64_t rows)
{
    const struct target cubes = {into->cubes, SHEAF_DECIMAL_CUBE_LIMBS, TENS_CUBE_UNIT, 3};
    const struct target fourths = {into->fourths, SHEAF_DECIMAL_FOURTH_LIMBS, TENS_FOURTH_UNIT, 4};
    sheaf_decimal_add(&into->sum, x, rows);
    sheaf_decimal_add_squares(&into->squares, x, rows);
    (are_short(x, rows) ? add_short : add_long)(&cubes, highest > 3 ? &fourths : NULL, x, rows);
}
