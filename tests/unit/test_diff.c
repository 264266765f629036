/* diff, against arithmetic of its own: long doubles and 128-bit integers, decimal text rounded by strtod, and steps
 * counted with nextafter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/drive.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sheaf_result compare(enum sheaf_type x_type, const void *x, enum sheaf_type y_type, const void *y,
                                   uint64_t rows)
{
    struct drive_input input = {.roles = 2, .types = {x_type, y_type}, .data = {x, y}, .rows = rows};
    return drive_result(sheaf_kernel_find("diff"), NULL, &input, &(struct drive){0});
}

static const struct sheaf_value *value(const struct sheaf_result *result, const char *name)
{
    const struct sheaf_entry *entry = sheaf_result_find(result, name);
    assert_non_null(entry);
    return &entry->value;
}

static void assert_shown(const struct sheaf_result *result, const char *name, const char *expected)
{
    char real[32];
    const struct sheaf_value *v = value(result, name);
    const char *shown = v->kind == SHEAF_NULL ? "null" : v->kind == SHEAF_REAL ? sheaf_real_text(v->real, real) : v->text;
    if (v->kind == SHEAF_REAL && strtod(expected, NULL) == v->real)
        return;
    if (strcmp(shown, expected) != 0)
        fail_msg("%s is %s, not %s", name, shown, expected);
}

struct expected {
    const char *differ, *first, *absolute, *relative, *ulp;
};

static void assert_pair(enum sheaf_type x_type, const void *x, enum sheaf_type y_type, const void *y, uint64_t rows,
                        struct expected expected)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        struct sheaf_result result =
            swapped ? compare(y_type, y, x_type, x, rows) : compare(x_type, x, y_type, y, rows);
        assert_int_equal(result.count, 5);
        assert_shown(&result, "differ", expected.differ);
        assert_shown(&result, "first", expected.first);
        assert_shown(&result, "max_abs", expected.absolute);
        assert_shown(&result, "max_rel", expected.relative);
        assert_shown(&result, "max_ulp", expected.ulp);
        sheaf_result_cleanup(&result);
    }
}

static void doubles(void **state)
{
    (void)state;
    const double x[] = {1, -0.0, 0.25, NAN, INFINITY, 5}, y[] = {1, 0.0, 0.5, -NAN, INFINITY, 4};
    assert_pair(SHEAF_F64, x, SHEAF_F64, y, 2, (struct expected){"0", "null", "0", "0", "0"});
    assert_pair(SHEAF_F64, x, SHEAF_F64, y, 6, (struct expected){"2", "2", "1", "0.5", "4503599627370496"});
    const double huge[] = {DBL_MAX, 1}, opposite[] = {-DBL_MAX, 1};
    assert_pair(SHEAF_F64, huge, SHEAF_F64, opposite, 2,
                (struct expected){"1", "0", "Infinity", "2", "18437736874454810622"});
    const double tiny[] = {0x1p-1074}, zero[] = {-0.0};
    assert_pair(SHEAF_F64, tiny, SHEAF_F64, zero, 1, (struct expected){"1", "0", "5e-324", "1", "1"});
}

static void infinities_and_nan(void **state)
{
    (void)state;
    const double finite[] = {DBL_MAX, 3}, infinite[] = {INFINITY, 3}, nan[] = {NAN, 4};
    assert_pair(SHEAF_F64, finite, SHEAF_F64, infinite, 2, (struct expected){"1", "0", "Infinity", "Infinity", "1"});
    assert_pair(SHEAF_F64, finite, SHEAF_F64, nan, 2, (struct expected){"2", "0", "NaN", "NaN", "NaN"});
    const uint64_t most[] = {UINT64_MAX, 3};
    assert_pair(SHEAF_U64, most, SHEAF_F64, nan, 2, (struct expected){"2", "0", "NaN", "NaN", "NaN"});
    const double minus_infinity[] = {-INFINITY, 3};
    assert_pair(SHEAF_U64, most, SHEAF_F64, minus_infinity, 2,
                (struct expected){"1", "0", "Infinity", "Infinity", "14114281232179134464"});
}

static void floats(void **state)
{
    (void)state;
    const float x[] = {1, 0.1f, 16777216}, y[] = {1, 0.1f, 16777218};
    assert_pair(SHEAF_F32, x, SHEAF_F32, y, 3, (struct expected){"1", "2", "2", "1.1920927533992823e-07", "1"});
    const double wide[] = {1, 0.1, 16777216}; /* 0.1f is not 0.1 */
    assert_pair(SHEAF_F32, x, SHEAF_F64, wide, 3,
                (struct expected){"1", "1", "1.4901161138336505e-09", "1.4901160916291903e-08", "107374182"});
}

