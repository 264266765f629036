/* The law: every kernel, on every strategy, merge method, worker count and block size, gives the bits of one serial
 * block. Launched by mpirun, the same program holds the strategies of a world to it. */
#include "conformance/dataset.h"
#include "conformance/harness.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct sheaf_world *world; /* NULL: no launcher */

/* Ranks that wait for each other take their time on few cores: a world tries fewer covers. */
static const unsigned *less(const unsigned *workers)
{
    static const unsigned two[] = {2, 0};
    return world ? two : workers;
}

static const char *const local[] = {"serial", "threads", "processes", "shared", NULL};
static const char *const ranks[] = {"mpi", "hybrid", NULL};

/* The strategies of this launch that the build has. */
static const char *const *strategies(void)
{
    static const char *have[8];
    size_t count = 0;
    for (const char *const *name = world ? ranks : local; *name; name++)
        if (!sheaf_strategy_find(*name)->unavailable)
            have[count++] = *name;
    have[count] = NULL;
    return have;
}

/* Every kernel that keeps the law under any cut, in three companies by what their merge allows, so that no state hides
 * another's law; and those that keep it while blocks are whole leaves. */
static struct company {
    const struct sheaf_kernel *kernels[64];
    size_t count;
} sums, flat, packed, fixed;

static void join(const struct sheaf_kernel *kernel)
{
    uint32_t laws = sheaf_kernel_laws(kernel);
    struct company *company = laws & SHEAF_LAW_FIXED_ORDER ? &fixed
                              : laws & SHEAF_LAW_ADD64     ? &sums
                              : laws & SHEAF_LAW_FLAT      ? &flat
                                                           : &packed;
    if (!(laws & SHEAF_LAW_ROUNDED))
        company->kernels[company->count++] = kernel;
}

static size_t check_all_kernels(const struct fixture *fixture, const unsigned *workers, const uint64_t *blocks)
{
    static const struct company *const all[] = {&sums, &flat, &packed};
    size_t tried = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        tried += check_covers(fixture, all[i]->kernels, all[i]->count, strategies(), less(workers), blocks);
    return tried;
}

static void test_types(void **state)
{
    (void)state;
    static const unsigned workers[] = {3, 0};
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        uint64_t blocks[] = {7 * sheaf_type_size((enum sheaf_type)type), 0};
        struct dataset data = dataset_raw((enum sheaf_type)type, 97, true, 1);
        struct sheaf_source *source = dataset_open(&data);
        struct fixture fixture = {.source = source, .about = data.about, .world = world};
        assert_true(check_all_kernels(&fixture, workers, blocks) > 0);
        sheaf_source_destroy(source);
    }
}

/* Each kernel by itself, under its own law. */
static void test_alone(void **state)
{
    (void)state;
    static const unsigned workers[] = {2, 0};
    static const uint64_t blocks[] = {80, 0};
    struct sheaf_source *source = dataset_pair(SHEAF_F64, SHEAF_F64, 53, 2);
    struct fixture fixture = {.source = source, .about = "f64 beside f64", .world = world};
    static const struct company *const all[] = {&sums, &flat, &packed};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        for (size_t k = 0; k < all[i]->count; k++)
            assert_true(check_covers(&fixture, &all[i]->kernels[k], 1, strategies(), less(workers), blocks) > 0);
    sheaf_source_destroy(source);
}

static void check_rows(uint64_t rows, const unsigned *workers, const uint64_t *blocks)
{
    struct dataset data = rows ? dataset_raw(SHEAF_F64, rows, true, rows) : dataset_empty();
    struct sheaf_source *source = dataset_open(&data);
    struct fixture fixture = {.source = source, .about = data.about, .world = world};
    assert_true(check_all_kernels(&fixture, workers, blocks) > 0);
    sheaf_source_destroy(source);
}

static void test_lengths(void **state)
{
    (void)state;
    static const unsigned workers[] = {1, 2, 7, 0};
    static const uint64_t blocks[] = {8, 512, 0};
    static const uint64_t lengths[] = {0, 1, 65, 63, 64, 211};
    for (size_t i = 0; i < (world ? 3 : sizeof lengths / sizeof lengths[0]); i++)
        check_rows(lengths[i], workers, blocks);
}

