/* Texts cut in every way: however a text is cut, fed or surveyed, the same records come out, or the same error. */
#include "random.h"
#include "text_fixture.h"

#include <pthread.h>
#include <signal.h>

static uint64_t state;

static uint64_t draw(void)
{
    return random_next(&state);
}

/* ---- reading as a stream ------------------------------------------------------------------------------------- */

#define PIPE "/dev/fd/99"

struct writer {
    int fd;
    const unsigned char *bytes;
    size_t size;
    bool endless; /* over and over, until nobody reads any more */
};

static void *write_pipe(void *argument)
{
    const struct writer *writer = argument;
    ssize_t n = 0;
    do
        for (size_t done = 0; done < writer->size && n >= 0; done += (size_t)n)
            n = write(writer->fd, writer->bytes + done, writer->size - done);
    while (writer->endless && n >= 0);
    close(writer->fd);
    return NULL;
}

static enum sheaf_status list_feed(struct listing *listing, const struct sheaf_source *source, uint64_t block_bytes,
                                   struct sheaf_error *err)
{
    struct feed *feed;
    struct reader *reader;
    struct sheaf_buffer bytes = {0};
    struct span span;
    bool more;
    assert_int_equal(feed_open(&feed, source, both_forms, block_bytes, err), SHEAF_OK);
    assert_int_equal(reader_open(&reader, source, both_forms, err), SHEAF_OK);
    enum sheaf_status status = feed_next(feed, &bytes, &span, &more, err);
    for (uint64_t block = 0; status == SHEAF_OK && more; block++) {
        assert_int_equal(span.block, block);
        /* An exact copy, so that a sanitizer sees any byte read outside. */
        unsigned char *copy = malloc(span.size);
        assert_non_null(copy);
        memcpy(copy, span.bytes, span.size);
        span.bytes = copy;
        status = list_span(listing, reader, &span, err);
        free(copy);
        if (status == SHEAF_OK)
            status = feed_next(feed, &bytes, &span, &more, err);
    }
    reader_close(reader);
    feed_close(feed);
    sheaf_buffer_cleanup(&bytes);
    return status;
}

/* The text through a pipe; rows or the error, without the columns. */
static void read_pipe(struct listing *listing, const void *bytes, size_t size, bool endless,
                      const struct sheaf_reading *reading, uint64_t block_bytes)
{
    enum { SURELY_FITS = 4096 }; /* into a pipe that nobody reads yet */
    const char *const names[] = {PIPE};
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], 99), 99);
    close(ends[0]);
    struct writer writer = {ends[1], bytes, size, endless};
    pthread_t thread;
    if (size <= SURELY_FITS)
        write_pipe(&writer);
    else
        assert_int_equal(pthread_create(&thread, NULL, write_pipe, &writer), 0);
    struct sheaf_source *source = NULL;
    struct sheaf_error err;
    sheaf_error_clear(&err);
    enum sheaf_status status = sheaf_source_open(&source, names, 1, reading, &err);
    if (status == SHEAF_OK) {
        assert_int_equal(source_access(source), SOURCE_ONCE);
        status = list_feed(listing, source, block_bytes, &err);
    }
    sheaf_source_destroy(source);
    close(99);
    if (size > SURELY_FITS)
        assert_int_equal(pthread_join(thread, NULL), 0);
    if (status != SHEAF_OK) {
        char text[1200];
        listing->bytes.size = 0;
        list(listing, "%s %s", sheaf_status_name(status), sheaf_error_text(&err, text, sizeof text));
    }
}

static void read_stream(struct listing *listing, const void *bytes, size_t size, const struct sheaf_reading *reading,
                        uint64_t block_bytes)
{
    read_pipe(listing, bytes, size, false, reading, block_bytes);
}

