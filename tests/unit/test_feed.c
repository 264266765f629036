/* The feed: streams are read once, in order, whole records only, whatever the pipe hands out. */
#include "rows.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* ---- writers -------------------------------------------------------------------------------------------- */

enum how { AT_ONCE, IN_DRIPS };

static void write_all(int fd, const unsigned char *bytes, size_t size, enum how how)
{
    for (size_t at = 0; at < size;) {
        size_t n = how == IN_DRIPS ? 1 + at % 7 : size - at;
        ssize_t written = write(fd, bytes + at, n < size - at ? n : size - at);
        if (written < 0)
            _exit(errno == EPIPE ? 0 : 1);
        at += (size_t)written;
    }
}

/* A FIFO in the test's folder, and a child that writes `bytes` into it. */
static pid_t fifo_write(const char *path, const void *bytes, size_t size, enum how how)
{
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGPIPE, SIG_IGN);
        int fd = open(path, O_WRONLY);
        write_all(fd, bytes, size, how);
        _exit(0);
    }
    return child;
}

static void child_done(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Puts a pipe with `bytes` in it in the place of standard input; returns the old one. */
static int input_from(const void *bytes, size_t size, pid_t *child)
{
    int old = dup(0), ends[2];
    assert_int_equal(pipe(ends), 0);
    *child = fork();
    assert_true(*child >= 0);
    if (*child == 0) {
        signal(SIGPIPE, SIG_IGN);
        close(ends[0]);
        write_all(ends[1], bytes, size, AT_ONCE);
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], 0);
    close(ends[0]);
    return old;
}

static void input_back(int old)
{
    dup2(old, 0);
    close(old);
}

/* The bytes of 8-byte elements 0, 1, 2, ... after `skip` bytes of something else. */
static unsigned char *counting(size_t n, size_t skip, size_t tail, bool big)
{
    unsigned char *bytes = malloc(skip + 8 * n + tail + 1);
    memset(bytes, 0xaa, skip + 8 * n + tail + 1);
    for (size_t i = 0; i < n; i++)
        for (size_t b = 0; b < 8; b++)
            bytes[skip + 8 * i + b] = (unsigned char)((uint64_t)i >> 8 * (big ? 7 - b : b));
    return bytes;
}

static void check_counting(const struct rows *rows, uint64_t n)
{
    rows_complete(rows, &n, 1);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rows->row[i].cell[0], i);
    assert_int_equal(rows->bytes, 8 * n);
}

/* ---- raw ------------------------------------------------------------------------------------------------ */

static void raw_case(size_t n, size_t skip, size_t tail, bool count_set, uint64_t block, enum how how, bool big)
{
    char path[64];
    snprintf(path, sizeof path, "%s", path_of("fifo"));
    unsigned char *bytes = counting(n, skip, tail, big);
    pid_t child = fifo_write(path, bytes, skip + 8 * n + tail, how);
    struct sheaf_source *source = open_one(path, &(struct sheaf_reading){.type = "u64",
                                                                         .endian = big ? "big" : "little",
                                                                         .offset = skip,
                                                                         .count_set = count_set,
                                                                         .count = n});
    assert_int_equal(source_access(source), SOURCE_ONCE);
    assert_int_equal(sheaf_source_rows(source), count_set ? (int64_t)n : SHEAF_UNKNOWN);
    assert_int_equal(sheaf_source_bytes(source), SHEAF_UNKNOWN);
    struct rows rows = read_fed(source, block);
    check_counting(&rows, n);
    rows_cleanup(&rows);
    sheaf_source_destroy(source);
    child_done(child);
    free(bytes);
}

