/* Rows of text as columns, before they are handed out as tiles.
 *
 * A batch takes cells with an exponent each. A tile's decimals share one, and as many terms as the widest of its rows
 * needs. Where rows of very different size follow each other the batch is therefore handed out in several slices, each of
 * which is a tile: a column of plain numbers is one slice and one term. */
#ifndef SHEAF_RUNTIME_TEXT_BATCH_H
#define SHEAF_RUNTIME_TEXT_BATCH_H

#include "source/text.h"

struct batch_column {
    uint8_t forms;       /* FORM_DECIMAL, FORM_REAL */
    int64_t *whole;      /* decimals: per row the lowest LIMB_DIGITS digits, and the exponent of the last of them */
    int16_t *exponent;
    double *reals;       /* doubles */
    uint8_t *valid;      /* filled only if `missing` */
    uint8_t *special;    /* filled only if `odd` */
    bool missing, odd;
    int16_t low, high;   /* of the exponents so far; low > high: none */
    int16_t usual;       /* one that does not stand out, for what has none */
    uint64_t bits;       /* the magnitudes of `whole` so far, or-ed */
    struct sheaf_buffer more; /* struct more_limbs, in the order of rows */
    size_t more_next;         /* those before are in slices handed out */
    int64_t *terms;      /* of a slice that needs more than one */
};

struct batch {
    uint64_t capacity;   /* rows */
    uint64_t rows;       /* read */
    uint64_t handed_out; /* of these */
    uint64_t bytes;      /* of input that they stand for and that no slice was given yet */
    size_t column_count;
    struct batch_column *columns;
    struct tile_column *slice;
    uint64_t *at, *line; /* per row; `line` only if known */
    void *memory;        /* of all arrays */
};

/* `forms` as in reader_open. */
enum sheaf_status batch_init(struct batch *batch, const struct sheaf_source *source, const uint8_t *forms,
                             struct sheaf_error *err);
void batch_cleanup(struct batch *batch);

/* Leaves no rows in it. */
static inline void batch_empty(struct batch *batch)
{
    batch->rows = batch->handed_out = batch->bytes = 0;
}

/* Empties it and makes it ready for rows, which takes a while per column. */
void batch_begin(struct batch *batch);
/* Puts a cell of any kind into a row of a column. The row counts only once batch->rows is past it; until then it may be
 * put again. Rows of a column are put in order. */
enum cell_status batch_put(struct batch *batch, const struct text *text, size_t column, uint64_t row, struct cell cell);

/* Notes what was put into a column: the least and the greatest exponent, the magnitudes or-ed. */
static inline void batch_note(struct batch_column *column, int low, int high, uint64_t bits)
{
    column->low = column->low < low ? column->low : (int16_t)low;
    column->high = column->high > high ? column->high : (int16_t)high;
    column->bits |= bits;
    column->usual = column->low;
}

/* Adds limb x 10^LIMB_DIGITS to what a row of a column of decimals holds. As batch_put. */
enum cell_status batch_put_over(struct batch_column *column, uint64_t row, int64_t limb);

static inline bool batch_is_empty(const struct batch *batch)
{
    return batch->handed_out == batch->rows;
}

/* The next slice of what was read: rows, bytes, at, line and columns of `tile`. `with_lines`: `line` is known. */
void batch_slice(struct batch *batch, bool with_lines, struct tile *tile);

#endif
