/* Sums that round at every step: near the exact ones, and alike where they promise to be. */
#include "unit/exact_oracle.h"

#include "base/cpu.h"
#include "../kernels/rounded.h"

#include <math.h>

enum { ROWS = 30000, LEAF = 4096 };
static uint64_t x_data[ROWS], y_data[ROWS];

static const struct sheaf_kernel *kernel_called(const char *name, const char *form)
{
    char full[32] = "";
    strcat(strcat(full, name), form);
    const struct sheaf_kernel *kernel = sheaf_kernel_find(full);
    assert_non_null(kernel);
    return kernel;
}

/* ---- lanes -------------------------------------------------------------------------------------------------- */

struct adder {
    const char *isa;
    rounded_adder *add;
};
#define ADDER(isa) {#isa, rounded_add_##isa},
static const struct adder adders[] = {SHEAF_ISAS(ADDER){"portable", rounded_add_portable}};

/* Whatever the tiles and the instruction set, a term goes to the same lane. */
static void lanes_do_not_depend_on_tiles(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 400; i++) {
        enum sheaf_type types[] = {(enum sheaf_type)below(SHEAF_TYPE_COUNT), (enum sheaf_type)below(SHEAF_TYPE_COUNT)};
        enum rounded_term term = (enum rounded_term)(i % ROUNDED_TERMS);
        uint64_t rows = below(3000);
        fill_any((unsigned char *)x_data, types[0], rows);
        fill_any((unsigned char *)y_data, types[1], rows);
        struct sheaf_column columns[] = {{.type = types[0], .data = x_data}, {.type = types[1], .data = y_data}};
        struct rounded expected = {0};
        for (uint64_t row = 0; row < rows; row++)
            rounded_add_portable(&expected, term, columns, row, 1);
        for (size_t a = 0; a < COUNT_OF(adders); a++) {
            struct rounded rounded = {0};
            if (strcmp(adders[a].isa, "portable") != 0 && !cpu_has(adders[a].isa))
                continue;
            for (uint64_t row = 0, count; row < rows; row += count) {
                count = 1 + below(rows - row);
                adders[a].add(&rounded, term, columns, row, count);
            }
            assert_int_equal(rounded.count, rows);
            assert_memory_equal(rounded.lane, expected.lane, sizeof rounded.lane);
        }
    }
}

/* ---- answers ------------------------------------------------------------------------------------------------ */

static double answer_of(const struct sheaf_kernel *kernel, void *state, const struct sheaf_args *args)
{
    struct sheaf_result result = {0};
    assert_int_equal(kernel->finish(state, args, NULL, &result, NULL), SHEAF_OK);
    assert_int_equal(result.entries[0].value.kind, SHEAF_REAL);
    double value = result.entries[0].value.real;
    sheaf_result_cleanup(&result);
    return value;
}

static double whole_answer(const struct sheaf_kernel *kernel, const double *x, const double *y, uint64_t rows)
{
    static const enum sheaf_type types[] = {SHEAF_F64, SHEAF_F64};
    static _Alignas(64) int64_t room[1024];
    const struct sheaf_args args = {.types = types};
    struct sheaf_column columns[] = {{.type = SHEAF_F64, .data = x}, {.type = SHEAF_F64, .data = y}};
    struct sheaf_batch batch = {.rows = rows, .columns = columns};
    memset(room, 0, sizeof room);
    assert_true(kernel->state_size(&args) <= sizeof room);
    assert_int_equal(kernel->map(room, &batch, &args, NULL), SHEAF_OK);
    double answer = answer_of(kernel, room, &args);
    if (kernel->cleanup)
        kernel->cleanup(room, &args);
    return answer;
}

static void answers_are_near_the_exact_ones(void **state)
{
    (void)state;
    static const char *const names[] = {"sum", "sumsq", "norm1", "norm2", "mean", "dot"};
    double *x = (double *)x_data, *y = (double *)y_data;
    for (unsigned i = 0; i < 20; i++) {
        uint64_t rows = 1 + below(ROWS);
        for (uint64_t k = 0; k < rows; k++) {
            x[k] = fabs(near_one(k));
            y[k] = fabs(near_one(k));
        }
        for (size_t n = 0; n < COUNT_OF(names); n++) {
            double exact = whole_answer(sheaf_kernel_find(names[n]), x, y, rows);
            assert_true(fabs(whole_answer(kernel_called(names[n], "-fast"), x, y, rows) / exact - 1) < 1e-12);
            assert_true(fabs(whole_answer(kernel_called(names[n], "-fixed"), x, y, rows) / exact - 1) < 1e-12);
        }
    }
}

