/* The kernels built on exact sums, driven through their structs on tiles that end where memory ends, against GMP. */
#include "unit/exact_oracle.h"
#include "unit/reduce.h"

#include <math.h>

/* ---- the kernels with one answer ---------------------------------------------------------------------------- */

enum answer { TOTAL, ROOT, MEAN, VARIANCE, DEVIATION };

/* X(name, operation, answer, rows that the divisor leaves out, roles) */
#define KERNELS(X)                                                                                         \
    X(sum, ADD, TOTAL, 0, 1)                                                                               \
    X(sumsq, SQUARES, TOTAL, 0, 1)                                                                         \
    X(norm1, ABSOLUTE, TOTAL, 0, 1)                                                                        \
    X(norm2, SQUARES, ROOT, 0, 1)                                                                          \
    X(dot, PRODUCTS, TOTAL, 0, 2)                                                                          \
    X(mean, ADD, MEAN, 0, 1)                                                                               \
    X(var, ADD, VARIANCE, 1, 1)                                                                            \
    X(stddev, ADD, DEVIATION, 1, 1)                                                                        \
    X(pvar, ADD, VARIANCE, 0, 1)                                                                           \
    X(pstddev, ADD, DEVIATION, 0, 1)

#define DECLARE(name, operation, answer, taken, roles) extern const struct sheaf_kernel sheaf_kernel_##name;
KERNELS(DECLARE)

#define ROW(name, operation, answer, taken, roles) {#name, &sheaf_kernel_##name, operation, answer, taken, roles},
static const struct expectation {
    const char *name;
    const struct sheaf_kernel *kernel;
    enum operation operation;
    enum answer answer;
    uint64_t taken;
    uint32_t roles;
} expectations[] = {KERNELS(ROW)};

/* (n squares - sum^2) / (n (n - taken)) as numbers without any algebra: the mean of the squared distances. */
static void spread(mpq_t out, const struct input *input, uint64_t taken)
{
    mpq_t mean, x;
    mpq_inits(mean, x, NULL);
    expect(mean, ADD, input->types[0], input->data[0], 0, NULL, input->rows);
    mpq_set_ui(x, input->rows, 1);
    mpq_div(mean, mean, x);
    mpq_set_ui(out, 0, 1);
    for (uint64_t i = 0; i < input->rows; i++) {
        element(x, input->types[0], input->data[0], i);
        mpq_sub(x, x, mean);
        mpq_mul(x, x, x);
        mpq_add(out, out, x);
    }
    mpq_set_ui(x, input->rows - taken, 1);
    mpq_div(out, out, x);
    mpq_clears(mean, x, NULL);
}

static void assert_value(const struct sheaf_value *value, const mpq_t exact, bool whole, bool root)
{
    assert_int_equal(value->kind, whole ? SHEAF_INTEGER : SHEAF_REAL);
    if (!whole) {
        assert_nearest(value->real, exact, root);
        return;
    }
    char *digits = mpq_get_str(NULL, 10, exact);
    assert_string_equal(value->text, digits);
    free(digits);
}

static void check(const struct expectation *e, const struct input *input)
{
    struct sheaf_result result;
    mpq_t exact, rows;
    mpq_inits(exact, rows, NULL);
    reduce(e->kernel, input, NULL, &result);
    assert_int_equal(result.count, 1);
    assert_string_equal(result.entries[0].name, e->name);
    const struct sheaf_value *value = &result.entries[0].value;
    bool whole = e->answer == TOTAL && !sheaf_type_is_float(input->types[0]) &&
                 (e->roles == 1 || !sheaf_type_is_float(input->types[1]));

    expect(exact, e->operation, input->types[0], input->data[0], input->types[1], input->data[1], input->rows);
    mpq_set_ui(rows, input->rows, 1);
    if (e->answer >= MEAN && input->rows <= e->taken) {
        assert_int_equal(value->kind, SHEAF_NULL);
    } else {
        if (e->answer == MEAN)
            mpq_div(exact, exact, rows);
        if (e->answer == VARIANCE || e->answer == DEVIATION)
            spread(exact, input, e->taken);
        assert_value(value, exact, whole, e->answer == ROOT || e->answer == DEVIATION);
    }
    sheaf_result_cleanup(&result);
    mpq_clears(exact, rows, NULL);
}

enum { ROWS = INPUT_MOST };

