#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "source/text_number.h"

static uint64_t state;

static uint64_t draw(void)
{
    return random_next(&state);
}

static enum number_status parse(const char *text, double *value)
{
    /* An exact copy, so that a sanitizer sees any byte read past the end. */
    size_t size = strlen(text);
    unsigned char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    enum number_status status = number_parse(copy, size, value);
    free(copy);
    return status;
}

static void agrees_with_strtod(const char *text)
{
    double expected = strtod(text, NULL), value = -77;
    enum number_status status = parse(text, &value);
    if (isinf(expected)) {
        if (status != NUMBER_HUGE)
            fail_msg("%s: status %d", text, status);
    } else if (status != NUMBER_OK || memcmp(&value, &expected, sizeof value) != 0) {
        fail_msg("%s: status %d, %a instead of %a", text, status, value, expected);
    }
}

static void random_doubles(void **unused)
{
    (void)unused;
    state = 1;
    for (int i = 0; i < 300000; i++) {
        uint64_t word = draw();
        double value;
        memcpy(&value, &word, sizeof value);
        if (!isfinite(value))
            continue;
        char text[64];
        snprintf(text, sizeof text, "%.*g", 1 + (int)(draw() % 20), value);
        agrees_with_strtod(text);
    }
}

static void random_decimals(void **unused)
{
    (void)unused;
    state = 2;
    for (int i = 0; i < 500000; i++) {
        char text[96];
        size_t size = 0;
        if (draw() % 4 == 0)
            text[size++] = "+-"[draw() % 2];
        size_t digits = 1 + draw() % 24, point = draw() % (digits + 8);
        for (size_t k = 0; k < digits; k++) {
            if (k == point)
                text[size++] = '.';
            text[size++] = (char)('0' + draw() % (draw() % 3 ? 10 : 1));
        }
        if (draw() % 2)
            size += (size_t)snprintf(text + size, sizeof text - size, "%c%d", "eE"[draw() % 2],
                                     (int)(draw() % 80) - 40);
        text[size] = '\0';
        agrees_with_strtod(text);
    }
}

/* Numbers with 53, 54 and 55 significant bits times powers of ten in the exact range: all ties are among them. */
static void ties(void **unused)
{
    (void)unused;
    state = 3;
    for (int i = 0; i < 300000; i++) {
        uint64_t word = (draw() >> 10 | (uint64_t)1 << 53) | 1;
        word += draw() % 3 - 1;
        char text[64];
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)word, (int)(draw() % 60) - 30);
        agrees_with_strtod(text);
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)(draw() >> (draw() % 64)), (int)(draw() % 60) - 30);
        agrees_with_strtod(text);
    }
}

static void hard_cases(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "0", "-0", "0.0", "-0e5", "5.", ".5", "-.5", "+1", "00012", "1e0", "1E+2", "1e-2", "1e22", "1e23", "1e27",
        "1e28",
        "1e-27", "1e-28", "9007199254740993", "9007199254740992.5", "9007199254740993.0000000000000000001",
        "18446744073709551615", "18446744073709551616", "9999999999999999999", "99999999999999999999",
        "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9406564584124654e-324", "2.4703282292062327e-324",
        "2.4703282292062328e-324", "1e-999", "-1e-999", "1.7976931348623157e308", "1.7976931348623158e308",
        "1.797693134862315807e308", "1.797693134862315808e308", "179769313486231570000e288",
        "0e99999999999999999999", "0.0000000000000000000000000000000000000000001e43", "123456789012345678901234567890",
        "1e-99999999999999999999", "0.1", "0.3", "8.41e21", "6.02214076e23", "1e-10", "3.14159265358979323846",
        "89255e-22", "1.00000000000000011102230246251565404236316680908203125",
        "1.00000000000000011102230246251565404236316680908203126",
        "1.00000000000000011102230246251565404236316680908203124",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        agrees_with_strtod(cases[i]);
}