static void integers(void **state)
{
    (void)state;
    const int64_t x[] = {INT64_MIN, -1, 7}, same[] = {INT64_MIN, -1, 7};
    const uint64_t y[] = {UINT64_MAX, UINT64_MAX, 7};
    assert_pair(SHEAF_I64, x, SHEAF_U64, y, 3,
                (struct expected){"2", "0", "27670116110564327423", "1.5", "27670116110564327423"});
    assert_pair(SHEAF_I64, x, SHEAF_I64, same, 3, (struct expected){"0", "null", "0", "0", "0"});
    const int8_t bytes[] = {-128, 100}, others[] = {-127, 100};
    const uint8_t unsigned_bytes[] = {128, 100};
    assert_pair(SHEAF_I8, bytes, SHEAF_I8, others, 2, (struct expected){"1", "0", "1", "0.0078125", "1"});
    assert_pair(SHEAF_I8, bytes, SHEAF_U8, unsigned_bytes, 2, (struct expected){"1", "0", "256", "2", "256"});
}

/* 2^53 + 1 is not a double; its neighbours must not be taken for it. */
static void wide_integers_beside_doubles(void **state)
{
    (void)state;
    const int64_t x[] = {(INT64_C(1) << 53) + 1, -(INT64_C(1) << 53) - 1, INT64_MAX};
    const double down[] = {0x1p53, -0x1p53, 0x1p63}, up[] = {0x1p53 + 2, -0x1p53 - 2, 0x1p63};
    assert_pair(SHEAF_I64, x, SHEAF_F64, down, 3, (struct expected){"3", "0", "1", "1.1102230246251565e-16", "0"});
    assert_pair(SHEAF_I64, x, SHEAF_F64, up, 1, (struct expected){"1", "0", "1", "1.1102230246251563e-16", "1"});
    const uint64_t most[] = {UINT64_MAX};
    const float far[] = {-1e30f}, near[] = {0x1p64f};
    assert_pair(SHEAF_U64, most, SHEAF_F32, near, 1, (struct expected){"1", "0", "1", "5.421010862427522e-20", "0"});
    struct sheaf_result result = compare(SHEAF_U64, most, SHEAF_F32, far, 1);
    assert_shown(&result, "max_abs", "1.000000015065913e+30");
    sheaf_result_cleanup(&result);
    const int32_t narrow[] = {INT32_MIN};
    const double half[] = {-2147483648.5};
    assert_pair(SHEAF_I32, narrow, SHEAF_F64, half, 1,
                (struct expected){"1", "0", "0.5", "2.3283064359965952e-10", "1048576"});
}

/* |v - k / 1024| as exact decimal text, which strtod rounds. */
static double plain_difference(__int128 v, __int128 k)
{
    __int128 d = v * 1024 - k;
    unsigned __int128 magnitude = d < 0 ? (unsigned __int128)-d : (unsigned __int128)d;
    unsigned long long whole = (unsigned long long)(magnitude >> 40); /* 2^30 each */
    unsigned long long rest = (unsigned long long)(magnitude & ((UINT64_C(1) << 40) - 1));
    /* whole * 2^30 + rest / 1024, digit groups of 10^10 */
    unsigned __int128 integral = (unsigned __int128)whole << 30 | rest >> 10;
    unsigned long long fraction = (unsigned long long)((rest & 1023) * UINT64_C(9765625)); /* of 10^10 */
    char text[64];
    snprintf(text, sizeof text, "%llu%010llu.%010llu", (unsigned long long)(integral / UINT64_C(10000000000)),
             (unsigned long long)(integral % UINT64_C(10000000000)), fraction);
    return strtod(text, NULL);
}

static void wide_integers_round_once(void **state)
{
    (void)state;
    uint64_t seed = 7;
    for (unsigned i = 0; i < 20000; i++) {
        int64_t v = (int64_t)random_next(&seed) >> random_next(&seed) % 12;
        double y = (double)((int64_t)random_next(&seed) >> random_next(&seed) % 64) / 1024;
        y = i % 4 == 0 ? y * 1024 * 16 : y; /* multiples of 1/1024, up to 2^67 */
        double expected = plain_difference(v, (__int128)(y * 1024));
        struct sheaf_result result = compare(SHEAF_I64, &v, SHEAF_F64, &y, 1);
        double absolute = value(&result, "max_abs")->real;
        if (absolute != expected)
            fail_msg("|%lld - %.17g| is %.17g, not %.17g", (long long)v, y, absolute, expected);
        sheaf_result_cleanup(&result);
    }
    /* beyond the last bit kept: ties broken by what is tiny */
    const int64_t v[] = {(INT64_C(1) << 54) + 2, -(INT64_C(1) << 54) - 2, (INT64_C(1) << 53) + 1};
    const double y[] = {0x1p-300, 0x1p-1074, -0x1p-300}, expected[] = {0x1p54, 0x1p54 + 4, 0x1p53 + 2};
    for (size_t i = 0; i < 3; i++) {
        struct sheaf_result result = compare(SHEAF_F64, &y[i], SHEAF_I64, &v[i], 1);
        assert_true(value(&result, "max_abs")->real == expected[i]);
        sheaf_result_cleanup(&result);
    }
}

