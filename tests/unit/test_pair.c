/* Pairs: row i of one source beside row i of the other, however each lies in its file and however it is cut. */
#include "rows.h"

#include <sys/stat.h>

/* Rows of doubles: x[i] = i + 0.25 in C order, so that exact comparison is safe. */
static double value(uint64_t i)
{
    return (double)i + 0.25;
}

static const char *doubles_write(const char *name, uint64_t n, const char *shape, const uint64_t *axes, size_t rank,
                                 bool fortran)
{
    double *data = malloc((n + 1) * sizeof *data);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = i;
        if (fortran) {
            uint64_t left = i, index[4], stride = 1;
            for (size_t d = rank; d-- > 0; left /= axes[d])
                index[d] = left % axes[d];
            at = 0;
            for (size_t d = 0; d < rank; stride *= axes[d++])
                at += index[d] * stride;
        }
        data[at] = value(i);
    }
    const char *path = npy_write(name, 1, "<f8", fortran, shape, data, n * sizeof *data);
    free(data);
    return path;
}

static const char *floats_write(const char *name, uint64_t n)
{
    float *data = malloc((n + 1) * sizeof *data);
    for (uint64_t i = 0; i < n; i++)
        data[i] = (float)value(i);
    const char *path = file_write(name, data, n * sizeof *data);
    free(data);
    return path;
}

static const char *text_write(const char *name, uint64_t n)
{
    const char *path = path_of(name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "v,w\n");
    for (uint64_t i = 0; i < n; i++)
        fprintf(f, i % 5 == 3 ? "%" PRIu64 ".25,\n" : "%" PRIu64 ".25,-%" PRIu64 "\n", i, i);
    assert_int_equal(fclose(f), 0);
    return path;
}

static struct sheaf_source *pair_of(struct sheaf_source *a, struct sheaf_source *b)
{
    struct sheaf_error err;
    struct sheaf_source *pair = NULL;
    sheaf_error_clear(&err);
    must(sheaf_source_pair(&pair, a, b, &err), &err);
    return pair;
}

static double cell(const struct row *row, size_t k, enum sheaf_type type)
{
    if (type == SHEAF_F32) {
        float x;
        memcpy(&x, &row->cell[k], sizeof x);
        return (double)x;
    }
    double x;
    memcpy(&x, &row->cell[k], sizeof x);
    return x;
}

/* Both columns of every row hold value(row in the whole). */
static void check_values(const struct rows *rows, const struct sheaf_source *pair)
{
    for (size_t i = 0; i < rows->count; i++)
        for (size_t k = 0; k < 2; k++)
            assert_true(cell(&rows->row[i], k, sheaf_source_column_type(pair, k)) == value(i));
}

/* ---- cuttable pairs ------------------------------------------------------------------------------------- */

static const uint64_t axes[] = {37, 3, 29};
enum { ROWS = 37 * 3 * 29 };

static void arrays_of_different_types_and_orders(void **state)
{
    (void)state;
    const struct sheaf_reading f32 = {.type = "f32"};
    for (uint64_t block = 1; block < 1000000; block = block * 23 + 5) {
        for (int shape = 0; shape < 4; shape++) {
            struct sheaf_source *side[4] = {
                open_one(doubles_write("c.npy", ROWS, "(37, 3, 29)", axes, 3, false), NULL),
                open_one(doubles_write("f.npy", ROWS, "(37, 3, 29)", axes, 3, true), NULL),
                open_one(floats_write("r.f32", ROWS), &f32),
                open_one(doubles_write("g.npy", ROWS, "(37, 3, 29)", axes, 3, true), NULL),
            };
            /* C with Fortran, Fortran with raw f32, raw with C, Fortran with Fortran. */
            static const int of[4][2] = {{0, 1}, {1, 2}, {2, 0}, {3, 1}};
            int a = of[shape][0], b = of[shape][1];
            struct sheaf_source *pair = repack(pair_of(side[a], side[b]));
            assert_int_equal(source_access(pair), SOURCE_CUTTABLE);
            assert_string_equal(sheaf_source_format(pair), "pair");
            assert_int_equal(sheaf_source_rows(pair), ROWS);
            assert_int_equal(sheaf_source_column_count(pair), 2);
            assert_int_equal(sheaf_source_input_count(pair), 2);
            struct rows rows = read_cut(pair, block);
            const uint64_t counts[] = {ROWS};
            rows_complete(&rows, counts, 1);
            check_values(&rows, pair);
            assert_int_equal(rows.bytes, sheaf_source_bytes(pair));
            rows_cleanup(&rows);
            sheaf_source_destroy(pair);
            for (int i = 0; i < 4; i++)
                if (i != a && i != b)
                    sheaf_source_destroy(side[i]);
        }
    }
}

