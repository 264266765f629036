/* Plain cells as numbers, in words of eight bytes. First each cell is fetched, its last byte in the last byte of a word,
 * then plain loops over words, for the compiler to vectorise, do the rest for all cells alike: find the point, close the
 * gap that it leaves, see that there are digits only, and add them up. */
#include "../text_digits.h"
#include "../text_words.h"

enum { MOST_WORDS = DIGITS_MOST / WORD };

/* The cells in words, from their last eight bytes on towards their first. Digits are 0 to 9 (the text XOR "0"); what lies
 * before a cell is 0. */
struct words {
    uint64_t word[MOST_WORDS][DIGITS_CELLS];
    uint32_t last[DIGITS_CELLS]; /* where they end, offsets in the text */
    uint32_t size[DIGITS_CELLS]; /* bytes; more than DIGITS_MOST: too long */
};

/* Numbers of one chunk of cells. */
struct found {
    uint64_t magnitude[DIGITS_CELLS], places[DIGITS_CELLS], bad[DIGITS_CELLS];
    uint64_t minus[DIGITS_CELLS]; /* 0 or 1 */
    uint64_t over[DIGITS_CELLS];  /* digits above the 18th, of cells of MOST_WORDS words */
};

/* ---- fetching ----------------------------------------------------------------------------------------------------- */

/* keep[w][n]: the bytes of word w that belong to a cell of n bytes; none of one that is too long. */
#define LAST(n) (~0ull << (64 - 8 * (n)))
#define LAST_1_TO_8 LAST(1), LAST(2), LAST(3), LAST(4), LAST(5), LAST(6), LAST(7), ~0ull
#define ALL_8 ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull, ~0ull
#define NONE_8 0, 0, 0, 0, 0, 0, 0, 0
static const uint64_t keep[MOST_WORDS][DIGITS_MOST + 2] = {
    {0, LAST_1_TO_8, ALL_8, ALL_8, 0},
    {0, NONE_8, LAST_1_TO_8, ALL_8, 0},
    {0, NONE_8, NONE_8, LAST_1_TO_8, 0},
};

/* Returns the size of the longest. */
static inline __attribute__((always_inline)) uint32_t measure(const struct plain_cells *cells, struct words *words,
                                                              size_t stride, bool returns)
{
    uint32_t longest = 0;
    const uint32_t *end = cells->end;
    for (unsigned i = 0; i < cells->count; i++) {
        uint32_t from = end[i * stride - 1] + 1, to = end[i * stride];
        to -= returns && to > from && cells->text[to - 1] == '\r';
        uint32_t size = to - from < DIGITS_MOST + 1 ? to - from : DIGITS_MOST + 1;
        words->last[i] = to;
        words->size[i] = size;
        longest = longest > size ? longest : size;
    }
    return longest;
}

static inline __attribute__((always_inline)) void fetch(const struct plain_cells *cells, struct words *words, int count)
{
    for (unsigned i = 0; i < cells->count; i++)
        for (int w = 0; w < count; w++)
            words->word[w][i] = word_load_digits(cells->text + words->last[i] - WORD * (w + 1)) & keep[w][words->size[i]];
}

/* ---- adding up ---------------------------------------------------------------------------------------------------- */

/* The high bit of the first byte that is `c`; 0: none is. (Of those after it nothing is known.) */
static inline uint64_t first_byte(uint64_t word, unsigned char c)
{
    uint64_t x = word ^ EACH_BYTE(c ^ '0');
    uint64_t found = (x - EACH_BYTE(1)) & ~x & EACH_BYTE(0x80);
    return found & -found;
}

static inline uint64_t count_bytes(uint64_t mask)
{
    return (mask & EACH_BYTE(1)) * EACH_BYTE(1) >> 56;
}

/* For loops without branches. */
static inline uint64_t all_if(bool condition)
{
    return -(uint64_t)condition;
}

/* x / 100 for x < 2^32 */
static inline uint64_t hundreds(uint64_t x)
{
    return x * 1374389535 >> 37;
}

/* Finds the magnitudes of cells of `count` words; returns 0 if all are good. A minus that is the first byte is blanked out. A point is taken out by
 * moving what is before it up by a byte, also the words before; a second one stays and is no digit. */
