/* What the files written for AVX-512 share. */
#ifndef SHEAF_RUNTIME_EXACT_TUNED_AVX512_H
#define SHEAF_RUNTIME_EXACT_TUNED_AVX512_H

#include "vector.h"

#include "base/fpenv.h"

#include <immintrin.h>

_Static_assert(LANES == 8, "vectors of 512 bits");

/* ---- flags -------------------------------------------------------------------------------------------------- */

enum {
    INVALID = 0x01, /* bits of MXCSR */
    INEXACT = 0x20,
    QUIET = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC /* raises no flag */
};

/* No flag is up. */
ALWAYS void flags_clear(void)
{
    _mm_setcsr(FPENV_DEFAULT);
}

/* The compiler does not know that flags depend on arithmetic, nor arithmetic on MXCSR: what went through a fence is
 * computed before what follows it, and is not known to be what it was. */
#define FENCE(vector) __asm__ volatile("" : "+v"(vector))

/* ---- lanes -------------------------------------------------------------------------------------------------- */

/* Which of the elements i .. i + 7 are among the first n. */
ALWAYS __mmask8 lanes_there(uint64_t i, uint64_t n)
{
    return i >= n ? 0 : n - i < LANES ? (__mmask8)((1u << (n - i)) - 1) : 0xff;
}

/* Lane by lane, (q - M) / unit, as far as q is in M's binade; else `outside` gets a bit from 52 upwards. */
ALWAYS __m512i integers(__m512d q, __m512d magic, __m512i *outside)
{
    enum { OR_XOR = 0xf6 }; /* A | (B ^ C) */
    __m512i bits = _mm512_castpd_si512(q), origin = _mm512_castpd_si512(magic);
    *outside = _mm512_ternarylogic_epi64(*outside, bits, origin, OR_XOR);
    return _mm512_sub_epi64(bits, origin);
}

#endif
