/* Raw and .npy arrays: every type, byte order, axis order and cut gives every element once, at its index. */
#include "rows.h"
#include "guard.h"

#include <errno.h>
#include <sys/stat.h>

/* ---- the arrays ----------------------------------------------------------------------------------------- */

/* Any bits will do: what is read is compared as bits. */
static uint64_t bits_of(uint64_t i, size_t size)
{
    uint64_t z = (i + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 29) * 0xbf58476d1ce4e5b9u;
    z ^= z >> 32;
    return size == 8 ? z : z & ((UINT64_C(1) << 8 * size) - 1);
}

static bool little(void)
{
    uint16_t one = 1;
    return *(unsigned char *)&one;
}

static void put(unsigned char *to, uint64_t bits, size_t size, bool big)
{
    for (size_t b = 0; b < size; b++)
        to[big ? size - 1 - b : b] = (unsigned char)(bits >> 8 * b);
}

/* The memory index of C-order index `i` of a Fortran array: the definition, index by index. */
static uint64_t fortran_index(uint64_t i, const uint64_t *shape, size_t rank)
{
    uint64_t index[8], memory = 0, stride = 1;
    for (size_t d = rank; d-- > 0; i /= shape[d])
        index[d] = i % shape[d];
    for (size_t d = 0; d < rank; stride *= shape[d++])
        memory += index[d] * stride;
    return memory;
}

struct array {
    uint64_t shape[8];
    size_t rank;
};

static uint64_t count_of(const struct array *array)
{
    uint64_t count = 1;
    for (size_t d = 0; d < array->rank; d++)
        count *= array->shape[d];
    return count;
}

static void shape_text(const struct array *array, char text[128])
{
    size_t used = (size_t)sprintf(text, "(");
    for (size_t d = 0; d < array->rank; d++)
        used += (size_t)sprintf(text + used, "%" PRIu64 ",%s", array->shape[d], d + 1 < array->rank ? " " : "");
    sprintf(text + used, ")");
}

/* Writes the array whose element at C-order index i is bits_of(i). */
static const char *array_write(const char *name, const struct array *array, size_t size, const char *descr, bool big,
                               bool fortran)
{
    char shape[128];
    uint64_t count = count_of(array);
    unsigned char *data = malloc(count * size + 1);
    assert_non_null(data);
    for (uint64_t i = 0; i < count; i++) {
        uint64_t at = fortran ? fortran_index(i, array->shape, array->rank) : i;
        put(data + at * size, bits_of(i, size), size, big);
    }
    shape_text(array, shape);
    const char *path = npy_write(name, 1 + (int)(count % 3), descr, fortran, shape, data, count * size);
    free(data);
    return path;
}

/* ---- raw ------------------------------------------------------------------------------------------------ */

static void raw_case(enum sheaf_type type, bool big, uint64_t offset, uint64_t n, uint64_t tail, bool count_set,
                     uint64_t block)
{
    size_t size = sheaf_type_size(type);
    unsigned char *bytes = malloc(offset + n * size + tail + 1);
    memset(bytes, 0xee, offset + n * size + tail + 1);
    for (uint64_t i = 0; i < n; i++)
        put(bytes + offset + i * size, bits_of(i, size), size, big);
    const char *path = file_write("raw", bytes, offset + n * size + tail);
    free(bytes);
    struct sheaf_reading reading = {.type = sheaf_type_name(type), .endian = big ? "big" : "little", .offset = offset,
                                    .count_set = count_set, .count = n};
    struct sheaf_source *source = repack(open_one(path, &reading));
    assert_string_equal(sheaf_source_format(source), "raw");
    assert_int_equal(sheaf_source_rows(source), n);
    assert_int_equal(sheaf_source_bytes(source), n * size);
    assert_int_equal(sheaf_source_column_type(source, 0), type);
    assert_string_equal(sheaf_source_column_name(source, 0), "");
    assert_int_equal(source_access(source), SOURCE_CUTTABLE);
    struct rows rows = read_cut(source, block);
    rows_complete(&rows, &n, 1);
    assert_int_equal(rows.bytes, n * size);
    for (size_t i = 0; i < rows.count; i++)
        assert_int_equal(rows.row[i].cell[0], bits_of(i, size));
    rows_cleanup(&rows);
    sheaf_source_destroy(source);
}

