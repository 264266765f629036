/* Opening: which format an input has, and every way in which opening is refused. */
#include "rows.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void format_is(const char *name, const struct sheaf_reading *reading, const char *format)
{
    struct sheaf_source *source = open_one(name, reading);
    assert_string_equal(sheaf_source_format(source), format);
    sheaf_source_destroy(source);
}

static void formats_by_content(void **state)
{
    (void)state;
    const struct sheaf_reading raw = {.type = "u8"};
    const char *npy = npy_write("a.csv", 1, "|u1", false, "(3,)", "abc", 3); /* the name says nothing */
    format_is(npy, NULL, "npy");
    format_is(npy, &raw, "npy");
    const char *csv = file_write("a.npy", "x,y\n1,2\n", 8);
    format_is(csv, NULL, "csv");
    format_is(csv, &raw, "raw");
    format_is(file_write("b", "x\ty\n1\t2\n", 8), NULL, "tsv");
    format_is(file_write("c", "1 2\n3  4\n", 9), NULL, "space");
    const char *column = file_write("d", "1\n2\n", 4);
    format_is(column, &(struct sheaf_reading){.format = "tsv"}, "tsv");
    format_is(column, &(struct sheaf_reading){.format = "space"}, "space");
}

static void nothing_tells_the_format(void **state)
{
    (void)state;
    static const unsigned char bytes[] = {1, 0, 2, 0, 0xf0, 0x3f, 0, 0};
    refuse(file_write("x.bin", bytes, sizeof bytes), NULL, SHEAF_INPUT,
           "is neither text (byte 1 is NUL) nor .npy, and nothing says what its bytes are; if they are raw binary "
           "numbers, name their type (--type f64, i32, u8, ...)", SHEAF_UNKNOWN);
}

static void unknown_formats_come_with_the_nearest(void **state)
{
    (void)state;
    const char *path = file_write("a", "1\n", 2);
    refuse_all(&path, 1, &(struct sheaf_reading){.format = "cvs"}, SHEAF_USAGE, "",
               "unknown input format \"cvs\" (did you mean csv?); there are: npy, raw, csv, tsv, space", SHEAF_UNKNOWN);
    refuse_all(&path, 1, &(struct sheaf_reading){.format = "gen"}, SHEAF_USAGE, "", "unknown input format \"gen\"",
               SHEAF_UNKNOWN);
}

static void known_formats_are_refused_with_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
        const char *what, *before;
    } cases[] = {
        {"\x1f\x8b\x08\x00\x00", 5, "is compressed with gzip, which is not read; instead: gunzip -c ",
         " | sheaf run ... -"},
        {"\x28\xb5\x2f\xfd\x00", 5, "zstd, which is not read; instead: zstd -dc ", " | sheaf run ... -"},
        {"\xfd" "7zXZ\0\0", 7, "xz, which is not read; instead: xz -dc ", " | sheaf"},
        {"BZh91AY&SY", 10, "bzip2, which is not read; instead: bunzip2 -c ", " | sheaf"},
        {"\x04\x22\x4d\x18", 4, "lz4", " | sheaf"},
        {"PK\x03\x04....", 8, "a zip archive (.npz and .xlsx are such), which is not read; instead: unzip ", ", then"},
        {"PAR1\x15\x04", 6, "a Parquet file", "to_csv"},
        {"ARROW1\0\0", 8, "an Arrow (Feather) file", "to_csv"},
        {"\x89HDF\r\n\x1a\n", 8, "an HDF5 or NetCDF-4 file, which is not read; instead: h5dump", ", then sheaf run"},
        {"CDF\x01", 4, "a NetCDF classic file", "ncdump"},
        {"SQLite format 3\0", 16, "an SQLite database", "select"},
        {"\xff\xfe" "1\0,\0", 6, "text in UTF-16", "iconv -f utf-16"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = file_write("known", cases[i].bytes, cases[i].size);
        refuse(path, NULL, SHEAF_INPUT, cases[i].what, SHEAF_UNKNOWN);
        refuse(path, NULL, SHEAF_INPUT, cases[i].before, SHEAF_UNKNOWN);
        /* Who insists reads the bytes. */
        format_is(path, &(struct sheaf_reading){.format = "raw", .type = "u8"}, "raw");
    }
    /* A type beside gzip is a mistake; two bytes that look like UTF-16 beside a type are numbers. */
    const struct sheaf_reading raw = {.type = "u8"};
    refuse(file_write("known", cases[0].bytes, cases[0].size), &raw, SHEAF_INPUT, "gunzip", SHEAF_UNKNOWN);
    format_is(file_write("known", "\xff\xfe" "1\0", 4), &raw, "raw");
}

static void what_is_not_there_or_no_file(void **state)
{
    (void)state;
    struct sheaf_error err;
    struct sheaf_source *source;
    const char *name = path_of("missing");
    assert_int_equal(sheaf_source_open(&source, &name, 1, NULL, &err), SHEAF_IO);
    assert_string_equal(err.file, name);
    assert_int_equal(err.os_error, ENOENT);
    refuse(folder, NULL, SHEAF_INPUT, "is a directory; name the files in it", SHEAF_UNKNOWN);
    refuse(file_write("empty", "", 0), NULL, SHEAF_INPUT, "is empty: there is nothing to read", SHEAF_UNKNOWN);
    refuse(file_write("empty", "", 0), &(struct sheaf_reading){.type = "f64"}, SHEAF_INPUT, "is empty", SHEAF_UNKNOWN);
    refuse("/dev/null", &(struct sheaf_reading){.type = "f64"}, SHEAF_INPUT, "is empty", SHEAF_UNKNOWN);
    assert_int_equal(sheaf_source_open(&source, NULL, 0, NULL, &err), SHEAF_USAGE);
    assert_non_null(strstr(err.message, "there is no input"));
    sheaf_source_destroy(NULL);
}

