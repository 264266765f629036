/* For the tests of sources: files to read, all the rows of a source under a cut or through the feed, and errors. */
#ifndef SHEAF_TESTS_ROWS_H
#define SHEAF_TESTS_ROWS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sheaf/source.h>

#include "source/source.h"
#include "tree.h"

/* ---- files ---------------------------------------------------------------------------------------------- */

static char folder[32];

static inline int folder_make(void **state)
{
    (void)state;
    tree_new(folder);
    return 0;
}

static inline int folder_remove(void **state)
{
    (void)state;
    tree_remove(folder);
    return 0;
}

/* A path in the test's folder; good for a few calls. */
static inline const char *path_of(const char *name)
{
    static char paths[8][64];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline const char *file_write(const char *name, const void *bytes, size_t size)
{
    const char *path = path_of(name);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, size, f), size);
    assert_int_equal(fclose(f), 0);
    return path;
}

/* The header that NumPy would write, into `out`; returns its size. */
static inline size_t npy_frame(char out[512], int version, const char *dictionary)
{
    size_t begin = version == 1 ? 10 : 12, length = strlen(dictionary) + 1;
    length += -(begin + length) % 64;
    memcpy(out, "\x93NUMPY", 6);
    out[6] = (char)version;
    out[7] = 0;
    for (size_t i = 8; i < begin; i++)
        out[i] = (char)(length >> 8 * (i - 8));
    memset(out + begin, ' ', length);
    memcpy(out + begin, dictionary, strlen(dictionary));
    out[begin + length - 1] = '\n';
    return begin + length;
}

static inline const char *npy_write(const char *name, int version, const char *descr, bool fortran, const char *shape,
                                    const void *data, size_t size)
{
    char dictionary[256], header[512];
    snprintf(dictionary, sizeof dictionary, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr,
             fortran ? "True" : "False", shape);
    size_t start = npy_frame(header, version, dictionary);
    char *bytes = malloc(start + size);
    assert_non_null(bytes);
    memcpy(bytes, header, start);
    if (size)
        memcpy(bytes + start, data, size);
    const char *path = file_write(name, bytes, start + size);
    free(bytes);
    return path;
}

/* ---- opening -------------------------------------------------------------------------------------------- */

static inline struct sheaf_source *open_one(const char *name, const struct sheaf_reading *reading)
{
    struct sheaf_error err;
    struct sheaf_source *source = NULL;
    char text[1200];
    sheaf_error_clear(&err);
    if (sheaf_source_open(&source, &name, 1, reading, &err) != SHEAF_OK)
        fail_msg("%s", sheaf_error_text(&err, text, sizeof text));
    return source;
}

/* Opening must fail with `status` and a message that holds `words`, and name the file (unless `file` is NULL). */
static inline void refuse_all(const char *const *names, size_t count, const struct sheaf_reading *reading,
                              enum sheaf_status status, const char *file, const char *words, int64_t byte)
{
    struct sheaf_error err;
    struct sheaf_source *source = NULL;
    sheaf_error_clear(&err);
    enum sheaf_status got = sheaf_source_open(&source, names, count, reading, &err);
    if (got != status || !strstr(err.message, words) || (file && strcmp(err.file, file) != 0) || err.byte != byte)
        fail_msg("%s: wanted %s \"%s\" at byte %" PRId64 ", got %s \"%s\" at byte %" PRId64 " of %s", names[0],
                 sheaf_status_name(status), words, byte, sheaf_status_name(got), err.message, err.byte, err.file);
    assert_int_equal(err.status, status);
}

static inline void refuse(const char *name, const struct sheaf_reading *reading, enum sheaf_status status,
                          const char *words, int64_t byte)
{
    refuse_all(&name, 1, reading, status, name, words, byte);
}

/* Of any source: decimals as doubles. */
static const uint8_t all_reals[64] = {[0 ... 63] = FORM_REAL};

/* ---- reading all rows ----------------------------------------------------------------------------------- */

/* Every row of a source, sorted by (file, at). */
struct rows {
    size_t count, capacity, columns;
    uint64_t bytes; /* that the tiles stood for */
    struct row {
        uint64_t file, at;
        int64_t row;
        uint64_t cell[4]; /* the bits of the first columns */
    } *row;
};

static inline void rows_cleanup(struct rows *rows)
{
    free(rows->row);
}

static inline void rows_add_tile(struct rows *rows, const struct tile *tile)
{
    assert_in_range(tile->rows, 1, TILE_BYTES);
    if (rows->count + tile->rows > rows->capacity) {
        rows->capacity = 2 * (rows->count + tile->rows);
        rows->row = realloc(rows->row, rows->capacity * sizeof *rows->row);
        assert_non_null(rows->row);
    }
    for (uint64_t i = 0; i < tile->rows; i++) {
        struct row *row = &rows->row[rows->count++];
        memset(row, 0, sizeof *row);
        row->file = tile->first.file;
        row->at = tile->at ? tile->at[i] : tile->first.at + i;
        row->row = tile->row ? (int64_t)tile->row[i]
                             : tile->first.row + (tile->first.row == SHEAF_UNKNOWN ? 0 : (int64_t)i);
        for (size_t k = 0; k < rows->columns && k < 4; k++) {
            size_t size = sheaf_type_size(tile->columns[k].type);
            assert_int_equal((uintptr_t)tile->columns[k].data % size, 0);
            assert_true(tile->rows * size <= TILE_BYTES);
            memcpy(&row->cell[k], (const char *)tile->columns[k].data + i * size, size);
        }
    }
    if (tile->at)
        assert_int_equal(tile->first.at, tile->at[0]);
    rows->bytes += tile->bytes;
}

