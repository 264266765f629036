/* null, count, min, max, norminf, argmin, argmax: against plain loops over long doubles, which hold every element of
 * every type exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cpu.h"
#include "harness/drive.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LDBL_MANT_DIG >= 64, "a long double holds every u64");

enum { MOST_ROWS = 20000 };
static const uint64_t lengths[] = {1, 2, 31, 64, 65, 509, 8191, 8192, 8193, MOST_ROWS};

/* Does x come before y when looking for the least? */
static bool less(long double x, long double y)
{
    if (isnan(x) || isnan(y))
        return isnan(x) && !isnan(y);
    return x < y;
}

static bool less_by_sign(long double x, long double y)
{
    return less(x, y) || (x == 0 && y == 0 && signbit(x) && !signbit(y));
}

static long double plain_extremum(const char *name, enum sheaf_type type, const void *data, uint64_t rows)
{
    bool least = strcmp(name, "min") == 0, magnitude = strcmp(name, "norminf") == 0;
    long double best = 0;
    for (uint64_t i = 0; i < rows; i++) {
        long double x = drive_element(type, data, i);
        x = magnitude ? fabsl(x) : x;
        if (i == 0 || (least ? less_by_sign(x, best) : less_by_sign(-x, -best)))
            best = x;
    }
    return best;
}

static uint64_t plain_argument(bool least, enum sheaf_type type, const void *data, uint64_t rows)
{
    uint64_t best = 0;
    for (uint64_t i = 1; i < rows; i++) {
        long double x = drive_element(type, data, i), y = drive_element(type, data, best);
        if (least ? less(x, y) : less(-x, -y))
            best = i;
    }
    return best;
}

static void assert_value(const struct sheaf_result *result, const char *name, enum sheaf_type type,
                         long double expected)
{
    const struct sheaf_entry *entry = sheaf_result_find(result, name);
    assert_non_null(entry);
    if (sheaf_type_is_float(type)) {
        double real = isnan(expected) ? NAN : (double)expected;
        assert_int_equal(entry->value.kind, SHEAF_REAL);
        assert_memory_equal(&entry->value.real, &real, sizeof real);
    } else {
        char digits[32];
        snprintf(digits, sizeof digits, "%.0Lf", expected);
        assert_int_equal(entry->value.kind, SHEAF_INTEGER);
        assert_string_equal(entry->value.text, digits);
    }
}

static void assert_integer(const struct sheaf_result *result, const char *name, uint64_t expected)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)expected);
    const struct sheaf_entry *entry = sheaf_result_find(result, name);
    assert_non_null(entry);
    assert_int_equal(entry->value.kind, SHEAF_INTEGER);
    assert_string_equal(entry->value.text, digits);
}

static void check_extrema(enum sheaf_type type, const void *data, uint64_t rows)
{
    static const char *const names[] = {"min", "max", "norminf"};
    struct drive_input input = {.roles = 1, .types = {type}, .data = {data}, .rows = rows};
    for (size_t i = 0; i < 3; i++) {
        const struct sheaf_kernel *kernel = sheaf_kernel_find(names[i]);
        struct sheaf_result result = drive_result(kernel, NULL, &input, &(struct drive){0});
        assert_int_equal(result.count, 1);
        assert_value(&result, names[i], type, plain_extremum(names[i], type, data, rows));
        sheaf_result_cleanup(&result);
        drive_assert_law(kernel, NULL, &input, rows > 1000 ? 3 : 10);
    }
}

static void check_arguments(enum sheaf_type type, const void *data, uint64_t rows)
{
    static const char *const names[] = {"argmin", "argmax"};
    struct drive_input input = {.roles = 1, .types = {type}, .data = {data}, .rows = rows};
    for (size_t i = 0; i < 2; i++) {
        const struct sheaf_kernel *kernel = sheaf_kernel_find(names[i]);
        struct sheaf_result result = drive_result(kernel, NULL, &input, &(struct drive){0});
        assert_int_equal(result.count, 1);
        assert_integer(&result, names[i], plain_argument(i == 0, type, data, rows));
        sheaf_result_cleanup(&result);
        drive_assert_law(kernel, NULL, &input, rows > 1000 ? 3 : 10);
    }
}

