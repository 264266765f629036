/* Third and fourth powers: wider accumulators, whose units are powers of that of sums (SUM_UNIT_BIT). */
#include "exact/algebra.h"
#include "exact/decoded.h"
#include "exact/round.h"

enum {
    UNIT_EXPONENT = 1074, /* decoded exponents count from 2^-1074 */
    CUBE_BIT = 3 * (SUM_UNIT_BIT - UNIT_EXPONENT),
    FOURTH_BIT = 4 * (SUM_UNIT_BIT - UNIT_EXPONENT)
};

/* ---- adding ------------------------------------------------------------------------------------------------- */

/* Adds an integer of `count` words, lowest first, times 2^bit without carrying: each limb by less than 2^32. */
static inline void add_words(int64_t *limb, const uint64_t *word, unsigned count, uint32_t bit, int64_t negative)
{
    unsigned shift = bit % LIMB_BITS;
    uint64_t below = 0;
    limb += bit / LIMB_BITS;
    for (unsigned i = 0; i < count; i++, limb += 2) {
        uint64_t shifted = word[i] << shift | below;
        below = word[i] >> 1 >> (63 - shift);
        limb[0] += limb_signed(shifted & LIMB_MASK, negative);
        limb[1] += limb_signed(shifted >> LIMB_BITS, negative);
    }
    limb[0] += limb_signed(below, negative);
}

static inline void multiply_word(uint64_t *out, const uint64_t *word, unsigned count, uint64_t factor)
{
    uint128 carry = 0;
    for (unsigned i = 0; i < count; i++) {
        carry += (uint128)word[i] * factor;
        out[i] = (uint64_t)carry;
        carry >>= 64;
    }
    out[count] = (uint64_t)carry;
}

static void add_decoded(struct sheaf_exact_powers *into, bool fourths, const struct decoded *decoded, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t square[2], cube[3], fourth[4], x = decoded->magnitude[i];
        multiply_word(square, &x, 1, x);
        multiply_word(cube, square, 2, x);
        add_words(into->cubes, cube, 3, 3 * decoded->exponent[i] + CUBE_BIT, decoded->negative[i]);
        if (fourths) {
            multiply_word(fourth, cube, 3, x);
            add_words(into->fourths, fourth, 4, 4 * decoded->exponent[i] + FOURTH_BIT, 0);
        }
    }
}

static void carry(struct sheaf_exact_powers *powers, bool fourths)
{
    limbs_carry_all(powers->cubes, SHEAF_EXACT_CUBE_LIMBS);
    if (fourths)
        limbs_carry_all(powers->fourths, SHEAF_EXACT_FOURTH_LIMBS);
}

void sheaf_exact_add_powers(struct sheaf_exact_powers *into, unsigned highest, enum sheaf_type type, const void *x,
                            uint64_t n)
{
    struct decoded decoded;
    bool fourths = highest > 3;
    sheaf_exact_add(&into->sum, type, x, n);
    sheaf_exact_add_squares(&into->squares, type, x, n);
    for (uint64_t done = 0, count; done < n; done += count) {
        count = n - done < DECODED_MOST ? n - done : DECODED_MOST;
        decoded_load(&decoded, type, x, done, (unsigned)count);
        add_decoded(into, fourths, &decoded, (unsigned)count);
        if ((done + count) % ADDS_BEFORE_CARRY == 0)
            carry(into, fourths);
    }
    carry(into, fourths);
}

/* ---- answers ------------------------------------------------------------------------------------------------ */

static void set_numbers(struct bigint *number, const struct sheaf_exact_powers *powers)
{
    bigint_set_sum(&number[0], &powers->sum);
    bigint_set_exact(&number[1], &powers->squares);
    bigint_set_limbs(&number[2], powers->cubes, SHEAF_EXACT_CUBE_LIMBS);
}

bool sheaf_exact_skewness(const struct sheaf_exact_powers *powers, uint64_t n, double *skewness)
{
    struct bigint number[3];
    struct ratio square;
    *skewness = round_nan();
    if (!sheaf_exact_is_finite(&powers->sum))
        return true;
    set_numbers(number, powers);
    if (!ratio_skewness(&square, number, n))
        return false;
    *skewness = ratio_root(&square);
    return true;
}

bool sheaf_exact_kurtosis(const struct sheaf_exact_powers *powers, uint64_t n, double *kurtosis)
{
    struct bigint number[4];
    struct ratio ratio;
    *kurtosis = round_nan();
    if (!sheaf_exact_is_finite(&powers->sum))
        return true;
    set_numbers(number, powers);
    bigint_set_limbs(&number[3], powers->fourths, SHEAF_EXACT_FOURTH_LIMBS);
    if (!ratio_kurtosis(&ratio, number, n))
        return false;
    *kurtosis = ratio_round(&ratio);
    return true;
}