static void raw_streams(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        raw_case(1, 0, 0, false, 1, AT_ONCE, big);
        raw_case(1000, 0, 0, false, 1, IN_DRIPS, big);
        raw_case(1000, 3, 0, false, 100, IN_DRIPS, big);
        raw_case(30000, 0, 0, false, 4096, AT_ONCE, big);
        raw_case(300000, 70001, 0, false, 1 << 20, AT_ONCE, big);
        raw_case(300000, 70001, 5, true, 12345, AT_ONCE, big);
        raw_case(0, 5, 100000, true, 4096, AT_ONCE, big);
        raw_case(8192, 0, 0, false, 65536, AT_ONCE, big); /* ends where the first read does */
    }
}

static void standard_input(void **state)
{
    (void)state;
    unsigned char *bytes = counting(100000, 0, 0, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    pid_t child;
    int old = input_from(bytes, 800000, &child);
    struct sheaf_source *source = open_one("-", &(struct sheaf_reading){.type = "u64"});
    struct rows rows = read_fed(source, 10000);
    check_counting(&rows, 100000);
    rows_cleanup(&rows);
    /* Once is once. */
    struct feed *feed;
    struct sheaf_buffer buffer = {0};
    struct span span;
    struct sheaf_error err;
    bool more;
    assert_int_equal(feed_open(&feed, source, NULL, 100, &err), SHEAF_OK);
    assert_int_equal(feed_next(feed, &buffer, &span, &more, &err), SHEAF_INPUT);
    assert_string_equal(err.file, "-");
    assert_non_null(strstr(err.message, "can be read only once"));
    feed_close(feed);
    sheaf_buffer_cleanup(&buffer);
    sheaf_source_destroy(source);
    input_back(old);
    child_done(child);
    free(bytes);
}

static void another_process_cannot_read_it(void **state)
{
    (void)state;
    unsigned char *bytes = counting(10, 0, 0, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    pid_t child;
    int old = input_from(bytes, 80, &child);
    struct sheaf_source *source = repack(open_one("-", &(struct sheaf_reading){.type = "u64"}));
    assert_int_equal(source_access(source), SOURCE_ONCE);
    struct feed *feed;
    struct sheaf_buffer buffer = {0};
    struct span span;
    struct sheaf_error err;
    bool more;
    assert_int_equal(feed_open(&feed, source, NULL, 100, &err), SHEAF_OK);
    assert_int_equal(feed_next(feed, &buffer, &span, &more, &err), SHEAF_INTERNAL);
    feed_close(feed);
    sheaf_source_destroy(source);
    input_back(old);
    child_done(child);
    free(bytes);
}

/* ---- .npy ----------------------------------------------------------------------------------------------- */

static void *npy_bytes(const char *descr, bool fortran, const char *shape, size_t data, size_t *start)
{
    char dictionary[256], header[512];
    snprintf(dictionary, sizeof dictionary, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }", descr,
             fortran ? "True" : "False", shape);
    *start = npy_frame(header, 1, dictionary);
    unsigned char *bytes = counting(data / 8, *start, 0, descr[0] == '>');
    memcpy(bytes, header, *start);
    return bytes;
}

static void npy_streams(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s", path_of("fifo"));
    for (uint64_t block = 1; block < 1000000; block = block * 17 + 3) {
        for (int big = 0; big < 2; big++) {
            size_t start;
            unsigned char *bytes = npy_bytes(big ? ">u8" : "<u8", false, "(101, 99)", 79992, &start);
            pid_t child = fifo_write(path, bytes, start + 79992, AT_ONCE);
            struct sheaf_source *source = open_one(path, NULL);
            assert_int_equal(sheaf_source_rows(source), 9999);
            struct rows rows = read_fed(source, block);
            check_counting(&rows, 9999);
            rows_cleanup(&rows);
            sheaf_source_destroy(source);
            child_done(child);
            free(bytes);
        }
    }
}

static void npy_streams_of_tables_and_fortran_arrays(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s", path_of("fifo"));
    for (uint64_t block = 1; block < 1000000; block = block * 17 + 3) {
        size_t start;
        unsigned char *bytes = npy_bytes("<u8", false, "(3333, 3)", 79992, &start);
        pid_t child = fifo_write(path, bytes, start + 79992, AT_ONCE);
        struct sheaf_reading table = {.columns = (const char *const[]){"3", "1"}, .column_count = 2};
        struct sheaf_source *source = open_one(path, &table);
        struct rows rows = read_fed(source, block);
        uint64_t n = 3333;
        rows_complete(&rows, &n, 1);
        for (size_t i = 0; i < n; i++) {
            assert_int_equal(rows.row[i].cell[0], 3 * i + 2);
            assert_int_equal(rows.row[i].cell[1], 3 * i);
        }
        rows_cleanup(&rows);
        sheaf_source_destroy(source);
        child_done(child);
        free(bytes);

        /* Memory order, with the C-order index of each. */
        bytes = npy_bytes("<u8", true, "(3333, 3)", 79992, &start);
        child = fifo_write(path, bytes, start + 79992, AT_ONCE);
        source = open_one(path, NULL);
        rows = read_fed(source, block);
        n = 9999;
        rows_complete(&rows, &n, 1);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(rows.row[i].cell[0], i % 3 * 3333 + i / 3);
        rows_cleanup(&rows);
        sheaf_source_destroy(source);
        child_done(child);

        child = fifo_write(path, bytes, start + 79992, AT_ONCE);
        refuse(path, &table, SHEAF_INPUT, "is in Fortran order, whose columns come one after the other", SHEAF_UNKNOWN);
        child_done(child);
        free(bytes);
    }
}

/* ---- streams that lie ----------------------------------------------------------------------------------- */

static void fails_with(const void *bytes, size_t size, const struct sheaf_reading *reading, const char *words,
                       int64_t byte)
{
    char path[64];
    struct sheaf_error err;
    snprintf(path, sizeof path, "%s", path_of("fifo"));
    for (uint64_t block = 1; block < 1000000; block = block * 29 + 3) {
        pid_t child = fifo_write(path, bytes, size, AT_ONCE);
        struct sheaf_source *source = open_one(path, reading);
        struct sheaf_buffer buffer = {0};
        struct span span;
        struct feed *feed;
        bool more = true;
        enum sheaf_status status = feed_open(&feed, source, NULL, block, &err);
        while (status == SHEAF_OK && more)
            status = feed_next(feed, &buffer, &span, &more, &err);
        if (status != SHEAF_INPUT || !strstr(err.message, words) || err.byte != byte)
            fail_msg("block %" PRIu64 ": wanted \"%s\" at byte %" PRId64 ", got %s \"%s\" at byte %" PRId64, block,
                     words, byte, sheaf_status_name(status), err.message, err.byte);
        assert_string_equal(err.file, path);
        feed_close(feed);
        sheaf_buffer_cleanup(&buffer);
        sheaf_source_destroy(source);
        child_done(child);
    }
}

static void streams_that_end_early_or_late(void **state)
{
    (void)state;
    unsigned char *bytes = counting(20000, 0, 3, false);
    struct sheaf_reading r = {.type = "u64"};
    fails_with(bytes, 160003, &r, "the stream ends within an element of 8 bytes (u64)", 160003);
    fails_with(bytes, 3, &r, "the stream ends within an element", 3);
    r.count_set = true;
    r.count = 20001;
    fails_with(bytes, 160003, &r, "the stream ends here, after 20000 of 20001 elements", 160003);
    r = (struct sheaf_reading){.type = "u64", .offset = 160004};
    fails_with(bytes, 160003, &r, "ends here, before the first of the data at byte 160004", 160003);
    free(bytes);

    size_t start;
    bytes = npy_bytes("<u8", false, "(5000, 2)", 80008, &start);
    fails_with(bytes, start + 79999, NULL, "the stream ends here, after 9999 of 10000 elements",
               (int64_t)start + 79999);
    fails_with(bytes, start, NULL, "the stream ends here, after 0 of 10000 elements", (int64_t)start);
    fails_with(bytes, start + 80001, NULL, "the stream goes on after the 10000 u64 elements", (int64_t)start + 80000);
    /* A count leaves the rest unread. */
    struct sheaf_reading first = {.count_set = true, .count = 777};
    char path[64];
    snprintf(path, sizeof path, "%s", path_of("fifo"));
    pid_t child = fifo_write(path, bytes, start + 80001, AT_ONCE);
    struct sheaf_source *source = open_one(path, &first);
    struct rows rows = read_fed(source, 1000);
    check_counting(&rows, 777);
    rows_cleanup(&rows);
    sheaf_source_destroy(source);
    child_done(child);
    free(bytes);
}

/* ---- another pass --------------------------------------------------------------------------------------- */

static void kept_streams_are_read_again(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 8192, 8193, 300000};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        unsigned char *bytes = counting(counts[c], 0, 0, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
        pid_t child;
        int old = input_from(bytes, 8 * counts[c], &child);
        struct sheaf_source *source = open_one("-", &(struct sheaf_reading){.type = "u64"});
        /* A pass that stops in the middle, then two whole ones with other blocks. */
        struct feed *feed;
        struct sheaf_buffer buffer = {0};
        struct span span;
        bool more;
        source_keep(source);
        assert_int_equal(feed_open(&feed, source, NULL, 100000, NULL), SHEAF_OK);
        assert_int_equal(feed_next(feed, &buffer, &span, &more, NULL), SHEAF_OK);
        feed_close(feed);
        sheaf_buffer_cleanup(&buffer);
        for (uint64_t block = 777; block < 100000; block *= 100) {
            struct rows rows = read_fed(source, block);
            check_counting(&rows, counts[c]);
            rows_cleanup(&rows);
        }
        sheaf_source_destroy(source);
        input_back(old);
        child_done(child);
        free(bytes);
    }
}

