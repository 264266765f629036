/* The index in words of eight bytes. */
#include "../text_index.h"
#include "../text_words.h"

struct masks {
    uint64_t newline, delimiter, other, carriage_return;
};

/* The high bit of each byte that is zero, exactly. */
static uint64_t zero_bytes(uint64_t x)
{
    return ~(((x & EACH_BYTE(0x7f)) + EACH_BYTE(0x7f)) | x | EACH_BYTE(0x7f));
}

/* Bit i for byte i whose high bit is set; all other bits are zeros. The products put each bit in a place of its own. */
static uint64_t gather_bits(uint64_t high)
{
    return (high >> 7) * 0x0102040810204080 >> 56;
}

static struct masks look(const unsigned char *chunk, unsigned char delimiter)
{
    struct masks masks = {0, 0, 0, 0};
    for (unsigned i = 0; i < INDEX_CHUNK; i += 8) {
        uint64_t word = word_load(chunk + i);
        masks.newline |= gather_bits(zero_bytes(word ^ EACH_BYTE('\n'))) << i;
        masks.delimiter |= gather_bits(zero_bytes(word ^ EACH_BYTE(delimiter))) << i;
        masks.carriage_return |= zero_bytes(word ^ EACH_BYTE('\r'));
        masks.other |= zero_bytes(word) | zero_bytes(word ^ EACH_BYTE('"'));
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
