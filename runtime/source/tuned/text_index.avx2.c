/* The index in vectors of 32 bytes. */
#include "../text_index.h"

#include <immintrin.h>

struct masks {
    uint64_t newline, delimiter, other, carriage_return;
};

static uint64_t equal(__m256i low, __m256i high, char to)
{
    __m256i all = _mm256_set1_epi8(to);
    uint32_t l = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
    uint32_t h = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
    return l | (uint64_t)h << 32;
}

static struct masks look(const unsigned char *chunk, unsigned char delimiter)
{
    __m256i low = _mm256_loadu_si256((const void *)chunk), high = _mm256_loadu_si256((const void *)(chunk + 32));
    return (struct masks){equal(low, high, '\n'), equal(low, high, (char)delimiter),
                          equal(low, high, '"') | equal(low, high, '\0'), equal(low, high, '\r')};
}

static uint32_t *put_places(uint32_t *to, uint64_t mask, uint32_t first)
{
    for (; mask; mask &= mask - 1)
        *to++ = first + (uint32_t)__builtin_ctzll(mask);
    return to;
}

#include "text_index.h"
