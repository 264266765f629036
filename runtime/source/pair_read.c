/* Reading a pair: its blocks by every worker for itself, or fed as rows that are binary already. */
#include "source/join.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows as bytes -------------------------------------------------------------------------------------- */

/* A fed block of a pair is a run of these, each one tile: the header; at, row, line where flagged; then per column
 * another header, the data, and what is flagged there. Every part is padded to 8 bytes. */
struct rows_header {
    uint64_t rows, bytes;
    struct sheaf_position first;
    uint64_t has_at, has_row, has_line;
};

struct column_header {
    uint32_t type, terms;
    int32_t exponent;
    uint8_t has_valid, has_special, has_reals; /* 0 or 1 */
};

/* Values of an element in a column's data. */
static uint64_t terms_of(const struct tile_column *column)
{
    return column->type == SHEAF_DECIMAL ? column->terms : 1;
}

static enum sheaf_status append_padded(struct sheaf_buffer *out, const void *bytes, size_t size)
{
    static const unsigned char zeros[8];
    enum sheaf_status status = sheaf_buffer_append(out, bytes, size);
    return status == SHEAF_OK ? sheaf_buffer_append(out, zeros, -size % 8) : status;
}

static enum sheaf_status append_column(struct sheaf_buffer *out, const struct tile_column *column, uint64_t rows)
{
    struct column_header header;
    memset(&header, 0, sizeof header);
    header.type = column->type;
    header.terms = column->terms;
    header.exponent = column->exponent;
    header.has_valid = column->valid != NULL;
    header.has_special = column->special != NULL;
    header.has_reals = column->reals != NULL;
    enum sheaf_status status = append_padded(out, &header, sizeof header);
    if (status == SHEAF_OK)
        status = append_padded(out, column->data, rows * terms_of(column) * sheaf_type_size(column->type));
    if (status == SHEAF_OK && header.has_valid)
        status = append_padded(out, column->valid, rows);
    if (status == SHEAF_OK && header.has_special)
        status = append_padded(out, column->special, rows);
    if (status == SHEAF_OK && header.has_reals)
        status = append_padded(out, column->reals, rows * sizeof *column->reals);
    return status;
}

static enum sheaf_status append_tile(struct sheaf_buffer *out, const struct tile *tile, size_t column_count)
{
    struct rows_header header = {tile->rows, tile->bytes, tile->first, tile->at != NULL, tile->row != NULL,
                                 tile->line != NULL};
    const uint64_t *const positions[] = {tile->at, tile->row, tile->line};
    enum sheaf_status status = sheaf_buffer_append(out, &header, sizeof header);
    for (int i = 0; i < 3 && status == SHEAF_OK; i++)
        if (positions[i])
            status = sheaf_buffer_append(out, positions[i], tile->rows * sizeof *positions[i]);
    for (size_t k = 0; k < column_count && status == SHEAF_OK; k++)
        status = append_column(out, &tile->columns[k], tile->rows);
    return status;
}

/* ---- the reader ----------------------------------------------------------------------------------------- */

struct pair_reader {
    struct reader base;
    uint8_t *forms;                /* of the columns */
    struct joined joined;          /* opened by the first block that is not fed */
    const unsigned char *at, *end; /* of a fed block */
    struct tile_column *columns;   /* of its tiles */
    struct sheaf_buffer copy;      /* of a fed block that is not aligned */
};

void pair_reader_close(struct reader *reader)
{
    struct pair_reader *r = (struct pair_reader *)reader;
    joined_close(&r->joined);
    sheaf_buffer_cleanup(&r->copy);
    free(r->columns);
    free(r->forms);
    free(r);
}