static void raw_reads_every_element(void **state)
{
    (void)state;
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        for (int big = 0; big < 2; big++) {
            enum sheaf_type t = (enum sheaf_type)type;
            raw_case(t, big, 0, 1, 0, false, 8 << 20);
            raw_case(t, big, 0, 1009, 0, false, 1);
            raw_case(t, big, 3, 1009, 0, false, 100);
            raw_case(t, big, 5, 1009, 7, true, 4096);
            raw_case(t, big, 1, 0, 5, true, 4096);
            raw_case(t, big, 64, 100003, 0, false, 65536 - 8);
            raw_case(t, big, 7, 300007, 0, false, 8 << 20);
        }
    }
}

/* Tiles of so many rows that one reader makes of the source in one block. */
static uint64_t count_tiles(const struct sheaf_source *source, uint64_t rows)
{
    struct sheaf_error err;
    struct reader *reader;
    struct cut cut;
    struct tile tile;
    uint64_t count = 0;
    must(cut_init(&cut, source, UINT64_C(1) << 40, &err), &err);
    must(reader_open(&reader, source, all_reals, &err), &err);
    struct span span = cut_span(&cut, 0);
    must(reader_begin(reader, &span, &err), &err);
    do {
        must(reader_next(reader, &tile, &err), &err);
        count += tile.rows == rows;
    } while (tile.rows);
    reader_close(reader);
    cut_cleanup(&cut);
    return count;
}

static bool mapped; /* the second round */

/* Long enough for windows that are mapped and windows that are read, one behind the other: their tiles differ in length. */
static void raw_reads_both_ways(void **state)
{
    enum { ROWS = 2500009, MAPPED_ROWS = 2048, READ_ROWS = 4096 };
    (void)state;
    raw_case(SHEAF_F64, false, 3, ROWS, 0, false, 64 << 20);
    raw_case(SHEAF_I64, true, 0, ROWS, 0, false, 7 << 20);
    struct sheaf_source *source = open_one(path_of("raw"), &(struct sheaf_reading){.type = "i64"});
    assert_true(count_tiles(source, READ_ROWS) > 100);
    assert_true(mapped == (count_tiles(source, MAPPED_ROWS) > 100));
    sheaf_source_destroy(source);
}

static void raw_offset_may_leave_nothing(void **state)
{
    (void)state;
    const char *path = file_write("rest", "12345678", 8);
    struct sheaf_source *source = open_one(path, &(struct sheaf_reading){.type = "f64", .offset = 8});
    assert_int_equal(sheaf_source_rows(source), 0);
    struct rows rows = read_cut(source, 8);
    assert_int_equal(rows.count, 0);
    rows_cleanup(&rows);
    sheaf_source_destroy(source);
}