static void every_type_and_length(void **state)
{
    (void)state;
    static const uint64_t rows[] = {1, 2, 3, 64, 257, 1009};
    for (size_t kernel = 0; kernel < COUNT_OF(expectations); kernel++) {
        for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
            for (size_t i = 0; i < COUNT_OF(rows) - (type == SHEAF_F64); i++) { /* exact rationals of f64 are slow */
                struct input input = any_input(type, (type * 3 + (int)i) % SHEAF_TYPE_COUNT, rows[i]);
                check(&expectations[kernel], &input);
            }
        }
    }
}

static void long_inputs_of_small_numbers(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < COUNT_OF(expectations); kernel++) {
        struct input integers = any_input(SHEAF_U8, SHEAF_I8, ROWS);
        check(&expectations[kernel], &integers);
        for (uint64_t i = 0; i < ROWS; i++)
            ((double *)x_data)[i] = ((double *)y_data)[i] = (double)(int64_t)below(100) - 30;
        struct input floats = {{SHEAF_F64, SHEAF_F64}, {x_data, y_data}, ROWS};
        check(&expectations[kernel], &floats);
    }
}

static void empty_and_short_inputs(void **state)
{
    (void)state;
    for (size_t kernel = 0; kernel < COUNT_OF(expectations); kernel++) {
        for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
            for (uint64_t rows = 0; rows < 3; rows++) {
                struct input input = any_input(type, type, rows);
                check(&expectations[kernel], &input);
            }
        }
    }
}

static double real_answer(const struct sheaf_kernel *kernel, const double *x, const double *y, uint64_t rows)
{
    struct input input = {{SHEAF_F64, SHEAF_F64}, {x, y}, rows};
    struct sheaf_result result;
    reduce(kernel, &input, NULL, &result);
    assert_int_equal(result.entries[0].value.kind, SHEAF_REAL);
    double value = result.entries[0].value.real;
    sheaf_result_cleanup(&result);
    return value;
}

static void not_finite_inputs(void **state)
{
    (void)state;
    const double nan = double_of(nan_bits), ones[] = {1, 1, 1};
    static const double with_nan[] = {1, NAN, -INFINITY}, with_inf[] = {1, -INFINITY, 2},
                        with_both[] = {INFINITY, -INFINITY, 1};
    for (size_t i = 0; i < COUNT_OF(expectations); i++) {
        const struct expectation *e = &expectations[i];
        double sign = e->operation == SQUARES || e->operation == ABSOLUTE ? 1 : -1;
        double infinite = e->answer == VARIANCE || e->answer == DEVIATION ? nan : sign * INFINITY;
        assert_same_bits(real_answer(e->kernel, with_nan, ones, 3), nan);
        assert_same_bits(real_answer(e->kernel, with_inf, ones, 3), infinite);
        assert_same_bits(real_answer(e->kernel, with_both, ones, 3), sign < 0 ? nan : INFINITY);
    }
}

static void kernels_are_well_formed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(expectations); i++) {
        const struct sheaf_kernel *kernel = expectations[i].kernel;
        assert_int_equal(kernel->abi, SHEAF_KERNEL_ABI);
        assert_int_equal(kernel->size, sizeof *kernel);
        assert_string_equal(kernel->name, expectations[i].name);
        assert_int_equal(kernel->role_count, expectations[i].roles);
        assert_int_equal(kernel->laws, SHEAF_LAW_EXACT | SHEAF_LAW_ADD64);
        assert_true(kernel->summary && kernel->formula && kernel->description);
    }
}

/* ---- summary ------------------------------------------------------------------------------------------------- */

extern const struct sheaf_kernel sheaf_kernel_summary;

static const struct sheaf_value *value_of(const struct sheaf_result *result, const char *name)
{
    const struct sheaf_entry *entry = sheaf_result_find(result, name);
    assert_non_null(entry);
    return &entry->value;
}

/* The least (sign 1) or greatest (sign -1) element. */
static void extremum(mpq_t out, const struct input *input, int sign)
{
    mpq_t x;
    mpq_init(x);
    element(out, input->types[0], input->data[0], 0);
    for (uint64_t i = 1; i < input->rows; i++) {
        element(x, input->types[0], input->data[0], i);
        if (sign * mpq_cmp(x, out) < 0)
            mpq_set(out, x);
    }
    mpq_clear(x);
}

