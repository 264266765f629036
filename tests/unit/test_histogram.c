/* histogram: the counts must be those that a scan over the reported edges gives, for every type and however awkward the
 * range; and the edges must be where they are said to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/drive.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LDBL_MANT_DIG >= 64, "a long double holds every u64");

static const struct sheaf_kernel *histogram(void)
{
    return sheaf_kernel_find("histogram");
}

static void set_values(struct sheaf_arg values[2], int64_t bins, const double *range)
{
    memset(values, 0, 2 * sizeof *values);
    values[0].set = 1;
    values[0].count = bins;
    if (range) {
        values[1].set = 1;
        memcpy(values[1].range, range, sizeof values[1].range);
    }
}

/* A histogram's result taken apart. */
struct shown {
    int64_t bins;
    double *edges; /* bins + 1 */
    int64_t *counts;
    int64_t under, over, nan;
};

static int64_t integer(const struct sheaf_value *value)
{
    assert_int_equal(value->kind, SHEAF_INTEGER);
    return strtoll(value->text, NULL, 10);
}

static struct shown show(const struct sheaf_result *result)
{
    assert_int_equal(result->count, 4);
    const struct sheaf_entry *table = sheaf_result_find(result, "histogram");
    assert_int_equal(table->column_count, 3);
    struct shown shown = {.bins = (int64_t)(table->cell_count / 3)};
    shown.edges = calloc((size_t)shown.bins + 1, sizeof *shown.edges);
    shown.counts = calloc((size_t)shown.bins, sizeof *shown.counts);
    for (int64_t i = 0; i < shown.bins; i++) {
        const struct sheaf_value *row = &table->cells[3 * i];
        assert_true(i == 0 || row[0].real == shown.edges[i]);
        shown.edges[i] = row[0].real;
        shown.edges[i + 1] = row[1].real;
        shown.counts[i] = integer(&row[2]);
    }
    shown.under = integer(&sheaf_result_find(result, "under")->value);
    shown.over = integer(&sheaf_result_find(result, "over")->value);
    shown.nan = integer(&sheaf_result_find(result, "nan")->value);
    return shown;
}

static void shown_cleanup(struct shown *shown)
{
    free(shown->edges);
    free(shown->counts);
}

/* The last edge not above x, hi being in the last bin; -1: none. */
static int64_t plain_bin(const struct shown *shown, long double x)
{
    if (!(x >= shown->edges[0] && x <= shown->edges[shown->bins]))
        return -1;
    int64_t low = 0, above = shown->bins;
    while (above - low > 1) {
        int64_t middle = (low + above) / 2;
        if (shown->edges[middle] <= x)
            low = middle;
        else
            above = middle;
    }
    return low;
}

static void assert_counts(const struct shown *shown, enum sheaf_type type, const void *data, uint64_t rows)
{
    int64_t *counts = calloc((size_t)shown->bins, sizeof *counts), under = 0, over = 0, nan = 0;
    for (uint64_t i = 0; i < rows; i++) {
        long double x = drive_element(type, data, i);
        int64_t bin = plain_bin(shown, x);
        if (bin >= 0)
            counts[bin]++;
        nan += isnan(x);
        under += x < shown->edges[0];
        over += x > shown->edges[shown->bins];
    }
    assert_memory_equal(counts, shown->counts, (size_t)shown->bins * sizeof *counts);
    assert_true(under == shown->under && over == shown->over && nan == shown->nan);
    free(counts);
}

/* Sorted, from lo to hi, and within two roundings of the exact place. */
static void assert_edges(const struct shown *shown, double lo, double hi)
{
    assert_true(shown->edges[0] == lo && shown->edges[shown->bins] == hi);
    double scale = fmax(fabs(lo), fabs(hi)) < 0x1p1000 ? 1 : 0x1p-10;
    for (int64_t i = 1; i < shown->bins; i++) {
        double edge = shown->edges[i] * scale;
        long double exact = (long double)(lo * scale) +
                            ((long double)(hi * scale) - (long double)(lo * scale)) * (long double)i / shown->bins;
        long double room = fmaxl(fabsl(lo), fabsl(hi)) * scale * 0x1p-51L + 0x1p-1073L;
        assert_true(shown->edges[i] >= shown->edges[i - 1] && shown->edges[i] <= hi);
        assert_true(fabsl(edge - exact) <= room);
    }
}

static void check(enum sheaf_type type, const void *data, uint64_t rows, int64_t bins, const double *range,
                  unsigned repetitions)
{
    struct sheaf_arg values[2];
    set_values(values, bins, range);
    struct drive_input input = {.roles = 1, .types = {type}, .data = {data}, .rows = rows};
    struct sheaf_result result = drive_result(histogram(), values, &input, &(struct drive){0});
    struct shown shown = show(&result);
    assert_int_equal(shown.bins, bins);
    assert_edges(&shown, range && range[0] < range[1] ? range[0] : shown.edges[0],
                 range && range[0] < range[1] ? range[1] : shown.edges[bins]);
    assert_counts(&shown, type, data, rows);
    shown_cleanup(&shown);
    sheaf_result_cleanup(&result);
    drive_assert_law(histogram(), values, &input, repetitions);
}

