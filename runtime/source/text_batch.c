#include "source/text_batch.h"

#include "source/text_number.h"

#include <stdlib.h>
#include <string.h>

enum {
    BATCH_MEMORY = 512 * 1024, /* about what a batch takes, with all its columns */
    LEAST_ROWS = 64
};

/* The limbs of a number above its lowest; followed by `count` of int64_t. */
struct more_limbs {
    uint32_t row, count;
};

/* ---- memory ------------------------------------------------------------------------------------------------- */

static size_t row_bytes(uint8_t forms)
{
    size_t decimal = sizeof(int64_t) + sizeof(int16_t) + 1 + sizeof(int64_t);
    return 1 + (forms & FORM_DECIMAL ? decimal : 0) + (forms & FORM_REAL ? sizeof(double) : 0);
}

static uint64_t choose_capacity(const struct batch *batch)
{
    size_t bytes = 2 * sizeof(uint64_t);
    for (size_t k = 0; k < batch->column_count; k++)
        bytes += row_bytes(batch->columns[k].forms);
    uint64_t rows = BATCH_MEMORY / bytes;
    uint64_t most = TILE_BYTES / sizeof(int64_t) < TILE_ROWS ? TILE_BYTES / sizeof(int64_t) : TILE_ROWS;
    rows = rows < most ? rows & ~(uint64_t)(LEAST_ROWS - 1) : most;
    return rows > LEAST_ROWS ? rows : LEAST_ROWS;
}

/* Terms that a slice has room for. One row alone may need MOST_LIMBS. */
static uint64_t terms_room(const struct batch *batch)
{
    return batch->capacity > MOST_LIMBS ? batch->capacity : MOST_LIMBS;
}

/* All arrays, one after the other, each at a multiple of 64 bytes since the capacity is one of LEAST_ROWS; in `memory`,
 * or, if that is NULL, nowhere. Returns their size. */
static size_t lay_out(struct batch *batch, unsigned char *memory)
{
    size_t used = 0;
    uint64_t rows = batch->capacity;
#define PLACE(array, count)                                                                                \
    do {                                                                                                   \
        (array) = memory ? (void *)(memory + used) : NULL;                                                 \
        used += ((count) * sizeof *(array) + 63) & ~(size_t)63;                                            \
    } while (0)
    PLACE(batch->at, rows);
    PLACE(batch->line, rows);
    for (size_t k = 0; k < batch->column_count; k++) {
        struct batch_column *column = &batch->columns[k];
        PLACE(column->valid, rows);
        if (column->forms & FORM_REAL)
            PLACE(column->reals, rows);
        if (!(column->forms & FORM_DECIMAL))
            continue;
        PLACE(column->whole, rows);
        PLACE(column->exponent, rows);
        PLACE(column->special, rows);
        PLACE(column->terms, terms_room(batch));
    }
#undef PLACE
    return used;
}

enum sheaf_status batch_init(struct batch *batch, const struct sheaf_source *source, const uint8_t *forms,
                             struct sheaf_error *err)
{
    size_t count = source->column_count;
    *batch = (struct batch){.column_count = count};
    batch->columns = calloc(count, sizeof *batch->columns);
    batch->slice = calloc(count, sizeof *batch->slice);
    if (batch->columns && batch->slice) {
        for (size_t k = 0; k < count; k++)
            batch->columns[k].forms = column_forms(source, forms, k);
        batch->capacity = choose_capacity(batch);
        batch->memory = aligned_alloc(64, lay_out(batch, NULL));
    }
    if (!batch->memory) {
        batch_cleanup(batch);
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader of %zu columns", count);
    }
    lay_out(batch, batch->memory);
    return SHEAF_OK;
}

void batch_cleanup(struct batch *batch)
{
    for (size_t k = 0; batch->columns && k < batch->column_count; k++)
        sheaf_buffer_cleanup(&batch->columns[k].more);
    free(batch->columns);
    free(batch->slice);
    free(batch->memory);
    memset(batch, 0, sizeof *batch);
}

/* ---- putting cells in ------------------------------------------------------------------------------------------ */

void batch_begin(struct batch *batch)
{
    batch_empty(batch);
    for (size_t k = 0; k < batch->column_count; k++) {
        struct batch_column *column = &batch->columns[k];
        column->missing = column->odd = false;
        column->low = INT16_MAX;
        column->high = INT16_MIN;
        column->bits = 0;
        column->more.size = column->more_next = 0;
    }
}

/* A zero, of an exponent that does not stand out. */
static void put_zero(struct batch_column *column, uint64_t row)
{
    if (column->forms & FORM_DECIMAL) {
        column->whole[row] = 0;
        column->exponent[row] = column->usual;
    }
}

