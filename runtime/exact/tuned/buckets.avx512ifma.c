/* Products where the processor multiplies 52 bits by 52: with the hidden bits apart, (2^52 + f) (2^52 + g) is
 * f g + 2^52 (2^52 + f + g). */
#include "exact/buckets_fill.h"

#include <immintrin.h>

ALWAYS struct low_high multiply(words p, words q)
{
    __m512i f = (__m512i)(p % HIDDEN), g = (__m512i)(q % HIDDEN), others = (__m512i)(significand_of(p) + q % HIDDEN);
    return (struct low_high){(words)_mm512_madd52lo_epu64(_mm512_setzero_si512(), f, g),
                             (words)_mm512_madd52hi_epu64(others, f, g)};
}