/* What read_stream is to give for the file "t": its rows with row and line as locating finds them, or the error. */
static void read_located(struct listing *listing, const struct sheaf_reading *reading)
{
    const char *const names[] = {"t"};
    struct sheaf_source *source = NULL;
    struct sheaf_error err;
    struct reader *reader;
    sheaf_error_clear(&err);
    enum sheaf_status status = sheaf_source_open(&source, names, 1, reading, &err);
    if (status == SHEAF_OK) {
        struct span span = {.hi = source->inputs[0].units};
        struct tile tile = {.rows = 1};
        assert_int_equal(reader_open(&reader, source, both_forms, &err), SHEAF_OK);
        status = reader_begin(reader, &span, &err);
        while (status == SHEAF_OK && tile.rows) {
            status = reader_next(reader, &tile, &err);
            if (status != SHEAF_OK)
                break;
            uint64_t rows[8192], lines[8192];
            for (uint64_t i = 0; i < tile.rows; i++) {
                struct sheaf_position position = {0, tile.at[i], SHEAF_UNKNOWN, SHEAF_UNKNOWN};
                struct sheaf_location place;
                assert_int_equal(source_locate(source, &position, &place, &err), SHEAF_OK);
                rows[i] = place.row;
                lines[i] = (uint64_t)place.line;
            }
            tile.row = rows;
            tile.line = lines;
            tile.first.row = (int64_t)rows[0];
            tile.first.line = (int64_t)lines[0];
            list_tile(listing, source, &tile);
        }
        reader_close(reader);
        source_locate_error(source, &err);
    }
    sheaf_source_destroy(source);
    if (status != SHEAF_OK) {
        char text[1200];
        if (err.file[0])
            strcpy(err.file, PIPE);
        listing->bytes.size = 0;
        list(listing, "%s %s", sheaf_status_name(status), sheaf_error_text(&err, text, sizeof text));
    }
}

/* ---- the comparison ------------------------------------------------------------------------------------------- */

static void same(const struct listing *expected, const struct listing *got, const char *how, uint64_t block_bytes,
                 const void *text, size_t size)
{
    if (strcmp(listed(expected), listed(got)) == 0)
        return;
    fail_msg("%s in blocks of %" PRIu64 " gave\n%s\ninstead of\n%s\nfor\n%.*s", how, block_bytes,
             listed(got), listed(expected), (int)size, (const char *)text);
}

static void check_cuts(const void *text, size_t size, const struct sheaf_reading *reading, const uint64_t *blocks,
                       size_t block_count)
{
    const char *const names[] = {"t"};
    struct listing whole = {0}, located = {0}, got = {0};
    write_file("t", text, size);
    read_names(&whole, names, 1, reading, (uint64_t)1 << 40, false);
    read_located(&located, reading);
    for (size_t i = 0; i < block_count; i++) {
        got.bytes.size = 0;
        read_names(&got, names, 1, reading, blocks[i], false);
        same(&whole, &got, "reading", blocks[i], text, size);
        got.bytes.size = 0;
        read_names(&got, names, 1, reading, blocks[i], true);
        same(&whole, &got, "reading backwards", blocks[i], text, size);
    }
    for (size_t i = 0; i < block_count && size; i += 3) {
        got.bytes.size = 0;
        read_stream(&got, text, size, reading, blocks[i]);
        same(&located, &got, "feeding", blocks[i], text, size);
    }
    listing_cleanup(&whole);
    listing_cleanup(&located);
    listing_cleanup(&got);
}

static const char *const first[] = {"1"}, *const na[] = {"NA"};

static void every_block_size(void **unused)
{
    (void)unused;
    static const char *const texts[] = {
        "a,b\n1,2\n3,4\n5,6\n",
        "a,b\r\n1,2\r\n\r\n3,4\r\n5,6",
        "\xef\xbb\xbf\x61,b\n1,2\n\n\n3,4\n  \n5,6\r",
        "a,b\n\"1\",\"2\"\n\"3\",\"4\"\n",
        "a,b\n1,\"x\ny\"\n2,\"\"\"\n\"\n3,\"\n\n\"\n4,z\"\n5,\"q\"r\n6,\"\"\n",
        "a,b\n1,\"long text\n2,two\n3,three\n\"\n4,\"\n5,five\"\n",
        "a b\n 1  2 \n3 4\n\n  5 \t 6",
        "a\tb\n1\t\"x\ty\n\"\n2\t3\n",
        "1\n\n\n\n\n\n\n\n\n\n\n\n2\n",
        "a,b\n1,2\n3\n4,5\n",
        "a,b\n1,\"2\n3\n4,5\n",
        "a,b\n1,x\n2,\"y\nz\"\noops,w\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t size = strlen(texts[i]);
        uint64_t blocks[100];
        for (uint64_t b = 0; b <= size; b++)
            blocks[b] = b + 1;
        check_cuts(texts[i], size, &(struct sheaf_reading){.columns = first, .column_count = 1}, blocks, size + 1);
        check_cuts(texts[i], size, &(struct sheaf_reading){.na = na, .na_count = 1}, blocks, size + 1);
        check_cuts(texts[i], size, &(struct sheaf_reading){.first_line = 3, .last_line = 5}, blocks, size + 1);
        check_cuts(texts[i], size, &(struct sheaf_reading){.skip_lines = 1, .header = -1}, blocks, size + 1);
    }
}