/* A Fortran array whose slabs are wider than the reader's window, against C order. */
static void a_flat_and_wide_fortran_array(void **state)
{
    (void)state;
    static const uint64_t wide[] = {2, 140001};
    struct sheaf_source *pair =
        pair_of(open_one(doubles_write("w.npy", 280002, "(2, 140001)", wide, 2, true), NULL),
                open_one(doubles_write("v.npy", 280002, "(280002,)", wide, 1, false), NULL));
    struct rows rows = read_cut(pair, 1 << 20);
    const uint64_t counts[] = {280002};
    rows_complete(&rows, counts, 1);
    check_values(&rows, pair);
    rows_cleanup(&rows);
    sheaf_source_destroy(pair);
}

/* Files of one side end where those of the other do not. */
static void sequences_of_files(void **state)
{
    (void)state;
    const struct sheaf_reading f64 = {.type = "f64"};
    static double data[1000];
    for (uint64_t i = 0; i < 1000; i++)
        data[i] = value(i);
    const char *left[3] = {file_write("a0", data, 8 * 100), file_write("a1", data + 100, 8 * 899),
                           file_write("a2", data + 999, 8)};
    const char *right[2] = {file_write("b0", data, 8 * 730), file_write("b1", data + 730, 8 * 270)};
    const uint64_t counts[] = {100, 899, 1};
    for (uint64_t block = 1; block < 100000; block = block * 5 + 2) {
        struct sheaf_source *a, *b;
        assert_int_equal(sheaf_source_open(&a, left, 3, &f64, NULL), SHEAF_OK);
        assert_int_equal(sheaf_source_open(&b, right, 2, &f64, NULL), SHEAF_OK);
        struct sheaf_source *pair = repack(pair_of(a, b));
        assert_int_equal(sheaf_source_input_count(pair), 5);
        assert_string_equal(sheaf_source_input_name(pair, 3), right[0]);
        struct rows rows = read_cut(pair, block);
        rows_complete(&rows, counts, 3);
        check_values(&rows, pair);
        rows_cleanup(&rows);
        sheaf_source_destroy(pair);
    }
}

static void a_generator_beside_a_table(void **state)
{
    (void)state;
    const struct sheaf_reading columns = {.columns = (const char *const[]){"29", "1"}, .column_count = 2};
    const struct sheaf_reading count = {.count_set = true, .count = 37 * 3};
    for (int fortran = 0; fortran < 2; fortran++) {
        struct sheaf_source *pair =
            repack(pair_of(open_one("gen:seq", &count),
                           open_one(doubles_write("t.npy", ROWS, "(37, 3, 29)", axes, 3, fortran), &columns)));
        assert_int_equal(sheaf_source_column_count(pair), 3);
        assert_string_equal(sheaf_source_column_name(pair, 1), "29");
        assert_int_equal(sheaf_source_column_type(pair, 0), SHEAF_I64);
        struct rows rows = read_cut(pair, 1000);
        const uint64_t counts[] = {37 * 3};
        rows_complete(&rows, counts, 1);
        for (size_t i = 0; i < rows.count; i++) {
            assert_int_equal(rows.row[i].cell[0], i);
            assert_true(cell(&rows.row[i], 1, SHEAF_F64) == value(29 * i + 28));
            assert_true(cell(&rows.row[i], 2, SHEAF_F64) == value(29 * i));
        }
        rows_cleanup(&rows);
        sheaf_source_destroy(pair);
    }
}

