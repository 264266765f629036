/* What is computed from exact sums before the one rounding, against GMP; decimal text; the caller's environment. */
#include "unit/exact_oracle.h"

#include <fenv.h>
#include <math.h>

static void text_has_all_digits(void **state)
{
    (void)state;
    mpq_t exact;
    mpq_init(exact);
    for (unsigned i = 0; i < 2000; i++) {
        double x = with_exponent(1023 + below(1024)), y = with_exponent(1023 + below(1024));
        if (i % 4) { /* whole numbers: the bits below 2^0 cleared */
            x = trunc(x), y = trunc(y);
        }
        struct sheaf_exact dot = {0};
        sheaf_exact_add_products(&dot, SHEAF_F64, &x, SHEAF_F64, &y, 1);
        expect(exact, PRODUCTS, SHEAF_F64, &x, SHEAF_F64, &y, 1);
        assert_integer_text(&dot, exact);
    }
    static const int64_t round_numbers[] = {0, 1, 9, 10, 999999999, 1000000000, 1000000001, 1000000000000000000};
    for (size_t i = 0; i < COUNT_OF(round_numbers); i++) {
        struct sheaf_exact sum = {0};
        sheaf_exact_add(&sum, SHEAF_I64, &round_numbers[i], 1);
        mpq_set_si(exact, round_numbers[i], 1);
        assert_integer_text(&sum, exact);
    }
    mpq_clear(exact);
}

/* Up to the last bit that the accumulator has. */
static void the_largest_values_have_all_digits(void **state)
{
    (void)state;
    double x = with_exponent(2046);
    mpq_t exact;
    mpq_init(exact);
    struct sheaf_exact sum = {0};
    sheaf_exact_add_products(&sum, SHEAF_F64, &x, SHEAF_F64, &x, 1);
    expect(exact, SQUARES, SHEAF_F64, &x, SHEAF_F64, &x, 1);
    for (int bits = 2048; bits < 2238; bits++) {
        struct sheaf_exact copy = sum;
        sheaf_exact_merge(&sum, &copy);
        sheaf_exact_normalise(&sum);
        mpq_mul_2exp(exact, exact, 1);
        assert_integer_text(&sum, exact);
        assert_nearest(sheaf_exact_root(&sum, 1), exact, true);
    }
    mpq_clear(exact);
}

/* ---- algebra ------------------------------------------------------------------------------------------------ */

static void check_algebra(enum sheaf_type type, const void *x, uint64_t n)
{
    mpq_t sum, squares, value, number;
    mpq_inits(sum, squares, value, number, NULL);
    struct sheaf_exact s = {0}, q = {0};
    sheaf_exact_add(&s, type, x, n);
    sheaf_exact_add_squares(&q, type, x, n);
    expect(sum, ADD, type, x, type, x, n);
    expect(squares, SQUARES, type, x, type, x, n);

    mpq_set_ui(number, n, 1);
    mpq_div(value, sum, number);
    assert_nearest(sheaf_exact_quotient(&s, n), value, false);
    mpq_div(value, squares, number);
    assert_nearest(sheaf_exact_root(&q, n), value, true);
    assert_nearest(sheaf_exact_root(&q, 1), squares, true);
    for (uint64_t divisor = n > 1 ? n - 1 : 1; divisor <= n; divisor++) {
        expect_covariance(value, squares, sum, sum, n, divisor);
        assert_nearest(sheaf_exact_variance(&s, &q, n, divisor), value, false);
        assert_nearest(sheaf_exact_deviation(&s, &q, n, divisor), value, true);
    }
    mpq_clears(sum, squares, value, number, NULL);
}

static void means_and_variances_round_once(void **state)
{
    (void)state;
    static struct data data;
    static uint64_t any[64];
    for (unsigned kind = 0; kind < COUNT_OF(kinds); kind++) {
        for (unsigned i = 0; i < 25; i++) {
            fill(&data, kind, 1 + below(i < 20 ? 20 : 400));
            check_algebra(SHEAF_F64, data.x, data.n);
        }
    }
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        fill_any((unsigned char *)any, type, COUNT_OF(any));
        check_algebra(type, any, COUNT_OF(any));
    }
}