/* The entries that a kernel of their own gives too have the same answer. */
static void assert_as_alone(const struct input *input, const struct sheaf_result *result)
{
    static const struct sheaf_kernel *const alone[] = {&sheaf_kernel_sum, &sheaf_kernel_mean, &sheaf_kernel_stddev};
    for (size_t i = 0; i < COUNT_OF(alone); i++) {
        struct sheaf_result one;
        reduce(alone[i], input, NULL, &one);
        const struct sheaf_value *a = &one.entries[0].value, *b = value_of(result, alone[i]->name);
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(bits_of(a->real), bits_of(b->real));
        if (a->text)
            assert_string_equal(a->text, b->text);
        sheaf_result_cleanup(&one);
    }
}

static void summary_of_every_type(void **state)
{
    (void)state;
    static const char *const names[] = {"count", "missing", "nan", "sum", "mean", "stddev", "min", "max"};
    mpq_t exact;
    mpq_init(exact);
    for (unsigned trial = 0; trial < 20u * SHEAF_TYPE_COUNT; trial++) {
        enum sheaf_type type = trial % SHEAF_TYPE_COUNT;
        struct input input = any_input(type, type, 1 + below(trial < 40 ? 3 : 2000));
        struct sheaf_tally tally = {.used = input.rows, .missing = below(9), .nan = below(9)};
        struct sheaf_result result;
        bool whole = !sheaf_type_is_float(type);
        reduce(&sheaf_kernel_summary, &input, &tally, &result);
        assert_int_equal(result.count, COUNT_OF(names));
        for (size_t i = 0; i < COUNT_OF(names); i++)
            assert_string_equal(result.entries[i].name, names[i]);
        assert_int_equal(strtoull(value_of(&result, "count")->text, NULL, 10), input.rows);
        assert_int_equal(strtoull(value_of(&result, "missing")->text, NULL, 10), tally.missing);
        assert_int_equal(strtoull(value_of(&result, "nan")->text, NULL, 10), tally.nan);
        assert_as_alone(&input, &result);
        extremum(exact, &input, 1);
        assert_value(value_of(&result, "min"), exact, whole, false);
        extremum(exact, &input, -1);
        assert_value(value_of(&result, "max"), exact, whole, false);
        sheaf_result_cleanup(&result);
    }
    mpq_clear(exact);
}

static void summary_of_nothing(void **state)
{
    (void)state;
    struct input input = {{SHEAF_F32}, {x_data}, 0};
    struct sheaf_result result;
    reduce(&sheaf_kernel_summary, &input, NULL, &result);
    assert_string_equal(value_of(&result, "count")->text, "0");
    assert_same_bits(value_of(&result, "sum")->real, 0);
    static const char *const nulls[] = {"mean", "stddev", "min", "max"};
    for (size_t i = 0; i < COUNT_OF(nulls); i++)
        assert_int_equal(value_of(&result, nulls[i])->kind, SHEAF_NULL);
    sheaf_result_cleanup(&result);
}

static void assert_summary(const double *x, uint64_t rows, double least, double greatest, double sum)
{
    struct input input = {{SHEAF_F64}, {x}, rows};
    struct sheaf_result result;
    reduce(&sheaf_kernel_summary, &input, NULL, &result);
    assert_same_bits(value_of(&result, "min")->real, least);
    assert_same_bits(value_of(&result, "max")->real, greatest);
    assert_same_bits(value_of(&result, "sum")->real, sum);
    sheaf_result_cleanup(&result);
}

static void summary_of_special_values(void **state)
{
    (void)state;
    const double nan = double_of(nan_bits), negative_nan = double_of(UINT64_C(0xfff8000000000001));
    assert_summary((double[]){3, negative_nan, -7}, 3, nan, nan, nan);
    assert_summary((double[]){nan}, 1, nan, nan, nan);
    assert_summary((double[]){0.0, -0.0}, 2, -0.0, 0.0, 0.0);
    assert_summary((double[]){-0.0, -0.0}, 2, -0.0, -0.0, 0.0);
    assert_summary((double[]){1, -INFINITY, 2}, 3, -INFINITY, 2, -INFINITY);
    assert_summary((double[]){1, -INFINITY, INFINITY}, 3, -INFINITY, INFINITY, nan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_length),
        cmocka_unit_test(long_inputs_of_small_numbers),
        cmocka_unit_test(empty_and_short_inputs),
        cmocka_unit_test(not_finite_inputs),
        cmocka_unit_test(kernels_are_well_formed),
        cmocka_unit_test(summary_of_every_type),
        cmocka_unit_test(summary_of_nothing),
        cmocka_unit_test(summary_of_special_values),
    };
    seed = 20240503;
    return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
