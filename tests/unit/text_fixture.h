/* Texts in files of their own, and everything that a source reads from them as one string. */
#ifndef TEXT_FIXTURE_H
#define TEXT_FIXTURE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/format.h"

static char fixture_folder[64];

static inline int fixture_setup(void **unused)
{
    (void)unused;
    strcpy(fixture_folder, "/tmp/sheaf-text-XXXXXX");
    return mkdtemp(fixture_folder) && chdir(fixture_folder) == 0 ? 0 : -1;
}

static inline int fixture_teardown(void **unused)
{
    (void)unused;
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", fixture_folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static inline void write_file(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *name, const char *text)
{
    write_file(name, text, strlen(text));
}

/* A growing string. */
struct listing {
    struct sheaf_buffer bytes;
};

static inline const char *listed(const struct listing *listing)
{
    return listing->bytes.size ? (const char *)listing->bytes.data : "";
}

static inline void list(struct listing *listing, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert_in_range(size, 0, sizeof line - 1);
    /* The NUL is written and overwritten by what comes next. */
    assert_int_equal(sheaf_buffer_append(&listing->bytes, line, (size_t)size + 1), SHEAF_OK);
    listing->bytes.size--;
}

static inline void listing_cleanup(struct listing *listing)
{
    sheaf_buffer_cleanup(&listing->bytes);
}

/* Of any text: decimals, and beside them their doubles. */
static const uint8_t both_forms[64] = {[0 ... 63] = FORM_DECIMAL | FORM_REAL};

/* The double nearest to a row of a column of decimals; a zero may have lost its sign. */
static inline double nearest_double(const struct tile_column *column, uint64_t rows, uint64_t i)
{
    static const double specials[] = {0, NAN, INFINITY, -INFINITY};
    if (column->special && column->special[i])
        return specials[column->special[i]];
    char digits[4096] = "";
    bool negative = false;
    size_t size = 0;
    for (uint32_t j = column->terms; j-- > 0;) {
        int64_t term = ((const int64_t *)column->data)[j * rows + i];
        assert_in_range(term < 0 ? -term : term, 0, 999999999999999999);
        assert_true(j == column->terms - 1 || size == 0 || term == 0 || (term < 0) == negative || !negative);
        negative = negative || term < 0;
        size += (size_t)snprintf(digits + size, sizeof digits - size, "%018" PRId64, term < 0 ? -term : term);
    }
    snprintf(digits + size, sizeof digits - size, "e%d", column->exponent);
    double value = strtod(digits, NULL);
    return negative ? -value : value;
}

/* "FILE@BYTE:VALUE,VALUE;" for each row of a tile; "FILE@BYTE#ROW/LINE:..." where row and line are known. */
static inline void list_tile(struct listing *listing, const struct sheaf_source *source, const struct tile *tile)
{
    for (uint64_t i = 0; i < tile->rows; i++) {
        list(listing, "%" PRIu64 "@%" PRIu64, tile->first.file, tile->at[i]);
        assert_int_equal(tile->first.row == SHEAF_UNKNOWN, !tile->line);
        if (tile->line)
            list(listing, "#%" PRIu64 "/%" PRIu64, tile->row ? tile->row[i] : (uint64_t)tile->first.row + i, tile->line[i]);
        for (size_t k = 0; k < source->column_count; k++) {
            const struct tile_column *column = &tile->columns[k];
            assert_int_equal(column->type, SHEAF_DECIMAL);
            double value = column->reals[i], same = nearest_double(column, tile->rows, i);
            assert_true(same == value || (same != same && value != value));
            bool valid = !column->valid || column->valid[i];
            assert_true(valid || value == 0);
            list(listing, valid ? "%c%.17g" : "%c-", k ? ',' : ':', value);
        }
        list(listing, ";");
    }
    if (tile->rows) {
        assert_int_equal(tile->first.at, tile->at[0]);
        assert_int_equal(tile->first.line, tile->line ? (int64_t)tile->line[0] : SHEAF_UNKNOWN);
    }
}

static inline enum sheaf_status list_span(struct listing *listing, struct reader *reader, const struct span *span,
                                          struct sheaf_error *err)
{
    enum sheaf_status status = reader_begin(reader, span, err);
    struct tile tile = {.rows = 1};
    while (status == SHEAF_OK && tile.rows) {
        status = reader_next(reader, &tile, err);
        if (status == SHEAF_OK)
            list_tile(listing, reader->source, &tile);
    }
    return status;
}

static inline enum sheaf_status survey(const struct cut *cut, uint8_t *entry, struct sheaf_error *err)
{
    uint8_t *transition = calloc(cut->block_count + 1, 1);
    assert_non_null(transition);
    enum sheaf_status status = SHEAF_OK;
    for (uint64_t b = 0; b < cut->block_count && status == SHEAF_OK; b++) {
        struct span span = cut_span(cut, b);
        status = source_survey_block(cut->source, &span, &transition[b], err);
    }
    if (status == SHEAF_OK)
        source_survey_scan(cut, transition, entry);
    free(transition);
    return status;
}

/* Every block in the order of their numbers, with a survey where the source or a reader asks for one; or backwards,
 * with a survey only where a reader does. */
static inline enum sheaf_status list_source(struct listing *listing, const struct sheaf_source *source,
                                            uint64_t block_bytes, bool backwards, struct sheaf_error *err)
{
    struct cut cut;
    struct reader *reader;
    enum sheaf_status status = cut_init(&cut, source, block_bytes, err);
    assert_int_equal(status, SHEAF_OK);
    assert_int_equal(reader_open(&reader, source, both_forms, err), SHEAF_OK);
    uint8_t *entry = calloc(cut.block_count + 1, 1);
    struct listing *blocks = calloc(cut.block_count + 1, sizeof *blocks);
    assert_true(entry && blocks);
    enum sheaf_status earliest = SHEAF_OK; /* backwards: an error in the data, of the first block that has one */
    bool surveyed = !backwards && source_wants_survey(source);
    if (surveyed)
        status = survey(&cut, entry, err);
    for (uint64_t i = 0; i < cut.block_count && status == SHEAF_OK; i++) {
        uint64_t b = backwards ? cut.block_count - 1 - i : i;
        struct span span = cut_span(&cut, b);
        span.entry = entry[b];
        status = list_span(&blocks[b], reader, &span, err);
        if (status == SHEAF_SURVEY && !surveyed) {
            surveyed = true;
            status = survey(&cut, entry, err);
            for (b = 0; b < cut.block_count; b++)
                listing_cleanup(&blocks[b]);
            i = UINT64_MAX;
            earliest = SHEAF_OK;
        }
        if (status == SHEAF_INPUT && backwards) {
            earliest = status;
            status = SHEAF_OK;
        }
    }
    if (status == SHEAF_OK)
        status = earliest;
    for (uint64_t b = 0; b < cut.block_count; b++) {
        if (blocks[b].bytes.size && status == SHEAF_OK)
            assert_int_equal(sheaf_buffer_append(&listing->bytes, blocks[b].bytes.data, blocks[b].bytes.size + 1),
                             SHEAF_OK);
        if (blocks[b].bytes.size && status == SHEAF_OK)
            listing->bytes.size--;
        listing_cleanup(&blocks[b]);
    }
    free(entry);
    free(blocks);
    reader_close(reader);
    cut_cleanup(&cut);
    return status;
}

/* Everything in `names` (up to the first NULL of four) read in blocks of `block_bytes`: "[columns] rows", or
 * "STATUS text of the error", completed by locating. */
static inline void read_names(struct listing *listing, const char *const *names, size_t name_count,
                              const struct sheaf_reading *reading, uint64_t block_bytes, bool backwards)
{
    struct sheaf_source *source;
    struct sheaf_error err;
    sheaf_error_clear(&err);
    enum sheaf_status status = sheaf_source_open(&source, names, name_count, reading, &err);
    if (status == SHEAF_OK) {
        list(listing, "[");
        for (size_t k = 0; k < sheaf_source_column_count(source); k++)
            list(listing, "%s%s", k ? "," : "", sheaf_source_column_name(source, k));
        for (size_t k = 0; k < sheaf_source_left_out_count(source); k++)
            list(listing, "%s%s", k ? "," : "|", sheaf_source_left_out_name(source, k));
        list(listing, "] ");
        status = list_source(listing, source, block_bytes, backwards, &err);
        if (status != SHEAF_OK)
            source_locate_error(source, &err);
        sheaf_source_destroy(source);
    }
    if (status != SHEAF_OK) {
        char text[1200];
        assert_int_equal(err.status, status);
        listing->bytes.size = 0;
        list(listing, "%s %s", sheaf_status_name(status), sheaf_error_text(&err, text, sizeof text));
    }
}

#endif
