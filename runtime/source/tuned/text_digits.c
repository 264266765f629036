/* Plain cells as numbers, in words of eight bytes. First each cell is fetched, its last byte in the last byte of a word,
 * then plain loops over words, for the compiler to vectorise, do the rest for all cells alike: find the point, close the
 * gap that it leaves, see that there are digits only, and add them up. */
#include "../text_digits.h"
#include "../text_words.h"

enum {
    MOST_WORDS = DIGITS_MOST / WORD,
    EXACT_POWERS = 22, /* 10^22 is a double, 10^23 is none */
};

/* The cells in words, from their last eight bytes on towards their first. Digits are 0 to 9 (the text XOR "0"); what lies
 * before a cell is 0. */
struct words {
    uint64_t word[MOST_WORDS][DIGITS_CELLS];
    uint32_t last[DIGITS_CELLS]; /* where they end, offsets in the text */
    uint32_t size[DIGITS_CELLS]; /* bytes; more than DIGITS_MOST: too long */
};

/* Numbers of one chunk of cells; of one that is refused a zero with the exponent that is usual in the column. */
struct found {
    uint64_t magnitude[DIGITS_CELLS];
    int64_t exponent[DIGITS_CELLS];
    uint64_t bad[DIGITS_CELLS];   /* not 0: refused */
    uint64_t minus[DIGITS_CELLS]; /* 0 or 1 */
    uint64_t over[DIGITS_CELLS];  /* digits above the 18th, of cells of MOST_WORDS words */
};

/* For loops: in a copy for each constant that it is called with. */
#define FOR_LOOPS static inline __attribute__((always_inline))

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
FOR_LOOPS uint32_t measure(const struct plain_cells *cells, struct words *words, size_t stride, bool returns)
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

FOR_LOOPS void fetch(const struct plain_cells *cells, struct words *words, int count)
{
    for (unsigned i = 0; i < cells->count; i++)
        for (int w = 0; w < count; w++)
            words->word[w][i] = word_load_digits(cells->text + words->last[i] - WORD * (w + 1)) & keep[w][words->size[i]];
}

/* ---- one cell ----------------------------------------------------------------------------------------------------- */

/* A condition is a mask here, of all bits or none: the loop over cells has no branch. Those over the words of a cell are
 * unrolled, since `count` is a constant where these are called. */
FOR_LOOPS uint64_t all_if(bool condition)
{
    return -(uint64_t)condition;
}

/* The high bit of the first byte that is `c`; 0: none is. (Of those after it nothing is known.) */
FOR_LOOPS uint64_t first_byte(uint64_t word, unsigned char c)
{
    uint64_t x = word ^ EACH_BYTE(c ^ '0');
    uint64_t found = (x - EACH_BYTE(1)) & ~x & EACH_BYTE(0x80);
    return found & -found;
}

FOR_LOOPS uint64_t count_bytes(uint64_t mask)
{
    return (mask & EACH_BYTE(1)) * EACH_BYTE(1) >> 56;
}

/* x / 100 for x < 2^32 */
FOR_LOOPS uint64_t hundreds(uint64_t x)
{
    return x * 1374389535 >> 37;
}

/* Makes the minus a 0 that is the first of the cell's `size` bytes. Any other stays, and is no digit. */
FOR_LOOPS uint64_t blank_minus(uint64_t word[MOST_WORDS], int count, uint64_t size)
{
    uint64_t minus = 0;
    for (int w = 0; w < count; w++) {
        uint64_t sign = first_byte(word[w], '-'), lowest = sign >> 7, from_there = -lowest;
        uint64_t is_first = all_if(sign != 0) & all_if(count_bytes(from_there) + (uint64_t)w * WORD == size);
        word[w] &= ~(is_first & (sign | (sign - lowest)));
        minus |= is_first;
    }
    return minus;
}

/* Moves what is before the point up by a byte, also out of the words before, so that the digits lie side by side;
 * *places is how many were behind it. A second point stays, and is no digit. */