static void no_rows(void **state)
{
    (void)state;
    const struct sheaf_reading none = {.count_set = true};
    struct sheaf_source *pair = pair_of(open_one("gen:seq", &none), open_one("gen:uniform", &none));
    struct rows rows = read_cut(pair, 8);
    assert_int_equal(rows.count, 0);
    sheaf_source_destroy(pair);
}

/* ---- fed pairs ------------------------------------------------------------------------------------------ */

static void text_is_fed(void **state)
{
    (void)state;
    const struct sheaf_reading v = {.columns = (const char *const[]){"v"}, .column_count = 1};
    for (uint64_t block = 1; block < 1000000; block = block * 31 + 5) {
        for (int text_first = 0; text_first < 2; text_first++) {
            struct sheaf_source *text = open_one(text_write("t.csv", ROWS), &v);
            struct sheaf_source *array = open_one(doubles_write("f.npy", ROWS, "(37, 3, 29)", axes, 3, true), NULL);
            struct sheaf_source *pair = repack(text_first ? pair_of(text, array) : pair_of(array, text));
            assert_int_equal(source_access(pair), SOURCE_FED);
            for (int again = 0; again < 2; again++) { /* fed is not once */
                struct rows rows = read_fed(pair, block);
                assert_int_equal(rows.count, ROWS);
                if (!text_first) {
                    const uint64_t counts[] = {ROWS};
                    rows_complete(&rows, counts, 1);
                }
                check_values(&rows, pair);
                rows_cleanup(&rows);
            }
            sheaf_source_destroy(pair);
        }
    }
}

/* Missing cells, positions and lines of text come through the feed as they are. */
static void text_keeps_its_places(void **state)
{
    (void)state;
    const struct sheaf_reading w = {.columns = (const char *const[]){"w"}, .column_count = 1};
    const struct sheaf_reading count = {.count_set = true, .count = 1000};
    struct sheaf_source *pair = pair_of(open_one(text_write("t.csv", 1000), &w), open_one("gen:seq", &count));
    struct feed *feed;
    struct reader *reader;
    struct sheaf_buffer bytes = {0};
    struct span span;
    struct tile tile;
    bool more;
    uint64_t i = 0, at = 4;
    assert_int_equal(feed_open(&feed, pair, all_reals, 512, NULL), SHEAF_OK);
    assert_int_equal(reader_open(&reader, pair, all_reals, NULL), SHEAF_OK);
    for (;;) {
        assert_int_equal(feed_next(feed, &bytes, &span, &more, NULL), SHEAF_OK);
        if (!more)
            break;
        assert_int_equal(reader_begin(reader, &span, NULL), SHEAF_OK);
        for (;;) {
            assert_int_equal(reader_next(reader, &tile, NULL), SHEAF_OK);
            if (tile.rows == 0)
                break;
            for (uint64_t k = 0; k < tile.rows; k++, i++) {
                assert_int_equal(tile.columns[0].valid ? tile.columns[0].valid[k] : 1, i % 5 != 3);
                assert_true(i % 5 == 3 || ((const double *)tile.columns[0].data)[k] == -(double)i);
                assert_int_equal(((const int64_t *)tile.columns[1].data)[k], i);
                assert_int_equal(tile.at[k], at);
                assert_int_equal(tile.line[k], i + 2);
                assert_int_equal(tile.row ? tile.row[k] : (uint64_t)tile.first.row + k, i);
                char line[64];
                at += (uint64_t)sprintf(line, i % 5 == 3 ? "%" PRIu64 ".25,\n" : "%" PRIu64 ".25,-%" PRIu64 "\n", i, i);
            }
        }
    }
    assert_int_equal(i, 1000);
    struct sheaf_position position = {0, 4, SHEAF_UNKNOWN, SHEAF_UNKNOWN};
    struct sheaf_location place;
    assert_int_equal(source_locate(pair, &position, &place, NULL), SHEAF_OK);
    assert_true(place.text && place.line == 2 && place.alone);
    reader_close(reader);
    feed_close(feed);
    sheaf_buffer_cleanup(&bytes);
    sheaf_source_destroy(pair);
}