/* Whatever the order of the elements, and wherever they are cut: exact sums have the same bits over every exchange. */
static void check_order(struct sheaf_source *oracle, struct sheaf_source *source, uint64_t seed)
{
    const unsigned workers[] = {1 + (unsigned)(seed * 5 % 7), 0};
    const uint64_t blocks[] = {8 * (1 + seed * 7919 % 997), 0};
    struct fixture fixture = {.source = source, .oracle = oracle, .about = "elements in another order", .world = world};
    assert_true(check_covers(&fixture, sums.kernels, sums.count, strategies(), less(workers), blocks) > 0);
    sheaf_source_destroy(source);
    sheaf_source_destroy(oracle);
}

static void test_permutations(void **state)
{
    (void)state;
    struct dataset a = dataset_raw(SHEAF_F64, 4001, true, 21), b = dataset_raw(SHEAF_F32, 4001, false, 22);
    for (uint64_t seed = 1; seed <= (world ? 2 : 7); seed++) {
        struct dataset c = dataset_shuffled(&a, seed), d = dataset_shuffled(&b, seed);
        check_order(dataset_open(&a), dataset_open(&c), seed);
        check_order(dataset_open(&b), dataset_open(&d), seed);
        check_order(dataset_join(&a, &b), dataset_join(&c, &d), seed);
    }
}

static void test_workers(void **state)
{
    (void)state;
    static const unsigned workers[] = {4, 5, 6, 0};
    static const uint64_t blocks[] = {1 << 16, 0};
    check_rows(40009, workers, blocks); /* several tiles per block, the last block short */
}

static void test_pairs(void **state)
{
    (void)state;
    static const unsigned workers[] = {3, 0};
    static const uint64_t blocks[] = {8, 640, 0};
    struct sheaf_source *source = dataset_pair(SHEAF_F32, SHEAF_F64, 331, 5);
    struct fixture fixture = {.source = source, .about = "f32 beside f64", .world = world};
    assert_true(check_all_kernels(&fixture, workers, blocks) > 0);
    sheaf_source_destroy(source);
}

static void test_fixed_order(void **state)
{
    (void)state;
    static const unsigned workers[] = {1, 3, 0};
    static const uint64_t blocks[] = {1 << 16, 3 << 16, 0};
    struct sheaf_source *source = dataset_pair(SHEAF_F64, SHEAF_F64, 70001, 5);
    struct fixture fixture = {.source = source, .about = "f64 beside f64", .world = world};
    assert_true(check_covers(&fixture, fixed.kernels, fixed.count, strategies(), less(workers), blocks) > 0);
    sheaf_source_destroy(source);
    struct dataset data = dataset_csv(world ? 900 : 9000, false, 9);
    source = dataset_open(&data);
    fixture = (struct fixture){.source = source, .about = data.about, .world = world, .filter = "b >= 20", .nan = "skip"};
    assert_true(check_covers(&fixture, fixed.kernels, fixed.count, strategies(), less(workers), blocks) > 0);
    sheaf_source_destroy(source);
}

static void check_text(bool quoted, const char *filter, const char *nan)
{
    static const unsigned workers[] = {3, 0};
    static const uint64_t blocks[] = {37, 4096, 1, 0}, one[] = {37, 0};
    struct dataset data = dataset_csv(151, quoted, 9);
    struct sheaf_source *source = dataset_open(&data);
    struct fixture fixture = {.source = source, .about = data.about, .world = world, .filter = filter, .nan = nan};
    assert_true(check_all_kernels(&fixture, workers, world ? one : blocks) > 0);
    sheaf_source_destroy(source);
}

static void test_text(void **state)
{
    (void)state;
    check_text(false, NULL, NULL);
}

static void test_quoted_text(void **state)
{
    (void)state;
    check_text(true, NULL, NULL); /* cells with newlines: the blocks are found by a survey */
}

static void test_filtered_text(void **state)
{
    (void)state;
    check_text(true, "b >= 20", "skip");
}