static void raw_refuses_what_does_not_fit(void **state)
{
    (void)state;
    const char *path = file_write("odd", "123456789abc", 12);
    struct sheaf_reading r = {.type = "f64"};
    refuse(path, &r, SHEAF_INPUT, "12 bytes are not a whole number of 8-byte f64 elements (4 too many)", SHEAF_UNKNOWN);
    r.offset = 1;
    refuse(path, &r, SHEAF_INPUT, "11 bytes after the offset are not", SHEAF_UNKNOWN);
    r.offset = 13;
    refuse(path, &r, SHEAF_INPUT, "has 12 bytes, and --offset passes over 13", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.type = "f64", .count_set = true, .count = 2};
    refuse(path, &r, SHEAF_INPUT, "has 1 elements, and --count asks for 2", SHEAF_UNKNOWN);
    r.count = UINT64_MAX;
    refuse(path, &r, SHEAF_INPUT, "--count asks for 18446744073709551615", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.format = "raw"};
    refuse(path, &r, SHEAF_USAGE, "raw data need --type", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.type = "i32", .delimiter = ';'};
    refuse(path, &r, SHEAF_USAGE, "--delimiter makes no sense here", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.type = "i32", .header = -1};
    refuse(path, &r, SHEAF_USAGE, "--no-header makes no sense here", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.type = "i32", .last_line = 3};
    refuse(path, &r, SHEAF_USAGE, "--lines makes no sense here", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.type = "float64"};
    refuse_all(&path, 1, &r, SHEAF_USAGE, "", "unknown element type \"float64\"; there are: i8, i16", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.type = "i32", .endian = "middle"};
    refuse_all(&path, 1, &r, SHEAF_USAGE, "", "unknown byte order \"middle\"", SHEAF_UNKNOWN);
    r = (struct sheaf_reading){.type = "i32", .columns = (const char *const[]){"2"}, .column_count = 1};
    refuse(path, &r, SHEAF_USAGE, "there is no column \"2\"; columns here have numbers only, 1 to 1", SHEAF_UNKNOWN);
}

/* ---- .npy as one array ---------------------------------------------------------------------------------- */

static void npy_case(const struct array *array, enum sheaf_type type, const char *descr, bool big, bool fortran,
                     uint64_t block)
{
    size_t size = sheaf_type_size(type);
    uint64_t n = count_of(array);
    const char *path = array_write("a.npy", array, size, descr, big, fortran);
    struct sheaf_source *source = repack(open_one(path, NULL));
    assert_string_equal(sheaf_source_format(source), "npy");
    assert_int_equal(sheaf_source_rows(source), n);
    assert_int_equal(sheaf_source_bytes(source), n * size);
    assert_int_equal(sheaf_source_column_type(source, 0), type);
    struct rows rows = read_cut(source, block);
    rows_complete(&rows, &n, 1);
    assert_int_equal(rows.bytes, n * size);
    for (size_t i = 0; i < rows.count; i++)
        assert_int_equal(rows.row[i].cell[0], bits_of(i, size));
    rows_cleanup(&rows);
    sheaf_source_destroy(source);
}

static void npy_reads_every_type_and_order(void **state)
{
    (void)state;
    static const struct {
        const char *descr;
        enum sheaf_type type;
        bool big;
    } types[] = {
        {"|i1", SHEAF_I8, false}, {"<i2", SHEAF_I16, false}, {">i2", SHEAF_I16, true}, {"<i4", SHEAF_I32, false},
        {">i4", SHEAF_I32, true}, {"<i8", SHEAF_I64, false}, {">i8", SHEAF_I64, true}, {"|u1", SHEAF_U8, false},
        {"|b1", SHEAF_U8, false}, {"<u2", SHEAF_U16, false}, {">u2", SHEAF_U16, true}, {"<u4", SHEAF_U32, false},
        {">u4", SHEAF_U32, true}, {"<u8", SHEAF_U64, false}, {">u8", SHEAF_U64, true}, {"<f4", SHEAF_F32, false},
        {">f4", SHEAF_F32, true}, {"<f8", SHEAF_F64, false}, {">f8", SHEAF_F64, true}, {"|?", SHEAF_U8, false},
        {">i1", SHEAF_I8, false},
    };
    static const struct array arrays[] = {{{0}, 0},          {{0}, 1},          {{1}, 1},       {{1013}, 1},
                                          {{3, 4}, 2},       {{0, 3}, 2},       {{3, 0}, 2},    {{1, 7, 1}, 3},
                                          {{2, 3, 4}, 3},    {{17, 1, 29}, 3},  {{3, 2, 5, 7}, 4}};
    for (size_t t = 0; t < sizeof types / sizeof types[0]; t++)
        for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++)
            for (int fortran = 0; fortran < 2; fortran++)
                for (uint64_t block = 1; block < 10000; block = block * 13 + 1)
                    npy_case(&arrays[a], types[t].type, types[t].descr, types[t].big, fortran, block);
}

