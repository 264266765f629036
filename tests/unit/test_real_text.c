/* The shortest text of a double: the least digits that come back as it, as the C library writes them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sheaf/result.h>

enum { RANDOM_ROUNDS = 100000 };

static double of_bits(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* SplitMix64. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* Tries every number of digits, but for those below 15 of a normal number: its text of 15 has no zeros at the end. */
static void check(double value)
{
    char got[32], expected[32];
    for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17; digits++) {
        snprintf(expected, sizeof expected, "%.*g", digits, value);
        if (strtod(expected, NULL) == value)
            break;
    }
    assert_string_equal(sheaf_real_text(value, got), expected);
}

static void check_around(double value)
{
    for (int i = 0; i < 4; i++)
        value = nextafter(value, -INFINITY);
    for (int i = 0; i < 9; i++, value = nextafter(value, INFINITY))
        if (isfinite(value))
            check(value);
}

static void special(void **unused)
{
    (void)unused;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"}, {-0.0, "-0"}, {NAN, "NaN"}, {INFINITY, "Infinity"}, {-INFINITY, "-Infinity"}, {0.1, "0.1"},
        {-2.5, "-2.5"},
        {1e15, "1e+15"}, {999999999999999, "999999999999999"}, {0.1 + 0.2, "0.30000000000000004"}, {5e-324, "5e-324"},
        {DBL_MAX, "1.7976931348623157e+308"}, {DBL_MIN, "2.2250738585072014e-308"}, {9007199254740994, "9007199254740994"},
        {0.0001, "0.0001"}, {1e-5, "1e-05"}, {1e23, "1e+23"}, {9.5367431640625e-07, "9.5367431640625e-07"},
    };
    char text[32];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(sheaf_real_text(cases[i].value, text), cases[i].text);
}

static void powers(void **unused)
{
    (void)unused;
    for (int e = -1074; e < 1024; e++)
        check_around(ldexp(1, e));
    for (int e = -323; e <= 308; e++) {
        char text[16];
        snprintf(text, sizeof text, "1e%d", e);
        check_around(strtod(text, NULL));
    }
}

/* Of any bits, and near those of 1 to 17 digits. */
static void random_numbers(void **unused)
{
    (void)unused;
    uint64_t state = 7;
    for (int i = 0; i < RANDOM_ROUNDS; i++) {
        double value = of_bits(draw(&state));
        if (isfinite(value))
            check(value);
        char text[48];
        uint64_t digits = draw(&state) % (uint64_t)pow(10, 1 + (double)(draw(&state) % 17));
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)digits, (int)(draw(&state) % 60) - 40);
        check(strtod(text, NULL));
        check(nextafter(strtod(text, NULL), i & 1 ? INFINITY : -INFINITY));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(special),
        cmocka_unit_test(powers),
        cmocka_unit_test(random_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