static void check_decimals(bool special, const char *filter, const char *nan)
{
    static const unsigned workers[] = {3, 0};
    static const uint64_t blocks[] = {41, 3000, 0}, one[] = {41, 0};
    struct dataset data = dataset_decimals(world ? 97 : 307, special, 12);
    struct sheaf_source *source = dataset_open(&data);
    struct fixture fixture = {.source = source, .about = data.about, .world = world, .filter = filter, .nan = nan};
    assert_true(check_all_kernels(&fixture, workers, world ? one : blocks) > 0);
    sheaf_source_destroy(source);
}

static void test_decimals(void **state)
{
    (void)state;
    check_decimals(false, NULL, NULL);
    check_decimals(true, "1 > -500", "skip");
}

static void test_nan_skip(void **state)
{
    (void)state;
    static const unsigned workers[] = {2, 0};
    static const uint64_t blocks[] = {24, 0};
    struct dataset data = dataset_raw(SHEAF_F32, 307, true, 3);
    struct sheaf_source *source = dataset_open(&data);
    struct fixture fixture = {.source = source, .about = "f32, NaN skipped", .world = world, .nan = "skip",
                              .filter = "1 < 1e30"};
    assert_true(check_all_kernels(&fixture, workers, blocks) > 0);
    sheaf_source_destroy(source);
}

static void close_stream(struct sheaf_source *stream)
{
    sheaf_source_destroy(stream);
    dataset_stream_end();
}

/* The same data from standard input, through whoever feeds the workers, are those of the file. */
static void check_stream(struct dataset data)
{
    static const unsigned workers[] = {3, 0};
    static const uint64_t blocks[] = {1000, 0};
    struct sheaf_source *source = dataset_open(&data);
    struct fixture fixture = {.source = source, .about = data.about, .world = world, .reopen = dataset_stream,
                              .close = close_stream, .data = &data};
    assert_true(check_all_kernels(&fixture, workers, blocks) > 0);
    sheaf_source_destroy(source);
}

/* Equal elements whose order in the file is not that of their positions. */
static void test_fortran(void **state)
{
    (void)state;
    static const unsigned workers[] = {3, 0};
    static const uint64_t blocks[] = {8, 136, 0}, one[] = {136, 0};
    struct dataset reals = dataset_fortran(SHEAF_F64, 23, 19, 6), integers = dataset_fortran(SHEAF_I32, 23, 19, 6);
    struct sheaf_source *const sources[] = {dataset_open(&reals), dataset_open(&integers),
                                            dataset_join(&reals, &integers)};
    const char *const abouts[] = {reals.about, integers.about, "a pair in Fortran order"};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        struct fixture fixture = {.source = sources[i], .about = abouts[i], .world = world};
        assert_true(check_all_kernels(&fixture, workers, world ? one : blocks) > 0);
        sheaf_source_destroy(sources[i]);
    }
    check_stream(reals);
    check_stream(integers);
}

/* Kernels that name an input: a stream has another name than its file. */
static bool names_an_input(const struct sheaf_kernel *kernel)
{
    return strcmp(kernel->name, "argmin") == 0 || strcmp(kernel->name, "argmax") == 0;
}

/* Inputs of different width, narrow before wide and the reverse, from files and behind a stream. */
static void check_widths(uint64_t first, uint64_t second)
{
    static const unsigned workers[] = {3, 0};
    static const uint64_t blocks[] = {8, 1000, 0}, one[] = {1000, 0};
    struct dataset data = dataset_widths(409, first, second, 8);
    struct sheaf_source *source = dataset_open(&data);
    struct fixture fixture = {.source = source, .about = data.about, .world = world};
    assert_true(check_all_kernels(&fixture, workers, world ? one : blocks) > 0);
    fixture.each = true;
    assert_true(check_all_kernels(&fixture, workers, world ? one : blocks) > 0);
    fixture.each = false;
    fixture.reopen = dataset_stream;
    fixture.close = close_stream;
    fixture.data = &data;
    struct company placeless = {.count = 0};
    for (size_t i = 0; i < flat.count; i++)
        if (!names_an_input(flat.kernels[i]))
            placeless.kernels[placeless.count++] = flat.kernels[i];
    assert_true(check_covers(&fixture, placeless.kernels, placeless.count, strategies(), less(workers), one) > 0);
    assert_true(check_covers(&fixture, sums.kernels, sums.count, strategies(), less(workers), one) > 0);
    sheaf_source_destroy(source);
}