static void npy_takes_this_machines_order(void **state)
{
    (void)state;
    static const struct array array = {{100}, 1};
    npy_case(&array, SHEAF_F64, "=f8", !little(), false, 64);
    npy_case(&array, SHEAF_I32, "i4", !little(), false, 64);
}

static void npy_reads_large_arrays(void **state)
{
    (void)state;
    npy_case(&(struct array){{300007}, 1}, SHEAF_F64, "<f8", false, false, 8 << 20);
    npy_case(&(struct array){{1100003}, 1}, SHEAF_U8, "|u1", false, false, 1 << 20);
    npy_case(&(struct array){{401, 709}, 2}, SHEAF_F32, ">f4", true, true, 123457);
    npy_case(&(struct array){{2, 150001}, 2}, SHEAF_I16, "<i2", false, true, 8 << 20);
    npy_case(&(struct array){{67, 31, 83}, 3}, SHEAF_F64, "<f8", false, true, 65536);
}

static void npy_count_reads_the_first_in_c_order(void **state)
{
    (void)state;
    static const struct array array = {{13, 5, 11}, 3};
    for (int fortran = 0; fortran < 2; fortran++) {
        const char *path = array_write("c.npy", &array, 8, ">f8", true, fortran);
        for (uint64_t n = 0; n <= 715; n += 55) {
            struct sheaf_source *source =
                repack(open_one(path, &(struct sheaf_reading){.count_set = true, .count = n}));
            struct rows rows = read_cut(source, 1000);
            rows_complete(&rows, &n, 1);
            for (size_t i = 0; i < rows.count; i++)
                assert_int_equal(rows.row[i].cell[0], bits_of(i, 8));
            rows_cleanup(&rows);
            sheaf_source_destroy(source);
        }
        refuse(path, &(struct sheaf_reading){.count_set = true, .count = 716}, SHEAF_INPUT,
               "has 715 elements, and --count asks for 716", SHEAF_UNKNOWN);
    }
}

static void npy_refuses_options_that_contradict_it(void **state)
{
    (void)state;
    const char *path = array_write("o.npy", &(struct array){{4}, 1}, 8, "<f8", false, false);
    refuse(path, &(struct sheaf_reading){.offset = 8}, SHEAF_USAGE, "--offset makes no sense here", SHEAF_UNKNOWN);
    refuse(path, &(struct sheaf_reading){.endian = "big"}, SHEAF_USAGE, "--endian makes no sense here", SHEAF_UNKNOWN);
    refuse(path, &(struct sheaf_reading){.type = "f32"}, SHEAF_USAGE,
           "holds f64 by its .npy header, and --type says f32", SHEAF_UNKNOWN);
    refuse(path, &(struct sheaf_reading){.skip_lines = 1}, SHEAF_USAGE, "--skip-lines makes no sense here",
           SHEAF_UNKNOWN);
    sheaf_source_destroy(open_one(path, &(struct sheaf_reading){.type = "f64"}));
    struct sheaf_source *raw = open_one(path, &(struct sheaf_reading){.type = "u8", .format = "raw"});
    assert_string_equal(sheaf_source_format(raw), "raw");
    assert_int_equal(sheaf_source_rows(raw), 128 + 32);
    sheaf_source_destroy(raw);
}

/* ---- .npy as a table of its last axis ------------------------------------------------------------------- */

