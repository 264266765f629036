/* Text read as decimals: every form of number against GMP, under every cut and instruction set; what is refused. */
#include "text_fixture.h"

#include <gmp.h>

#include "base/cpu.h"
#include "source/text_number.h"

static const char *const levels[] = {"portable", "avx2", "avx512"};
enum { LEVELS = sizeof levels / sizeof levels[0] };

/* ---- numbers in one canonical form --------------------------------------------------------------------------------- */

/* "-123e-2": whole x 10^exponent without zeros at the end; "0" for zero. Clears `whole`. */
static void canonical(mpz_t whole, long exponent, char *text)
{
    while (mpz_sgn(whole) && mpz_divisible_ui_p(whole, 10)) {
        mpz_divexact_ui(whole, whole, 10);
        exponent++;
    }
    mpz_get_str(text, 10, whole);
    if (mpz_sgn(whole))
        sprintf(text + strlen(text), "e%ld", exponent);
    mpz_clear(whole);
}

enum { MOST_TEXT = 3000 };

/* What a cell says, read independently of the reader: "-" for missing, "nan", "inf", "-inf". */
static void canonical_cell(const char *cell, char *text)
{
    static const struct {
        const char *cell, *text;
    } words[] = {{"", "-"}, {"NA", "-"}, {"-999", "-"}, {"nan", "nan"}, {"-NaN", "nan"}, {"inf", "inf"},
                 {"+Infinity", "inf"}, {"-inf", "-inf"}};
    char trimmed[MOST_TEXT], digits[MOST_TEXT] = "";
    sscanf(cell, " %2999[^ \t]", strcpy(trimmed, ""));
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(trimmed, words[i].cell) == 0) {
            strcpy(text, words[i].text);
            return;
        }
    }
    long exponent = 0;
    const char *e = strpbrk(trimmed, "eE"), *point = strchr(trimmed, '.'), *end = e ? e : trimmed + strlen(trimmed);
    if (e)
        exponent = strtol(e + 1, NULL, 10);
    if (point)
        exponent -= end - point - 1;
    size_t count = 0;
    for (const char *c = trimmed + (*trimmed == '+'); c < end; c++)
        if (*c != '.')
            digits[count++] = *c;
    mpz_t whole;
    assert_int_equal(mpz_init_set_str(whole, digits, 10), 0);
    canonical(whole, exponent, text);
}

static void canonical_row(const struct tile_column *column, uint64_t rows, uint64_t i, char *text)
{
    static const char *const specials[] = {"", "nan", "inf", "-inf"};
    mpz_t whole, term;
    mpz_init(whole);
    mpz_init(term);
    int sign = 0;
    for (uint32_t j = column->terms; j-- > 0;) {
        int64_t value = ((const int64_t *)column->data)[j * rows + i];
        assert_true(value > -1000000000000000000 && value < 1000000000000000000);
        if (sign == 0)
            sign = (value > 0) - (value < 0);
        assert_true(sign == 0 || value == 0 || (value > 0) == (sign > 0));
        mpz_ui_pow_ui(term, 10, 18);
        mpz_mul(whole, whole, term);
        mpz_set_si(term, value);
        mpz_add(whole, whole, term);
    }
    mpz_clear(term);
    bool missing = column->valid && !column->valid[i], special = column->special && column->special[i];
    assert_true(!(missing || special) || mpz_sgn(whole) == 0);
    canonical(whole, column->exponent, text);
    if (missing)
        strcpy(text, "-");
    else if (special)
        strcpy(text, specials[column->special[i]]);
}

/* ---- random texts ------------------------------------------------------------------------------------------------ */

static uint64_t seed;

static uint64_t below(uint64_t limit)
{
    seed = seed * 6364136223846793005 + 1442695040888963407;
    return (seed >> 33) % limit;
}

static void put_digits(char **to, size_t count)
{
    while (count--)
        *(*to)++ = (char)('0' + below(10));
}

static void put_sign(char **to)
{
    static const char signs[] = {'-', '+'};
    if (below(3) == 0)
        *(*to)++ = signs[below(2)];
}

static void put_fixed(char **to, size_t most)
{
    size_t before = below(most + 1), behind = below(most - before + 1);
    put_sign(to);
    put_digits(to, before + (before + behind == 0));
    if (behind || below(4) == 0)
        *(*to)++ = '.';
    put_digits(to, behind);
}

