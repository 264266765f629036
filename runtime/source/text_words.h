/* Eight bytes of text in a word, the first one in the low byte. Adding up digits in place is folklore; for eight at once
 * see Lemire, "Number parsing at a gigabyte per second" (Software: Practice and Experience 2021). */
#ifndef SHEAF_RUNTIME_TEXT_WORDS_H
#define SHEAF_RUNTIME_TEXT_WORDS_H

#include <stdint.h>
#include <string.h>

enum { WORD = 8 };
#define EACH_BYTE(x) (0x0101010101010101 * (uint64_t)(x))

static inline uint64_t word_load(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* From here on words are of text XOR "0", so that digits are 0 to 9. */
static inline uint64_t word_load_digits(const unsigned char *p)
{
    return word_load(p) ^ EACH_BYTE('0');
}

/* The high bits of some bytes if any is no digit, else 0. */
static inline uint64_t word_not_digits(uint64_t word)
{
    return ((word + EACH_BYTE(0x80 - 10)) | word) & EACH_BYTE(0x80);
}

static inline uint64_t word_value(uint64_t word)
{
    word = (word * 10 + (word >> 8)) & 0x00ff00ff00ff00ff;
    word = (word * 100 + (word >> 16)) & 0x0000ffff0000ffff;
    return ((uint64_t)(uint32_t)word * 10000 + (word >> 32)) & 0xffffffff;
}

#endif