static void there_is_one_nan(void **state)
{
    (void)state;
    const double bad[][3] = {{1, double_of(UINT64_C(0xfff8000000000001)), 2}, {INFINITY, 1, -INFINITY}};
    const double ones[] = {1, 1, 1};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_same_bits(whole_answer(kernel_called("sum", "-fast"), bad[i], ones, 3), double_of(nan_bits));
        assert_same_bits(whole_answer(kernel_called("sum", "-fixed"), bad[i], ones, 3), double_of(nan_bits));
        assert_same_bits(whole_answer(kernel_called("dot", "-fixed"), bad[i], ones, 3), double_of(nan_bits));
    }
    assert_same_bits(whole_answer(kernel_called("norm1", "-fast"), bad[1], ones, 3), INFINITY);
}

/* ---- fixed order -------------------------------------------------------------------------------------------- */

/* Two states of one kernel, each given some of the leaves. */
struct pair {
    const struct sheaf_kernel *kernel;
    struct sheaf_args args;
    _Alignas(64) int64_t states[2][1024];
};
static const enum sheaf_type f64[] = {SHEAF_F64};

static void map_rows(struct pair *pair, unsigned which, uint64_t first, uint64_t rows)
{
    struct sheaf_column column = {.type = SHEAF_F64, .data = (double *)x_data + first};
    struct sheaf_batch batch = {.rows = rows, .columns = &column, .first = {.at = first}};
    assert_int_equal(pair->kernel->map(pair->states[which], &batch, &pair->args, NULL), SHEAF_OK);
}

static void pair_begin(struct pair *pair)
{
    memset(pair, 0, sizeof *pair);
    pair->kernel = kernel_called("sum", "-fixed");
    pair->args.types = f64;
}

static void pair_end(struct pair *pair)
{
    for (unsigned i = 0; i < 2; i++)
        pair->kernel->cleanup(pair->states[i], &pair->args);
}

static void fill_x(void)
{
    for (uint64_t i = 0; i < ROWS; i++)
        ((double *)x_data)[i] = with_exponent(1000 + below(60));
}

static void whole_leaves_in_any_order(void **state)
{
    (void)state;
    static struct pair pair;
    fill_x();
    double expected = whole_answer(kernel_called("sum", "-fixed"), (double *)x_data, NULL, ROWS);
    for (unsigned i = 0; i < 20; i++) {
        pair_begin(&pair);
        for (uint64_t first = 0; first < ROWS; first += LEAF) {
            unsigned which = (unsigned)below(2);
            uint64_t end = first + LEAF < ROWS ? first + LEAF : ROWS;
            for (uint64_t row = first, rows; row < end; row += rows)
                map_rows(&pair, which, row, rows = 1 + below(end - row));
        }
        if (i % 2) {
            assert_int_equal(pair.kernel->merge(pair.states[0], pair.states[1], &pair.args, NULL), SHEAF_OK);
        } else {
            struct sheaf_buffer packed = {0};
            assert_int_equal(pair.kernel->pack(pair.states[1], &pair.args, &packed, NULL), SHEAF_OK);
            assert_int_equal(pair.kernel->unpack(pair.states[0], &pair.args, packed.data, packed.size, NULL), SHEAF_OK);
            sheaf_buffer_cleanup(&packed);
        }
        assert_same_bits(answer_of(pair.kernel, pair.states[0], &pair.args), expected);
        pair_end(&pair);
    }
}

static void a_leaf_in_two_pieces_is_refused(void **state)
{
    (void)state;
    static struct pair pair;
    struct sheaf_result result = {0};
    struct sheaf_error err;
    fill_x();
    pair_begin(&pair);
    map_rows(&pair, 0, 0, LEAF + 1);
    map_rows(&pair, 1, LEAF + 1, LEAF);
    assert_int_equal(pair.kernel->merge(pair.states[0], pair.states[1], &pair.args, NULL), SHEAF_OK);
    assert_int_equal(pair.kernel->finish(pair.states[0], &pair.args, NULL, &result, &err), SHEAF_USAGE);
    assert_non_null(strstr(err.message, "--block"));
    pair_end(&pair);
    sheaf_result_cleanup(&result);
}

static void damaged_bytes_are_refused(void **state)
{
    (void)state;
    static struct pair pair;
    fill_x();
    pair_begin(&pair);
    map_rows(&pair, 1, 0, 3 * LEAF);
    struct sheaf_buffer packed = {0};
    assert_int_equal(pair.kernel->pack(pair.states[1], &pair.args, &packed, NULL), SHEAF_OK);
    for (size_t size = 0; size < packed.size; size++)
        assert_int_equal(pair.kernel->unpack(pair.states[0], &pair.args, packed.data, size, NULL), SHEAF_INTERNAL);
    sheaf_buffer_cleanup(&packed);
    pair_end(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lanes_do_not_depend_on_tiles), cmocka_unit_test(answers_are_near_the_exact_ones),
        cmocka_unit_test(whole_leaves_in_any_order),    cmocka_unit_test(a_leaf_in_two_pieces_is_refused),
        cmocka_unit_test(damaged_bytes_are_refused),    cmocka_unit_test(there_is_one_nan),
    };
    seed = 20240519;
    return cmocka_run_group_tests_name("rounded", tests, NULL, NULL);
}
