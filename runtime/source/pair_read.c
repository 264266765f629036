/* Reading a pair: its blocks by every worker for itself, or fed as rows that are binary already. */
#include "source/join.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows as bytes -------------------------------------------------------------------------------------- */

/* A fed block of a pair is a run of these, each one tile: the header; at, row, line where flagged; then per column a
 * word that says whether `valid` is there, the data, and `valid`. Every part is padded to 8 bytes. */
struct rows_header {
    uint64_t rows, bytes;
    struct sheaf_position first;
    uint64_t has_at, has_row, has_line;
};

static enum sheaf_status append_padded(struct sheaf_buffer *out, const void *bytes, size_t size)
{
    static const unsigned char zeros[8];
    enum sheaf_status status = sheaf_buffer_append(out, bytes, size);
    return status == SHEAF_OK ? sheaf_buffer_append(out, zeros, -size % 8) : status;
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
    for (size_t k = 0; k < column_count && status == SHEAF_OK; k++) {
        const struct tile_column *column = &tile->columns[k];
        uint64_t has_valid = column->valid != NULL;
        status = sheaf_buffer_append(out, &has_valid, sizeof has_valid);
        if (status == SHEAF_OK)
            status = append_padded(out, column->data, tile->rows * sheaf_type_size(column->type));
        if (status == SHEAF_OK && has_valid)
            status = append_padded(out, column->valid, tile->rows);
    }
    return status;
}

/* ---- the reader ----------------------------------------------------------------------------------------- */

struct pair_reader {
    struct reader base;
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
    free(r);
}

enum sheaf_status pair_reader_open(struct reader **reader, const struct sheaf_source *source, struct sheaf_error *err)
{
    struct pair_reader *r = calloc(1, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    r->base.source = source;
    r->columns = calloc(source->column_count, sizeof *r->columns);
    if (!r->columns) {
        free(r);
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    }
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
    enum sheaf_status status = r->joined.columns ? SHEAF_OK : joined_open(&r->joined, source, err);
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

static bool take_columns(struct pair_reader *r, uint64_t rows)
{
    const struct sheaf_source *source = r->base.source;
    for (size_t k = 0; k < source->column_count; k++) {
        struct tile_column *column = &r->columns[k];
        column->type = source->columns[k].type;
        const uint64_t *has_valid = take(r, sizeof *has_valid);
        column->data = take(r, rows * sheaf_type_size(column->type));
        column->valid = has_valid && *has_valid ? take(r, rows) : NULL;
        if (!has_valid || !column->data || (*has_valid && !column->valid))
            return false;
    }
    return true;
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

enum sheaf_status pair_feed_open(struct feed **feed, const struct sheaf_source *source, uint64_t block_bytes,
                                        struct sheaf_error *err)
{
    struct pair_feed *f = calloc(1, sizeof *f);
    if (!f)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a feed");
    f->base = (struct feed){source, pair_feed_next, pair_feed_close};
    f->block_bytes = block_bytes;
    enum sheaf_status status = joined_open(&f->joined, source, err);
    joined_seek(&f->joined, 0, UINT64_MAX);
    for (int s = 0; s < 2 && status == SHEAF_OK; s++) {
        struct side *side = &f->joined.side[s];
        if (side->source->access != SOURCE_CUTTABLE || !side->source->format->rows_are_units)
            status = feed_open(&side->feed, side->source, block_bytes, err);
    }
    if (status != SHEAF_OK) {
        pair_feed_close(&f->base);
        return status;
    }
    *feed = &f->base;
    return SHEAF_OK;
}
