/* Opening texts: formats, headers, columns, lines; what is read; every error with its place. */
#include "text_fixture.h"

#include "source/text.h"
#include "source/text_schema.h"

/* Reads the text as file "t" in one block and in blocks of 7 bytes, forwards and backwards: the same each time. */
static void expect_bytes(const char *text, size_t size, struct sheaf_reading reading, const char *expected)
{
    const char *const names[] = {"t"};
    write_file("t", text, size);
    static const struct {
        uint64_t block_bytes;
        bool backwards;
    } ways[] = {{1 << 20, false}, {7, false}, {7, true}, {1, false}};
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct listing got = {0};
        read_names(&got, names, 1, &reading, ways[i].block_bytes, ways[i].backwards);
        if (strcmp(listed(&got), expected) != 0)
            fail_msg("in blocks of %" PRIu64 ":\n%s\ngave\n%s\ninstead of\n%s", ways[i].block_bytes, text, listed(&got),
                     expected);
        listing_cleanup(&got);
    }
}

static void expect(const char *text, struct sheaf_reading reading, const char *expected)
{
    expect_bytes(text, strlen(text), reading, expected);
}

static const struct sheaf_reading by_content;

static void plain_texts(void **unused)
{
    (void)unused;
    expect("a,b\n1,2\n3,4\n", by_content, "[a,b] 0@4:1,2;0@8:3,4;");
    expect("1,2\n3,4", by_content, "[1,2] 0@0:1,2;0@4:3,4;");
    expect("a\tb\n1\t2\n", by_content, "[a,b] 0@4:1,2;");
    expect("a;b\n1;2\n", by_content, "[a,b] 0@4:1,2;");
    expect("x  y\n 1   2 \n\t3 4\n", by_content, "[x,y] 0@5:1,2;0@13:3,4;");
    expect("5\n6\n\n7\n", by_content, "[1] 0@0:5;0@2:6;0@5:7;");
    expect("v\n1e3\n-.5\nnan\n-inf\n", by_content, "[v] 0@2:1000;0@6:-0.5;0@10:nan;0@14:-inf;");
    expect("42", by_content, "[1] 0@0:42;");
}

static void line_ends(void **unused)
{
    (void)unused;
    expect("a,b\r\n1,2\r\n3,4\r\n", by_content, "[a,b] 0@5:1,2;0@10:3,4;");
    expect("a,b\r\n1,2\r\n3,4", by_content, "[a,b] 0@5:1,2;0@10:3,4;");
    expect("a,b\r\n1,2\r\n3,4\r", by_content, "[a,b] 0@5:1,2;0@10:3,4;");
    expect("\xef\xbb\xbf" "a,b\n1,2\n", by_content, "[a,b] 0@7:1,2;");
    expect("\xef\xbb\xbf" "1,2\n3,4\n", by_content, "[1,2] 0@3:1,2;0@7:3,4;");
    expect("\n\na,b\n\n1,2\n  \n\r\n3,4\n\n", by_content, "[a,b] 0@7:1,2;0@16:3,4;");
    expect("a b\r\n1 2\r\n", by_content, "[a,b] 0@5:1,2;");
}

static void quotes(void **unused)
{
    (void)unused;
    expect("\"a\",\"b\"\n1,2\n3,4\n", by_content, "[a,b] 0@8:1,2;0@12:3,4;");
    expect("a,b\n\"1\",\"2\"\n", by_content, "[a,b] 0@4:1,2;");
    expect("s,v\n\"x,\n\ny\",1\n\"\"\"\n\",2\nz,3\n", by_content, "[v|s] 0@4:1;0@14:2;0@22:3;");
    expect("s,v\n5\" disk,1\n\"q\"z,2\n", by_content, "[v|s] 0@4:1;0@14:2;");
    expect("\"a \"\"b\"\" c\",v\n1,2\n", by_content, "[a \"b\" c,v] 0@14:1,2;");
    expect("\"x\ny\",v\r\n1,2\r\n", by_content, "[x\ny,v] 0@9:1,2;");
    const char *const b[] = {"b"};
    struct sheaf_reading space = {.format = "space", .columns = b, .column_count = 1};
    expect("a b\n1 \"2\n3 4\n", space, "INPUT t:2: column \"b\": \"\"2\" is not a number (if it stands for a missing "
                                      "value, say --na '\"2')");
}