/* ---- random texts ------------------------------------------------------------------------------------------------ */

struct style {
    const char *delimiter, *line_end;
    unsigned columns, quoting;
};

static size_t put(char *text, const char *what)
{
    size_t size = strlen(what);
    memcpy(text, what, size);
    return size;
}

static size_t put_cell(char *text, const struct style *style, unsigned column)
{
    static const char *const words[] = {"x", "two words", "\"a,b\"", "\"line\none\"", "\"he said \"\"no\"\"\"", "",
                                        "\"\"", "5\" disk", "\"\n\n\"", "\"1;2\t3\"", "\"\r\n\""};
    static const char *const plain[] = {"x", "yy", "z-z", "w"};
    if (column % 3 == 2) {
        if (style->quoting && draw() % style->quoting == 0)
            return put(text, words[draw() % (sizeof words / sizeof words[0])]);
        return put(text, plain[draw() % 4]);
    }
    char number[48];
    if (draw() % 12 == 0)
        return put(text, *style->delimiter == ' ' || draw() % 2 ? "NA" : "");
    double value = (double)(int64_t)draw() / (double)(draw() % 1000000 + 1);
    snprintf(number, sizeof number, draw() % 2 ? "%.6g" : "%.17g", draw() % 2 ? value : (double)(draw() % 1000));
    if (style->quoting && draw() % (4 * style->quoting) == 0) {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", number);
        return put(text, quoted);
    }
    return put(text, number);
}

static size_t random_table(char *text, unsigned rows)
{
    static const char *const delimiters[] = {",", ";", "\t", " "};
    struct style style = {delimiters[draw() % 4], draw() % 3 ? "\n" : "\r\n", 1 + draw() % 4, 0};
    if (*style.delimiter != ' ')
        style.quoting = (unsigned[]){0, 1, 3, 20}[draw() % 4];
    size_t size = draw() % 8 ? 0 : put(text, "\xef\xbb\xbf");
    bool header = draw() % 4;
    for (unsigned k = 0; k < style.columns && header; k++) {
        size += k ? put(text + size, style.delimiter) : 0;
        size += put(text + size, (const char *const[]){"a", "b", "\"c\"", "d"}[k]);
    }
    size += put(text + size, style.line_end);
    for (unsigned i = 0; i < rows; i++) {
        for (unsigned k = 0; k < style.columns; k++) {
            size += k ? put(text + size, style.delimiter) : 0;
            size += put_cell(text + size, &style, k);
        }
        if (i + 1 < rows || draw() % 3)
            size += put(text + size, style.line_end);
        if (draw() % 15 == 0)
            size += put(text + size, style.line_end);
    }
    return size;
}

static size_t mutate(char *text, size_t size)
{
    static const char bytes[] = "\"\"\",;\t \n\n\r10-.ex";
    for (uint64_t n = draw() % 4; n > 0 && size; n--) {
        size_t at = draw() % size;
        switch (draw() % 3) {
        case 0:
            text[at] = bytes[draw() % (sizeof bytes - 1)];
            break;
        case 1:
            memmove(text + at + 1, text + at, size - at);
            text[at] = bytes[draw() % (sizeof bytes - 1)];
            size++;
            break;
        default:
            memmove(text + at, text + at + 1, size - at - 1);
            size--;
        }
    }
    return size;
}

static struct sheaf_reading random_reading(void)
{
    static const char *const formats[] = {"csv", "tsv", "space"};
    struct sheaf_reading reading = {.format = draw() % 8 ? NULL : formats[draw() % 3], .header = draw() % 8 ? 0 : 1};
    if (draw() % 2) {
        reading.columns = first;
        reading.column_count = 1;
    }
    if (draw() % 8) {
        reading.na = na;
        reading.na_count = 1;
    }
    reading.skip_lines = draw() % 6 ? 0 : draw() % 4;
    reading.first_line = draw() % 6 ? 0 : draw() % 8;
    reading.last_line = draw() % 6 ? 0 : reading.first_line + draw() % 8;
    return reading;
}

static void random_cuts(void **unused)
{
    (void)unused;
    char text[8192];
    for (uint64_t seed = 0; seed < 1000; seed++) {
        state = seed;
        size_t size = random_table(text, 1 + draw() % 12);
        if (draw() % 2)
            size = mutate(text, size);
        struct sheaf_reading reading = random_reading();
        uint64_t blocks[10] = {1, 2, 3, 7, 16};
        for (int i = 5; i < 10; i++)
            blocks[i] = 1 + draw() % (size + 2);
        check_cuts(text, size, &reading, blocks, 10);
    }
}