static void table_case(const struct array *array, enum sheaf_type type, const char *descr, bool big, bool fortran,
                       const char *const *columns, size_t column_count, uint64_t block)
{
    size_t size = sheaf_type_size(type);
    uint64_t width = array->rank > 1 ? array->shape[array->rank - 1] : 1, n = count_of(array) / width;
    const char *path = array_write("t.npy", array, size, descr, big, fortran);
    struct sheaf_source *source =
        repack(open_one(path, &(struct sheaf_reading){.columns = columns, .column_count = column_count}));
    assert_int_equal(sheaf_source_column_count(source), column_count);
    assert_int_equal(sheaf_source_rows(source), n);
    struct rows rows = read_cut(source, block);
    rows_complete(&rows, &n, 1);
    assert_int_equal(rows.bytes, sheaf_source_bytes(source));
    for (size_t k = 0; k < column_count && k < 4; k++) {
        uint64_t cell = strtoull(columns[k], NULL, 10) - 1;
        assert_string_equal(sheaf_source_column_name(source, k), columns[k]);
        for (size_t i = 0; i < rows.count; i++)
            assert_int_equal(rows.row[i].cell[k], bits_of(i * width + cell, size));
    }
    rows_cleanup(&rows);
    sheaf_source_destroy(source);
}

static void npy_tables_by_column(void **state)
{
    (void)state;
    const char *const one[] = {"1"}, *const some[] = {"3", "1", "3"}, *const far[] = {"150000", "2"};
    for (int fortran = 0; fortran < 2; fortran++) {
        for (uint64_t block = 1; block < 3000000; block = block * 37 + 5) {
            table_case(&(struct array){{40}, 1}, SHEAF_F64, "<f8", false, fortran, one, 1, block);
            table_case(&(struct array){{0}, 0}, SHEAF_F64, "<f8", false, fortran, one, 1, block);
            table_case(&(struct array){{31, 3}, 2}, SHEAF_U8, "|u1", false, fortran, some, 3, block);
            table_case(&(struct array){{31, 3}, 2}, SHEAF_I16, ">i2", true, fortran, some, 3, block);
            table_case(&(struct array){{0, 3}, 2}, SHEAF_I16, ">i2", true, fortran, some, 3, block);
            table_case(&(struct array){{5, 7, 1, 4}, 4}, SHEAF_F32, ">f4", true, fortran, some, 3, block);
            table_case(&(struct array){{1, 9, 3}, 3}, SHEAF_F64, "<f8", false, fortran, some, 3, block);
        }
        table_case(&(struct array){{60013, 5}, 2}, SHEAF_F64, ">f8", true, fortran, some, 3, 1 << 20);
        table_case(&(struct array){{107, 103, 4}, 3}, SHEAF_I32, "<i4", false, fortran, some, 3, 1 << 16);
        /* A row wider than any window. */
        table_case(&(struct array){{3, 150000}, 2}, SHEAF_F64, ">f8", true, fortran, far, 2, 1 << 20);
    }
}

static void npy_tables_with_very_many_columns(void **state)
{
    (void)state;
    enum { WIDE = 40000 };
    static char names[WIDE][8];
    static const char *columns[WIDE];
    for (int k = 0; k < WIDE; k++) {
        sprintf(names[k], "%d", WIDE - k);
        columns[k] = names[k];
    }
    for (int fortran = 0; fortran < 2; fortran++) {
        table_case(&(struct array){{7, WIDE}, 2}, SHEAF_F64, ">f8", true, fortran, columns, WIDE, 1 << 20);
        table_case(&(struct array){{7, WIDE}, 2}, SHEAF_U8, "|u1", false, fortran, columns, WIDE, 1);
    }
}

static void npy_tables_name_the_columns_there_are(void **state)
{
    (void)state;
    const char *path = array_write("n.npy", &(struct array){{4, 3}, 2}, 8, "<f8", false, false);
    static const char *const wrong[] = {"4", "0", "", "x", "-1", "1x", "99999999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        refuse(path, &(struct sheaf_reading){.columns = &wrong[i], .column_count = 1}, SHEAF_USAGE,
               "columns here have numbers only, 1 to 3", SHEAF_UNKNOWN);
}

/* ---- several files -------------------------------------------------------------------------------------- */

