/* Sums of squares of 64-bit integers: |x| = a + 2^52 b, and x^2 = a^2 + 2^53 a b + 2^104 b^2. The instructions multiply
 * 52 bits by 52 and add either half of the product to a lane of 64. */
#include "../integers.h"
#include "avx512.h"

enum {
    STRETCH = 4095 * LANES, /* elements; so many numbers of 52 bits fit a lane */
    LOW_BITS = 52
};

struct squares {
    __m512i aa_low, aa_high, ab_low, ab_high, bb;
};

ALWAYS struct squares add_vector(struct squares sum, __m512i a, __m512i b)
{
    sum.aa_low = _mm512_madd52lo_epu64(sum.aa_low, a, a);
    sum.aa_high = _mm512_madd52hi_epu64(sum.aa_high, a, a);
    sum.ab_low = _mm512_madd52lo_epu64(sum.ab_low, a, b);
    sum.ab_high = _mm512_madd52hi_epu64(sum.ab_high, a, b);
    sum.bb = _mm512_madd52lo_epu64(sum.bb, b, b);
    return sum;
}

static void add_lanes(int64_t *limb, __m512i lanes, int bit)
{
    uint64_t high = (uint64_t)_mm512_reduce_add_epi64(_mm512_srli_epi64(lanes, HALF_BITS));
    uint64_t low = (uint64_t)_mm512_reduce_add_epi64(_mm512_and_si512(lanes, _mm512_set1_epi64(HALF_MASK)));
    limbs_add_scaled(limb, ((int128)high << HALF_BITS) + low, UNIT_BIT + bit);
}

ALWAYS void add_stretch(int64_t *limb, const uint64_t *x, uint64_t n, bool is_signed)
{
    const __m512i zero = _mm512_setzero_si512();
    struct squares sum = {zero, zero, zero, zero, zero};
    for (uint64_t i = 0; i < n; i += LANES) {
        __mmask8 there = lanes_there(i, n);
        __m512i value = _mm512_maskz_loadu_epi64(there, x + i);
        value = is_signed ? _mm512_abs_epi64(value) : value;
        sum = add_vector(sum, value, _mm512_srli_epi64(value, LOW_BITS));
    }
    add_lanes(limb, sum.aa_low, 0);
    add_lanes(limb, sum.aa_high, LOW_BITS);
    add_lanes(limb, sum.ab_low, LOW_BITS + 1);
    add_lanes(limb, sum.ab_high, 2 * LOW_BITS + 1);
    add_lanes(limb, sum.bb, 2 * LOW_BITS);
}

void integers_add_squares_avx512ifma(int64_t *limb, enum sheaf_type type, const void *x, uint64_t n)
{
    for (uint64_t done = 0, count; done < n; done += count) {
        count = n - done < STRETCH ? n - done : STRETCH;
        if (type == SHEAF_I64)
            add_stretch(limb, (const uint64_t *)x + done, count, true);
        else
            add_stretch(limb, (const uint64_t *)x + done, count, false);
    }
}