static void every_type(void **state)
{
    (void)state;
    enum { ROWS = 9000 };
    static uint64_t data[ROWS];
    static const double ranges[][2] = {{0, 100}, {-3, 3}, {0.1, 0.7}, {-1e18, 1e19}, {4, 4}, {-DBL_MAX, DBL_MAX}};
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        drive_fill((enum sheaf_type)type, data, ROWS, true, 900 + (uint64_t)type);
        for (int64_t bins = 1; bins <= 1000; bins = bins * 3 + 1) {
            check((enum sheaf_type)type, data, ROWS, bins, NULL, 2);
            for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
                check((enum sheaf_type)type, data, bins % 2 ? 700 : ROWS, bins, ranges[i], 2);
        }
    }
}

static void without_range_from_least_to_greatest(void **state)
{
    (void)state;
    const double data[] = {NAN, -INFINITY, 2.5, -1.25, INFINITY, 7, -0.0, 7};
    struct sheaf_arg values[2];
    set_values(values, 4, NULL);
    struct drive_input input = {.roles = 1, .types = {SHEAF_F64}, .data = {data}, .rows = 8};
    struct sheaf_result result = drive_result(histogram(), values, &input, &(struct drive){0});
    struct shown shown = show(&result);
    assert_edges(&shown, -1.25, 7);
    assert_true(shown.under == 1 && shown.over == 1 && shown.nan == 1);
    assert_true(shown.counts[0] == 2 && shown.counts[1] == 1 && shown.counts[2] == 0 && shown.counts[3] == 2);
    shown_cleanup(&shown);
    sheaf_result_cleanup(&result);
    drive_assert_law(histogram(), values, &input, 30);
}

/* Numbers on the edges and beside them, where rounding would err. */
static void on_and_beside_the_edges(void **state)
{
    (void)state;
    static const struct {
        double lo, hi;
        int64_t bins;
    } cases[] = {
        {0, 1, 10},        {-1, 1, 7},           {0.1, 0.4, 3},         {0, 255, 256},       {1e16, 1e16 + 20, 1000},
        {1, 1 + 0x1p-50, 10}, {0, 0x1p-1070, 7}, {-0x1p-1060, 1e-300, 9}, {-1.7e308, 1.7e308, 13}, {1e300, 1.7e308, 999},
        {-5e-324, 5e-324, 4}, {1, 3e5, 99991},   {-1e-320, 1e308, 3},   {0, 0x1p960, 1000},  {-7.3, 1e5, 300000},
        {-0.1, 0.7, 99991},   {-1e-3, 3, 77777},
    };
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        struct sheaf_arg values[2];
        set_values(values, cases[c].bins, (const double[]){cases[c].lo, cases[c].hi});
        struct drive_input input = {.roles = 1, .types = {SHEAF_F64}, .data = {""}};
        struct sheaf_result result = drive_result(histogram(), values, &input, &(struct drive){0});
        struct shown empty = show(&result);
        assert_edges(&empty, cases[c].lo, cases[c].hi);
        double *data = malloc((size_t)(empty.bins + 1) * 3 * sizeof *data);
        uint64_t rows = 0;
        for (int64_t i = 0; i <= empty.bins; i++) {
            data[rows++] = nextafter(empty.edges[i], -INFINITY);
            data[rows++] = empty.edges[i];
            data[rows++] = nextafter(empty.edges[i], INFINITY);
        }
        input = (struct drive_input){.roles = 1, .types = {SHEAF_F64}, .data = {data}, .rows = rows};
        struct sheaf_result full = drive_result(histogram(), values, &input, &(struct drive){0});
        struct shown shown = show(&full);
        assert_counts(&shown, SHEAF_F64, data, rows);
        free(data);
        shown_cleanup(&shown);
        shown_cleanup(&empty);
        sheaf_result_cleanup(&full);
        sheaf_result_cleanup(&result);
    }
}

/* Integers between two doubles, beside edges that are doubles. */
static void wide_integers(void **state)
{
    (void)state;
    enum { ROWS = 200 };
    int64_t data[ROWS];
    uint64_t unsigned_data[ROWS];
    for (int i = 0; i < ROWS; i++) {
        data[i] = (INT64_C(1) << 53) - 100 + i;
        unsigned_data[i] = UINT64_MAX - (uint64_t)i * 100;
    }
    check(SHEAF_I64, data, ROWS, 50, (const double[]){0x1p53 - 60, 0x1p53 + 40}, 5);
    check(SHEAF_I64, data, ROWS, 3, (const double[]){0x1p53 - 60, 0x1p53}, 5);
    check(SHEAF_I64, data, ROWS, 10, NULL, 5);
    check(SHEAF_U64, unsigned_data, ROWS, 5, (const double[]){0x1p64 - 0x1p13, 0x1p64}, 5);
    check(SHEAF_U64, unsigned_data, ROWS, 7, NULL, 5);
    const int64_t greatest[] = {INT64_MAX, INT64_MAX - 1, INT64_MIN};
    check(SHEAF_I64, greatest, 3, 2, (const double[]){0, 0x1p64}, 5);
    check(SHEAF_I64, greatest, 3, 2, (const double[]){0, 0x1p63}, 5);
    check(SHEAF_U64, unsigned_data, ROWS, 2, (const double[]){0, 0x1p65}, 5);
}