static void put_missing(struct batch *batch, struct batch_column *column, uint64_t row)
{
    if (!column->missing)
        memset(column->valid, 1, batch->capacity);
    column->missing = true;
    column->valid[row] = 0;
    if (column->forms & FORM_REAL)
        column->reals[row] = 0;
    put_zero(column, row);
}

static void put_special(struct batch *batch, struct batch_column *column, uint64_t row, uint8_t special)
{
    if (!column->odd)
        memset(column->special, SHEAF_FINITE, batch->capacity);
    column->odd = true;
    column->special[row] = special;
    put_zero(column, row);
}

static bool put_more(struct batch_column *column, uint64_t row, const int64_t *limbs, uint32_t count)
{
    struct sheaf_buffer *more = &column->more;
    const struct more_limbs head = {(uint32_t)row, count};
    if (sheaf_buffer_reserve(more, sizeof head + count * sizeof *limbs) != SHEAF_OK)
        return false;
    memcpy(more->data + more->size, &head, sizeof head);
    memcpy(more->data + more->size + sizeof head, limbs, count * sizeof *limbs);
    more->size += sizeof head + count * sizeof *limbs;
    return true;
}

static enum cell_status put_decimal(struct batch *batch, struct batch_column *column, uint64_t row,
                                    const struct number *number)
{
    struct number_limbs limbs;
    if (number->special != SHEAF_FINITE) {
        put_special(batch, column, row, number->special);
        return CELL_VALUE;
    }
    enum number_status status = number_whole(number, &limbs);
    if (status != NUMBER_OK)
        return status == NUMBER_ABOVE ? CELL_ABOVE : CELL_BELOW;
    if (limbs.count > 1 && !put_more(column, row, limbs.limb + 1, limbs.count - 1))
        return CELL_NO_MEMORY;
    column->whole[row] = limbs.limb[0];
    column->exponent[row] = (int16_t)limbs.exponent;
    batch_note(column, limbs.exponent, limbs.exponent, (uint64_t)(limbs.limb[0] < 0 ? -limbs.limb[0] : limbs.limb[0]));
    return CELL_VALUE;
}

enum cell_status batch_put_over(struct batch_column *column, uint64_t row, int64_t limb)
{
    return put_more(column, row, &limb, 1) ? CELL_VALUE : CELL_NO_MEMORY;
}

enum cell_status batch_put(struct batch *batch, const struct text *text, size_t k, uint64_t row, struct cell cell)
{
    struct batch_column *column = &batch->columns[k];
    struct number number;
    enum cell_status status = text_number(text, cell, &number);
    if (column->missing)
        column->valid[row] = 1;
    if (column->odd)
        column->special[row] = SHEAF_FINITE;
    if (status == CELL_MISSING)
        put_missing(batch, column, row);
    if (status != CELL_VALUE)
        return status;
    if (column->forms & FORM_REAL && number_real(&number, &column->reals[row]) != NUMBER_OK)
        return CELL_HUGE;
    return column->forms & FORM_DECIMAL ? put_decimal(batch, column, row, &number) : CELL_VALUE;
}

/* ---- taking slices out ------------------------------------------------------------------------------------------ */

/* What the decimals of a slice have in common. */
struct scale {
    int exponent;
    uint32_t terms;
};

static const struct more_limbs *more_at(const struct batch_column *column, size_t at)
{
    return at < column->more.size ? (const void *)(column->more.data + at) : NULL;
}

static size_t more_size(const struct more_limbs *more)
{
    return sizeof *more + more->count * sizeof(int64_t);
}

/* The exponent above the first digit of a row; `more` is its other limbs, or NULL. */
static int top_of(const struct batch_column *column, uint64_t row, const struct more_limbs *more)
{
    int64_t limb = column->whole[row];
    int below = column->exponent[row];
    if (more) {
        limb = ((const int64_t *)(more + 1))[more->count - 1];
        below += LIMB_DIGITS * (int)more->count;
    }
    return below + (int)count_digits((uint64_t)(limb < 0 ? -limb : limb));
}

/* May all rows be one slice of one term? */
static bool is_plain(const struct batch_column *column, struct scale *scale)
{
    int spread = column->high - column->low;
    *scale = (struct scale){column->low <= column->high ? column->low : 0, 1};
    return column->more.size == 0 && (spread <= 0 || (int)count_digits(column->bits) + spread <= LIMB_DIGITS);
}

/* How many of the rows from `from` to `to` - 1 fit into one slice: as many as there is room for the terms of all of them.
 * At least one. */
