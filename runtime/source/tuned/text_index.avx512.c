/* The index in vectors of 64 bytes. */
#include "../text_index.h"

#include <immintrin.h>

struct masks {
    uint64_t newline, delimiter, other, carriage_return;
};

static uint64_t equal(__m512i chunk, char to)
{
    return _mm512_cmpeq_epi8_mask(chunk, _mm512_set1_epi8(to));
}

static struct masks look(const unsigned char *chunk, unsigned char delimiter)
{
    __m512i bytes = _mm512_loadu_si512(chunk);
    return (struct masks){equal(bytes, '\n'), equal(bytes, (char)delimiter), equal(bytes, '"') | equal(bytes, '\0'),
                          equal(bytes, '\r')};
}

/* Compressed in a register and stored whole: what is written too much is overwritten by the next. */
static uint32_t *put_places(uint32_t *to, uint64_t mask, uint32_t first)
{
    const __m512i counting = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (unsigned i = 0; i < INDEX_CHUNK; i += 16) {
        __mmask16 part = (__mmask16)(mask >> i);
        __m512i places = _mm512_add_epi32(counting, _mm512_set1_epi32((int)(first + i)));
        _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(part, places));
        to += __builtin_popcount(part);
    }
    return to;
}

#include "text_index.h"