/* 1 + 2^-53 to any number of digits is a tie, and a digit far out breaks it. */
static void long_literals(void **unused)
{
    (void)unused;
    enum { ZEROS = 5000 };
    const char *tie = "1.00000000000000011102230246251565404236316680908203125";
    size_t size = strlen(tie);
    char *text = malloc(size + ZEROS + 16);
    assert_non_null(text);
    memcpy(text, tie, size);
    memset(text + size, '0', ZEROS);
    double value;
    text[size + ZEROS] = '\0';
    assert_int_equal(parse(text, &value), NUMBER_OK);
    assert_true(value == 1.0);
    strcpy(text + size + ZEROS, "1");
    assert_int_equal(parse(text, &value), NUMBER_OK);
    assert_true(value == 0x1.0000000000001p0);
    text[0] = '0';
    text[1] = '.';
    memset(text + 2, '0', ZEROS);
    strcpy(text + 2 + ZEROS, "7e5001");
    assert_int_equal(parse(text, &value), NUMBER_OK);
    assert_true(value == 7.0);
    memset(text, '9', ZEROS);
    strcpy(text + ZEROS, "e-5000");
    assert_int_equal(parse(text, &value), NUMBER_OK);
    assert_true(value == 1.0);
    free(text);
}

static void words(void **unused)
{
    (void)unused;
    static const struct {
        const char *text;
        double value;
    } cases[] = {{"inf", INFINITY},      {"Inf", INFINITY},      {"+INF", INFINITY},       {"-inf", -INFINITY},
                 {"infinity", INFINITY}, {"-Infinity", -INFINITY}, {"INFINITY", INFINITY}, {"nan", NAN},
                 {"NaN", NAN},           {"-NAN", NAN},          {"+nan", NAN}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = 0;
        assert_int_equal(parse(cases[i].text, &value), NUMBER_OK);
        assert_memory_equal(&value, &cases[i].value, sizeof value);
    }
}

static void refused(void **unused)
{
    (void)unused;
    static const char *const cases[] = {
        "", "+", "-", ".", "-.", "+.", "e5", ".e5", "-e5", "1e", "1e+", "1e-", "1e+-2", "+-1", "--1", "1_000", "1,000",
        "1 000", "0x10", "0x1p3", "1.2.3", "1..2", "12a", "a12", " 1", "1 ", "1e5.5", "1f", "1d5", "infi", "infinit",
        "infinity1", "nan(1)", "nans", "na", "in", "1e5e5", "\xc2\xa0", "\xd9\xa1", "1'000", "$1", "1%", "oops",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double value = -77;
        if (parse(cases[i], &value) != NUMBER_NOT)
            fail_msg("\"%s\" was taken for a number", cases[i]);
        assert_true(value == -77);
    }
    static const char *const huge[] = {"1e309", "-1e999", "1e99999999999999999999", "1.7976931348623159e308", "9e308"};
    for (size_t i = 0; i < sizeof huge / sizeof huge[0]; i++) {
        double value = -77;
        assert_int_equal(parse(huge[i], &value), NUMBER_HUGE);
        assert_true(value == -77);
    }
}

static void any_locale(void **unused)
{
    (void)unused;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "tr_TR.UTF-8"};
    const char *found = NULL;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++)
        found = setlocale(LC_ALL, names[i]);
    if (!found) {
        print_message("no locale with a decimal comma is installed\n");
        skip();
    }
    double value;
    assert_int_equal(parse("1.5", &value), NUMBER_OK);
    assert_true(value == 1.5);
    assert_int_equal(parse("1.5e-40", &value), NUMBER_OK);
    assert_true(value == 1.5e-40);
    assert_int_equal(parse("1,5", &value), NUMBER_NOT);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_doubles), cmocka_unit_test(random_decimals), cmocka_unit_test(ties),
        cmocka_unit_test(hard_cases),     cmocka_unit_test(long_literals),   cmocka_unit_test(words),
        cmocka_unit_test(refused),        cmocka_unit_test(any_locale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