/* ---- what does not pair --------------------------------------------------------------------------------- */

static void rows_must_be_as_many(void **state)
{
    (void)state;
    struct sheaf_error err;
    struct sheaf_source *pair;
    const struct sheaf_reading ten = {.count_set = true, .count = 10}, twelve = {.count_set = true, .count = 12};
    assert_int_equal(sheaf_source_pair(&pair, open_one("gen:seq", &ten), open_one("gen:uniform", &twelve), &err),
                     SHEAF_INPUT);
    assert_string_equal(err.file, "gen:uniform");
    assert_non_null(strstr(err.message, "has 12 rows where gen:seq has 10"));

    /* Text is found out while it is read. */
    const struct sheaf_reading v = {.columns = (const char *const[]){"v"}, .column_count = 1};
    for (int longer = 0; longer < 2; longer++) {
        const struct sheaf_reading count = {.count_set = true, .count = 100};
        pair = pair_of(open_one(text_write("t.csv", longer ? 101 : 99), &v), open_one("gen:uniform", &count));
        struct feed *feed;
        struct sheaf_buffer bytes = {0};
        struct span span;
        bool more = true;
        enum sheaf_status status = feed_open(&feed, pair, all_reals, 64, &err);
        while (status == SHEAF_OK && more)
            status = feed_next(feed, &bytes, &span, &more, &err);
        assert_int_equal(status, SHEAF_INPUT);
        assert_string_equal(err.file, longer ? "gen:uniform" : path_of("t.csv"));
        assert_non_null(strstr(err.message, longer ? "ends after 100 rows where " : "ends after 99 rows where "));
        feed_close(feed);
        sheaf_buffer_cleanup(&bytes);
        sheaf_source_destroy(pair);
    }
}

/* A stream comes in memory order: that is enough beside another of the same order, and not beside C order. */
static void a_fortran_stream_pairs_with_its_like_only(void **state)
{
    (void)state;
    char fifo[64], file[64];
    snprintf(fifo, sizeof fifo, "%s", path_of("fifo"));
    snprintf(file, sizeof file, "%s", doubles_write("f.npy", ROWS, "(37, 3, 29)", axes, 3, true));
    for (int alike = 0; alike < 2; alike++) {
        assert_int_equal(mkfifo(fifo, 0600), 0);
        char command[160];
        snprintf(command, sizeof command, "cat %s > %s &", file, fifo);
        assert_int_equal(system(command), 0);
        const char *other = alike ? file : doubles_write("c.npy", ROWS, "(37, 3, 29)", axes, 3, false);
        struct sheaf_source *pair = pair_of(open_one(fifo, NULL), open_one(other, NULL));
        assert_int_equal(source_access(pair), SOURCE_ONCE);
        if (alike) {
            struct rows rows = read_fed(pair, 4096);
            const uint64_t counts[] = {ROWS};
            rows_complete(&rows, counts, 1);
            check_values(&rows, pair);
            rows_cleanup(&rows);
        } else {
            struct feed *feed;
            struct sheaf_buffer bytes = {0};
            struct span span;
            struct sheaf_error err;
            bool more;
            assert_int_equal(feed_open(&feed, pair, all_reals, 64, &err), SHEAF_OK);
            assert_int_equal(feed_next(feed, &bytes, &span, &more, &err), SHEAF_INPUT);
            assert_string_equal(err.file, fifo);
            assert_non_null(strstr(err.message, "save it as a file first"));
            feed_close(feed);
            sheaf_buffer_cleanup(&bytes);
        }
        sheaf_source_destroy(pair);
        assert_int_equal(unlink(fifo), 0);
    }
}