static void every_type_and_length(void **state)
{
    (void)state;
    void *data = malloc(MOST_ROWS * 8);
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            drive_fill((enum sheaf_type)type, data, lengths[i], i % 3 == 2, 100 * i + (uint64_t)type);
            check_extrema((enum sheaf_type)type, data, lengths[i]);
            check_arguments((enum sheaf_type)type, data, lengths[i]);
        }
    }
    free(data);
}

/* One element at each end of its type among equal ones, at every place of a short tile: nothing is overlooked. */
static void every_place(void **state)
{
    (void)state;
    enum { ROWS = 131 };
    unsigned char data[ROWS * 8];
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        size_t size = sheaf_type_size((enum sheaf_type)type);
        struct drive_input input = {.roles = 1, .types = {(enum sheaf_type)type}, .data = {data}, .rows = ROWS};
        for (uint64_t place = 0; place < ROWS; place++) {
            /* bytes of 1 beside bytes of 2 are less in every type */
            for (int least = 0; least < 2; least++) {
                memset(data, least ? 2 : 1, ROWS * size);
                memset(data + place * size, least ? 1 : 2, size);
                const struct sheaf_kernel *kernel = sheaf_kernel_find(least ? "argmin" : "argmax");
                struct sheaf_result result = drive_result(kernel, NULL, &input, &(struct drive){.map = NULL});
                assert_integer(&result, kernel->name, place);
                sheaf_result_cleanup(&result);
            }
        }
    }
}

static void assert_real_case(const char *name, const double *data, uint64_t rows, double expected)
{
    struct drive_input input = {.roles = 1, .types = {SHEAF_F64}, .data = {data}, .rows = rows};
    struct sheaf_result result = drive_result(sheaf_kernel_find(name), NULL, &input, &(struct drive){0});
    assert_memory_equal(&result.entries[0].value.real, &expected, sizeof expected);
    sheaf_result_cleanup(&result);
}

static void zeros_infinities_and_nan(void **state)
{
    (void)state;
    const double zeros[] = {0.0, -0.0, 0.0}, infinities[] = {INFINITY, 1, -INFINITY}, nans[] = {1, -NAN, NAN, -INFINITY};
    assert_real_case("min", zeros, 3, -0.0);
    assert_real_case("max", zeros, 3, 0.0);
    assert_real_case("norminf", zeros + 1, 1, 0.0);
    assert_real_case("min", infinities, 3, -INFINITY);
    assert_real_case("max", infinities, 3, INFINITY);
    assert_real_case("norminf", infinities + 1, 2, INFINITY);
    assert_real_case("min", nans, 4, NAN);
    assert_real_case("max", nans, 4, NAN);
    assert_real_case("norminf", nans, 4, NAN);
}

static void assert_argument_case(const double *data, uint64_t rows, uint64_t least, uint64_t greatest)
{
    struct drive_input input = {.roles = 1, .types = {SHEAF_F64}, .data = {data}, .rows = rows};
    struct sheaf_result result = drive_result(sheaf_kernel_find("argmin"), NULL, &input, &(struct drive){0});
    assert_integer(&result, "argmin", least);
    sheaf_result_cleanup(&result);
    result = drive_result(sheaf_kernel_find("argmax"), NULL, &input, &(struct drive){0});
    assert_integer(&result, "argmax", greatest);
    sheaf_result_cleanup(&result);
}

static void first_of_equals(void **state)
{
    (void)state;
    const double zeros[] = {1, 0.0, -0.0, 1}, negative_first[] = {-1, -0.0, 0.0, -1}, nans[] = {3, -NAN, NAN, -INFINITY};
    assert_argument_case(zeros, 4, 1, 0);
    assert_argument_case(negative_first, 4, 0, 1);
    assert_argument_case(nans, 4, 1, 1);
}