enum flavour { SHORT, LONG, MIXED, HOLES, WIDE, FLAVOURS };

/* A cell; never an empty one where `alone`, since that were a blank line. */
static void make_cell(char *cell, enum flavour flavour, bool alone)
{
    static const char *const odd[] = {"NA", "-999", "-999.0", "nan", "-NaN", "inf", "+Infinity", "-inf", "0", "-0",
                                      "-0.000",
                                      "+.5", "5.", " 7.25", "7.25 ", "00000000000000000000000001", "0e99999", "-0e-99999",
                                      "1000000000000000000", "999999999999999999", "-18446744073709551615"};
    char *to = cell;
    *to = '\0';
    if (flavour == SHORT || (flavour == HOLES && below(3))) {
        put_fixed(&to, 7);
    } else if (flavour == LONG) {
        put_fixed(&to, 15 + below(15));
    } else if (flavour == HOLES || below(3) == 0) {
        strcpy(cell, alone || below(2) ? odd[below(sizeof odd / sizeof odd[0])] : "");
        return;
    } else {
        put_fixed(&to, flavour == WIDE && below(20) == 0 ? 400 : 1 + below(25));
        if (below(2))
            to += sprintf(to, "%c%d", "eE"[below(2)],
                          (int)below(flavour == WIDE ? 1400 : 40) - (flavour == WIDE ? 700 : 20));
    }
    *to = '\0';
}

enum { ROWS = 700, MOST_COLUMNS = 3 };

/* A text and what it holds. */
struct sample {
    int columns;
    bool reals; /* no number is beyond a double */
    char *cell[ROWS][MOST_COLUMNS];
    uint64_t at[ROWS];
};

static void sample_write(struct sample *sample, const char *name, enum flavour flavour, int columns)
{
    char cell[MOST_TEXT];
    struct sheaf_buffer text = {0};
    const char *end = below(2) ? "\r\n" : "\n";
    sample->columns = columns;
    sample->reals = flavour != WIDE && below(2);
    for (int i = 0; i < ROWS; i++) {
        if (flavour != SHORT && below(50) == 0)
            assert_int_equal(sheaf_buffer_append(&text, end, strlen(end)), SHEAF_OK);
        sample->at[i] = text.size;
        for (int k = 0; k < columns; k++) {
            make_cell(cell, flavour, columns == 1);
            sample->cell[i][k] = strdup(cell);
            assert_int_equal(sheaf_buffer_append(&text, cell, strlen(cell)), SHEAF_OK);
            const char *after = k + 1 < columns ? "," : end;
            bool last = i + 1 == ROWS && k + 1 == columns && below(2);
            assert_int_equal(sheaf_buffer_append(&text, after, last ? 0 : strlen(after)), SHEAF_OK);
        }
    }
    write_file(name, text.data, text.size);
    sheaf_buffer_cleanup(&text);
}

static void sample_free(struct sample *sample)
{
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < sample->columns; k++)
            free(sample->cell[i][k]);
}

static void check_real(double real, const char *cell)
{
    char expected[MOST_TEXT];
    canonical_cell(cell, expected);
    double wanted = strcmp(expected, "-") == 0 ? 0 : strtod(cell, NULL);
    if (strcmp(expected, "nan") == 0)
        wanted = NAN;
    if (memcmp(&real, &wanted, sizeof real) != 0)
        fail_msg("\"%s\" became the double %a", cell, real);
}

/* Checks rows `row` and on; returns the next one. The columns begin with `first` of the tile. */
static int check_tile(const struct sample *sample, const struct tile *tile, int first, int row, bool positions)
{
    char got[MOST_TEXT], expected[MOST_TEXT];
    for (uint64_t i = 0; i < tile->rows; i++, row++) {
        assert_true(row < ROWS);
        if (positions)
            assert_int_equal(tile->at[i], sample->at[row]);
        for (int k = 0; k < sample->columns; k++) {
            const struct tile_column *column = &tile->columns[first + k];
            assert_int_equal(column->type, SHEAF_DECIMAL);
            assert_true(tile->rows * column->terms <= TILE_BYTES / sizeof(int64_t));
            canonical_row(column, tile->rows, i, got);
            canonical_cell(sample->cell[row][k], expected);
            if (strcmp(got, expected) != 0)
                fail_msg("row %d: \"%s\" became %s", row, sample->cell[row][k], got);
            assert_int_equal(sample->reals, column->reals != NULL);
            if (column->reals)
                check_real(column->reals[i], sample->cell[row][k]);
        }
    }
    return row;
}