enum sheaf_status pair_reader_open(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                                   struct sheaf_error *err)
{
    struct pair_reader *r = calloc(1, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    r->base.source = source;
    r->columns = calloc(source->column_count, sizeof *r->columns);
    r->forms = calloc(source->column_count, sizeof *r->forms);
    if (!r->columns || !r->forms) {
        pair_reader_close(&r->base);
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    }
    for (size_t k = 0; k < source->column_count; k++)
        r->forms[k] = column_forms(source, forms, k);
    *reader = &r->base;
    return SHEAF_OK;
}

/* A fed block, where it lies if that is aligned. */
static enum sheaf_status begin_fed(struct pair_reader *r, const struct span *span, struct sheaf_error *err)
{
    r->at = span->bytes;
    if ((uintptr_t)r->at % 8) {
        r->copy.size = 0;
        if (sheaf_buffer_append(&r->copy, span->bytes, span->size) != SHEAF_OK)
            return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a block");
        r->at = r->copy.data;
    }
    r->end = r->at + span->size;
    return SHEAF_OK;
}

enum sheaf_status pair_reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err)
{
    struct pair_reader *r = (struct pair_reader *)reader;
    const struct sheaf_source *source = reader->source;
    r->at = r->end = NULL;
    if (span->bytes)
        return begin_fed(r, span, err);
    enum sheaf_status status = r->joined.columns ? SHEAF_OK : joined_open(&r->joined, source, r->forms, err);
    uint64_t before = 0;
    for (uint64_t i = 0; i < span->input; i++)
        before += source->inputs[i].units;
    if (status == SHEAF_OK)
        joined_seek(&r->joined, before + span->lo, before + span->hi);
    return status;
}

/* `size` bytes, padded to 8, of a fed block; NULL if it has not as many. */
static const void *take(struct pair_reader *r, uint64_t size)
{
    if (size > (uint64_t)(r->end - r->at))
        return NULL;
    const void *part = r->at;
    size += -size % 8;
    r->at += size < (uint64_t)(r->end - r->at) ? size : (uint64_t)(r->end - r->at);
    return part;
}

/* Of a decimal column: as struct sheaf_column has them. */
static bool right_terms(const struct column_header *header)
{
    if (header->terms < 1 || header->terms > SHEAF_DECIMAL_MOST_TERMS || header->exponent < -SHEAF_DECIMAL_REACH)
        return false;
    return header->exponent < SHEAF_DECIMAL_REACH - SHEAF_DECIMAL_TERM_DIGITS * ((int32_t)header->terms - 1);
}

/* The type that a column of the pair has in a tile: that of the source, or the doubles of its decimals. */
static bool right_type(const struct pair_reader *r, size_t k, const struct column_header *header)
{
    enum sheaf_type type = r->base.source->columns[k].type;
    if (type == SHEAF_DECIMAL && !(r->forms[k] & FORM_DECIMAL))
        type = SHEAF_F64;
    bool both = type == SHEAF_DECIMAL && (r->forms[k] & FORM_REAL);
    return header->type == type && header->has_reals == both &&
           (type != SHEAF_DECIMAL || right_terms(header));
}

static bool take_column(struct pair_reader *r, size_t k, uint64_t rows)
{
    const struct column_header *header = take(r, sizeof *header);
    if (!header || !right_type(r, k, header))
        return false;
    struct tile_column *column = &r->columns[k];
    *column = (struct tile_column){.type = header->type, .exponent = header->exponent, .terms = header->terms};
    column->data = take(r, rows * terms_of(column) * sheaf_type_size(column->type));
    column->valid = header->has_valid ? take(r, rows) : NULL;
    column->special = header->has_special ? take(r, rows) : NULL;
    column->reals = header->has_reals ? take(r, rows * sizeof *column->reals) : NULL;
    return column->data && !header->has_valid == !column->valid && !header->has_special == !column->special &&
           !header->has_reals == !column->reals;
}

static bool take_columns(struct pair_reader *r, uint64_t rows)
{
    size_t k = 0, count = r->base.source->column_count;
    while (k < count && take_column(r, k, rows))
        k++;
    return k == count;
}

