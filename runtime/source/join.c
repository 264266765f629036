#include "source/join.h"

#include <stdlib.h>
#include <string.h>

/* ---- one side, tile by tile ----------------------------------------------------------------------------- */

static void side_close(struct side *side)
{
    reader_close(side->reader);
    feed_close(side->feed);
    sheaf_buffer_cleanup(&side->bytes);
}

/* Rows lo .. hi - 1 of the whole source come next. */
static void side_seek(struct side *side, uint64_t lo, uint64_t hi)
{
    side->next = lo;
    side->hi = hi;
    side->tile.rows = side->used = 0;
    side->in_span = side->ended = false;
}

/* The part of next .. hi that lies in one input. */
static bool next_rows(struct side *side, struct span *span)
{
    uint64_t passed = 0;
    for (size_t i = 0; i < side->source->input_count && side->next < side->hi; i++) {
        uint64_t units = side->source->inputs[i].units;
        if (side->next - passed < units) {
            uint64_t left = side->hi - side->next, lo = side->next - passed;
            *span = (struct span){.input = i, .lo = lo, .hi = left < units - lo ? lo + left : units};
            side->next += span->hi - lo;
            return true;
        }
        passed += units;
    }
    return false;
}

static enum sheaf_status next_span(struct side *side, struct sheaf_error *err)
{
    struct span span;
    bool more;
    enum sheaf_status status = SHEAF_OK;
    if (side->feed)
        status = feed_next(side->feed, &side->bytes, &span, &more, err);
    else
        more = next_rows(side, &span);
    if (status != SHEAF_OK)
        return status;
    side->ended = !more;
    side->in_span = more;
    return more ? reader_begin(side->reader, &span, err) : SHEAF_OK;
}

/* Sees to it that the tile has rows left, unless the side has ended. */
static enum sheaf_status side_fill(struct side *side, struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    while (status == SHEAF_OK && !side->ended && side->used == side->tile.rows) {
        if (!side->in_span) {
            status = next_span(side, err);
            continue;
        }
        status = reader_next(side->reader, &side->tile, err);
        side->used = 0;
        side->in_span = side->tile.rows > 0;
    }
    return status;
}

/* ---- both sides ----------------------------------------------------------------------------------------- */

void joined_close(struct joined *joined)
{
    side_close(&joined->side[0]);
    side_close(&joined->side[1]);
    for (size_t k = 0; joined->terms && k < joined->column_count; k++)
        sheaf_buffer_cleanup(&joined->terms[k]);
    free(joined->terms);
    free(joined->columns);
    memset(joined, 0, sizeof *joined);
}

/* A side's decimals are doubles where the pair's are. */
static void side_forms(const struct sheaf_source *pair, const uint8_t *forms, size_t first, size_t count, uint8_t *out)
{
    for (size_t k = 0; k < count; k++)
        out[k] = column_forms(pair, forms, first + k);
}

enum sheaf_status joined_open(struct joined *joined, const struct sheaf_source *pair, const uint8_t *forms,
                              struct sheaf_error *err)
{
    size_t first = 0;
    uint8_t *own = calloc(pair->column_count, sizeof *own);
    joined->column_count = pair->column_count;
    joined->columns = calloc(pair->column_count, sizeof *joined->columns);
    joined->terms = calloc(pair->column_count, sizeof *joined->terms);
    enum sheaf_status status = SHEAF_OK;
    if (!own || !joined->columns || !joined->terms)
        status = sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu columns", pair->column_count);
    for (int s = 0; s < 2 && status == SHEAF_OK; s++) {
        struct side *side = &joined->side[s];
        side->source = pair_of(pair)->side[s];
        side_forms(pair, forms, first, side->source->column_count, own);
        status = reader_open(&side->reader, side->source, own, err);
        first += side->source->column_count;
    }
    free(own);
    if (status != SHEAF_OK)
        joined_close(joined);
    return status;
}

void joined_seek(struct joined *joined, uint64_t lo, uint64_t hi)
{
    side_seek(&joined->side[0], lo, hi);
    side_seek(&joined->side[1], lo, hi);
}

/* The bytes that rows used .. used + n - 1 of a tile stand for; summed over a tile, exactly tile->bytes. */
static uint64_t bytes_of(const struct side *side, uint64_t n)
{
    const struct tile *tile = &side->tile;
    return tile->bytes * (side->used + n) / tile->rows - tile->bytes * side->used / tile->rows;
}

/* Rows used .. used + n - 1 of a side's column. */
static enum sheaf_status slice(const struct side *side, const struct tile_column *column, uint64_t n,
                               struct sheaf_buffer *terms, struct tile_column *out, struct sheaf_error *err)
{
    uint64_t used = side->used;
    size_t size = sheaf_type_size(column->type);
    *out = *column;
    out->data = (const char *)column->data + used * size;
    out->valid = column->valid ? column->valid + used : NULL;
    out->special = column->special ? column->special + used : NULL;
    out->reals = column->reals ? column->reals + used : NULL;
    if (column->terms <= 1 || n == side->tile.rows)
        return SHEAF_OK;
    terms->size = 0;
    for (uint32_t j = 0; j < column->terms; j++)
        if (sheaf_buffer_append(terms, (const char *)out->data + j * side->tile.rows * size, n * size) != SHEAF_OK)
            return sheaf_fail(err, SHEAF_MEMORY, "out of memory for paired rows");
    out->data = terms->data;
    return SHEAF_OK;
}

static enum sheaf_status join(struct joined *joined, uint64_t n, struct tile *out, struct sheaf_error *err)
{
    struct side *a = &joined->side[0];
    size_t column = 0;
    *out = (struct tile){.rows = n, .first = a->tile.first, .columns = joined->columns};
    out->first.at = a->tile.at ? a->tile.at[a->used] : out->first.at + a->used;
    if (a->tile.row)
        out->first.row = (int64_t)a->tile.row[a->used];
    else if (out->first.row != SHEAF_UNKNOWN)
        out->first.row += (int64_t)a->used;
    out->first.line = a->tile.line ? (int64_t)a->tile.line[a->used] : SHEAF_UNKNOWN;
    out->at = a->tile.at ? a->tile.at + a->used : NULL;
    out->row = a->tile.row ? a->tile.row + a->used : NULL;
    out->line = a->tile.line ? a->tile.line + a->used : NULL;
    for (int s = 0; s < 2; s++) {
        struct side *side = &joined->side[s];
        for (size_t k = 0; k < side->source->column_count; k++, column++) {
            enum sheaf_status status = slice(side, &side->tile.columns[k], n, &joined->terms[column],
                                             &joined->columns[column], err);
            if (status != SHEAF_OK)
                return status;
        }
        out->bytes += bytes_of(side, n);
        side->used += n;
    }
    return SHEAF_OK;
}

enum sheaf_status joined_next(struct joined *joined, struct tile *out, struct sheaf_error *err)
{
    struct side *a = &joined->side[0], *b = &joined->side[1];
    enum sheaf_status status = side_fill(a, err);
    if (status == SHEAF_OK)
        status = side_fill(b, err);
    *out = (struct tile){.columns = joined->columns};
    if (status != SHEAF_OK || a->ended || b->ended)
        return status;
    uint64_t left = a->tile.rows - a->used, right = b->tile.rows - b->used;
    return join(joined, left < right ? left : right, out, err);
}