static const char *const na[] = {"NA", "-999"};
static const struct sheaf_reading reading = {.format = "csv", .header = -1, .na = na, .na_count = 2};

static struct sheaf_source *open_sample(const char *name, int columns)
{
    static const char *const numbers[] = {"1", "2", "3"};
    struct sheaf_reading with_columns = reading;
    struct sheaf_source *source = NULL;
    struct sheaf_error err;
    with_columns.columns = numbers;
    with_columns.column_count = (size_t)columns;
    if (sheaf_source_open(&source, &name, 1, &with_columns, &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    return source;
}

static void read_all(const struct sheaf_source *source, const struct sample *sample, uint64_t block_bytes)
{
    static const uint8_t decimals[MOST_COLUMNS] = {FORM_DECIMAL, FORM_DECIMAL, FORM_DECIMAL};
    struct cut cut;
    struct reader *reader;
    struct sheaf_error err;
    int row = 0;
    assert_int_equal(cut_init(&cut, source, block_bytes, &err), SHEAF_OK);
    assert_int_equal(reader_open(&reader, source, sample->reals ? both_forms : decimals, &err), SHEAF_OK);
    for (uint64_t b = 0; b < cut.block_count; b++) {
        struct span span = cut_span(&cut, b);
        struct tile tile = {.rows = 1};
        assert_int_equal(reader_begin(reader, &span, &err), SHEAF_OK);
        while (tile.rows) {
            if (reader_next(reader, &tile, &err) != SHEAF_OK)
                fail_msg("%s", err.message);
            row = check_tile(sample, &tile, 0, row, true);
        }
    }
    assert_int_equal(row, ROWS);
    reader_close(reader);
    cut_cleanup(&cut);
}

static void every_form(void **unused)
{
    (void)unused;
    static const uint64_t blocks[] = {1 << 20, 1, 100, 3000};
    static struct sample sample;
    for (unsigned trial = 0; trial < 4 * FLAVOURS; trial++) {
        seed = trial;
        int columns = trial % 2 ? 3 : 1;
        sample_write(&sample, "t", trial / 2 % FLAVOURS, columns);
        struct sheaf_source *source = open_sample("t", columns);
        for (size_t level = 0; level < LEVELS; level++) {
            assert_int_equal(cpu_limit(levels[level], NULL), SHEAF_OK);
            for (size_t b = 0; b < (level ? 1 : sizeof blocks / sizeof blocks[0]); b++)
                read_all(source, &sample, blocks[b]);
        }
        sheaf_source_destroy(source);
        sample_free(&sample);
    }
    assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
}

/* Only doubles are asked for: they are those that the decimals round to. */
static void doubles_alone(void **unused)
{
    (void)unused;
    static const uint8_t reals[MOST_COLUMNS] = {FORM_REAL, FORM_REAL, FORM_REAL};
    static struct sample sample;
    for (unsigned trial = 0; trial < 2 * WIDE * LEVELS; trial++) {
        seed = 1000 + trial;
        assert_int_equal(cpu_limit(levels[trial % LEVELS], NULL), SHEAF_OK);
        sample_write(&sample, "t", trial / LEVELS % WIDE, 3);
        struct sheaf_source *source = open_sample("t", 3);
        struct sheaf_error err;
        struct reader *reader;
        struct span span = {.hi = source->inputs[0].units};
        struct tile tile = {.rows = 1};
        int row = 0;
        assert_int_equal(reader_open(&reader, source, reals, &err), SHEAF_OK);
        assert_int_equal(reader_begin(reader, &span, &err), SHEAF_OK);
        while (tile.rows) {
            assert_int_equal(reader_next(reader, &tile, &err), SHEAF_OK);
            for (uint64_t i = 0; i < tile.rows; i++, row++)
                for (int k = 0; k < 3; k++)
                    check_real(((const double *)tile.columns[k].data)[i], sample.cell[row][k]);
        }
        assert_int_equal(row, ROWS);
        reader_close(reader);
        sheaf_source_destroy(source);
        sample_free(&sample);
    }
    assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
}

/* Two texts side by side, fed: decimals of both, in slices that end where either side's do. */
static void a_pair_of_texts(void **unused)
{
    (void)unused;
    static struct sample a, b;
    for (unsigned trial = 0; trial < 2 * FLAVOURS; trial++) {
        seed = 2000 + trial;
        sample_write(&a, "a", trial % FLAVOURS, 1 + (int)trial % 2);
        sample_write(&b, "b", (trial + trial / FLAVOURS) % FLAVOURS, 1);
        if (a.reals != b.reals)
            a.reals = b.reals = false;
        struct sheaf_source *pair;
        struct sheaf_error err;
        struct feed *feed;
        struct reader *reader;
        struct sheaf_buffer bytes = {0};
        struct span span;
        bool more = true;
        int row = 0;
        assert_int_equal(sheaf_source_pair(&pair, open_sample("a", a.columns), open_sample("b", 1), &err), SHEAF_OK);
        const uint8_t *forms = a.reals ? both_forms : NULL;
        assert_int_equal(feed_open(&feed, pair, forms, 5000, &err), SHEAF_OK);
        assert_int_equal(reader_open(&reader, pair, forms, &err), SHEAF_OK);
        while (more) {
            struct tile tile = {.rows = 1};
            assert_int_equal(feed_next(feed, &bytes, &span, &more, &err), SHEAF_OK);
            assert_true(!more || reader_begin(reader, &span, &err) == SHEAF_OK);
            while (more && tile.rows) {
                assert_int_equal(reader_next(reader, &tile, &err), SHEAF_OK);
                check_tile(&b, &tile, a.columns, row, false);
                row = check_tile(&a, &tile, 0, row, true);
            }
        }
        assert_int_equal(row, ROWS);
        reader_close(reader);
        feed_close(feed);
        sheaf_buffer_cleanup(&bytes);
        sheaf_source_destroy(pair);
        sample_free(&a);
        sample_free(&b);
    }
}

static void types_of_pairs(void **unused)
{
    (void)unused;
    static const double values[] = {1, 2};
    const char *const names[] = {"t", "raw"};
    static const struct sheaf_reading raw = {.type = "f64"}, rounded = {.as = "f64", .header = -1}, plain = {.header = -1};
    const struct sheaf_reading *const others[] = {&plain, &raw, &rounded};
    static const enum sheaf_type expected[] = {SHEAF_DECIMAL, SHEAF_F64, SHEAF_F64};
    write_text("t", "0.1\n0.2\n");
    write_file("raw", values, sizeof values);
    for (size_t i = 0; i < 3; i++) {
        struct sheaf_source *a, *b, *pair;
        assert_int_equal(sheaf_source_open(&a, names, 1, &plain, NULL), SHEAF_OK);
        assert_int_equal(sheaf_source_open(&b, names + (i == 1), 1, others[i], NULL), SHEAF_OK);
        assert_int_equal(sheaf_source_pair(&pair, a, b, NULL), SHEAF_OK);
        assert_int_equal(sheaf_source_column_type(pair, 0), expected[i]);
        assert_int_equal(sheaf_source_column_type(pair, 1), expected[i]);
        sheaf_source_destroy(pair);
    }
}

/* ---- bytes of any kind ------------------------------------------------------------------------------------------- */

/* Whatever the bytes, every cut and every instruction set read the same, or refuse the same. */
static void any_bytes(void **unused)
{
    (void)unused;
    static const char *const alphabets[] = {"0123456789,\n", "0123456789.,,\n\n", "0123456789.-+e\n", "12.5,\n\r \t",
                                            "1234567890123456789.,\n\"", "12,\nxE."};
    static const uint64_t blocks[] = {1, 5, 64, 333};
    static const struct sheaf_reading as_csv = {.format = "csv", .header = -1};
    const char *const names[] = {"t"};
    char bytes[2000];
    for (unsigned trial = 0; trial < 300; trial++) {
        seed = 3000 + trial;
        const char *alphabet = alphabets[trial % (sizeof alphabets / sizeof alphabets[0])];
        size_t size = 1 + below(trial % 7 ? 300 : sizeof bytes - 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = alphabet[below(strlen(alphabet))];
        /* Long stretches in order before the disorder, so that there is something to be read. */
        for (size_t i = 0; trial % 3 && i + 7 < size * 2 / 3; i += 7)
            memcpy(bytes + i, trial % 2 ? "12.345\n" : "-1.234\n", 7);
        write_file("t", bytes, size);
        struct listing first = {0};
        assert_int_equal(cpu_limit("portable", NULL), SHEAF_OK);
        read_names(&first, names, 1, &as_csv, 1 << 20, false);
        for (size_t level = 0; level < LEVELS; level++) {
            assert_int_equal(cpu_limit(levels[level], NULL), SHEAF_OK);
            for (size_t b = 0; b < 2 + 2 * (level == 0); b++) {
                struct listing got = {0};
                read_names(&got, names, 1, &as_csv, level ? blocks[b + 2] : blocks[b], b == 3);
                if (strcmp(listed(&got), listed(&first)) != 0)
                    fail_msg("trial %u, %s: %.*s\ngave\n%s\ninstead of\n%s", trial, levels[level], (int)size, bytes,
                             listed(&got), listed(&first));
                listing_cleanup(&got);
            }
        }
        listing_cleanup(&first);
    }
    assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
}

/* ---- what is accepted -------------------------------------------------------------------------------------------- */

static enum number_status whole_status(const char *text)
{
    struct number number;
    struct number_limbs limbs;
    enum number_status status = number_scan((const unsigned char *)text, strlen(text), &number);
    return status == NUMBER_OK && number.special == SHEAF_FINITE ? number_whole(&number, &limbs) : status;
}

static void reach(void **unused)
{
    (void)unused;
    static const char *const accepted[] = {"1e1151", "9e1151", "0.1e1152", "1000e1148", "1e-1152", "1000e-1155",
                                           "0e-999999999", "0.000e99999999999999999999", "1e999", "1e-999", "+.5"};
    static const char *const above[] = {"1e1152", "10e1151", "1e99999999999999999999", "1.5e1152"};
    static const char *const below[] = {"1e-1153", "0.1e-1152", "1.5e-1152", "-1e-99999999999999999999", "10e-1154"};
    static const char *const not_numbers[] = {"-.", "+", "", "0x10", "1_000", "1,000", "1e", "--1", "1.2.3",
                                              "NAN(1)", "1 2"};
    for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
        assert_int_equal(whole_status(accepted[i]), NUMBER_OK);
    for (size_t i = 0; i < sizeof above / sizeof above[0]; i++)
        assert_int_equal(whole_status(above[i]), NUMBER_ABOVE);
    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++)
        assert_int_equal(whole_status(below[i]), NUMBER_BELOW);
    for (size_t i = 0; i < sizeof not_numbers / sizeof not_numbers[0]; i++)
        assert_int_equal(whole_status(not_numbers[i]), NUMBER_NOT);
    /* All the digits that there can be, and zeros around them. */
    char text[2 * MOST_TEXT] = "000";
    size_t size = 3;
    for (int i = 0; i < SHEAF_DECIMAL_REACH; i++)
        text[size++] = '7';
    text[size++] = '.';
    for (int i = 0; i < SHEAF_DECIMAL_REACH; i++)
        text[size++] = '3';
    for (int i = 0; i < 2000; i++)
        text[size++] = '0';
    text[size] = '\0';
    assert_int_equal(whole_status(text), NUMBER_OK);
    text[size - 1] = '1';
    assert_int_equal(whole_status(text), NUMBER_BELOW);
    /* The zeros do not say which: 1 and 1160 zeros, a point, 1200 zeros. */
    text[0] = '1';
    memset(text + 1, '0', 2361);
    text[1161] = '.';
    text[2362] = '\0';
    assert_int_equal(whole_status(text), NUMBER_ABOVE);
    text[2361] = '7'; /* and below, which no rounding helps */
    assert_int_equal(whole_status(text), NUMBER_ABOVE);
    text[0] = '0';
    assert_int_equal(whole_status(text), NUMBER_BELOW);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form),     cmocka_unit_test(doubles_alone), cmocka_unit_test(a_pair_of_texts),
        cmocka_unit_test(types_of_pairs), cmocka_unit_test(any_bytes),     cmocka_unit_test(reach),
    };
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
