/* Covariance, correlation, skewness and kurtosis of elements of every type, against GMP. */
#include "unit/exact_oracle.h"
#include "unit/reduce.h"

#include <math.h>

extern const struct sheaf_kernel sheaf_kernel_cov, sheaf_kernel_pcov, sheaf_kernel_corr, sheaf_kernel_skewness,
    sheaf_kernel_kurtosis;

static const struct sheaf_kernel *const kernels[] = {&sheaf_kernel_cov, &sheaf_kernel_pcov, &sheaf_kernel_corr,
                                                     &sheaf_kernel_skewness, &sheaf_kernel_kurtosis};

/* ---- the oracle --------------------------------------------------------------------------------------------- */

static void mean_of(mpq_t out, enum sheaf_type type, const void *x, uint64_t n)
{
    mpq_t count;
    mpq_init(count);
    expect(out, ADD, type, x, type, x, n);
    mpq_set_ui(count, n, 1);
    mpq_div(out, out, count);
    mpq_clear(count);
}

/* The mean of (x - mean x)^k (y - mean y)^l. */
static void moment(mpq_t out, const struct input *input, unsigned k, unsigned l)
{
    mpq_t means[2], x, product;
    mpq_inits(means[0], means[1], x, product, NULL);
    for (unsigned role = 0; role < 2; role++)
        mean_of(means[role], input->types[role], input->data[role], input->rows);
    mpq_set_ui(out, 0, 1);
    for (uint64_t i = 0; i < input->rows; i++) {
        mpq_set_ui(product, 1, 1);
        for (unsigned p = 0; p < k + l; p++) {
            unsigned role = p >= k;
            element(x, input->types[role], input->data[role], i);
            mpq_sub(x, x, means[role]);
            mpq_mul(product, product, x);
        }
        mpq_add(out, out, product);
    }
    mpq_set_ui(x, input->rows, 1);
    mpq_div(out, out, x);
    mpq_clears(means[0], means[1], x, product, NULL);
}

/* out = out |out| */
static void square_signed(mpq_t out)
{
    mpq_t size;
    mpq_init(size);
    mpq_abs(size, out);
    mpq_mul(out, out, size);
    mpq_clear(size);
}

/* The exact answer, or with *root its signed square; false if there is none. */
static bool expect_answer(mpq_t out, const struct sheaf_kernel *kernel, const struct input *input, bool *root)
{
    mpq_t number;
    uint64_t n = input->rows;
    bool pairs = kernel->role_count == 2, some = true;
    *root = kernel == &sheaf_kernel_corr || kernel == &sheaf_kernel_skewness;
    if (n < (kernel == &sheaf_kernel_cov || kernel == &sheaf_kernel_corr ? 2 : 1))
        return false;
    mpq_init(number);
    moment(number, input, 2, 0);
    if (kernel == &sheaf_kernel_corr) {
        moment(out, input, 0, 2);
        mpq_mul(number, number, out);
    }
    if (kernel == &sheaf_kernel_cov || kernel == &sheaf_kernel_pcov) {
        mpq_set_ui(number, kernel == &sheaf_kernel_cov ? n - 1 : n, n);
        mpq_canonicalize(number);
    }
    some = mpq_sgn(number) != 0;
    moment(out, input, pairs ? 1 : kernel == &sheaf_kernel_skewness ? 3 : 4, pairs);
    if (*root)
        square_signed(out);
    unsigned divisions = !some ? 0 : kernel == &sheaf_kernel_skewness ? 3 : kernel == &sheaf_kernel_kurtosis ? 2 : 1;
    for (unsigned i = 0; i < divisions; i++)
        mpq_div(out, out, number);
    if (kernel == &sheaf_kernel_kurtosis) {
        mpq_set_ui(number, 3, 1);
        mpq_sub(out, out, number);
    }
    mpq_clear(number);
    return some;
}

static void check(const struct input *input)
{
    mpq_t exact;
    mpq_init(exact);
    for (size_t i = 0; i < COUNT_OF(kernels); i++) {
        struct sheaf_result result;
        bool root, some = expect_answer(exact, kernels[i], input, &root);
        reduce(kernels[i], input, NULL, &result);
        assert_int_equal(result.count, 1);
        assert_string_equal(result.entries[0].name, kernels[i]->name);
        assert_int_equal(result.entries[0].value.kind, some ? SHEAF_REAL : SHEAF_NULL);
        if (some)
            assert_nearest(result.entries[0].value.real, exact, root);
        sheaf_result_cleanup(&result);
    }
    mpq_clear(exact);
}

/* ---- data --------------------------------------------------------------------------------------------------- */

enum { ROWS = 300 };