static void delimiters(void **unused)
{
    (void)unused;
    struct sheaf_reading bar = {.delimiter = '|'}, csv = {.format = "csv"}, tsv = {.format = "tsv"},
                         space = {.format = "space"}, blank = {.delimiter = ' '};
    expect("a|b\n1|2\n", bar, "[a,b] 0@4:1,2;");
    expect("a;b,c\n1;2,3\n", csv, "[c|a;b] 0@6:3;");
    expect("a b\tc\n1\t2\n", tsv, "[a b,c] 0@6:1,2;");
    expect("1  2\n", space, "[1,2] 0@0:1,2;");
    expect("1  2\n", blank, "[1,2,3] 0@0:1,-,2;");
    /* A decimal comma is refused, not misread. */
    expect("a;b\n1,5;2,5\n", by_content,
           "INPUT t: none of its columns (2) holds numbers; if a delimiter, a header or a word for missing values is "
           "special, say so (--delimiter, --header, --na), or name a column (--column)");
    expect("a|b\n1|2,5\n", by_content, "[a|b] 0@4:1;");
    expect("name,v\nx y,1\nz w,2\n", by_content, "[v|name] 0@7:1;0@13:2;");
    expect("d t,v\n1 2,1\n", by_content, "[v|d t] 0@6:1;");
}

static void sniffed(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        int delimiter;
    } cases[] = {
        {"a,b\n1,2\n", ','},      {"a\tb,c\n1\t2,3\n", '\t'}, {"1,5;2\n3,5;4\n", ';'}, {"1 2\n3 4\n", DELIMITER_BLANKS},
        {"1\n2\n", ','},          {"", ','},                  {"a b c\n1,2\n", ','},   {"\"a;b\",c\n\"d;e\",1\n", ','},
        {"1, 2\n3, 4\n", ','},    {"x", ','},                 {"1 2", DELIMITER_BLANKS}, {"\"a\nb\";1\n2;3\n", ';'},
        {"x\ty;z\n1;2\n3;4\n", ';'},      {"a|b c\n1|2 3\n", '|'}, {"1,5|2,5\n3,5|4\n", '|'},  {"a,b\nx|y,2\nz,3\n", ','},
        {"a;b|c\n1;2|3\n", ';'},         {"1 | 2\n3 | 4\n", '|'},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (i != 6) /* no delimiter serves it: checked for not failing only */
            assert_int_equal(schema_delimiter((const unsigned char *)cases[i].text, strlen(cases[i].text)),
                             cases[i].delimiter);
    /* One ragged line among many does not hide the delimiter. */
    char text[4096] = "p q,r\n";
    for (int i = 0; i < 50; i++)
        strcat(text, i == 20 ? "1 2,3,4\n" : "1 2,3\n");
    assert_int_equal(schema_delimiter((const unsigned char *)text, strlen(text)), ',');
}

static void headers(void **unused)
{
    (void)unused;
    struct sheaf_reading yes = {.header = 1}, no = {.header = -1};
    expect("1,2\n3,4\n", yes, "[1,2] 0@4:3,4;");
    expect("2020,2021\n3,4\n", yes, "[2020,2021] 0@10:3,4;");
    expect("a,b\n1,2\n", no,
           "INPUT t:1: column \"1\": \"a\" is not a number (if it names the column, say --header; if it stands "
           "for a missing value, say --na 'a')");
    expect("a,b\n1,2\nc,d\n", no,
           "INPUT t: none of its columns (2) holds numbers; if a delimiter, a header or a word for missing values is "
           "special, say so (--delimiter, --header, --na), or name a column (--column)");
    /* Missing cells make no column text. */
    expect("a,b,c\n,1,x\n,2,y\n", by_content, "[a,b|c] 0@6:-,1;0@11:-,2;");
    /* Not a number where the next row's is: */
    expect("x,1\ny,2\n", by_content, "[2|1] 0@0:1;0@4:2;");
    expect("x,1\n5,2\n", by_content, "[x,1] 0@4:5,2;");
    expect("a,b\n,\n1,2\n", by_content, "[a,b] 0@4:-,-;0@6:1,2;");
    expect(",2\n3,4\n", by_content, "[1,2] 0@0:-,2;0@3:3,4;");
    expect(",b\n0,1\n", by_content, "[1,b] 0@3:0,1;");
    expect("nan,inf\n1,2\n", by_content, "[1,2] 0@0:nan,inf;0@8:1,2;");
    /* A header alone. */
    expect("a,b\n", yes, "[a,b] ");
    expect(" a , b\n1,2\n", by_content, "[a,b] 0@7:1,2;");
}