static void places_in_text_and_files(void **state)
{
    (void)state;
    const int32_t data[] = {5, 9, 7, 9, 3, 3, 9};
    struct drive_input input = {.roles = 1, .types = {SHEAF_I32}, .data = {data}, .rows = 7, .file_rows = 3};
    const struct sheaf_kernel *argmax = sheaf_kernel_find("argmax"), *argmin = sheaf_kernel_find("argmin");
    struct sheaf_result result = drive_result(argmin, NULL, &input, &(struct drive){0});
    assert_int_equal(result.count, 2);
    assert_integer(&result, "argmin", 1);
    assert_string_equal(sheaf_result_find(&result, "argmin_file")->value.text, "f1");
    sheaf_result_cleanup(&result);
    drive_assert_law(argmin, NULL, &input, 50);

    input.text = true;
    result = drive_result(argmax, NULL, &input, &(struct drive){0});
    assert_int_equal(result.count, 3);
    assert_integer(&result, "argmax", 2);
    assert_integer(&result, "argmax_line", 3);
    assert_string_equal(sheaf_result_find(&result, "argmax_file")->value.text, "f0");
    sheaf_result_cleanup(&result);
    drive_assert_law(argmax, NULL, &input, 50);
}

static void empty_input(void **state)
{
    (void)state;
    static const char *const names[] = {"min", "max", "norminf", "argmin", "argmax", "null"};
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        struct drive_input input = {.roles = 1, .types = {(enum sheaf_type)type}, .data = {""}};
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            const struct sheaf_kernel *kernel = sheaf_kernel_find(names[i]);
            struct sheaf_result result = drive_result(kernel, NULL, &input, &(struct drive){.seed = 3});
            assert_int_equal(result.count, 1);
            assert_string_equal(result.entries[0].name, names[i]);
            assert_int_equal(result.entries[0].value.kind, SHEAF_NULL);
            sheaf_result_cleanup(&result);
        }
    }
}

static void count_and_null(void **state)
{
    (void)state;
    unsigned char *data = calloc(MOST_ROWS, 8);
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            struct drive_input input = {.roles = 1, .types = {(enum sheaf_type)type}, .data = {data}, .rows = lengths[i]};
            struct sheaf_result result = drive_result(sheaf_kernel_find("count"), NULL, &input, &(struct drive){0});
            assert_integer(&result, "count", lengths[i]);
            sheaf_result_cleanup(&result);
            drive_assert_law(sheaf_kernel_find("count"), NULL, &input, 5);
            drive_assert_law(sheaf_kernel_find("null"), NULL, &input, 5);
        }
    }
    free(data);
}

/* A build whose variants silently vanished would pass every comparison with them. */
static void variants_are_there(void **state)
{
    (void)state;
#if defined(__x86_64__)
    static const char *const names[] = {"min", "max", "norminf", "argmin", "argmax", "histogram"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const struct sheaf_variant *variants = sheaf_kernel_find(names[i])->variants;
        assert_string_equal(variants[0].cpu, "avx2");
        assert_string_equal(variants[1].cpu, "avx512");
        assert_null(variants[2].cpu);
        for (size_t v = 0; i == 0 && v < 2; v++)
            if (!cpu_has(variants[v].cpu))
                print_message("not tried: maps for %s, which this processor has not\n", variants[v].cpu);
    }
#else
    print_message("skipped: only x86-64 has tuned maps\n");
    skip();
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_length), cmocka_unit_test(every_place),
        cmocka_unit_test(zeros_infinities_and_nan), cmocka_unit_test(first_of_equals),
        cmocka_unit_test(places_in_text_and_files), cmocka_unit_test(empty_input),
        cmocka_unit_test(count_and_null), cmocka_unit_test(variants_are_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