/* The greatest is rounded up for HI, the least down for LO. */
static void range_of_wide_integers(void **state)
{
    (void)state;
    struct sheaf_arg values[2];
    set_values(values, 3, NULL);
    for (int64_t last = 0; last < 8; last++) {
        const int64_t data[] = {-(INT64_C(1) << 54) - last, 0, (INT64_C(1) << 54) + last};
        struct drive_input input = {.roles = 1, .types = {SHEAF_I64}, .data = {data}, .rows = 3};
        struct sheaf_result result = drive_result(histogram(), values, &input, &(struct drive){0});
        struct shown shown = show(&result);
        assert_true(shown.under == 0 && shown.over == 0);
        assert_true(shown.edges[0] == -shown.edges[3] && shown.edges[3] == 0x1p54 + (double)((last + 3) / 4 * 4));
        shown_cleanup(&shown);
        sheaf_result_cleanup(&result);
    }
}

static void assert_equal_elements(double x, double lo, double hi)
{
    struct sheaf_arg values[2];
    set_values(values, 10, NULL);
    const double data[] = {x, x, x};
    struct drive_input input = {.roles = 1, .types = {SHEAF_F64}, .data = {data}, .rows = 3};
    struct sheaf_result result = drive_result(histogram(), values, &input, &(struct drive){0});
    struct shown shown = show(&result);
    assert_edges(&shown, lo, hi);
    assert_counts(&shown, SHEAF_F64, data, 3);
    assert_true(shown.under == 0 && shown.over == 0);
    shown_cleanup(&shown);
    sheaf_result_cleanup(&result);
}

static void all_equal(void **state)
{
    (void)state;
    assert_equal_elements(3, 2.5, 3.5);
    assert_equal_elements(-0.0, -0.5, 0.5);
    assert_equal_elements(1e300, nextafter(1e300, 0), nextafter(1e300, INFINITY));
    assert_equal_elements(DBL_MAX, nextafter(DBL_MAX, 0), DBL_MAX);
    assert_equal_elements(-DBL_MAX, -DBL_MAX, nextafter(-DBL_MAX, 0));
}

static void nothing_finite(void **state)
{
    (void)state;
    const double data[] = {NAN, INFINITY, -INFINITY, INFINITY};
    struct sheaf_arg values[2];
    set_values(values, 2, NULL);
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        struct drive_input input = {.roles = 1, .types = {(enum sheaf_type)type}, .data = {data}};
        input.rows = type == SHEAF_F64 ? 4 : 0;
        struct sheaf_result result = drive_result(histogram(), values, &input, &(struct drive){.seed = 2});
        struct shown shown = show(&result);
        assert_edges(&shown, 0, 1);
        assert_true(shown.counts[0] == 0 && shown.counts[1] == 0);
        assert_true(shown.over == (type == SHEAF_F64 ? 2 : 0) && shown.nan == (type == SHEAF_F64 ? 1 : 0));
        shown_cleanup(&shown);
        sheaf_result_cleanup(&result);
    }
}

static void assert_refused(int64_t bins, const double *range, const char *what)
{
    struct sheaf_arg values[2];
    set_values(values, bins, range);
    struct drive_input input = {.roles = 1, .types = {SHEAF_F64}, .data = {""}};
    struct sheaf_result result = {0};
    struct sheaf_error err;
    assert_int_equal(drive(histogram(), values, &input, &(struct drive){0}, &result, &err), SHEAF_USAGE);
    if (!strstr(err.message, what))
        fail_msg("\"%s\" does not say \"%s\"", err.message, what);
}

static void refused(void **state)
{
    (void)state;
    assert_refused(0, NULL, "--bins 0");
    assert_refused(1000001, NULL, "--bins 1000001");
    assert_refused(10, (const double[]){2, 1}, "--range 2:1");
    assert_refused(10, (const double[]){0, INFINITY}, "--range 0:Infinity");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type),      cmocka_unit_test(without_range_from_least_to_greatest),
        cmocka_unit_test(on_and_beside_the_edges), cmocka_unit_test(wide_integers),
        cmocka_unit_test(range_of_wide_integers),
        cmocka_unit_test(all_equal),       cmocka_unit_test(nothing_finite),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