static void columns(void **unused)
{
    (void)unused;
    const char *text = "id,v,2,word\n1,10,100,x\n2,20,200,y\n";
    const char *const v[] = {"v"}, *const swapped[] = {"v", "id"}, *const by_number[] = {"3"},
                      *const by_name[] = {"2"}, *const twice[] = {"v", "v"}, *const word[] = {"word"},
                      *const unknown[] = {"V"}, *const beyond[] = {"1234567"}, *const five[] = {"5"};
    expect(text, by_content, "[id,v,2|word] 0@12:1,10,100;0@23:2,20,200;");
    expect(text, (struct sheaf_reading){.columns = v, .column_count = 1}, "[v] 0@12:10;0@23:20;");
    expect(text, (struct sheaf_reading){.columns = swapped, .column_count = 2}, "[v,id] 0@12:10,1;0@23:20,2;");
    expect(text, (struct sheaf_reading){.columns = by_number, .column_count = 1}, "[2] 0@12:100;0@23:200;");
    expect(text, (struct sheaf_reading){.columns = by_name, .column_count = 1}, "[2] 0@12:100;0@23:200;");
    expect(text, (struct sheaf_reading){.columns = twice, .column_count = 2}, "[v,v] 0@12:10,10;0@23:20,20;");
    expect(text, (struct sheaf_reading){.columns = word, .column_count = 1},
           "INPUT t:2: column \"word\": \"x\" is not a number (if it stands for a missing value, say --na 'x')");
    expect(text, (struct sheaf_reading){.columns = unknown, .column_count = 1},
           "USAGE t: there is no column \"V\" (did you mean \"v\"?); there are: id, v, 2, word");
    expect(text, (struct sheaf_reading){.columns = beyond, .column_count = 1},
           "USAGE t: there is no column \"1234567\"; there are: id, v, 2, word");
    expect("1,2\n", (struct sheaf_reading){.columns = five, .column_count = 1},
           "USAGE t: there is no column \"5\"; columns here have numbers only, 1 to 2");
    const char *const x[] = {"x"}, *const second[] = {"2"};
    expect("x,x\n1,2\n", (struct sheaf_reading){.columns = x, .column_count = 1},
           "USAGE t: columns 1 and 2 are both called \"x\"; say which by its number");
    expect("x,x\n1,2\n", (struct sheaf_reading){.columns = second, .column_count = 1}, "[x] 0@4:2;");
}

static void missing_cells(void **unused)
{
    (void)unused;
    const char *const na[] = {"NA", "-999"};
    struct sheaf_reading with_na = {.na = na, .na_count = 2};
    expect("a,b\n1,\n,2\n\"\", 3\n", by_content, "[a,b] 0@4:1,-;0@7:-,2;0@10:-,3;");
    expect("a,b\n1,NA\n-999,2\n NA ,\"-999\"\n", with_na, "[a,b] 0@4:1,-;0@9:-,2;0@16:-,-;");
    expect("a,b\n1,NA\n2,NA\n3,3\n", by_content, "[a|b] 0@4:1;0@9:2;0@14:3;");
    expect("a,b\n1,NA\n2,3\n", by_content,
           "INPUT t:2: column \"b\": \"NA\" is not a number (if it stands for a missing value, say --na 'NA')");
    expect("a\tb\n\t1\n2\t\n", by_content, "[a,b] 0@4:-,1;0@7:2,-;");
    expect("a,b\n1,\n2,\n", by_content, "[a,b] 0@4:1,-;0@7:2,-;");
}