static void quotients_of_any_count(void **state)
{
    (void)state;
    static const uint64_t counts[] = {1, 2, 3, 10, UINT32_MAX, UINT64_C(1) << 32, INT64_MAX, UINT64_MAX};
    mpq_t value, number;
    mpq_inits(value, number, NULL);
    for (unsigned i = 0; i < 4000; i++) {
        uint64_t n = i % 2 ? counts[below(COUNT_OF(counts))] : 1 + next_random() % (1 + (next_random() >> below(64)));
        double x = kinds[i % COUNT_OF(kinds)](0);
        struct sheaf_exact exact = {0};
        sheaf_exact_add(&exact, SHEAF_F64, &x, 1);
        mpq_set_d(value, x);
        mpq_set_ui(number, n, 1);
        mpq_div(value, value, number);
        assert_nearest(sheaf_exact_quotient(&exact, n), value, false);
        if (x >= 0)
            assert_nearest(sheaf_exact_root(&exact, n), value, true);
        else
            assert_int_equal(bits_of(sheaf_exact_root(&exact, n)), nan_bits);
    }
    mpq_clears(value, number, NULL);
}

static void quotients_at_the_edges(void **state)
{
    (void)state;
    static const struct {
        double x;
        uint64_t n;
        double quotient;
    } cases[] = {
        {0x1p-1074, 2, 0},                      /* a tie at zero */
        {-0x1p-1074, 2, -0.0},
        {0x3p-1074, 2, 0x1p-1073},              /* to even */
        {0x5p-1074, 2, 0x1p-1073},
        {0x1p-1074, 1, 0x1p-1074},
        {0x1.0000000000001p-1022, 2, 0x1p-1023}, /* the last bit falls off: a tie */
        {0x1.fffffffffffffp-1022, 2, 0x1p-1022}, /* rounds up to normal */
        {0, 7, 0},
        {6, 3, 2},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheaf_exact exact = {0};
        sheaf_exact_add(&exact, SHEAF_F64, &cases[i].x, 1);
        assert_same_bits(sheaf_exact_quotient(&exact, cases[i].n), cases[i].quotient);
    }
}

/* A quotient or root that is a tie, but for a single bit far below: x n + bit over n, and r^2 + bit. */
static void ties_are_broken_from_any_distance(void **state)
{
    (void)state;
    const double tie[] = {0x1p53, 1, 1};
    for (int exponent = -1; exponent >= -1074; exponent--) {
        struct sheaf_exact sum = {0}, root = {0};
        double far = ldexp(1, exponent);
        for (int i = 0; i < 3; i++)
            sheaf_exact_add(&sum, SHEAF_F64, tie, 2);
        assert_same_bits(sheaf_exact_quotient(&sum, 3), 0x1p53);
        sheaf_exact_add(&sum, SHEAF_F64, &far, 1);
        assert_same_bits(sheaf_exact_quotient(&sum, 3), 0x1p53 + 2);

        uint64_t r[] = {(UINT64_C(1) << 53) + 1};
        sheaf_exact_add_squares(&root, SHEAF_U64, r, 1);
        assert_same_bits(sheaf_exact_root(&root, 1), 0x1p53);
        sheaf_exact_add(&root, SHEAF_F64, &far, 1);
        assert_same_bits(sheaf_exact_root(&root, 1), 0x1p53 + 2);
    }
}

/* The same with the bit just below those that the root is taken of: r has 64 bits, r^2 127 or 128. */
static void roots_see_the_bit_below(void **state)
{
    (void)state;
    static const uint64_t roots[] = {UINT64_C(0x8000000000000400), UINT64_C(0xc000000000000400)};
    for (size_t i = 0; i < COUNT_OF(roots); i++) {
        for (int exponent = 0; exponent >= -20; exponent--) {
            struct sheaf_exact x = {0};
            double bit = ldexp(1, exponent);
            sheaf_exact_add_squares(&x, SHEAF_U64, &roots[i], 1);
            assert_same_bits(sheaf_exact_root(&x, 1), (double)(roots[i] - 0x400));
            sheaf_exact_add(&x, SHEAF_F64, &bit, 1);
            assert_same_bits(sheaf_exact_root(&x, 1), (double)(roots[i] + 0x400));
        }
    }
}

/* Sums that cannot belong together still have an answer. */
static void impossible_variance_is_negative(void **state)
{
    (void)state;
    struct sheaf_exact sum = {0}, squares = {0};
    sheaf_exact_add(&sum, SHEAF_F64, (double[]){3}, 1);
    sheaf_exact_add(&squares, SHEAF_F64, (double[]){1}, 1);
    assert_same_bits(sheaf_exact_variance(&sum, &squares, 1, 1), -8);
    assert_int_equal(bits_of(sheaf_exact_deviation(&sum, &squares, 1, 1)), nan_bits);
    sheaf_exact_add(&squares, SHEAF_F64, (double[]){-3}, 1);
    assert_same_bits(sheaf_exact_variance(&sum, &squares, 1, 1), -11);
}