static uint64_t measure(const struct batch *batch, const struct batch_column *column, uint64_t from, uint64_t to,
                        struct scale *scale)
{
    if (is_plain(column, scale))
        return to - from;
    int lowest = INT16_MAX, top = INT16_MIN;
    uint64_t room = batch->capacity; /* rows of as many terms */
    size_t at = column->more_next;
    *scale = (struct scale){0, 1};
    for (uint64_t row = from; row < to; row++) {
        const struct more_limbs *more = more_at(column, at);
        more = more && more->row == row ? more : NULL;
        int low = lowest, high = top;
        if (column->whole[row] || more) {
            int own = top_of(column, row, more);
            low = column->exponent[row] < low ? column->exponent[row] : low;
            high = own > high ? own : high;
        }
        if (low != lowest || high != top) {
            uint32_t terms = high > low ? (uint32_t)(high - low + LIMB_DIGITS - 1) / LIMB_DIGITS : 1;
            if (row > from && (row + 1 - from) * terms > batch->capacity)
                return row - from;
            lowest = low;
            top = high;
            room = batch->capacity / terms;
            *scale = (struct scale){low, terms};
        }
        if (row > from && row - from >= room)
            return row - from;
        at += more ? more_size(more) : 0;
    }
    return to - from;
}

/* Adds limb x 10^shift to the terms of a row, `stride` apart. */
static void add_limb(int64_t *terms, uint64_t stride, int64_t limb, unsigned shift)
{
    terms += shift / LIMB_DIGITS * stride;
    shift %= LIMB_DIGITS;
    int64_t split = power_of_ten[LIMB_DIGITS - shift], high = limb / split;
    terms[0] += (limb - high * split) * power_of_ten[shift];
    if (high)
        terms[stride] += high;
}

static const int64_t *spread_terms(struct batch_column *column, uint64_t from, uint64_t rows, struct scale scale)
{
    memset(column->terms, 0, rows * scale.terms * sizeof *column->terms);
    for (uint64_t i = 0; i < rows; i++) {
        const struct more_limbs *more = more_at(column, column->more_next);
        unsigned shift = (unsigned)(column->exponent[from + i] - scale.exponent);
        if (column->whole[from + i])
            add_limb(column->terms + i, rows, column->whole[from + i], shift);
        if (!more || more->row != from + i)
            continue;
        for (uint32_t j = 0; j < more->count; j++)
            add_limb(column->terms + i, rows, ((const int64_t *)(more + 1))[j], shift + LIMB_DIGITS * (j + 1));
        column->more_next += more_size(more);
    }
    return column->terms;
}

/* The decimals of a slice, brought to one exponent where they are. */
static const int64_t *settle(struct batch_column *column, uint64_t from, uint64_t rows, struct scale scale)
{
    if (scale.terms > 1)
        return spread_terms(column, from, rows, scale);
    int64_t *whole = column->whole + from;
    for (uint64_t i = 0; i < rows && column->low < column->high; i++)
        if (whole[i])
            whole[i] *= power_of_ten[column->exponent[from + i] - scale.exponent];
    return whole;
}

static struct tile_column slice_column(struct batch_column *column, uint64_t from, uint64_t rows, struct scale scale)
{
    struct tile_column slice = {.valid = column->missing ? column->valid + from : NULL};
    const double *reals = column->forms & FORM_REAL ? column->reals + from : NULL;
    if (!(column->forms & FORM_DECIMAL)) {
        slice.type = SHEAF_F64;
        slice.data = reals;
        return slice;
    }
    slice.type = SHEAF_DECIMAL;
    slice.data = settle(column, from, rows, scale);
    slice.exponent = scale.exponent;
    slice.terms = scale.terms;
    slice.special = column->odd ? column->special + from : NULL;
    slice.reals = reals;
    return slice;
}

void batch_slice(struct batch *batch, bool with_lines, struct tile *tile)
{
    uint64_t from = batch->handed_out, to = batch->rows;
    struct scale scale = {0, 1};
    for (size_t k = 0; k < batch->column_count; k++)
        if (batch->columns[k].forms & FORM_DECIMAL)
            to = from + measure(batch, &batch->columns[k], from, to, &scale);
    for (size_t k = 0; k < batch->column_count; k++) {
        if (batch->columns[k].forms & FORM_DECIMAL && batch->column_count > 1)
            (void)measure(batch, &batch->columns[k], from, to, &scale);
        batch->slice[k] = slice_column(&batch->columns[k], from, to - from, scale);
    }
    tile->rows = to - from;
    tile->bytes = batch->bytes;
    tile->at = batch->at + from;
    tile->line = with_lines ? batch->line + from : NULL;
    tile->columns = batch->slice;
    batch->bytes = 0;
    batch->handed_out = to;
}
