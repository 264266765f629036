#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "source/text_lex.h"

static uint64_t state;

static uint64_t draw(void)
{
    return random_next(&state);
}

/* A text in memory of exactly its size, so that a sanitizer sees any byte read outside. */
struct text {
    unsigned char *bytes;
    size_t size;
};

static struct text text_of(const char *bytes, size_t size)
{
    struct text text = {malloc(size ? size : 1), size};
    assert_non_null(text.bytes);
    memcpy(text.bytes, bytes, size);
    return text;
}

/* ---- the oracle: byte by byte, from the grammar ---------------------------------------------------------- */

/* Records as "cell|cell" lines, each prefixed with the byte it starts at. */
static void oracle_delimited(const char *s, size_t n, char delimiter, char *out)
{
    size_t i = 0;
    while (i < n) {
        size_t start = i;
        char line[512];
        size_t size = 0, cells = 0;
        bool blank = true, any_quoted = false, done = false;
        while (!done) {
            char cell[256];
            size_t length = 0;
            bool quoted = i < n && s[i] == '"', closed = false;
            size_t open = i;
            if (quoted) {
                i++;
                any_quoted = true;
                while (i < n && !closed) {
                    if (s[i] == '"' && i + 1 < n && s[i + 1] == '"') {
                        cell[length++] = '"';
                        i += 2;
                    } else if (s[i] == '"') {
                        closed = true;
                        i++;
                    } else {
                        cell[length++] = s[i++];
                    }
                }
                if (!closed) {
                    strcat(out, "open");
                    return;
                }
            }
            size_t rest = i;
            while (i < n && s[i] != delimiter && s[i] != '\n')
                i++;
            size_t rest_end = i;
            if ((i == n || s[i] == '\n') && rest_end > rest && s[rest_end - 1] == '\r')
                rest_end--;
            if (quoted && rest_end > rest) { /* goes on after its closing quote: all of it is text */
                length = rest_end - open;
                memcpy(cell, s + open, length);
            } else {
                memcpy(cell + length, s + rest, rest_end - rest);
                length += rest_end - rest;
            }
            for (size_t k = 0; k < length; k++)
                blank &= cell[k] == ' ' || cell[k] == '\t';
            if (cells++)
                line[size++] = '|';
            memcpy(line + size, cell, length);
            size += length;
            done = i >= n || s[i] == '\n';
            i += i < n;
        }
        line[size] = '\0';
        if (cells > 1 || !blank || any_quoted)
            sprintf(out + strlen(out), "%zu:%s;", start, line);
    }
}

static void oracle_blanks(const char *s, size_t n, char *out)
{
    size_t i = 0;
    while (i < n) {
        size_t start = i, cells = 0;
        char line[512] = "";
        for (; i < n && s[i] != '\n'; i++) {
            if (strchr(" \t\v\f\r", s[i]))
                continue;
            bool first = i == start || strchr(" \t\v\f\r", s[i - 1]);
            if (first && cells++)
                strcat(line, "|");
            strncat(line, s + i, 1);
        }
        i += i < n;
        if (cells)
            sprintf(out + strlen(out), "%zu:%s;", start, line);
    }
}

/* The same from lex_record. */
static void lexed(const struct lex *lex, struct text text, char *out)
{
    struct cell cells[64];
    struct record record = {.cells = cells, .capacity = 64};
    const unsigned char *end = text.bytes + text.size;
    for (const unsigned char *p = text.bytes; p < end; p = record.end) {
        enum lex_result result = lex_record(lex, p, end, true, &record);
        if (result == LEX_OPEN) {
            strcat(out, "open");
            return;
        }
        assert_true(result == LEX_RECORD || result == LEX_BLANK);
        assert_true(record.end > p && record.end <= end);
        assert_int_equal(record.newlines, count_newlines(p, (size_t)(record.end - p)));
        if (result == LEX_BLANK)
            continue;
        sprintf(out + strlen(out), "%zu:", (size_t)(p - text.bytes));
        for (size_t i = 0; i < record.count; i++) {
            char copy[256];
            cell_copy(cells[i], copy, sizeof copy);
            sprintf(out + strlen(out), "%s%s", i ? "|" : "", copy);
        }
        strcat(out, ";");
    }
}

static void check_text(const struct lex *lex, const char *bytes, size_t size)
{
    char expected[4096] = "", got[4096] = "";
    struct text text = text_of(bytes, size);
    if (lex->blanks)
        oracle_blanks(bytes, size, expected);
    else
        oracle_delimited(bytes, size, (char)lex->delimiter, expected);
    lexed(lex, text, got);
    if (strcmp(expected, got) != 0)
        fail_msg("text <<%.*s>>\nexpected <<%s>>\ngot <<%s>>", (int)size, bytes, expected, got);
    free(text.bytes);
}

/* ---- tests ------------------------------------------------------------------------------------------------ */