/* Texts larger than the window, the head and a tile; records longer than the window. */
static void large_texts(void **unused)
{
    (void)unused;
    enum { ROWS = 30000 };
    static const uint64_t blocks[] = {4096, 100000, 262144, 1000003};
    char *text = malloc(ROWS * 200);
    assert_non_null(text);
    for (uint64_t seed = 100; seed < 104; seed++) {
        state = seed;
        size_t size = random_table(text, ROWS);
        const char *const names[] = {"t"};
        struct sheaf_reading reading = {.na = na, .na_count = 1};
        struct listing whole = {0}, got = {0};
        write_file("t", text, size);
        read_names(&whole, names, 1, &reading, (uint64_t)1 << 40, false);
        for (size_t i = 0; i < 4; i++) {
            got.bytes.size = 0;
            read_names(&got, names, 1, &reading, blocks[i], i % 2);
            if (strcmp(listed(&whole), listed(&got)) != 0)
                fail_msg("seed %" PRIu64 ", blocks of %" PRIu64, seed, blocks[i]);
        }
        listing_cleanup(&whole);
        listing_cleanup(&got);
    }
    free(text);
}

static void long_records(void **unused)
{
    (void)unused;
    enum { LONG = 1500000 };
    static const uint64_t blocks[] = {1000, 65536, 300000, 5000000};
    char *text = malloc(3 * LONG + 100);
    assert_non_null(text);
    for (int quoted = 0; quoted < 2; quoted++) {
        size_t size = put(text, "v,s\n1,a\n2,");
        for (int i = 0; i < 2; i++) {
            text[size++] = quoted ? '"' : 'x';
            for (int k = 0; k < LONG; k++)
                text[size++] = quoted && k % 1000 == 0 ? '\n' : 'y';
            text[size++] = quoted ? '"' : 'x';
            size += put(text + size, i ? "\n4,b" : "\n3,");
        }
        char expected[200];
        snprintf(expected, sizeof expected, "[v|s] 0@4:1;0@8:2;0@%d:3;0@%d:4;", 13 + LONG, 18 + 2 * LONG);
        const char *const names[] = {"t"};
        write_file("t", text, size);
        for (size_t i = 0; i < 4; i++) {
            struct listing got = {0};
            read_names(&got, names, 1, NULL, blocks[i], i % 2);
            assert_string_equal(listed(&got), expected);
            got.bytes.size = 0;
            read_stream(&got, text, size, NULL, blocks[i]);
            snprintf(expected, sizeof expected, "0@4#0/2:1;0@8#1/3:2;0@%d#2/%d:3;0@%d#3/%d:4;", 13 + LONG,
                     quoted ? 4 + LONG / 1000 : 4, 18 + 2 * LONG, quoted ? 5 + 2 * (LONG / 1000) : 5);
            assert_string_equal(listed(&got), expected);
            snprintf(expected, sizeof expected, "[v|s] 0@4:1;0@8:2;0@%d:3;0@%d:4;", 13 + LONG, 18 + 2 * LONG);
            listing_cleanup(&got);
        }
    }
    free(text);
}

/* A block that begins in the plain part of a record, and whose first window ends in the quoted part. */
static void state_across_windows(void **unused)
{
    (void)unused;
    enum { PLAIN = 500000, QUOTED = 500000 };
    static const uint64_t blocks[] = {300000, 310000, 400000, 777777};
    char *text = malloc(PLAIN + QUOTED + 100);
    assert_non_null(text);
    size_t size = put(text, "v,s,t\n1,");
    for (int k = 0; k < PLAIN; k++)
        text[size++] = 'y';
    size += put(text + size, ",\"");
    for (int k = 0; k < QUOTED; k++)
        text[size++] = k % 100 ? '8' : '\n';
    size += put(text + size, "\"\n2,a,b\n");
    char expected[100];
    snprintf(expected, sizeof expected, "[v|s,t] 0@6:1;0@%zu:2;", size - 6);
    check_cuts(text, size, &(struct sheaf_reading){0}, blocks, 4);
    struct listing got = {0};
    read_names(&got, (const char *const[]){"t"}, 1, NULL, blocks[0], false);
    assert_string_equal(listed(&got), expected);
    listing_cleanup(&got);
    free(text);
}