static void lines(void **unused)
{
    (void)unused;
    const char *text = "junk,\n\"more\nh,k\n1,2\n3,4\n\n5,6\n7,8\n";
    struct sheaf_reading skip = {.skip_lines = 2};
    expect(text, skip, "[h,k] 0@16:1,2;0@20:3,4;0@25:5,6;0@29:7,8;");
    skip.first_line = 5;
    skip.last_line = 7;
    expect(text, skip, "[h,k] 0@20:3,4;0@25:5,6;");
    skip.first_line = 8;
    skip.last_line = 100;
    expect(text, skip, "[h,k] 0@29:7,8;");
    skip.first_line = skip.last_line = 6;
    expect(text, skip, "[h,k] ");
    skip.first_line = 100;
    skip.last_line = 0;
    expect(text, skip, "[h,k] ");
    struct sheaf_reading range = {.first_line = 2, .last_line = 3};
    expect("1,2\n3,4\n5,6\n7,8\n", range, "[1,2] 0@4:3,4;0@8:5,6;");
    /* A footer that is not read makes no column text. */
    range.first_line = 0;
    range.last_line = 2;
    expect("a,b\n5,6\nsum,6\n", range, "[a,b] 0@4:5,6;");
    expect("1,2\n3,4\nsum,6\n", range, "[1,2] 0@0:1,2;0@4:3,4;");
    /* Nor do units below the header. */
    range.first_line = 3;
    range.last_line = 0;
    expect("a,b\nm,s\n5,6\n7,8\n", range, "[a,b] 0@8:5,6;0@12:7,8;");
    /* A record belongs to the line on which it begins. */
    range.first_line = 3;
    range.last_line = 5;
    expect("s,v\n\"\n\n\",1\nx,2\n", range, "[v|s] 0@11:2;");
    range.first_line = 0;
    range.last_line = 2;
    expect("s,v\n\"\n\n\",1\nx,2\n", range, "[v|s] 0@4:1;");
    range.first_line = 9;
    expect("1\n", range, "USAGE lines 9:2: the last comes before the first");
    struct sheaf_reading all_skipped = {.skip_lines = 50};
    expect("1\n2\n", all_skipped, "INPUT t: there is no record in it after the skipped lines");
}

/* Lines far beyond what is read to recognise a text. */
static void far_lines(void **unused)
{
    (void)unused;
    struct listing text = {0}, got = {0};
    list(&text, "n,s\n");
    for (int i = 2; i <= 60000; i++)
        list(&text, i % 1000 == 0 ? "%d,\"a\n\n\"\n" : "%d,x\n", i);
    write_file("far", text.bytes.data, text.bytes.size);
    const char *const names[] = {"far"};
    /* Each of the records 1000, 2000, ... takes three lines. */
    struct sheaf_reading reading = {.first_line = 50000 + 2 * 49, .last_line = 50000 + 2 * 49 + 4};
    read_names(&got, names, 1, &reading, 1000, false);
    assert_non_null(strstr(listed(&got), ":50000;"));
    assert_non_null(strstr(listed(&got), ":50001;"));
    assert_non_null(strstr(listed(&got), ":50002;"));
    assert_null(strstr(listed(&got), ":50003;"));
    assert_null(strstr(listed(&got), ":49999;"));
    got.bytes.size = 0;
    reading = (struct sheaf_reading){.skip_lines = 59990 + 2 * 59, .header = -1};
    read_names(&got, names, 1, &reading, 1000, false);
    assert_non_null(strstr(listed(&got), "[1|2] "));
    assert_non_null(strstr(listed(&got), ":59991;"));
    assert_null(strstr(listed(&got), ":59990;"));
    listing_cleanup(&text);
    listing_cleanup(&got);
}