static void a_pair_is_no_side(void **state)
{
    (void)state;
    struct sheaf_error err;
    struct sheaf_source *pair;
    const struct sheaf_reading ten = {.count_set = true, .count = 10};
    struct sheaf_source *inner = pair_of(open_one("gen:seq", &ten), open_one("gen:seq", &ten));
    assert_int_equal(sheaf_source_pair(&pair, inner, open_one("gen:seq", &ten), &err), SHEAF_USAGE);
    assert_non_null(strstr(err.message, "a pair cannot be paired again"));
}

/* ---- hostile bytes -------------------------------------------------------------------------------------- */

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    uint64_t z = ++seed * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % below;
}

static void try_recipe(const unsigned char *bytes, size_t size)
{
    struct sheaf_source *pair;
    struct reader *reader;
    struct tile tile;
    struct cut cut;
    if (source_unpack(&pair, bytes, size, NULL) != SHEAF_OK)
        return;
    if (source_access(pair) == SOURCE_CUTTABLE && cut_init(&cut, pair, 100, NULL) == SHEAF_OK) {
        assert_int_equal(reader_open(&reader, pair, all_reals, NULL), SHEAF_OK);
        for (uint64_t b = 0; b < 3 && b < cut.block_count; b++) {
            struct span span = cut_span(&cut, b);
            enum sheaf_status status = reader_begin(reader, &span, NULL);
            for (int t = 0; t < 5 && status == SHEAF_OK; t++)
                status = reader_next(reader, &tile, NULL);
        }
        reader_close(reader);
        cut_cleanup(&cut);
    }
    sheaf_source_destroy(pair);
}

static void hostile_recipes_do_no_harm(void **state)
{
    (void)state;
    const struct sheaf_reading count = {.count_set = true, .count = 37 * 3 * 29};
    struct sheaf_source *array = open_one(doubles_write("h.npy", ROWS, "(37, 3, 29)", axes, 3, true), NULL);
    struct sheaf_source *pair = pair_of(open_one("gen:seq", &count), array);
    struct sheaf_buffer packed = {0};
    assert_int_equal(source_pack(pair, &packed, NULL), SHEAF_OK);
    sheaf_source_destroy(pair);
    for (size_t size = 0; size < packed.size; size++)
        assert_int_not_equal(source_unpack(&pair, packed.data, size, NULL), SHEAF_OK);
    for (int round = 0; round < 20000; round++) {
        unsigned char *bytes = malloc(packed.size);
        memcpy(bytes, packed.data, packed.size);
        for (uint64_t changes = 1 + draw(3); changes > 0; changes--)
            bytes[draw(packed.size)] = (unsigned char)(draw(2) ? draw(3) : draw(256));
        try_recipe(bytes, packed.size);
        free(bytes);
    }
    sheaf_buffer_cleanup(&packed);
}

static void hostile_blocks_do_no_harm(void **state)
{
    (void)state;
    const struct sheaf_reading v = {.columns = (const char *const[]){"v"}, .column_count = 1};
    const struct sheaf_reading count = {.count_set = true, .count = 20};
    struct sheaf_source *pair = pair_of(open_one(text_write("t.csv", 20), &v), open_one("gen:bytes", &count));
    struct feed *feed;
    struct reader *reader;
    struct sheaf_buffer bytes = {0};
    struct span span;
    struct tile tile;
    bool more;
    assert_int_equal(feed_open(&feed, pair, all_reals, 1 << 20, NULL), SHEAF_OK);
    assert_int_equal(feed_next(feed, &bytes, &span, &more, NULL), SHEAF_OK);
    assert_int_equal(reader_open(&reader, pair, all_reals, NULL), SHEAF_OK);
    for (int round = 0; round < 20000; round++) {
        size_t size = draw(3) ? bytes.size : draw(bytes.size);
        unsigned char *copy = malloc(size + 1);
        memcpy(copy, bytes.data, size);
        for (uint64_t changes = draw(3); changes > 0 && size; changes--)
            copy[draw(size)] = (unsigned char)draw(256);
        struct span broken = {.bytes = copy, .size = size};
        enum sheaf_status status = reader_begin(reader, &broken, NULL);
        for (int t = 0; t < 5 && status == SHEAF_OK; t++) {
            status = reader_next(reader, &tile, NULL);
            volatile unsigned char touched;
            if (status == SHEAF_OK && tile.rows)
                touched = ((const unsigned char *)tile.columns[1].data)[tile.rows - 1];
            (void)touched;
        }
        free(copy);
    }
    reader_close(reader);
    feed_close(feed);
    sheaf_buffer_cleanup(&bytes);
    sheaf_source_destroy(pair);
}

