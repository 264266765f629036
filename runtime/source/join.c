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
    free(joined->columns);
    memset(joined, 0, sizeof *joined);
}

enum sheaf_status joined_open(struct joined *joined, const struct sheaf_source *pair, struct sheaf_error *err)
{
    joined->columns = calloc(pair->column_count, sizeof *joined->columns);
    if (!joined->columns)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu columns", pair->column_count);
    enum sheaf_status status = SHEAF_OK;
    for (int s = 0; s < 2 && status == SHEAF_OK; s++) {
        joined->side[s].source = pair_of(pair)->side[s];
        status = reader_open(&joined->side[s].reader, joined->side[s].source, err);
    }
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

static void join(struct joined *joined, uint64_t n, struct tile *out)
{
    struct side *a = &joined->side[0];
    struct tile_column *column = joined->columns;
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
            *column = side->tile.columns[k];
            column->data = (const char *)column->data + side->used * sheaf_type_size(column->type);
            column->valid = column->valid ? column->valid + side->used : NULL;
        }
        out->bytes += bytes_of(side, n);
        side->used += n;
    }
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
    join(joined, left < right ? left : right, out);
    return SHEAF_OK;
}
