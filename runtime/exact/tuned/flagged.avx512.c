/* Sums through windows (exact/window.h) in AVX-512: seven instructions for eight numbers.
 *
 * Only the last level raises flags: that it was inexact says that something is left behind it. The other levels round
 * with exceptions suppressed. Half of the additions are written as a product with one and an addition, because there
 * are cores that add and multiply in different units. */
#include "../window.h"

#include <immintrin.h>

#define ALWAYS static inline __attribute__((always_inline))

enum { LANES = 8, INEXACT = 0x20, CLEAN = 0x1f80, QUIET = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };

/* ---- reading ------------------------------------------------------------------------------------------------ */

/* Elements i .. i + 7, those that `there` names; the others are zero, which adds nothing. */
typedef __m512d loader(const void *x, uint64_t i, __mmask8 there);

ALWAYS __m512d load_f64(const void *x, uint64_t i, __mmask8 there)
{
    return _mm512_maskz_loadu_pd(there, (const double *)x + i);
}

ALWAYS __m512d load_f32(const void *x, uint64_t i, __mmask8 there)
{
    return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(there, (const float *)x + i));
}

ALWAYS __m512d load_absolute_f64(const void *x, uint64_t i, __mmask8 there)
{
    return _mm512_abs_pd(load_f64(x, i, there));
}

ALWAYS __m512d load_absolute_f32(const void *x, uint64_t i, __mmask8 there)
{
    return _mm512_abs_pd(load_f32(x, i, there));
}

/* ---- levels ------------------------------------------------------------------------------------------------- */

struct level {
    __m512d magic;
    __m512i sum;
};

/* outside |= bits of q ^ bits of the first level's M */
ALWAYS __m512i differing(__m512i outside, __m512d q, __m512d magic)
{
    enum { OR_XOR = 0xf6 };
    return _mm512_ternarylogic_epi64(outside, _mm512_castpd_si512(q), _mm512_castpd_si512(magic), OR_XOR);
}

ALWAYS void add(struct level *level, const int levels, __m512i *outside, __m512d one, __m512d value)
{
    for (int k = 0; k < levels; k++) {
        __m512d q = k == levels - 1 ? _mm512_fmadd_pd(one, value, level[k].magic)
                    : k == 0        ? _mm512_add_round_pd(value, level[k].magic, QUIET)
                                    : _mm512_fmadd_round_pd(one, value, level[k].magic, QUIET);
        level[k].sum = _mm512_add_epi64(level[k].sum, _mm512_castpd_si512(q));
        if (k == 0)
            *outside = differing(*outside, q, level[k].magic);
        if (k < levels - 1)
            value = _mm512_fmsub_pd(one, value, _mm512_sub_pd(q, level[k].magic));
    }
}

/* The compiler does not know that the flags depend on the sums: what is in them must be there before flags are read. */
#define FENCE(vector) __asm__ volatile("" : "+v"(vector) : : "memory")

/* The sum of the integers that `adds` numbers per lane were above M: lanes by halves, so that nothing overflows. */
ALWAYS int128 integer_sum(const struct level *level, int64_t adds)
{
    int64_t bits = window_bits(_mm512_cvtsd_f64(level->magic));
    __m512i own = _mm512_sub_epi64(level->sum, _mm512_set1_epi64((int64_t)((uint64_t)bits * (uint64_t)adds)));
    int64_t high = _mm512_reduce_add_epi64(_mm512_srai_epi64(own, 32));
    int64_t low = _mm512_reduce_add_epi64(_mm512_and_si512(own, _mm512_set1_epi64(LIMB_MASK)));
    return ((int128)high << 32) + low;
}

ALWAYS bool sum_levels(loader *load, const int levels, const unsigned size, int64_t *limb, const void *x, uint64_t n,
                       int unit)
{
    struct level level[WINDOW_KINDS];
    __m512i outside = _mm512_setzero_si512();
    __m512d one = _mm512_set1_pd(1);
    FENCE(one); /* or the product would be left out */
    for (int k = 0; k < levels; k++) {
        level[k].magic = _mm512_set1_pd(1.5 * window_power(unit - k * WINDOW_SPACING + 52));
        level[k].sum = _mm512_setzero_si512();
    }
    _mm_setcsr(CLEAN);
    enum { GROUP = 4 * LANES };
    uint64_t i = 0;
    for (; i + GROUP <= n; i += GROUP) {
        for (unsigned line = 0; line < GROUP * size; line += 64)
            _mm_prefetch((const char *)x + i * size + line + PREFETCH_BYTES, _MM_HINT_T0);
        for (unsigned j = 0; j < GROUP; j += LANES)
            add(level, levels, &outside, one, load(x, i + j, 0xff));
    }
    for (; i < n; i += LANES)
        add(level, levels, &outside, one, load(x, i, n - i < LANES ? (__mmask8)((1u << (n - i)) - 1) : 0xff));
    for (int k = 0; k < levels; k++)
        FENCE(level[k].sum);
    if (_mm_getcsr() & INEXACT || _mm512_reduce_or_epi64(outside) >> 52)
        return false;
    int64_t adds = (int64_t)((n + LANES - 1) / LANES);
    for (int k = 0; k < levels; k++)
        limbs_add_scaled(limb, integer_sum(&level[k], adds), UNIT_BIT + unit - k * WINDOW_SPACING);
    return true;
}

#define DEFINE_SUM(name, load, levels, size)                                                               \
    static bool name(int64_t *limb, const void *x, const void *y, uint64_t n, int unit, int y_unit)        \
    {                                                                                                      \
        (void)y, (void)y_unit;                                                                             \
        return sum_levels(load, levels, size, limb, x, n, unit);                                           \
    }
DEFINE_SUM(sum2_f64, load_f64, 2, 8)
DEFINE_SUM(sum3_f64, load_f64, 3, 8)
DEFINE_SUM(absolute2_f64, load_absolute_f64, 2, 8)
DEFINE_SUM(absolute3_f64, load_absolute_f64, 3, 8)
DEFINE_SUM(sum1_f32, load_f32, 1, 4)
DEFINE_SUM(sum2_f32, load_f32, 2, 4)
DEFINE_SUM(sum3_f32, load_f32, 3, 4)
DEFINE_SUM(absolute1_f32, load_absolute_f32, 1, 4)
DEFINE_SUM(absolute2_f32, load_absolute_f32, 2, 4)
DEFINE_SUM(absolute3_f32, load_absolute_f32, 3, 4)

window_table windows_flagged_avx512 = {
    [WINDOW_SUM_F64] = {WINDOW_SIGNED(sum2_f64, 2), WINDOW_SIGNED(sum3_f64, 3)},
    [WINDOW_ABSOLUTE_F64] = {WINDOW_SIGNED(absolute2_f64, 2), WINDOW_SIGNED(absolute3_f64, 3)},
    [WINDOW_SUM_F32] = {WINDOW_SIGNED(sum1_f32, 1), WINDOW_SIGNED(sum2_f32, 2), WINDOW_SIGNED(sum3_f32, 3)},
    [WINDOW_ABSOLUTE_F32] = {WINDOW_SIGNED(absolute1_f32, 1), WINDOW_SIGNED(absolute2_f32, 2),
                             WINDOW_SIGNED(absolute3_f32, 3)},
};