static void bad_data(void **unused)
{
    (void)unused;
    expect("a,b\n1,2\n3,oops\n", (struct sheaf_reading){.columns = (const char *const[]){"b"}, .column_count = 1},
           "INPUT t:3: column \"b\": \"oops\" is not a number (if it stands for a missing value, say --na 'oops')");
    expect("1\n2\noops\n3\n", by_content,
           "INPUT t:3: column \"1\": \"oops\" is not a number (if it stands for a missing value, say --na 'oops')");
    expect("v,w\n1,x\n2,3\n4,5\n", by_content,
           "INPUT t:2: column \"w\": \"x\" is not a number (if it stands for a missing value, say --na 'x')");
    expect("v,w\n1,x\n2,3\n4,y\n", by_content, "[v|w] 0@4:1;0@8:2;0@12:4;");
    expect("a,b\n1,2\n\n3\n", by_content, "INPUT t:4: 1 cell here, but the header has 2");
    expect("a,b\n1,2\n3,4,5\n", by_content,
           "INPUT t:3: 3 cells here, but the header has 2 (a delimiter inside a cell needs quotes around the cell)");
    expect("1 2\n3 4 5\n", by_content, "INPUT t:2: 3 cells here, but the first record has 2");
    expect("a,b\n1,2\n3,1e400\n", by_content,
           "INPUT t:3: column \"b\": \"1e400\" is beyond the largest double (1.797...e308)");
    expect("a,b\n1,2\n\"x\n\ny\",4\n5,6\n7,bad\n",
           (struct sheaf_reading){.columns = (const char *const[]){"b"}, .column_count = 1},
           "INPUT t:7: column \"b\": \"bad\" is not a number (if it stands for a missing value, say --na 'bad')");
    expect("a,b\n1,2\n\"x,4\n5,6\n", (struct sheaf_reading){.columns = (const char *const[]){"b"}, .column_count = 1},
           "INPUT t:3: a quote that is opened in this record is never closed");
    expect("\"a,b\n1,2\n", by_content, "INPUT t:1: a quote that is opened in this record is never closed");
    expect("\n \n", by_content, "INPUT t: there is no record in it");
    expect("", by_content, "INPUT t: is empty: there is nothing to read");
    expect("a,b\n1,\x01\t\x7f" "0123456789012345678901234567890123456789012345678901234567890123456789\n",
           (struct sheaf_reading){.columns = (const char *const[]){"b"}, .column_count = 1},
           "INPUT t:2: column \"b\": \"???012345678901234567890123456789012345678901234567890123456...\" is not a "
           "number (if it stands for a missing value, say --na "
           "'???012345678901234567890123456789012345678901234567890123456...')");
    struct sheaf_reading csv = {.format = "csv"};
    const char nul[] = "a,b\n1,2\n3,\0\n";
    expect_bytes(nul, sizeof nul - 1, csv,
                 "INPUT t:3: there is a NUL byte (byte 10 of the input), so this is not text; raw binary numbers need "
                 "their type named (--type f64, i32, u8, ...)");
}

static void bad_requests(void **unused)
{
    (void)unused;
    expect("1\n", (struct sheaf_reading){.format = "csv", .type = "f64"},
           "USAGE type, endian, offset and count are for raw data; text is limited with --skip-lines N or --lines A:B");
    expect("1\n", (struct sheaf_reading){.delimiter = '"'}, "USAGE a quote or a line end cannot be the delimiter");
    expect("1\n", (struct sheaf_reading){.format = "space", .delimiter = ','},
           "USAGE the format \"space\" is separated by runs of blanks and takes no other delimiter; use the format "
           "\"csv\"");
}

static void expect_files(const char *const *names, size_t count, struct sheaf_reading reading, const char *expected)
{
    for (uint64_t block_bytes = 1; block_bytes < 100; block_bytes += 3) {
        struct listing got = {0};
        read_names(&got, names, count, &reading, block_bytes, block_bytes % 2);
        assert_string_equal(listed(&got), expected);
        listing_cleanup(&got);
    }
}