FOR_LOOPS uint64_t close_gap(uint64_t word[MOST_WORDS], int count, uint64_t *places)
{
    uint64_t moving = 0; /* the point was in a later word */
    *places = 0;
    for (int w = 0; w < count; w++) {
        uint64_t point = first_byte(word[w], '.') & ~moving;
        uint64_t before = point ? (point >> 7) - 1 : moving, behind = point ? -(point << 1) : ~moving;
        *places = point ? (uint64_t)w * WORD + count_bytes(behind) : *places;
        moving = point ? ~0ull : moving;
        word[w] = (word[w] & behind) | (word[w] & before) << 8;
        if (w + 1 < count)
            word[w] |= word[w + 1] >> 56 & moving;
    }
    return moving;
}

/* Adds up to 18 digits; *over is what they leave of 24. *bad: some are no digits. */
FOR_LOOPS uint64_t add_digits(const uint64_t word[MOST_WORDS], int count, uint64_t *over, uint64_t *bad)
{
    static const uint64_t weight[MOST_WORDS] = {1, 100000000, 10000000000000000};
    uint64_t magnitude = 0;
    *over = *bad = 0;
    for (int w = 0; w < count; w++) {
        uint64_t part = word_value(word[w]);
        *bad |= word_not_digits(word[w]);
        if (w == MOST_WORDS - 1)
            *over = hundreds(part);
        magnitude += (part - 100 * *over) * weight[w];
    }
    return magnitude;
}

/* Are both operands of the one rounding doubles? A cell of fewer words than these cannot have so many digits. */
FOR_LOOPS uint64_t too_long_to_round(int count, uint64_t magnitude, uint64_t over, uint64_t places)
{
    uint64_t bad = 0;
    if (count > 1)
        bad |= all_if(magnitude >= 1ull << 53);
    if (count == MOST_WORDS)
        bad |= all_if(over != 0) | all_if(places > EXACT_POWERS);
    return bad;
}

/* ---- all of them -------------------------------------------------------------------------------------------------- */

/* Finds the numbers of cells of `count` words; returns 0 if none is refused. `rounded`: those must be doubles. */
FOR_LOOPS uint64_t add_up(const struct words *words, unsigned cells, int count, bool rounded, int64_t usual,
                          struct found *found)
{
    uint64_t any = 0;
    for (unsigned i = 0; i < cells; i++) {
        uint64_t size = words->size[i], word[MOST_WORDS], places, over, bad;
        for (int w = 0; w < count; w++)
            word[w] = words->word[w][i];
        uint64_t minus = blank_minus(word, count, size), point = close_gap(word, count, &places);
        uint64_t magnitude = add_digits(word, count, &over, &bad);
        bad |= all_if(size > (uint64_t)count * WORD) | all_if(size <= (minus & 1) + (point & 1));
        if (rounded)
            bad |= too_long_to_round(count, magnitude, over, places);
        if (count == MOST_WORDS)
            found->over[i] = over;
        found->magnitude[i] = bad ? 0 : magnitude;
        found->exponent[i] = bad ? usual : -(int64_t)places;
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
    uint64_t bits = 0;
    int16_t low = INT16_MAX, high = INT16_MIN, *exponent = cells->exponent;
    for (unsigned i = 0; i < cells->count; i++) {
        uint64_t magnitude = found->magnitude[i];
        cells->whole[i] = (int64_t)((magnitude ^ -found->minus[i]) + found->minus[i]);
        exponent[i] = (int16_t)found->exponent[i];
        bits |= magnitude;
    }
    for (unsigned i = 0; i < cells->count; i++) {
        low = low < exponent[i] ? low : exponent[i];
        high = high > exponent[i] ? high : exponent[i];
    }
    cells->low = low;
    cells->high = high;
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
    static const double power[EXACT_POWERS + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    for (unsigned i = 0; i < cells->count; i++) {
        int64_t places = found->bad[i] ? 0 : -found->exponent[i];
        double sign = found->minus[i] ? -1.0 : 1.0;
        cells->reals[i] = (double)(int64_t)found->magnitude[i] / power[places] * sign;
    }
}

FOR_LOOPS uint64_t read_words(const struct plain_cells *cells, struct words *words, int count, struct found *found)
{
    fetch(cells, words, count);
    return cells->reals ? add_up(words, cells->count, count, true, cells->usual, found)
                        : add_up(words, cells->count, count, false, cells->usual, found);
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