static void known_texts(void **unused)
{
    (void)unused;
    static const struct {
        const char *text, *records;
    } cases[] = {
        {"a,b\n1,2\n", "0:a|b;4:1|2;"},
        {"a,b\r\n1,2", "0:a|b;5:1|2;"},
        {"1,2\r", "0:1|2;"},
        {"\n\r\n  \n1\n\n", "6:1;"},
        {",\n", "0:|;"},
        {"\"\"\n", "0:;"},
        {"\"a,b\",c\n", "0:a,b|c;"},
        {"\"a\nb\",\"c\"\"d\"\n2,3\n", "0:a\nb|c\"d;13:2|3;"},
        {"a\"b,5\"\n", "0:a\"b|5\";"},
        {"\"a\"b,c\n", "0:\"a\"b|c;"},
        {"\"a\" \n", "0:\"a\" ;"},
        {" \"a\",b\n", "0: \"a\"|b;"},
        {"\"a\"\r\n\"b\"\r", "0:a;5:b;"},
        {"\"a\r\"\n", "0:a\r;"},
        {"a\r\r\n", "0:a\r;"},
        {"1,2\n\"x", "0:1|2;open"},
        {"\"\"\"\"\n", "0:\";"},
        {"1,\n", "0:1|;"},
    };
    struct lex lex;
    lex_init(&lex, false, ',');
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char got[512] = "";
        struct text text = text_of(cases[i].text, strlen(cases[i].text));
        lexed(&lex, text, got);
        assert_string_equal(got, cases[i].records);
        free(text.bytes);
        check_text(&lex, cases[i].text, strlen(cases[i].text));
    }
}

static void known_blanks(void **unused)
{
    (void)unused;
    struct lex lex;
    lex_init(&lex, true, 0);
    const char *bytes = "  1 \t2\r\n\n \t \n3  \"4 5\"\n6";
    char got[512] = "";
    struct text text = text_of(bytes, strlen(bytes));
    lexed(&lex, text, got);
    assert_string_equal(got, "0:1|2;13:3|\"4|5\";22:6;");
    free(text.bytes);
}

static size_t random_text(char *bytes, size_t most, const char *alphabet)
{
    size_t size = draw() % (most + 1), letters = strlen(alphabet);
    for (size_t i = 0; i < size; i++)
        bytes[i] = alphabet[draw() % letters];
    return size;
}

static void random_texts(void **unused)
{
    (void)unused;
    state = 11;
    static const char *const alphabets[] = {"a,\"\n", "1,\"\n\r \t", "ab\",,\n\n\"", "\t \n1\r"};
    struct lex lexes[3];
    lex_init(&lexes[0], false, ',');
    lex_init(&lexes[1], false, '\t');
    lex_init(&lexes[2], true, 0);
    for (int i = 0; i < 200000; i++) {
        char bytes[40];
        size_t size = random_text(bytes, 24, alphabets[draw() % 4]);
        check_text(&lexes[i % 3], bytes, size);
    }
}

/* A record seen only in part asks for more, and is the same once it is whole. */
static void more(void **unused)
{
    (void)unused;
    state = 12;
    struct lex lexes[2];
    lex_init(&lexes[0], false, ',');
    lex_init(&lexes[1], true, 0);
    for (int i = 0; i < 100000; i++) {
        const struct lex *lex = &lexes[i % 2];
        char bytes[40];
        size_t size = random_text(bytes, 24, "1,\"\n\r ");
        struct text whole = text_of(bytes, size);
        struct cell cells[64];
        struct record full = {.cells = cells, .capacity = 64}, part = full;
        if (size == 0 || lex_record(lex, whole.bytes, whole.bytes + size, true, &full) == LEX_OPEN) {
            free(whole.bytes);
            continue;
        }
        size_t length = (size_t)(full.end - whole.bytes);
        for (size_t cut = 1; cut <= size; cut++) {
            struct text head = text_of(bytes, cut);
            enum lex_result result = lex_record(lex, head.bytes, head.bytes + cut, false, &part);
            if (cut < length || bytes[length - 1] != '\n') {
                assert_int_equal(result, LEX_MORE);
            } else {
                assert_true(result == LEX_RECORD || result == LEX_BLANK);
                assert_int_equal(part.end - head.bytes, length);
                assert_int_equal(part.count, full.count);
            }
            free(head.bytes);
        }
        free(whole.bytes);
    }
}