static void ulps_are_steps(void **state)
{
    (void)state;
    uint64_t seed = 11;
    for (unsigned i = 0; i < 500; i++) {
        double x = i % 2 ? 0x1p-1070 : (double)(int64_t)random_next(&seed) * 0x1p-500, y = x;
        float narrow_x = (float)((double)(int64_t)random_next(&seed) * 0x1p-60), narrow_y = narrow_x;
        unsigned steps = (unsigned)(random_next(&seed) % 200);
        for (unsigned s = 0; s < steps; s++) {
            y = nextafter(y, -INFINITY);
            narrow_y = nextafterf(narrow_y, INFINITY);
        }
        char expected[16];
        snprintf(expected, sizeof expected, "%u", steps);
        struct sheaf_result result = compare(SHEAF_F64, &x, SHEAF_F64, &y, 1);
        assert_shown(&result, "max_ulp", expected);
        sheaf_result_cleanup(&result);
        result = compare(SHEAF_F32, &narrow_x, SHEAF_F32, &narrow_y, 1);
        assert_shown(&result, "max_ulp", expected);
        sheaf_result_cleanup(&result);
    }
}

/* Writes x[i] into y[i] where y's type has room for it. */
static void copy_some(enum sheaf_type x_type, const void *x, enum sheaf_type y_type, void *y, uint64_t rows)
{
    for (uint64_t i = 0; i < rows; i += 3) {
        long double v = drive_element(x_type, x, i);
#define X(NAME, c_type, text)                                                                              \
    case SHEAF_##NAME:                                                                                     \
        ((c_type *)y)[i] = (c_type)(SHEAF_##NAME >= SHEAF_F32 || (v >= 0 && v < 128) ? v : 0);             \
        break;
        switch (y_type) {
            SHEAF_TYPES(X)
        default:
            break;
        }
#undef X
    }
}

/* Every pair of types: which elements differ, and the law. */
static void every_pair_of_types(void **state)
{
    (void)state;
    enum { ROWS = 700 };
    static uint64_t x[ROWS], y[ROWS];
    const struct sheaf_kernel *kernel = sheaf_kernel_find("diff");
    for (int a = 0; a < SHEAF_TYPE_COUNT; a++) {
        for (int b = 0; b < SHEAF_TYPE_COUNT; b++) {
            enum sheaf_type x_type = (enum sheaf_type)a, y_type = (enum sheaf_type)b;
            drive_fill(x_type, x, ROWS, true, 40 + (uint64_t)a);
            drive_fill(y_type, y, ROWS, true, 80 + (uint64_t)b);
            copy_some(x_type, x, y_type, y, ROWS);
            uint64_t differ = 0, first = ROWS;
            for (uint64_t i = 0; i < ROWS; i++) {
                long double v = drive_element(x_type, x, i), w = drive_element(y_type, y, i);
                if (v == w || (isnan(v) && isnan(w)))
                    continue;
                differ++;
                first = first < i ? first : i;
            }
            struct sheaf_result result = compare(x_type, x, y_type, y, ROWS);
            assert_true(differ > 0 && value(&result, "differ")->real == (double)differ);
            assert_true(value(&result, "first")->real == (double)first);
            sheaf_result_cleanup(&result);
            struct drive_input input = {
                .roles = 2, .types = {x_type, y_type}, .data = {x, y}, .rows = ROWS, .file_rows = 300};
            drive_assert_law(kernel, NULL, &input, 5);
        }
    }
}

static void same_bytes_with_few_differences(void **state)
{
    (void)state;
    enum { ROWS = 5000 };
    static int32_t x[ROWS], y[ROWS];
    drive_fill(SHEAF_I32, x, ROWS, false, 3);
    for (uint64_t place = 0; place < ROWS; place += 251) {
        memcpy(y, x, sizeof x);
        y[place] ^= 1;
        struct sheaf_result result = compare(SHEAF_I32, x, SHEAF_I32, y, ROWS);
        assert_shown(&result, "differ", "1");
        assert_true(value(&result, "first")->real == (double)place);
        assert_shown(&result, "max_abs", "1");
        sheaf_result_cleanup(&result);
    }
}

static void empty_and_text(void **state)
{
    (void)state;
    assert_pair(SHEAF_F64, "", SHEAF_I8, "", 0, (struct expected){"0", "null", "null", "null", "null"});
    const double x[] = {1, 2, 3}, y[] = {1, 2, 4};
    struct drive_input input = {.roles = 2, .types = {SHEAF_F64, SHEAF_F64}, .data = {x, y}, .rows = 3, .text = true};
    struct sheaf_result result = drive_result(sheaf_kernel_find("diff"), NULL, &input, &(struct drive){0});
    assert_shown(&result, "first", "3");
    assert_shown(&result, "first_line", "4");
    sheaf_result_cleanup(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles),
        cmocka_unit_test(infinities_and_nan),
        cmocka_unit_test(floats),
        cmocka_unit_test(integers),
        cmocka_unit_test(wide_integers_beside_doubles),
        cmocka_unit_test(wide_integers_round_once),
        cmocka_unit_test(ulps_are_steps),
        cmocka_unit_test(every_pair_of_types),
        cmocka_unit_test(same_bytes_with_few_differences),
        cmocka_unit_test(empty_and_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