static void formats_must_agree(void **state)
{
    (void)state;
    const char *names[2] = {npy_write("a.npy", 1, "|u1", false, "(3,)", "abc", 3),
                            file_write("b.csv", "x,y\n1,2\n", 8)};
    refuse_all(names, 2, NULL, SHEAF_INPUT, names[1], "is csv where ", SHEAF_UNKNOWN);
    const char *back[2] = {names[1], names[0]};
    refuse_all(back, 2, NULL, SHEAF_INPUT, names[0], "is npy where ", SHEAF_UNKNOWN);
}

static void columns_must_agree(void **state)
{
    (void)state;
    const char *names[2] = {file_write("a.csv", "x,name,y\n1,one,2\n", 17),
                            file_write("b.csv", "x,name,z\n1,a,2\n", 15)};
    refuse_all(names, 2, NULL, SHEAF_INPUT, names[1], "has no column \"y\" where ", SHEAF_UNKNOWN);
    names[1] = file_write("c.csv", "x\n1\n", 4);
    refuse_all(names, 2, NULL, SHEAF_INPUT, names[1], "has 1 columns where ", SHEAF_UNKNOWN);
    const struct sheaf_reading wrong = {.columns = (const char *const[]){"nmae"}, .column_count = 1};
    refuse(names[0], &wrong, SHEAF_USAGE, "there is no column \"nmae\" (did you mean \"name\"?); there are: x, name, y",
           SHEAF_UNKNOWN);
    const struct sheaf_reading far = {.columns = (const char *const[]){"4"}, .column_count = 1};
    refuse(names[0], &far, SHEAF_USAGE, "there is no column \"4\"; there are: x, name, y", SHEAF_UNKNOWN);
}

static void text_columns_left_out_are_named(void **state)
{
    (void)state;
    struct sheaf_source *source = repack(open_one(file_write("a.csv", "x,name,y\n1,one,2\n", 17), NULL));
    assert_int_equal(sheaf_source_column_count(source), 2);
    assert_int_equal(sheaf_source_left_out_count(source), 1);
    assert_string_equal(sheaf_source_left_out_name(source, 0), "name");
    double x[2];
    uint64_t got;
    struct sheaf_error err;
    assert_int_equal(sheaf_source_copy(source, 0, 1, x, &got, &err), SHEAF_USAGE);
    assert_non_null(strstr(err.message, "rows are copied only from a generator"));
    sheaf_source_destroy(source);
}

/* Descriptors of this process. */
static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        struct stat info;
        count += fstat(fd, &info) == 0;
    }
    return count;
}

static void nothing_stays_open(void **state)
{
    (void)state;
    int before = open_descriptors();
    const char *names[2] = {npy_write("a.npy", 1, "|u1", false, "(3,)", "abc", 3), path_of("fifo")};
    assert_int_equal(mkfifo(names[1], 0600), 0);
    for (int good = 0; good < 2; good++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            FILE *f = fopen(names[1], "w");
            fputs(good ? "\x93NUMPY" : "nonsense", f);
            if (good) {
                char header[512];
                size_t size = npy_frame(header, 1, "{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }");
                fwrite(header + 6, 1, size - 6, f);
                fputs("xy", f);
            }
            fclose(f);
            _exit(0);
        }
        struct sheaf_source *source = NULL;
        assert_int_equal(sheaf_source_open(&source, names, 2, NULL, NULL), good ? SHEAF_OK : SHEAF_INPUT);
        assert_int_equal(open_descriptors(), before + (good ? 1 : 0)); /* a stream stays open with its source */
        struct rows rows = {0};
        if (good) {
            rows = read_fed(source, 1);
            assert_int_equal(rows.count, 5);
        }
        rows_cleanup(&rows);
        sheaf_source_destroy(source);
        assert_int_equal(open_descriptors(), before);
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
    }
}

/* What a caller is told does not depend on whether it asks for the message. */
static void a_status_needs_no_error(void **state)
{
    (void)state;
    struct sheaf_error err;
    struct sheaf_source *source;
    const char *columns[] = {"nowhere"}, *name = file_write("known.csv", "x,y\n1,2\n", 8);
    const struct sheaf_reading readings[] = {{.columns = columns, .column_count = 1}, {.offset = 3}, {.type = "f63"}};
    for (size_t i = 0; i < sizeof readings / sizeof readings[0]; i++) {
        enum sheaf_status told = sheaf_source_open(&source, &name, 1, &readings[i], &err);
        assert_int_not_equal(told, SHEAF_OK);
        assert_int_equal(told, err.status);
        assert_int_equal(sheaf_source_open(&source, &name, 1, &readings[i], NULL), told);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_by_content),
        cmocka_unit_test(nothing_tells_the_format),
        cmocka_unit_test(unknown_formats_come_with_the_nearest),
        cmocka_unit_test(known_formats_are_refused_with_what_to_do),
        cmocka_unit_test(what_is_not_there_or_no_file),
        cmocka_unit_test(formats_must_agree),
        cmocka_unit_test(columns_must_agree),
        cmocka_unit_test(text_columns_left_out_are_named),
        cmocka_unit_test(nothing_stays_open),
        cmocka_unit_test(a_status_needs_no_error),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