/* Borders, counts and transitions of a text against its records. */
static void borders(void **unused)
{
    (void)unused;
    state = 13;
    struct lex lexes[4];
    lex_init(&lexes[0], false, ',');
    lex_init(&lexes[1], false, ';');
    lex_init(&lexes[2], true, 0);
    lex_init(&lexes[3], false, '\t');
    for (int i = 0; i < 200000; i++) {
        const struct lex *lex = &lexes[i % 4];
        char bytes[64];
        size_t size = random_text(bytes, 40, draw() % 2 ? "1,\"\n\r \t;" : "1,\n; \t\r\n");
        struct text text = text_of(bytes, size);
        const unsigned char *end = text.bytes + size, *p = text.bytes;
        struct record record = {0};
        uint64_t records = 0;
        while (p < end) {
            enum lex_result result = lex_record(lex, p, end, false, &record);
            const unsigned char *border = lex_record_end(lex, LEX_START, p, end);
            if (result == LEX_MORE) {
                assert_null(border);
                break;
            }
            assert_ptr_equal(border, record.end);
            records += result == LEX_RECORD;
            p = record.end;
        }
        size_t whole = (size_t)(p - text.bytes);
        assert_int_equal(lex_whole(lex, text.bytes, size), whole);
        uint64_t counted = 0, newlines = 0;
        lex_count(lex, text.bytes, whole, &counted, &newlines);
        assert_int_equal(counted, records);
        assert_int_equal(newlines, count_newlines(text.bytes, whole));
        if (whole < size) {
            enum lex_result result = lex_record(lex, p, end, true, &record);
            lex_count(lex, p, size - whole, &counted, &newlines);
            if (result != LEX_OPEN)
                assert_int_equal(counted, records + (result == LEX_RECORD));
        }
        free(text.bytes);
    }
}

static void transitions(void **unused)
{
    (void)unused;
    state = 14;
    struct lex lexes[2];
    lex_init(&lexes[0], false, ',');
    lex_init(&lexes[1], true, 0);
    assert_int_equal(lex_transition(&lexes[0], (const unsigned char *)"", 0), LEX_IDENTITY);
    assert_int_equal(lex_transition(&lexes[1], (const unsigned char *)"", 0), LEX_IDENTITY);
    for (int i = 0; i < 100000; i++) {
        const struct lex *lex = &lexes[i % 4 == 3];
        char bytes[64];
        size_t size = random_text(bytes, 30, draw() % 2 ? "1,\"\n\r " : "12,\n"), cut = draw() % (size + 1);
        struct text text = text_of(bytes, size);
        uint8_t all = lex_transition(lex, text.bytes, size), left = lex_transition(lex, text.bytes, cut),
                right = lex_transition(lex, text.bytes + cut, size - cut);
        assert_true(all != 0);
        assert_int_equal(lex_compose(left, right), all);
        assert_int_equal(lex_after(all, LEX_BEGIN), size ? lex_after(all, LEX_START) : LEX_BEGIN);
        /* Where the records end agrees with the state: after a newline that ends one, START. */
        size_t whole = lex_whole(lex, text.bytes, size);
        assert_int_equal(lex_after(lex_transition(lex, text.bytes, whole), LEX_START), LEX_START);
        struct record record = {0};
        if (whole < size) {
            bool open = lex_record(lex, text.bytes + whole, text.bytes + size, true, &record) == LEX_OPEN;
            assert_int_equal(lex_after(all, LEX_START) == LEX_QUOTED, open);
        }
        free(text.bytes);
    }
}

static void nul_bytes(void **unused)
{
    (void)unused;
    static const char *const texts[] = {"1,2@3\n", "\"a@b\",1\n", "@\n", "1,\"a\"@\n", "1 @ 2\n"};
    struct lex lexes[2];
    lex_init(&lexes[0], false, ',');
    lex_init(&lexes[1], true, 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct text text = text_of(texts[i], strlen(texts[i]));
        unsigned char *nul = memchr(text.bytes, '@', text.size);
        *nul = '\0';
        for (int k = 0; k < 2; k++) {
            struct record record = {0};
            assert_int_equal(lex_record(&lexes[k], text.bytes, text.bytes + text.size, true, &record), LEX_BINARY);
            assert_ptr_equal(record.end, nul);
        }
        free(text.bytes);
    }
}

static void cells_beyond_capacity_are_counted(void **unused)
{
    (void)unused;
    struct lex lex;
    lex_init(&lex, false, ',');
    struct cell cells[2];
    struct record record = {.cells = cells, .capacity = 2};
    const char *bytes = "1,2,3,4,5\n";
    const unsigned char *text = (const unsigned char *)bytes;
    assert_int_equal(lex_record(&lex, text, text + strlen(bytes), true, &record), LEX_RECORD);
    assert_int_equal(record.count, 5);
    assert_int_equal(cells[1].size, 1);
    assert_int_equal(*cells[1].text, '2');
}

static void trimmed_and_copied(void **unused)
{
    (void)unused;
    const char *bytes = " \t a\"\"b \t";
    struct cell cell = cell_trim((struct cell){(const unsigned char *)bytes, strlen(bytes), true});
    char copy[16];
    assert_int_equal(cell_copy(cell, copy, sizeof copy), 3);
    assert_string_equal(copy, "a\"b");
    assert_int_equal(cell_copy(cell, copy, 3), 2);
    assert_string_equal(copy, "a\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_texts),
        cmocka_unit_test(known_blanks),
        cmocka_unit_test(random_texts),
        cmocka_unit_test(more),
        cmocka_unit_test(borders),
        cmocka_unit_test(transitions),
        cmocka_unit_test(nul_bytes),
        cmocka_unit_test(cells_beyond_capacity_are_counted),
        cmocka_unit_test(trimmed_and_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