static void every_type_and_length(void **state)
{
    (void)state;
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        for (uint64_t rows = 0; rows < 30; rows += 1 + rows / 4) {
            struct input input = any_input(type, (type * 3 + (int)rows) % SHEAF_TYPE_COUNT, rows);
            check(&input);
        }
    }
}

static void every_kind_of_double(void **state)
{
    (void)state;
    static struct data data;
    struct input input = {{SHEAF_F64, SHEAF_F64}, {data.x, data.y}, 0};
    for (unsigned i = 0; i < 20 * COUNT_OF(kinds); i++) {
        fill(&data, i % COUNT_OF(kinds), 1 + below(12));
        input.rows = data.n;
        check(&input);
    }
}

/* Values whose distances from their mean are far below their own size: plain moments have no digit left. */
static void ill_conditioned(void **state)
{
    (void)state;
    static double x[ROWS], y[ROWS];
    for (unsigned i = 0; i < 60; i++) {
        double scale = ldexp(1, (int)below(1800) - 900), tiny = scale * 0x1p-45;
        struct input input = {{SHEAF_F64, SHEAF_F64}, {x, y}, 1 + below(40)};
        for (uint64_t k = 0; k < input.rows; k++) {
            x[k] = scale + tiny * (double)below(50);
            y[k] = i % 3 ? x[k] + tiny * (double)below(3) : -x[k] * 0.75;
        }
        check(&input);
    }
}

static void long_inputs(void **state)
{
    (void)state;
    struct input integers = any_input(SHEAF_I8, SHEAF_U16, ROWS);
    check(&integers);
    struct input halves = any_input(SHEAF_F32, SHEAF_I64, ROWS / 3);
    check(&halves);
}

/* ---- what is not a number ----------------------------------------------------------------------------------- */

static void assert_answer(const struct sheaf_kernel *kernel, const double *x, const double *y, uint64_t rows,
                          enum sheaf_value_kind kind, double value)
{
    struct input input = {{SHEAF_F64, SHEAF_F64}, {x, y}, rows};
    struct sheaf_result result;
    reduce(kernel, &input, NULL, &result);
    assert_int_equal(result.entries[0].value.kind, kind);
    if (kind == SHEAF_REAL)
        assert_same_bits(result.entries[0].value.real, value);
    sheaf_result_cleanup(&result);
}

static void not_finite(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY}, fine[] = {1, 2, 4};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        double x[] = {3, bad[i], 5};
        for (size_t k = 0; k < COUNT_OF(kernels); k++) {
            assert_answer(kernels[k], x, fine, 3, SHEAF_REAL, double_of(nan_bits));
            if (kernels[k]->role_count == 2)
                assert_answer(kernels[k], fine, x, 3, SHEAF_REAL, double_of(nan_bits));
        }
    }
}

static void known_answers(void **state)
{
    (void)state;
    static const double x[] = {1, 2, 3, 4}, twice[] = {2, 4, 6, 8}, down[] = {4, 3, 2, 1}, same[] = {7, 7, 7, 7};
    static const double one_apart[] = {0, 0, 0, 1};
    assert_answer(&sheaf_kernel_cov, x, twice, 4, SHEAF_REAL, 10.0 / 3);
    assert_answer(&sheaf_kernel_pcov, x, twice, 4, SHEAF_REAL, 2.5);
    assert_answer(&sheaf_kernel_corr, x, twice, 4, SHEAF_REAL, 1);
    assert_answer(&sheaf_kernel_corr, x, down, 4, SHEAF_REAL, -1);
    assert_answer(&sheaf_kernel_corr, x, same, 4, SHEAF_NULL, 0);
    assert_answer(&sheaf_kernel_cov, x, same, 4, SHEAF_REAL, 0);
    assert_answer(&sheaf_kernel_skewness, x, x, 4, SHEAF_REAL, 0);
    assert_answer(&sheaf_kernel_kurtosis, x, x, 4, SHEAF_REAL, -1.36);
    assert_answer(&sheaf_kernel_skewness, same, same, 4, SHEAF_NULL, 0);
    assert_answer(&sheaf_kernel_kurtosis, same, same, 4, SHEAF_NULL, 0);
    assert_answer(&sheaf_kernel_skewness, one_apart, x, 4, SHEAF_REAL, 1.15470053837925153); /* 2 / sqrt(3) */
    assert_answer(&sheaf_kernel_cov, x, x, 1, SHEAF_NULL, 0);
    assert_answer(&sheaf_kernel_pcov, x, x, 1, SHEAF_REAL, 0);
    assert_answer(&sheaf_kernel_pcov, x, x, 0, SHEAF_NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_and_length), cmocka_unit_test(every_kind_of_double),
        cmocka_unit_test(ill_conditioned),       cmocka_unit_test(long_inputs),
        cmocka_unit_test(not_finite),            cmocka_unit_test(known_answers),
    };
    seed = 20240518;
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