static void specials_pass_through_the_algebra(void **state)
{
    (void)state;
    char text[SHEAF_EXACT_TEXT];
    struct sheaf_exact plus = {0}, minus = {0}, nan = {0}, one = {0};
    sheaf_exact_add(&plus, SHEAF_F64, (double[]){INFINITY}, 1);
    sheaf_exact_add(&minus, SHEAF_F64, (double[]){-INFINITY}, 1);
    sheaf_exact_add(&nan, SHEAF_F64, (double[]){NAN}, 1);
    sheaf_exact_add(&one, SHEAF_F64, (double[]){1}, 1);
    assert_same_bits(sheaf_exact_quotient(&plus, 3), INFINITY);
    assert_same_bits(sheaf_exact_quotient(&minus, 3), -INFINITY);
    assert_int_equal(bits_of(sheaf_exact_quotient(&nan, 3)), nan_bits);
    assert_same_bits(sheaf_exact_root(&plus, 3), INFINITY);
    assert_int_equal(bits_of(sheaf_exact_root(&minus, 3)), nan_bits);
    assert_int_equal(bits_of(sheaf_exact_variance(&plus, &one, 3, 2)), nan_bits);
    assert_int_equal(bits_of(sheaf_exact_deviation(&one, &plus, 3, 2)), nan_bits);
    assert_false(sheaf_exact_integer_text(&plus, text));
}

/* ---- the caller's floating-point environment ---------------------------------------------------------------- */

#ifdef __SSE2__
#include <xmmintrin.h>
/* Subnormal results and operands as zero. */
static void flush_to_zero(bool on)
{
    _mm_setcsr(on ? _mm_getcsr() | 0x8040 : _mm_getcsr() & ~0x8040u);
}
enum { HAVE_FLUSH = 1 };
#else
static void flush_to_zero(bool on)
{
    (void)on;
}
enum { HAVE_FLUSH = 0 };
#endif

enum { ANSWERS = OPERATIONS + 5 };

static void all_answers(uint64_t out[ANSWERS], const struct data *data)
{
    struct sheaf_exact sums[OPERATIONS] = {{.nan = 0}}, floats = {0};
    double answers[ANSWERS];
    static float narrow[MOST];
    for (int operation = 0; operation < OPERATIONS; operation++) {
        run(&sums[operation], operation, SHEAF_F64, data->x, SHEAF_F64, data->y, data->n);
        answers[operation] = sheaf_exact_round(&sums[operation]);
    }
    memcpy(narrow, data->x, data->n * sizeof narrow[0]);
    sheaf_exact_add(&floats, SHEAF_F32, narrow, data->n);
    answers[OPERATIONS] = sheaf_exact_round(&floats);
    answers[OPERATIONS + 1] = sheaf_exact_quotient(&sums[ADD], data->n);
    answers[OPERATIONS + 2] = sheaf_exact_root(&sums[SQUARES], 1);
    answers[OPERATIONS + 3] = sheaf_exact_variance(&sums[ADD], &sums[SQUARES], data->n, data->n);
    answers[OPERATIONS + 4] = sheaf_exact_deviation(&sums[ADD], &sums[SQUARES], data->n, data->n);
    memcpy(out, answers, sizeof answers);
}

static void environment_does_not_show(void **state)
{
    (void)state;
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    static struct data data;
    for (unsigned i = 0; i < 10 * COUNT_OF(kinds); i++) {
        uint64_t expected[ANSWERS], got[ANSWERS];
        fill(&data, i % COUNT_OF(kinds), 1 + below(100));
        all_answers(expected, &data);
        for (size_t mode = 0; mode < COUNT_OF(modes) * (1 + HAVE_FLUSH); mode++) {
            fesetround(modes[mode % COUNT_OF(modes)]);
            flush_to_zero(mode >= COUNT_OF(modes));
            all_answers(got, &data);
            flush_to_zero(false);
            fesetround(FE_TONEAREST);
            assert_memory_equal(got, expected, sizeof got);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_has_all_digits),
        cmocka_unit_test(the_largest_values_have_all_digits),
        cmocka_unit_test(means_and_variances_round_once),
        cmocka_unit_test(quotients_of_any_count),
        cmocka_unit_test(quotients_at_the_edges),
        cmocka_unit_test(ties_are_broken_from_any_distance),
        cmocka_unit_test(roots_see_the_bit_below),
        cmocka_unit_test(impossible_variance_is_negative),
        cmocka_unit_test(specials_pass_through_the_algebra),
        cmocka_unit_test(environment_does_not_show),
    };
    seed = 20240502;
    return cmocka_run_group_tests_name("exact_algebra", tests, NULL, NULL);
}