static void both_sides_of_a_pair_are_kept(void **state)
{
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "%s", path_of("fifo"));
    unsigned char *bytes = counting(50000, 0, 0, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    pid_t child = fifo_write(path, bytes, 400000, AT_ONCE);
    struct sheaf_source *pair, *stream = open_one(path, &(struct sheaf_reading){.type = "u64"});
    struct sheaf_reading count = {.count_set = true, .count = 50000};
    assert_int_equal(sheaf_source_pair(&pair, stream, open_one("gen:seq", &count), NULL), SHEAF_OK);
    source_keep(pair);
    for (int pass = 0; pass < 2; pass++) {
        struct rows rows = read_fed(pair, 4096);
        assert_int_equal(rows.count, 50000);
        for (size_t i = 0; i < rows.count; i++)
            assert_true(rows.row[i].cell[0] == i && rows.row[i].cell[1] == i);
        rows_cleanup(&rows);
    }
    sheaf_source_destroy(pair);
    child_done(child);
    free(bytes);
}

static void no_room_to_keep_is_told_when_it_is_wanted(void **state)
{
    (void)state;
    const char *before = getenv("TMPDIR");
    assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
    unsigned char *bytes = counting(100000, 0, 0, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    pid_t child;
    int old = input_from(bytes, 800000, &child);
    struct sheaf_source *source = open_one("-", &(struct sheaf_reading){.type = "u64"});
    source_keep(source);
    struct rows rows = read_fed(source, 10000);
    check_counting(&rows, 100000);
    rows_cleanup(&rows);
    struct feed *feed;
    struct sheaf_buffer buffer = {0};
    struct span span;
    struct sheaf_error err;
    bool more;
    assert_int_equal(feed_open(&feed, source, NULL, 100, &err), SHEAF_OK);
    assert_int_equal(feed_next(feed, &buffer, &span, &more, &err), SHEAF_INPUT);
    assert_non_null(strstr(err.message, "keeping it in /nowhere/at/all for another pass failed: No such file"));
    feed_close(feed);
    sheaf_source_destroy(source);
    input_back(old);
    child_done(child);
    free(bytes);
    if (before)
        setenv("TMPDIR", before, 1);
    else
        unsetenv("TMPDIR");
}

/* ---- several inputs ------------------------------------------------------------------------------------- */

static void files_beside_a_stream_are_fed_too(void **state)
{
    (void)state;
    char path[64], file[64];
    unsigned char *bytes = counting(5000, 0, 0, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    snprintf(file, sizeof file, "%s", file_write("file", bytes, 8 * 300));
    snprintf(path, sizeof path, "%s", path_of("fifo"));
    const char *const names[] = {file, path, file};
    const uint64_t counts[] = {300, 5000, 300};
    for (uint64_t block = 1; block < 1000000; block = block * 29 + 3) {
        pid_t child = fifo_write(path, bytes, 40000, AT_ONCE);
        struct sheaf_source *source = NULL;
        assert_int_equal(sheaf_source_open(&source, names, 3, &(struct sheaf_reading){.type = "u64"}, NULL), SHEAF_OK);
        assert_int_equal(source_access(source), SOURCE_ONCE);
        struct rows rows = read_fed(source, block);
        rows_complete(&rows, counts, 3);
        for (size_t i = 0; i < rows.count; i++)
            assert_int_equal(rows.row[i].cell[0], rows.row[i].at);
        rows_cleanup(&rows);
        sheaf_source_destroy(source);
        child_done(child);
    }
    free(bytes);
}

static void standard_input_is_named_once(void **state)
{
    (void)state;
    const char *const names[] = {"-", "-"};
    refuse_all(names, 2, NULL, SHEAF_USAGE, "", "standard input (-) can be read only once; it is named twice",
               SHEAF_UNKNOWN);
    /* Nor by two sources, as long as the first is there. */
    pid_t child;
    int old = input_from("12345678", 8, &child);
    struct sheaf_source *source = open_one("-", &(struct sheaf_reading){.type = "u64"});
    refuse_all(names, 1, NULL, SHEAF_USAGE, "", "it is named twice", SHEAF_UNKNOWN);
    sheaf_source_destroy(source);
    input_back(old);
    child_done(child);
}

/* ---- interruptions -------------------------------------------------------------------------------------- */

static void nothing(int number)
{
    (void)number;
}

/* Reads are interrupted by signals, and the descriptor is one that does not block. */
static void interruptions_lose_nothing(void **state)
{
    (void)state;
    unsigned char *bytes = counting(3000, 0, 0, __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    int old = dup(0), ends[2];
    assert_int_equal(pipe(ends), 0);
    struct sigaction action = {.sa_handler = nothing}, before;
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    pid_t parent = getpid(), child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (int part = 0; part < 30; part++) {
            usleep(300);
            kill(parent, SIGUSR1);
            usleep(300);
            write_all(ends[1], bytes + part * 800, 800, AT_ONCE);
        }
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], 0);
    close(ends[0]);
    assert_int_equal(fcntl(0, F_SETFL, O_NONBLOCK), 0);
    struct sheaf_source *source = open_one("-", &(struct sheaf_reading){.type = "u64"});
    struct rows rows = read_fed(source, 512);
    check_counting(&rows, 3000);
    rows_cleanup(&rows);
    sheaf_source_destroy(source);
    assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
    input_back(old);
    child_done(child);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(raw_streams),
        cmocka_unit_test(standard_input),
        cmocka_unit_test(another_process_cannot_read_it),
        cmocka_unit_test(npy_streams),
        cmocka_unit_test(npy_streams_of_tables_and_fortran_arrays),
        cmocka_unit_test(streams_that_end_early_or_late),
        cmocka_unit_test(kept_streams_are_read_again),
        cmocka_unit_test(both_sides_of_a_pair_are_kept),
        cmocka_unit_test(no_room_to_keep_is_told_when_it_is_wanted),
        cmocka_unit_test(files_beside_a_stream_are_fed_too),
        cmocka_unit_test(standard_input_is_named_once),
        cmocka_unit_test(interruptions_lose_nothing),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
