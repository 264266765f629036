/* Dispatch to the format that a source is of, and what is built on reading alone. */
#include "source/format.h"

#include <string.h>

uint8_t column_forms(const struct sheaf_source *source, const uint8_t *forms, size_t k)
{
    if (source->columns[k].type != SHEAF_DECIMAL)
        return FORM_REAL;
    return forms && forms[k] ? forms[k] : FORM_DECIMAL;
}

enum sheaf_status reader_open(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                              struct sheaf_error *err)
{
    return source->format->reader_open(reader, source, forms, err);
}

enum sheaf_status reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err)
{
    return reader->source->format->reader_begin(reader, span, err);
}

enum sheaf_status reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err)
{
    return reader->source->format->reader_next(reader, tile, err);
}

void reader_close(struct reader *reader)
{
    if (reader)
        reader->source->format->reader_close(reader);
}

/* ---- survey --------------------------------------------------------------------------------------------- */

enum sheaf_status source_survey_block(const struct sheaf_source *source, const struct span *span, uint8_t *transition,
                                      struct sheaf_error *err)
{
    if (!source->format->survey_block)
        return sheaf_fail(err, SHEAF_INTERNAL, "%s data need no survey", source->format->name);
    return source->format->survey_block(source, span, transition, err);
}

bool source_wants_survey(const struct sheaf_source *source)
{
    return source->format->wants_survey && source->format->wants_survey(source);
}

/* ---- finding a position again --------------------------------------------------------------------------- */

enum sheaf_status source_locate(const struct sheaf_source *source, const struct sheaf_position *position,
                                struct sheaf_location *place, struct sheaf_error *err)
{
    if (position->file >= source->input_count)
        return sheaf_fail(err, SHEAF_INTERNAL, "a position in input %llu of %zu", (unsigned long long)position->file,
                          source->input_count);
    *place = (struct sheaf_location){
        .file = source->inputs[position->file].name,
        .row = position->row == SHEAF_UNKNOWN ? 0 : (uint64_t)position->row,
        .line = position->line,
        .alone = source->input_count == 1,
    };
    return source->format->locate(source, position, place, err);
}

void source_locate_error(const struct sheaf_source *source, struct sheaf_error *err)
{
    if (!err || !err->file[0] || err->byte == SHEAF_UNKNOWN || err->line != SHEAF_UNKNOWN)
        return;
    for (size_t i = 0; i < source->input_count; i++) {
        if (source->inputs[i].once || strcmp(source->inputs[i].name, err->file) != 0)
            continue;
        struct sheaf_position position = {i, (uint64_t)err->byte, SHEAF_UNKNOWN, SHEAF_UNKNOWN};
        struct sheaf_location place;
        if (source_locate(source, &position, &place, NULL) == SHEAF_OK)
            err->line = place.line;
        return;
    }
}

/* ---- copying rows --------------------------------------------------------------------------------------- */

/* Rows lo .. hi - 1 of one input. */
static enum sheaf_status copy_span(struct reader *reader, size_t input, uint64_t lo, uint64_t hi, unsigned char *out,
                                   struct sheaf_error *err)
{
    struct span span = {.input = input, .lo = lo, .hi = hi};
    struct tile tile;
    enum sheaf_status status = reader_begin(reader, &span, err);
    while (status == SHEAF_OK) {
        status = reader_next(reader, &tile, err);
        if (status != SHEAF_OK || tile.rows == 0)
            break;
        size_t bytes = tile.rows * sheaf_type_size(tile.columns[0].type);
        memcpy(out, tile.columns[0].data, bytes);
        out += bytes;
    }
    return status;
}

enum sheaf_status sheaf_source_copy(const struct sheaf_source *source, uint64_t first, uint64_t rows, void *out,
                                    uint64_t *got, struct sheaf_error *err)
{
    if (source->column_count != 1 || !source->format->rows_are_units || source->access != SOURCE_CUTTABLE)
        return sheaf_fail(err, SHEAF_USAGE, "rows are copied only from a generator, a .npy or a raw "
                          "file, and only one column of them");
    struct sheaf_source ordered = *source;
    ordered.in_order = true;
    struct reader *reader;
    enum sheaf_status status = reader_open(&reader, &ordered, NULL, err);
    if (status != SHEAF_OK)
        return status;
    size_t size = sheaf_type_size(source->columns[0].type);
    uint64_t copied = 0, passed = 0;
    for (size_t i = 0; status == SHEAF_OK && i < source->input_count && copied < rows; i++) {
        uint64_t units = source->inputs[i].units, lo = first + copied - passed;
        if (lo < units) {
            uint64_t n = units - lo < rows - copied ? units - lo : rows - copied;
            status = copy_span(reader, i, lo, lo + n, (unsigned char *)out + copied * size, err);
            copied += n;
        }
        passed += units;
    }
    reader_close(reader);
    *got = copied;
    return status;
}