static void several_files(void **unused)
{
    (void)unused;
    write_text("one", "a,b,s\n1,2,x\n");
    write_text("two", "b,a,s\n3,4,y\n5,6,z\n");
    write_text("empty", "a,b,s\n");
    write_text("other", "a,c,s\n1,2,x\n");
    write_text("wide", "a,b,s,t\n1,2,x,4\n");
    write_text("bare", "7,8,x\n");
    const char *const a_names[] = {"a"}, *const second[] = {"2"};
    const struct sheaf_reading a = {.columns = a_names, .column_count = 1},
                               number = {.columns = second, .column_count = 1};
    expect_files((const char *const[]){"one", "two", "empty", "one"}, 4, by_content,
                 "[a,b|s] 0@6:1,2;1@6:4,3;1@12:6,5;3@6:1,2;");
    expect_files((const char *const[]){"one", "two"}, 2, a, "[a] 0@6:1;1@6:4;1@12:6;");
    expect_files((const char *const[]){"one", "other"}, 2, a, "[a] 0@6:1;1@6:1;");
    expect_files((const char *const[]){"one", "other"}, 2, by_content,
                 "INPUT other: has no column \"b\" where one has one; all inputs of one run need the same");
    expect_files((const char *const[]){"one", "two"}, 2, number,
                 "INPUT two: has a column \"a\" where one has \"b\"; all inputs of one run need the same");
    expect_files((const char *const[]){"one", "wide"}, 2, by_content,
                 "INPUT wide: has 4 columns where one has 3; all inputs of one run need the same");
    expect_files((const char *const[]){"one", "bare"}, 2, by_content,
                 "INPUT bare: has no column \"a\" where one has one; all inputs of one run need the same");
    expect_files((const char *const[]){"bare", "bare"}, 2, by_content, "[1,2|3] 0@0:7,8;1@0:7,8;");
    write_text("bad", "a,b,s\n1,2,x\n1,?,x\n");
    expect_files((const char *const[]){"one", "bad"}, 2, by_content,
                 "INPUT bad:3: column \"b\": \"?\" is not a number (if it stands for a missing value, say --na '?')");
}

static void shrinking_file(void **unused)
{
    (void)unused;
    const char *const names[] = {"t"};
    struct sheaf_source *source;
    struct sheaf_error err;
    struct listing got = {0};
    write_text("t", "1\n2\n3\n4\n5\n6\n");
    assert_int_equal(sheaf_source_open(&source, names, 1, NULL, &err), SHEAF_OK);
    assert_int_equal(truncate("t", 5), 0);
    assert_int_equal(list_source(&got, source, 4, false, &err), SHEAF_INPUT);
    assert_string_equal(err.file, "t");
    assert_int_equal(err.byte, 5);
    assert_non_null(strstr(err.message, "shrank while it was read"));
    sheaf_source_destroy(source);
    listing_cleanup(&got);
}

static void located(void **unused)
{
    (void)unused;
    const char *const names[] = {"t"};
    struct sheaf_source *source;
    struct sheaf_error err;
    write_text("t", "skipped\ns,v\n\"\n\n\",1\n\n  \nx,2\ny,3");
    struct sheaf_reading reading = {.skip_lines = 1};
    assert_int_equal(sheaf_source_open(&source, names, 1, &reading, &err), SHEAF_OK);
    static const struct {
        uint64_t at, row;
        int64_t line;
    } places[] = {{12, 0, 3}, {23, 1, 8}, {27, 2, 9}};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct sheaf_position position = {0, places[i].at, SHEAF_UNKNOWN, SHEAF_UNKNOWN};
        struct sheaf_location place;
        assert_int_equal(source_locate(source, &position, &place, &err), SHEAF_OK);
        assert_int_equal(place.row, places[i].row);
        assert_int_equal(place.line, places[i].line);
        assert_true(place.text && place.alone);
        assert_string_equal(place.file, "t");
    }
    sheaf_source_destroy(source);
}