/* What of a decimal column the kernels take for indices is looked at before they see it. */
static void decimals_out_of_reach_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t terms;
        int32_t exponent;
        bool good;
    } cases[] = {
        {1, -2, true}, {1, -1152, true}, {1, 1151, true}, {128, -1152, true}, {128, -1135, true}, {2, 1133, true},
        {0, -2, false}, {129, -1152, false}, {UINT32_MAX, -2, false}, {1, -1153, false}, {1, 1152, false},
        {128, -1134, false}, {2, 1134, false}, {1, INT32_MAX, false}, {128, INT32_MIN, false},
    };
    static const uint8_t decimals[] = {FORM_DECIMAL, FORM_DECIMAL};
    const struct sheaf_reading v = {.columns = (const char *const[]){"v"}, .column_count = 1};
    const struct sheaf_reading w = {.columns = (const char *const[]){"w"}, .column_count = 1};
    const char *path = text_write("t.csv", 1); /* 0.25,-0 */
    struct sheaf_source *pair = pair_of(open_one(path, &w), open_one(path, &v));
    struct feed *feed;
    struct reader *reader;
    struct sheaf_buffer bytes = {0};
    struct span span;
    bool more;
    assert_int_equal(feed_open(&feed, pair, decimals, 1 << 20, NULL), SHEAF_OK);
    assert_int_equal(feed_next(feed, &bytes, &span, &more, NULL), SHEAF_OK);
    assert_int_equal(reader_open(&reader, pair, decimals, NULL), SHEAF_OK);
    const uint32_t header[] = {SHEAF_DECIMAL, 1, (uint32_t)-2};
    size_t size = bytes.size + 129 * sizeof(int64_t); /* as many terms as the header says are there */
    unsigned char *copy = calloc(1, size);
    memcpy(copy, bytes.data, bytes.size);
    unsigned char *place = memmem(copy, bytes.size, header, sizeof header);
    assert_non_null(place);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tile tile;
        memcpy(place + 4, &cases[i].terms, 4);
        memcpy(place + 8, &cases[i].exponent, 4);
        assert_int_equal(reader_begin(reader, &(struct span){.bytes = copy, .size = size}, NULL), SHEAF_OK);
        assert_int_equal(reader_next(reader, &tile, NULL), cases[i].good ? SHEAF_OK : SHEAF_INTERNAL);
    }
    free(copy);
    reader_close(reader);
    feed_close(feed);
    sheaf_buffer_cleanup(&bytes);
    sheaf_source_destroy(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_of_different_types_and_orders),
        cmocka_unit_test(a_flat_and_wide_fortran_array),
        cmocka_unit_test(sequences_of_files),
        cmocka_unit_test(a_generator_beside_a_table),
        cmocka_unit_test(no_rows),
        cmocka_unit_test(text_is_fed),
        cmocka_unit_test(text_keeps_its_places),
        cmocka_unit_test(rows_must_be_as_many),
        cmocka_unit_test(a_fortran_stream_pairs_with_its_like_only),
        cmocka_unit_test(a_pair_is_no_side),
        cmocka_unit_test(hostile_recipes_do_no_harm),
        cmocka_unit_test(hostile_blocks_do_no_harm),
        cmocka_unit_test(decimals_out_of_reach_are_refused),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