static void files_follow_each_other(void **state)
{
    (void)state;
    const char *names[5];
    names[0] = array_write("0.npy", &(struct array){{1000}, 1}, 8, "<f8", false, false);
    names[1] = array_write("1.npy", &(struct array){{0}, 1}, 8, "<f8", false, false);
    names[2] = array_write("2.npy", &(struct array){{30, 21}, 2}, 8, ">f8", true, true);
    names[3] = array_write("3.npy", &(struct array){{5, 3, 2}, 3}, 8, "<f8", false, false);
    names[4] = names[0];
    const uint64_t counts[] = {1000, 0, 630, 30, 1000};
    for (uint64_t block = 1; block < 100000; block = block * 11 + 3) {
        struct sheaf_source *source = NULL;
        assert_int_equal(sheaf_source_open(&source, names, 5, NULL, NULL), SHEAF_OK);
        source = repack(source);
        assert_int_equal(sheaf_source_input_count(source), 5);
        assert_string_equal(sheaf_source_input_name(source, 2), names[2]);
        assert_int_equal(sheaf_source_rows(source), 2660);
        struct rows rows = read_cut(source, block);
        rows_complete(&rows, counts, 5);
        for (size_t i = 0; i < rows.count; i++)
            assert_int_equal(rows.row[i].cell[0], bits_of(rows.row[i].at, 8));
        rows_cleanup(&rows);
        sheaf_source_destroy(source);
    }
}

static void files_must_agree(void **state)
{
    (void)state;
    const char *names[2];
    names[0] = array_write("a.npy", &(struct array){{10}, 1}, 8, "<f8", false, false);
    names[1] = array_write("b.npy", &(struct array){{10}, 1}, 4, "<f4", false, false);
    refuse_all(names, 2, NULL, SHEAF_INPUT, names[1], "holds f32 where ", SHEAF_UNKNOWN);
    names[1] = "gen:uniform";
    refuse_all(names, 2, &(struct sheaf_reading){.count_set = true, .count = 10}, SHEAF_INPUT, names[1],
               "is gen where ", SHEAF_UNKNOWN);
    const char *columns[] = {"3"};
    struct sheaf_reading r = {.columns = columns, .column_count = 1};
    names[0] = array_write("c.npy", &(struct array){{10, 3}, 2}, 8, "<f8", false, false);
    names[1] = array_write("d.npy", &(struct array){{10, 2}, 2}, 8, "<f8", false, false);
    refuse_all(names, 2, &r, SHEAF_USAGE, names[1], "there is no column \"3\"", SHEAF_UNKNOWN);
    /* Another width with the column in it is fine. */
    columns[0] = "2";
    struct sheaf_source *source = NULL;
    assert_int_equal(sheaf_source_open(&source, names, 2, &r, NULL), SHEAF_OK);
    struct rows rows = read_cut(source, 64);
    for (size_t i = 0; i < rows.count; i++)
        assert_int_equal(rows.row[i].cell[0], bits_of(rows.row[i].at * (rows.row[i].file ? 2 : 3) + 1, 8));
    assert_int_equal(rows.count, 20);
    rows_cleanup(&rows);
    sheaf_source_destroy(source);
}

/* ---- copies and places ---------------------------------------------------------------------------------- */

static void copies_rows_in_c_order(void **state)
{
    (void)state;
    const char *names[2];
    uint64_t out[200], got;
    names[0] = array_write("x.npy", &(struct array){{7, 5}, 2}, 8, "<f8", false, true);
    names[1] = array_write("y.npy", &(struct array){{3, 11}, 2}, 8, ">f8", true, true);
    struct sheaf_source *source = NULL;
    assert_int_equal(sheaf_source_open(&source, names, 2, NULL, NULL), SHEAF_OK);
    for (uint64_t first = 0; first < 80; first++) {
        for (uint64_t rows = 0; rows < 80; rows += 3) {
            assert_int_equal(sheaf_source_copy(source, first, rows, out, &got, NULL), SHEAF_OK);
            uint64_t there = first < 68 ? 68 - first : 0;
            assert_int_equal(got, rows < there ? rows : there);
            for (uint64_t i = 0; i < got; i++)
                assert_int_equal(out[i], bits_of(first + i < 35 ? first + i : first + i - 35, 8));
        }
    }
    sheaf_source_destroy(source);
}

