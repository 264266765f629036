/* The kernels that only tests use: what other tests find with them must not be their own fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "harness/drive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

extern const struct sheaf_kernel sheaf_kernel_testkeys, sheaf_kernel_testiterate;

/* NaN is the last; neighbours among wide integers may be the same double. */
static bool follows(const struct sheaf_value *value, const struct sheaf_value *before)
{
    if (value->kind == SHEAF_INTEGER)
        return value->real >= before->real && strcmp(value->text, before->text) != 0;
    return value->real > before->real || (isnan(value->real) && !isnan(before->real));
}

static void check_keys(enum sheaf_type type, const void *data, uint64_t rows)
{
    struct drive_input input = {.roles = 1, .types = {type}, .data = {data}, .rows = rows};
    drive_assert_law(&sheaf_kernel_testkeys, NULL, &input, 10);
    struct sheaf_result result = drive_result(&sheaf_kernel_testkeys, NULL, &input, &(struct drive){0});
    const struct sheaf_entry *keys = sheaf_result_find(&result, "keys");
    uint64_t counted = 0;
    for (uint64_t i = 0; i < keys->cell_count; i += 2) {
        counted += strtoull(keys->cells[i + 1].text, NULL, 10);
        assert_true(i == 0 || follows(&keys->cells[i], &keys->cells[i - 2]));
    }
    assert_int_equal(counted, rows);
    sheaf_result_cleanup(&result);
}

static void testkeys_counts(void **state)
{
    (void)state;
    enum { ROWS = 3000 };
    static uint64_t data[ROWS];
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        drive_fill((enum sheaf_type)type, data, ROWS, true, 5);
        check_keys((enum sheaf_type)type, data, 0);
        check_keys((enum sheaf_type)type, data, 1);
        check_keys((enum sheaf_type)type, data, ROWS);
    }
    const int8_t few[] = {3, -1, 3, 3};
    struct drive_input input = {.roles = 1, .types = {SHEAF_I8}, .data = {few}, .rows = 4};
    struct sheaf_result result = drive_result(&sheaf_kernel_testkeys, NULL, &input, &(struct drive){0});
    static const char *const cells[] = {"-1", "1", "3", "3"};
    assert_int_equal(result.entries[0].cell_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(result.entries[0].cells[i].text, cells[i]);
    sheaf_result_cleanup(&result);
}

/* Every part of a partition, put together again, is the whole. */
static void testkeys_partitions(void **state)
{
    (void)state;
    enum { ROWS = 2000, PARTS = 5 };
    static uint16_t data[ROWS];
    drive_fill(SHEAF_U16, data, ROWS, false, 9);
    const enum sheaf_type types[] = {SHEAF_U16};
    const struct sheaf_args args = {.types = types};
    const struct sheaf_column column = {.type = SHEAF_U16, .data = data};
    const struct sheaf_batch batch = {.rows = ROWS, .columns = &column};
    const struct sheaf_kernel *kernel = &sheaf_kernel_testkeys;
    uint64_t whole[3] = {0}, parts[3] = {0};
    assert_int_equal(kernel->map(whole, &batch, &args, NULL), SHEAF_OK);
    size_t bytes = 0, least = SIZE_MAX;
    for (uint32_t part = 0; part < PARTS; part++) {
        struct sheaf_buffer packed = {0};
        assert_int_equal(kernel->partition(whole, &args, part, PARTS, &packed, NULL), SHEAF_OK);
        assert_int_equal(kernel->unpack(parts, &args, packed.data, packed.size, NULL), SHEAF_OK);
        bytes += packed.size;
        least = packed.size < least ? packed.size : least;
        sheaf_buffer_cleanup(&packed);
    }
    assert_true(least > 0);
    struct sheaf_buffer packed = {0};
    struct sheaf_result result[2] = {{0}, {0}};
    assert_int_equal(kernel->pack(whole, &args, &packed, NULL), SHEAF_OK);
    assert_int_equal(packed.size, bytes);
    assert_int_equal(kernel->unpack(parts, &args, packed.data, packed.size - 1, NULL), SHEAF_INTERNAL);
    const struct sheaf_finish finish = {.tally = {.used = ROWS}};
    assert_int_equal(kernel->finish(whole, &args, &finish, &result[0], NULL), SHEAF_OK);
    assert_int_equal(kernel->finish(parts, &args, &finish, &result[1], NULL), SHEAF_OK);
    assert_true(sheaf_result_equal(&result[0], &result[1]));
    sheaf_result_cleanup(&result[0]);
    sheaf_result_cleanup(&result[1]);
    sheaf_buffer_cleanup(&packed);
    kernel->cleanup(whole, &args);
    kernel->cleanup(parts, &args);
}

static void assert_median(enum sheaf_type type, const void *data, uint64_t rows, double median, const char *passes)
{
    struct drive_input input = {.roles = 1, .types = {type}, .data = {data}, .rows = rows};
    struct sheaf_result result = drive_result(&sheaf_kernel_testiterate, NULL, &input, &(struct drive){0});
    assert_true(result.entries[0].value.real == median);
    assert_string_equal(result.entries[1].value.text, passes);
    sheaf_result_cleanup(&result);
    drive_assert_law(&sheaf_kernel_testiterate, NULL, &input, 10);
}

static void testiterate_finds_the_median(void **state)
{
    (void)state;
    const int8_t bytes[] = {5, -128, 7, 127, 6};
    const double reals[] = {0.5, INFINITY, -3, 1e300};
    assert_median(SHEAF_I8, bytes, 5, 6, "8");
    assert_median(SHEAF_I8, bytes, 4, 5, "8");
    assert_median(SHEAF_F64, reals, 4, 0.5, "64");
    struct drive_input input = {.roles = 1, .types = {SHEAF_F32}, .data = {reals}};
    struct sheaf_result result = drive_result(&sheaf_kernel_testiterate, NULL, &input, &(struct drive){0});
    assert_int_equal(result.entries[0].value.kind, SHEAF_NULL);
    assert_string_equal(result.entries[1].value.text, "1");
    sheaf_result_cleanup(&result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(testkeys_counts),
        cmocka_unit_test(testkeys_partitions),
        cmocka_unit_test(testiterate_finds_the_median),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