static enum sheaf_status fed_next(struct pair_reader *r, struct tile *tile, struct sheaf_error *err)
{
    *tile = (struct tile){.columns = r->columns};
    if (r->at == r->end)
        return SHEAF_OK;
    const struct rows_header *header = take(r, sizeof *header);
    if (header && header->rows && header->rows <= (uint64_t)(r->end - r->at)) {
        tile->rows = header->rows;
        tile->bytes = header->bytes;
        tile->first = header->first;
        tile->at = header->has_at ? take(r, header->rows * 8) : NULL;
        tile->row = header->has_row ? take(r, header->rows * 8) : NULL;
        tile->line = header->has_line ? take(r, header->rows * 8) : NULL;
        if (!header->has_at == !tile->at && !header->has_row == !tile->row && !header->has_line == !tile->line &&
            take_columns(r, header->rows))
            return SHEAF_OK;
    }
    return sheaf_fail(err, SHEAF_INTERNAL, "a malformed block of paired rows");
}

enum sheaf_status pair_reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err)
{
    struct pair_reader *r = (struct pair_reader *)reader;
    return r->at ? fed_next(r, tile, err) : joined_next(&r->joined, tile, err);
}

/* ---- the feed ------------------------------------------------------------------------------------------- */

struct pair_feed {
    struct feed base;
    struct joined joined;
    uint64_t block_bytes, block, rows;
};

/* One side has ended: so must the other have. */
static enum sheaf_status same_end(struct pair_feed *f, struct sheaf_error *err)
{
    struct side *a = &f->joined.side[0], *b = &f->joined.side[1];
    if (a->ended && b->ended)
        return SHEAF_OK;
    const struct side *shorter = a->ended ? a : b, *longer = a->ended ? b : a;
    return source_fail(err, SHEAF_INPUT, shorter->source->inputs[0].name, SHEAF_UNKNOWN,
                       "ends after %" PRIu64 " rows where %s has more; a pair needs the same number of rows", f->rows,
                       longer->source->inputs[0].name);
}

static enum sheaf_status pair_feed_next(struct feed *feed, struct sheaf_buffer *bytes, struct span *span, bool *more,
                                        struct sheaf_error *err)
{
    struct pair_feed *f = (struct pair_feed *)feed;
    struct tile tile;
    enum sheaf_status status;
    bytes->size = 0;
    *span = (struct span){.row = f->rows, .lo = f->rows};
    do {
        status = joined_next(&f->joined, &tile, err);
        if (status == SHEAF_OK && tile.rows == 0)
            status = same_end(f, err);
        else if (status == SHEAF_OK &&
                 append_tile(bytes, &tile, feed->source->column_count) != SHEAF_OK)
            status = sheaf_fail(err, SHEAF_MEMORY, "out of memory for a block");
        f->rows += tile.rows;
    } while (status == SHEAF_OK && tile.rows && bytes->size < f->block_bytes);
    if (status != SHEAF_OK)
        return status;
    *more = bytes->size > 0;
    span->block = f->block;
    span->hi = f->rows;
    span->bytes = bytes->data;
    span->size = bytes->size;
    f->block += *more;
    return SHEAF_OK;
}

static void pair_feed_close(struct feed *feed)
{
    struct pair_feed *f = (struct pair_feed *)feed;
    joined_close(&f->joined);
    free(f);
}

enum sheaf_status pair_feed_open(struct feed **feed, const struct sheaf_source *source, const uint8_t *forms,
                                 uint64_t block_bytes, struct sheaf_error *err)
{
    struct pair_feed *f = calloc(1, sizeof *f);
    if (!f)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a feed");
    f->base = (struct feed){source, pair_feed_next, pair_feed_close};
    f->block_bytes = block_bytes;
    enum sheaf_status status = joined_open(&f->joined, source, forms, err);
    joined_seek(&f->joined, 0, UINT64_MAX);
    for (int s = 0; s < 2 && status == SHEAF_OK; s++) {
        struct side *side = &f->joined.side[s];
        if (side->source->access != SOURCE_CUTTABLE || !side->source->format->rows_are_units)
            status = feed_open(&side->feed, side->source, NULL, block_bytes, err);
    }
    if (status != SHEAF_OK) {
        pair_feed_close(&f->base);
        return status;
    }
    *feed = &f->base;
    return SHEAF_OK;
}