static inline int row_compare(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static inline void must(enum sheaf_status status, const struct sheaf_error *err)
{
    char text[1200];
    if (status != SHEAF_OK)
        fail_msg("%s", sheaf_error_text(err, text, sizeof text));
}

static inline void read_span(struct reader *reader, const struct span *span, struct rows *rows)
{
    struct sheaf_error err;
    struct tile tile;
    sheaf_error_clear(&err);
    must(reader_begin(reader, span, &err), &err);
    for (;;) {
        must(reader_next(reader, &tile, &err), &err);
        if (tile.rows == 0)
            break;
        rows_add_tile(rows, &tile);
    }
}

/* All blocks, in an order that jumps about, by two readers in turn. */
static inline struct rows read_cut(const struct sheaf_source *source, uint64_t block_bytes)
{
    struct sheaf_error err;
    struct rows rows = {.columns = sheaf_source_column_count(source)};
    struct reader *readers[2];
    struct cut cut;
    sheaf_error_clear(&err);
    must(cut_init(&cut, source, block_bytes, &err), &err);
    must(reader_open(&readers[0], source, all_reals, &err), &err);
    must(reader_open(&readers[1], source, all_reals, &err), &err);
    for (uint64_t i = 0; i < cut.block_count; i++) {
        /* The even blocks upward, then the odd ones downward. */
        uint64_t half = (cut.block_count + 1) / 2;
        uint64_t block = i < half ? 2 * i : 2 * (cut.block_count - i) - 1;
        struct span span = cut_span(&cut, block);
        assert_int_equal(span.block, block);
        assert_true(span.lo < span.hi && span.hi - span.lo <= cut_block_units(&cut, span.input));
        read_span(readers[i % 2], &span, &rows);
    }
    reader_close(readers[0]);
    reader_close(readers[1]);
    cut_cleanup(&cut);
    if (rows.count)
        qsort(rows.row, rows.count, sizeof *rows.row, row_compare);
    return rows;
}

/* All blocks of the feed. */
static inline struct rows read_fed(const struct sheaf_source *source, uint64_t block_bytes)
{
    struct sheaf_error err;
    struct rows rows = {.columns = sheaf_source_column_count(source)};
    struct reader *reader;
    struct feed *feed;
    struct sheaf_buffer bytes = {0};
    struct span span;
    bool more;
    sheaf_error_clear(&err);
    must(feed_open(&feed, source, all_reals, block_bytes, &err), &err);
    must(reader_open(&reader, source, all_reals, &err), &err);
    for (uint64_t block = 0;; block++) {
        must(feed_next(feed, &bytes, &span, &more, &err), &err);
        if (!more)
            break;
        assert_int_equal(span.block, block);
        assert_ptr_equal(span.bytes, bytes.data);
        /* A copy at an odd address, as a ring might hand it out. */
        unsigned char *copy = malloc(span.size + 1);
        memcpy(copy + 1, span.bytes, span.size);
        span.bytes = copy + 1;
        read_span(reader, &span, &rows);
        free(copy);
    }
    reader_close(reader);
    feed_close(feed);
    sheaf_buffer_cleanup(&bytes);
    if (rows.count)
        qsort(rows.row, rows.count, sizeof *rows.row, row_compare);
    return rows;
}

/* Each row of each file exactly once: `count` of them, in `files` files in turn. */
static inline void rows_complete(const struct rows *rows, const uint64_t *counts, size_t files)
{
    size_t i = 0;
    for (size_t f = 0; f < files; f++) {
        for (uint64_t at = 0; at < counts[f]; at++, i++) {
            assert_true(i < rows->count);
            assert_int_equal(rows->row[i].file, f);
            assert_int_equal(rows->row[i].at, at);
            assert_int_equal(rows->row[i].row, at);
        }
    }
    assert_int_equal(i, rows->count);
}

/* The source packed and unpacked; the original is destroyed. */
static inline struct sheaf_source *repack(struct sheaf_source *source)
{
    struct sheaf_error err;
    struct sheaf_buffer bytes = {0}, again = {0};
    struct sheaf_source *copy = NULL;
    sheaf_error_clear(&err);
    must(source_pack(source, &bytes, &err), &err);
    must(source_unpack(&copy, bytes.data, bytes.size, &err), &err);
    must(source_pack(copy, &again, &err), &err);
    assert_int_equal(again.size, bytes.size);
    assert_memory_equal(again.data, bytes.data, bytes.size);
    assert_int_equal(sheaf_source_rows(copy), sheaf_source_rows(source));
    assert_int_equal(sheaf_source_bytes(copy), sheaf_source_bytes(source));
    sheaf_buffer_cleanup(&bytes);
    sheaf_buffer_cleanup(&again);
    sheaf_source_destroy(source);
    return copy;
}

#endif