static void finds_places(void **state)
{
    (void)state;
    const char *path = array_write("p.npy", &(struct array){{7, 5}, 2}, 8, "<f8", false, true);
    struct sheaf_source *source = open_one(path, NULL);
    struct sheaf_location place;
    struct sheaf_position position = {0, 33, SHEAF_UNKNOWN, SHEAF_UNKNOWN};
    assert_int_equal(source_locate(source, &position, &place, NULL), SHEAF_OK);
    assert_string_equal(place.file, path);
    assert_int_equal(place.row, 33);
    assert_int_equal(place.line, SHEAF_UNKNOWN);
    assert_true(place.alone && !place.text);
    position.file = 1;
    assert_int_equal(source_locate(source, &position, &place, NULL), SHEAF_INTERNAL);
    sheaf_source_destroy(source);
}

/* ---- files that change or fail -------------------------------------------------------------------------- */

static enum sheaf_status read_until_it_fails(const struct sheaf_source *source, struct sheaf_error *err)
{
    struct reader *reader;
    struct cut cut;
    struct tile tile;
    assert_int_equal(cut_init(&cut, source, 1 << 16, err), SHEAF_OK);
    assert_int_equal(reader_open(&reader, source, NULL, err), SHEAF_OK);
    enum sheaf_status status = SHEAF_OK;
    for (uint64_t b = 0; b < cut.block_count && status == SHEAF_OK; b++) {
        struct span span = cut_span(&cut, b);
        status = reader_begin(reader, &span, err);
        do
            status = status == SHEAF_OK ? reader_next(reader, &tile, err) : status;
        while (status == SHEAF_OK && tile.rows);
    }
    reader_close(reader);
    cut_cleanup(&cut);
    return status;
}

static void a_file_that_shrinks_is_an_error(void **state)
{
    (void)state;
    if (mapped)
        guard();
    const char *const columns[] = {"2"};
    const struct sheaf_reading table = {.columns = columns, .column_count = 1};
    for (int fortran = 0; fortran < 2; fortran++) {
        for (int as_table = 0; as_table < 2; as_table++) {
            const char *path = array_write("s.npy", &(struct array){{20000, 3}, 2}, 8, "<f8", false, fortran);
            struct sheaf_source *source = open_one(path, as_table ? &table : NULL);
            struct sheaf_error err;
            assert_int_equal(truncate(path, 300001), 0);
            assert_int_equal(read_until_it_fails(source, &err), SHEAF_INPUT);
            assert_string_equal(err.file, path);
            assert_int_equal(err.byte, 300001);
            assert_non_null(strstr(err.message, "it shrank while it was read"));
            assert_int_equal(truncate(path, 0), 0);
            assert_int_equal(read_until_it_fails(source, &err), SHEAF_INPUT);
            assert_int_equal(unlink(path), 0);
            assert_int_equal(read_until_it_fails(source, &err), SHEAF_IO);
            assert_string_equal(err.file, path);
            assert_int_equal(err.os_error, ENOENT);
            /* A directory in its place cannot be read. */
            assert_int_equal(mkdir(path, 0700), 0);
            assert_int_equal(read_until_it_fails(source, &err), SHEAF_IO);
            assert_int_equal(err.os_error, EISDIR);
            assert_int_equal(rmdir(path), 0);
            sheaf_source_destroy(source);
        }
    }
}

/* ---- hostile recipes ------------------------------------------------------------------------------------ */

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    return bits_of(seed++, 8) % below;
}