static inline __attribute__((always_inline)) uint64_t add_up(const struct words *words, unsigned cells, int count,
                                                             bool rounded, uint64_t usual, struct found *found)
{
    static const uint64_t weight[MOST_WORDS] = {1, 100000000, 10000000000000000};
    uint64_t any = 0;
    for (unsigned i = 0; i < cells; i++) {
        uint64_t size = words->size[i], word[MOST_WORDS], minus = 0;
        for (int w = 0; w < count; w++) {
            word[w] = words->word[w][i];
            uint64_t sign = first_byte(word[w], '-'), from_there = -(sign >> 7);
            uint64_t is_first = all_if(count_bytes(from_there) + (uint64_t)w * WORD == size) & all_if(sign != 0);
            word[w] &= ~(is_first & (sign | (sign - (sign >> 7))));
            minus |= is_first;
        }
        uint64_t magnitude = 0, places = 0, bad = 0, moving = 0, part = 0;
        for (int w = 0; w < count; w++) {
            uint64_t point = first_byte(word[w], '.') & ~moving;
            uint64_t before = point ? (point >> 7) - 1 : moving, behind = point ? -(point << 1) : ~moving;
            places = point ? (uint64_t)w * WORD + count_bytes(behind) : places;
            moving = point ? ~0ull : moving;
            part = (word[w] & behind) | (word[w] & before) << 8;
            if (w + 1 < count)
                part |= word[w + 1] >> 56 & moving;
            bad |= word_not_digits(part);
            part = word_value(part);
            if (w == MOST_WORDS - 1)
                found->over[i] = hundreds(part);
            magnitude += (w < MOST_WORDS - 1 ? part : part - 100 * hundreds(part)) * weight[w];
        }
        bad |= all_if(size > (uint64_t)count * WORD);
        bad |= all_if(size <= (minus & 1) + (moving & 1));
        if (count == MOST_WORDS && rounded)
            bad |= all_if(part > 99);
        if (count > 1 && rounded)
            bad |= all_if(magnitude >= 1ull << 53);
        found->magnitude[i] = bad ? 0 : magnitude;
        found->places[i] = bad ? usual : places;
        found->bad[i] = bad;
        found->minus[i] = minus & 1;
        any |= bad;
    }
    return any;
}

static uint64_t which_bad(const struct found *found, unsigned count)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < count && i < DIGITS_CELLS; i++)
        mask |= (uint64_t)(found->bad[i] != 0) << i;
    return mask;
}

static void write_decimals(struct plain_cells *cells, const struct found *found)
{
    uint64_t bits = 0, low = UINT64_MAX, high = 0;
    for (unsigned i = 0; i < cells->count; i++) {
        uint64_t magnitude = found->magnitude[i], places = found->places[i];
        cells->whole[i] = (int64_t)((magnitude ^ -found->minus[i]) + found->minus[i]);
        cells->exponent[i] = (int16_t)-(int64_t)places;
        bits |= magnitude;
    }
    for (unsigned i = 0; i < cells->count; i++) {
        int64_t places = (int64_t)found->places[i];
        low = low < (uint64_t)places + INT16_MAX ? low : (uint64_t)places + INT16_MAX;
        high = high > (uint64_t)places + INT16_MAX ? high : (uint64_t)places + INT16_MAX;
    }
    cells->low = (int16_t)(INT16_MAX - (int64_t)high);
    cells->high = (int16_t)(INT16_MAX - (int64_t)low);
    cells->bits = bits;
}

static void write_over(struct plain_cells *cells, const struct found *found)
{
    uint64_t any = 0;
    for (unsigned i = 0; i < cells->count; i++) {
        uint64_t over = found->bad[i] ? 0 : found->over[i];
        cells->over[i] = (int64_t)((over ^ -found->minus[i]) + found->minus[i]);
        any |= over;
    }
    for (unsigned i = 0; any && i < cells->count; i++)
        cells->wide |= (uint64_t)(cells->over[i] != 0) << i;
}

/* Exact operands and one operation: rounded once (Clinger, "How to read floating point numbers accurately", 1990). */
static void write_reals(struct plain_cells *cells, const struct found *found)
{
    static const double power[DIGITS_MOST] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22, 1e23};
    for (unsigned i = 0; i < cells->count; i++) {
        uint64_t places = found->bad[i] ? 0 : found->places[i];
        double sign = found->minus[i] ? -1.0 : 1.0;
        cells->reals[i] = (double)(int64_t)found->magnitude[i] / power[places] * sign;
    }
}

static inline __attribute__((always_inline)) uint64_t read_words(const struct plain_cells *cells, struct words *words,
                                                                 int count, struct found *found)
{
    uint64_t usual = (uint64_t)-(int64_t)cells->usual;
    fetch(cells, words, count);
    return cells->reals ? add_up(words, cells->count, count, true, usual, found)
                        : add_up(words, cells->count, count, false, usual, found);
}

/* Short cells do not pay for long ones. */
uint64_t ISA(text_digits)(struct plain_cells *cells)
{
    struct words words;
    struct found found;
    uint32_t longest = cells->returns       ? measure(cells, &words, cells->stride, true)
                       : cells->stride == 1 ? measure(cells, &words, 1, false)
                                            : measure(cells, &words, cells->stride, false);
    uint64_t any = longest <= WORD       ? read_words(cells, &words, 1, &found)
                   : longest <= 2 * WORD ? read_words(cells, &words, 2, &found)
                                         : read_words(cells, &words, 3, &found);
    cells->wide = 0;
    if (cells->whole)
        write_decimals(cells, &found);
    if (cells->whole && !cells->reals && longest > 2 * WORD)
        write_over(cells, &found);
    if (cells->reals)
        write_reals(cells, &found);
    return any ? which_bad(&found, cells->count) : 0;
}