/* A quote that is not closed for a long time; or never, which is an error of the record that opened it. */
static void closed_late_or_never(void **unused)
{
    (void)unused;
    enum { SIZE = 20 * 1000 * 1000 };
    const char *const names[] = {"t"}, *const v[] = {"v"};
    struct sheaf_reading reading = {.columns = v, .column_count = 1};
    char *text = malloc(SIZE);
    assert_non_null(text);
    size_t size = put(text, "v,s\n");
    while (size < 200000)
        size += put(text + size, "1,x\n");
    size_t line = (size - 4) / 4 + 2;
    size += put(text + size, "2,\"open\n");
    while (size + 100 < SIZE)
        size += put(text + size, "3,y\n");
    write_file("t", text, size);
    struct listing got = {0};
    read_names(&got, names, 1, &reading, 3 << 20, false);
    char expected[200];
    snprintf(expected, sizeof expected, "INPUT t:%zu: a quote that is opened in this record is never closed", line);
    assert_string_equal(listed(&got), expected);

    size += put(text + size, "\"\n4,z\n");
    write_file("t", text, size);
    got.bytes.size = 0;
    read_names(&got, names, 1, &reading, 3 << 20, false);
    snprintf(expected, sizeof expected, "0@%zu:2;0@%zu:4;", (line - 2) * 4 + 4, size - 4);
    assert_string_equal(listed(&got) + got.bytes.size - strlen(expected), expected);
    listing_cleanup(&got);
    free(text);
}

/* An error in a block that is read on its own: believed if there is no quote before it, else a survey is asked for. */
static void doubtful_errors(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        enum sheaf_status status;
    } cases[] = {
        {"v,s\n1,\"\nbad,x\n\"\n2,y\n", SHEAF_SURVEY},
        {"v,s\n1,xx\nbad,x\nx\n2,y\n", SHEAF_INPUT},
        {"v,s\n1,\"\nx,x,x\n\"\n2,y\n", SHEAF_SURVEY},
        {"v,s\n1,xx\nx,x,x\nx\n2,y\n", SHEAF_INPUT},
        {"v,s\n1,x\nbad,x\n\"\",y\n", SHEAF_INPUT},
    };
    const char *const names[] = {"t"}, *const v[] = {"v"};
    struct sheaf_reading reading = {.columns = v, .column_count = 1};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sheaf_source *source;
        struct sheaf_error err;
        struct reader *reader;
        struct listing got = {0};
        write_text("t", cases[i].text);
        assert_int_equal(sheaf_source_open(&source, names, 1, &reading, &err), SHEAF_OK);
        assert_int_equal(reader_open(&reader, source, both_forms, &err), SHEAF_OK);
        /* The third line alone, at the end of what is looked at. */
        uint64_t lo = (uint64_t)(strchr(strchr(cases[i].text, '\n') + 1, '\n') + 1 - cases[i].text) - 4;
        struct span span = {.lo = lo, .hi = lo + 3};
        source->inputs[0].units = lo + 6;
        assert_int_equal(list_span(&got, reader, &span, &err), cases[i].status);
        if (cases[i].status == SHEAF_INPUT)
            assert_int_equal(err.byte, lo + 4);
        reader_close(reader);
        sheaf_source_destroy(source);
        listing_cleanup(&got);
    }
}

/* Lines of a stream that lie beyond what was read to recognise it; nothing is read far beyond the last. */
static void far_lines_of_a_stream(void **unused)
{
    (void)unused;
    struct listing text = {0}, got = {0};
    list(&text, "n,s\n");
    for (int i = 2; i <= 60000; i++)
        list(&text, "%d,x\n", i);
    struct sheaf_reading reading = {.first_line = 50000, .last_line = 50002};
    read_pipe(&got, text.bytes.data, text.bytes.size, true, &reading, 1000);
    size_t at = (size_t)(strstr((const char *)text.bytes.data, "\n50000,") - (const char *)text.bytes.data) + 1;
    char expected[200];
    snprintf(expected, sizeof expected, "0@%zu#0/50000:50000;0@%zu#1/50001:50001;0@%zu#2/50002:50002;", at, at + 8,
             at + 16);
    assert_string_equal(listed(&got), expected);
    listing_cleanup(&text);
    listing_cleanup(&got);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* a reader may have seen enough of a pipe */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_size), cmocka_unit_test(random_cuts),  cmocka_unit_test(large_texts),
        cmocka_unit_test(long_records), cmocka_unit_test(state_across_windows),
            cmocka_unit_test(closed_late_or_never), cmocka_unit_test(doubtful_errors),
        cmocka_unit_test(far_lines_of_a_stream),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
