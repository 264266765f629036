/* The index in words of eight bytes. */
#include "../text_index.h"

struct masks {
    uint64_t newline, delimiter, other, carriage_return;
};

static const uint64_t ones = 0x0101010101010101, sevens = 0x7f7f7f7f7f7f7f7f;

/* The high bit of each byte that is zero, exactly. */
static uint64_t zero_bytes(uint64_t x)
{
    return ~(((x & sevens) + sevens) | x | sevens);
}

/* Bit i for byte i of memory whose high bit is set; the others are zeros. The products put each bit in a place of its own. */
static uint64_t gather_bits(uint64_t high)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    high = __builtin_bswap64(high);
#endif
    return (high >> 7) * 0x0102040810204080 >> 56;
}

static struct masks look(const unsigned char *chunk, unsigned char delimiter)
{
    struct masks masks = {0, 0, 0, 0};
    for (unsigned i = 0; i < INDEX_CHUNK; i += 8) {
        uint64_t word;
        __builtin_memcpy(&word, chunk + i, sizeof word);
        masks.newline |= gather_bits(zero_bytes(word ^ ones * '\n')) << i;
        masks.delimiter |= gather_bits(zero_bytes(word ^ ones * delimiter)) << i;
        masks.carriage_return |= zero_bytes(word ^ ones * '\r');
        masks.other |= zero_bytes(word) | zero_bytes(word ^ ones * '"');
    }
    return masks;
}

static uint32_t *put_places(uint32_t *to, uint64_t mask, uint32_t first)
{
    for (; mask; mask &= mask - 1)
        *to++ = first + (uint32_t)__builtin_ctzll(mask);
    return to;
}

#include "text_index.h"