static void test_widths(void **state)
{
    (void)state;
    check_widths(3, 5);
    check_widths(5, 1);
}

/* Text that must be surveyed, input by input. */
static void test_each_text(void **state)
{
    static const unsigned workers[] = {3, 0};
    static const uint64_t blocks[] = {40, 0};
    (void)state;
    struct dataset data = dataset_csv(307, true, 9);
    memcpy(data.beside, data.path, sizeof data.beside);
    struct sheaf_source *source = dataset_open(&data);
    struct fixture fixture = {.source = source, .about = data.about, .world = world, .each = true};
    assert_true(check_all_kernels(&fixture, workers, blocks) > 0);
    sheaf_source_destroy(source);
}

static void test_streams(void **state)
{
    (void)state;
    check_stream(dataset_raw(SHEAF_F32, 3001, true, 4));
    check_stream(dataset_csv(409, true, 4));
}

/* Copied and mapped files give the same, under every cover. The last test: the guard stays. */
static void test_mapped(void **state)
{
    (void)state;
    static const unsigned workers[] = {3, 0};
    static const uint64_t blocks[] = {4096, 0};
    static const struct cover whole = {"serial", NULL, 1, (uint64_t)1 << 40};
    struct dataset data = dataset_raw(SHEAF_F64, 2053, true, 11);
    struct sheaf_source *source = dataset_open(&data);
    struct fixture fixture = {.source = source, .about = "f64, mapped", .world = world};
    struct sheaf_answer *copied, *mapped;
    struct sheaf_error err;
    assert_int_equal(run_cover(&fixture, flat.kernels, flat.count, &whole, &copied, &err), SHEAF_OK);
    assert_int_equal(sheaf_guard_mappings(&err), SHEAF_OK);
    assert_int_equal(run_cover(&fixture, flat.kernels, flat.count, &whole, &mapped, &err), SHEAF_OK);
    assert_same_answer(&fixture, &whole, copied, mapped);
    sheaf_answer_destroy(copied);
    sheaf_answer_destroy(mapped);
    assert_true(check_all_kernels(&fixture, workers, blocks) > 0);
    sheaf_source_destroy(source);
    test_types(state);
    test_pairs(state);
}

static int setup(void **state)
{
    (void)state;
    struct sheaf_error err;
    datasets_setup();
    if (sheaf_kernel_load(TEST_KERNELS "/testkernels.so", &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    size_t count;
    const struct sheaf_kernel *const *builtin = sheaf_kernels(&count);
    for (size_t i = 0; i < count; i++)
        join(builtin[i]);
    join(sheaf_kernel_find("testkeys"));
    join(sheaf_kernel_find("testiterate"));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    datasets_cleanup();
    return 0;
}

static int lead(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),       cmocka_unit_test(test_alone),         cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_permutations), cmocka_unit_test(test_workers),
        cmocka_unit_test(test_pairs),       cmocka_unit_test(test_text),          cmocka_unit_test(test_quoted_text),
        cmocka_unit_test(test_filtered_text), cmocka_unit_test(test_decimals),    cmocka_unit_test(test_nan_skip),
        cmocka_unit_test(test_fixed_order), cmocka_unit_test(test_fortran),       cmocka_unit_test(test_widths),
        cmocka_unit_test(test_each_text),   cmocka_unit_test(test_streams),
        cmocka_unit_test(test_mapped),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

int main(void)
{
    struct sheaf_error err;
    if (!sheaf_world_launched())
        return lead();
    if (sheaf_world_open(&world, &err) != SHEAF_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    int failed = sheaf_world_rank(world) == 0 ? lead() : sheaf_world_follow(world, &err) != SHEAF_OK;
    sheaf_world_close(world);
    return failed;
}