/* Whatever comes out of mutated bytes must be refused, or be safe to cut and read. */
static void try_recipe(const unsigned char *bytes, size_t size)
{
    struct sheaf_source *source;
    struct sheaf_error err;
    if (source_unpack(&source, bytes, size, &err) != SHEAF_OK) {
        assert_int_equal(err.status, SHEAF_INTERNAL);
        return;
    }
    struct cut cut;
    struct reader *reader;
    struct tile tile;
    if (source_access(source) == SOURCE_CUTTABLE && cut_init(&cut, source, 100000, NULL) == SHEAF_OK) {
        assert_int_equal(reader_open(&reader, source, NULL, NULL), SHEAF_OK);
        for (int i = 0; i < 3 && cut.block_count; i++) {
            struct span span = cut_span(&cut, i == 2 ? cut.block_count - 1 : (uint64_t)i % cut.block_count);
            enum sheaf_status status = reader_begin(reader, &span, NULL);
            for (int t = 0; t < 5 && status == SHEAF_OK; t++)
                status = reader_next(reader, &tile, NULL);
        }
        reader_close(reader);
        cut_cleanup(&cut);
    }
    sheaf_source_destroy(source);
}

static void hostile_recipes_do_no_harm(void **state)
{
    (void)state;
    const char *const columns[] = {"3", "1"};
    const char *path = array_write("h.npy", &(struct array){{20, 6, 3}, 3}, 8, ">f8", true, true);
    const struct sheaf_reading table = {.columns = columns, .column_count = 2};
    for (int as_table = 0; as_table < 2; as_table++) {
        struct sheaf_source *source = open_one(path, as_table ? &table : NULL);
        struct sheaf_buffer packed = {0};
        assert_int_equal(source_pack(source, &packed, NULL), SHEAF_OK);
        sheaf_source_destroy(source);
        for (size_t size = 0; size < packed.size; size++) {
            assert_int_not_equal(source_unpack(&source, packed.data, size, NULL), SHEAF_OK);
        }
        for (int round = 0; round < 20000; round++) {
            unsigned char *bytes = malloc(packed.size);
            memcpy(bytes, packed.data, packed.size);
            for (uint64_t changes = 1 + draw(3); changes > 0; changes--) {
                static const unsigned char values[] = {0, 1, 2, 0x7f, 0x80, 0xff};
                uint64_t at = draw(packed.size);
                bytes[at] = draw(2) ? values[draw(sizeof values)] : (unsigned char)draw(256);
            }
            try_recipe(bytes, packed.size);
            free(bytes);
        }
        sheaf_buffer_cleanup(&packed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_reads_every_element),
        cmocka_unit_test(raw_reads_both_ways),
        cmocka_unit_test(raw_offset_may_leave_nothing),
        cmocka_unit_test(raw_refuses_what_does_not_fit),
        cmocka_unit_test(npy_reads_every_type_and_order),
        cmocka_unit_test(npy_takes_this_machines_order),
        cmocka_unit_test(npy_reads_large_arrays),
        cmocka_unit_test(npy_count_reads_the_first_in_c_order),
        cmocka_unit_test(npy_refuses_options_that_contradict_it),
        cmocka_unit_test(npy_tables_by_column),
        cmocka_unit_test(npy_tables_with_very_many_columns),
        cmocka_unit_test(npy_tables_name_the_columns_there_are),
        cmocka_unit_test(files_follow_each_other),
        cmocka_unit_test(files_must_agree),
        cmocka_unit_test(copies_rows_in_c_order),
        cmocka_unit_test(finds_places),
        cmocka_unit_test(a_file_that_shrinks_is_an_error),
        cmocka_unit_test(hostile_recipes_do_no_harm),
    };
    /* By copies, then mapped. */
    int failed = cmocka_run_group_tests_name("copied", tests, folder_make, folder_remove);
    guard();
    mapped = true;
    return failed + cmocka_run_group_tests_name("mapped", tests, folder_make, folder_remove);
}
