/* Plain cells as numbers, many at once: a minus or none, digits, a point or none; DIGITS_MOST bytes at most. */
#ifndef SHEAF_RUNTIME_TEXT_DIGITS_H
#define SHEAF_RUNTIME_TEXT_DIGITS_H

#include "base/isa.h"

enum {
    DIGITS_CELLS = 64, /* at once, at most */
    DIGITS_MOST = 24,  /* bytes of a cell; as many and one before the end of the first cell must be readable */
};

/* Cell i lies between the byte after end[stride * i - 1] and end[stride * i], offsets in `text` (UINT32_MAX is -1). */
struct plain_cells {
    const unsigned char *text;
    const uint32_t *end;
    size_t stride;
    unsigned count;   /* 1 to DIGITS_CELLS */
    bool returns;     /* a carriage return before the end of a cell is no part of it */
    int16_t usual;    /* exponent that is noted for a cell that is refused */
    /* Where cell i is written to: (whole[i] + over[i] x 10^18) x 10^exponent[i], and reals[i], the nearest double. Either
     * may be NULL, the first two together. */
    int64_t *whole;
    int16_t *exponent;
    double *reals;
    /* Set: the exponents found, and the magnitudes or-ed. */
    int16_t low, high;
    uint64_t bits;
    uint64_t wide;    /* bit i: over[i] is not 0. Never where there are `reals`: those cells are refused. */
    int64_t over[DIGITS_CELLS]; /* set only if some of `wide` is */
};

/* Reads them and returns which are not plain, or too long to round with one operation: bit i for cell i. What is written
 * for those is a zero. */
typedef uint64_t text_digits_reader(struct plain_cells *cells);

/* The variants. */
#define DECLARE_READER(isa) text_digits_reader text_digits_##isa;
DECLARE_READER(portable)
SHEAF_ISAS(DECLARE_READER)
#undef DECLARE_READER
#endif