static void recipe(void **unused)
{
    (void)unused;
    write_text("one", "s;a;b\n\"x\n\";1;NA\ny;2;3\n");
    write_text("two", "b;s;a\n5;z;4\n");
    const char *const names[] = {"one", "two"}, *const na[] = {"NA"};
    struct sheaf_reading reading = {.na = na, .na_count = 1, .last_line = 4};
    struct sheaf_source *source, *copy;
    struct sheaf_error err;
    struct sheaf_buffer bytes = {0};
    assert_int_equal(sheaf_source_open(&source, names, 2, &reading, &err), SHEAF_OK);
    assert_int_equal(source_pack(source, &bytes, &err), SHEAF_OK);
    assert_int_equal(source_unpack(&copy, bytes.data, bytes.size, &err), SHEAF_OK);
    struct listing expected = {0}, got = {0};
    assert_int_equal(list_source(&expected, source, 5, false, &err), SHEAF_OK);
    assert_int_equal(list_source(&got, copy, 3, true, &err), SHEAF_OK);
    assert_string_equal(listed(&expected), "0@6:1,-;0@16:2,3;1@6:4,5;");
    assert_string_equal(listed(&got), listed(&expected));
    assert_string_equal(sheaf_source_format(copy), "csv");
    assert_string_equal(sheaf_source_left_out_name(copy, 0), "s");
    sheaf_source_destroy(copy);
    /* Every shortened recipe is refused; so is every one with a byte turned over, or it still reads in bounds. */
    for (size_t size = 0; size < bytes.size; size++) {
        unsigned char *part = malloc(size ? size : 1);
        assert_non_null(part);
        memcpy(part, bytes.data, size);
        assert_int_not_equal(source_unpack(&copy, part, size, &err), SHEAF_OK);
        free(part);
    }
    for (size_t i = 0; i < bytes.size; i++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes.data[i] ^= (unsigned char)(1 << bit);
            if (source_unpack(&copy, bytes.data, bytes.size, &err) == SHEAF_OK) {
                struct listing any = {0};
                if (source_access(copy) == SOURCE_CUTTABLE)
                    (void)!list_source(&any, copy, 1 << 20, false, &err);
                listing_cleanup(&any);
                sheaf_source_destroy(copy);
            }
            bytes.data[i] ^= (unsigned char)(1 << bit);
        }
    }
    sheaf_source_destroy(source);
    sheaf_buffer_cleanup(&bytes);
    listing_cleanup(&expected);
    listing_cleanup(&got);
}

static void many_columns(void **unused)
{
    (void)unused;
    enum { COLUMNS = 20000, ROWS = 20 };
    struct listing text = {0};
    for (int k = 0; k < COLUMNS; k++)
        list(&text, "%scolumn%d", k ? "," : "", k);
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < COLUMNS; k++)
            list(&text, "%s%d", k ? "," : "\n", i * COLUMNS + k);
    write_file("t", text.bytes.data, text.bytes.size);
    const char *const names[] = {"t"}, *const last[] = {"column19999"};
    struct sheaf_source *source;
    struct sheaf_error err;
    assert_int_equal(sheaf_source_open(&source, names, 1, NULL, &err), SHEAF_OK);
    assert_int_equal(sheaf_source_column_count(source), COLUMNS);
    struct reader *reader;
    struct tile tile;
    struct span span = {.hi = source->inputs[0].units};
    assert_int_equal(reader_open(&reader, source, NULL, &err), SHEAF_OK);
    assert_int_equal(reader_begin(reader, &span, &err), SHEAF_OK);
    assert_int_equal(reader_next(reader, &tile, &err), SHEAF_OK);
    assert_int_equal(tile.rows, ROWS);
    for (int k = 0; k < COLUMNS; k++)
        assert_true(((const int64_t *)tile.columns[k].data)[ROWS - 1] == (ROWS - 1) * COLUMNS + k);
    reader_close(reader);
    sheaf_source_destroy(source);
    struct listing got = {0};
    struct sheaf_reading one = {.columns = last, .column_count = 1};
    read_names(&got, names, 1, &one, 100000, false);
    assert_non_null(strstr(listed(&got), ":399999;"));
    listing_cleanup(&text);
    listing_cleanup(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_texts),    cmocka_unit_test(line_ends),    cmocka_unit_test(quotes),
        cmocka_unit_test(delimiters),     cmocka_unit_test(sniffed),      cmocka_unit_test(headers),
        cmocka_unit_test(columns),        cmocka_unit_test(missing_cells), cmocka_unit_test(lines),
        cmocka_unit_test(far_lines),      cmocka_unit_test(bad_data),     cmocka_unit_test(bad_requests),
        cmocka_unit_test(several_files),  cmocka_unit_test(shrinking_file), cmocka_unit_test(located),
        cmocka_unit_test(recipe),         cmocka_unit_test(many_columns),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
