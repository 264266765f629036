/* The decimal accumulator against GMP's rationals: every shape of column, cut and merged in any order. */
#include "unit/decimal_oracle.h"

#include <math.h>

static struct decimals x, y;

static void assert_value(const struct sheaf_decimal *sum, const mpq_t exact)
{
    char text[SHEAF_DECIMAL_TEXT];
    assert_true(sheaf_decimal_is_finite(sum));
    assert_int_equal(sheaf_decimal_sign(sum), mpq_sgn(exact));
    assert_nearest(sheaf_decimal_round(sum), exact, false);
    assert_decimal_text(sheaf_decimal_text(sum, text), exact);
}

static void every_operation_is_exact(void **state)
{
    (void)state;
    mpq_t exact;
    mpq_init(exact);
    for (unsigned trial = 0; trial < 40 * COUNT_OF(shapes); trial++) {
        uint64_t rows = 1 + below(trial % 5 ? 20 : LIMIT_ROWS);
        decimals_fill(&x, trial, rows);
        decimals_fill(&y, (unsigned)below(COUNT_OF(shapes)), x.rows);
        for (int operation = 0; operation < OPERATIONS; operation++) {
            struct sheaf_decimal sum = {.nan = 0};
            if (operation == PRODUCTS && y.rows != x.rows)
                continue;
            run_decimal(&sum, operation, &x.column, &y.column, x.rows);
            expect_decimal(exact, operation, &x, &y);
            assert_value(&sum, exact);
        }
    }
    mpq_clear(exact);
}

enum { PARTS = 4 };

/* Random cuts, each piece into one of several accumulators, those merged in random order, by function or by adding. */
static void add_in_pieces(struct sheaf_decimal *out, enum operation operation)
{
    static int64_t words[2][LIMIT_WORDS];
    struct sheaf_decimal parts[PARTS] = {{.nan = 0}};
    for (uint64_t done = 0, rows; done < x.rows; done += rows) {
        rows = 1 + below(x.rows - done);
        struct sheaf_column a = decimals_part(&x, done, rows, words[0]), b = decimals_part(&y, done, rows, words[1]);
        run_decimal(&parts[below(PARTS)], operation, &a, &b, rows);
    }
    for (unsigned left = PARTS; left > 1; left--) {
        struct sheaf_decimal *into = &parts[below(left - 1)], *from = &parts[left - 1];
        if (below(2))
            sheaf_decimal_normalise(from);
        if (below(2)) {
            sheaf_decimal_merge(into, from);
        } else {
            for (size_t i = 0; i < sizeof *into / sizeof(int64_t); i++)
                ((int64_t *)into)[i] += ((int64_t *)from)[i];
        }
    }
    *out = parts[0];
}

static void cuts_and_merges_do_not_show(void **state)
{
    (void)state;
    for (unsigned trial = 0; trial < 20 * COUNT_OF(shapes); trial++) {
        decimals_fill(&x, trial, 1 + below(200));
        decimals_fill(&y, trial, x.rows);
        for (int operation = 0; operation < OPERATIONS; operation++) {
            struct sheaf_decimal whole = {.nan = 0}, pieces;
            run_decimal(&whole, operation, &x.column, &y.column, x.rows);
            add_in_pieces(&pieces, operation);
            assert_int_equal(sheaf_decimal_compare(&whole, &pieces), 0);
            sheaf_decimal_normalise(&whole);
            sheaf_decimal_normalise(&pieces);
            assert_memory_equal(&whole, &pieces, sizeof whole);
        }
    }
}

/* The elementwise sum of 2^30 copies. */
static void copies_add_up(struct sheaf_decimal sum)
{
    for (int i = 0; i < 30; i++)
        for (unsigned k = 0; k < SHEAF_DECIMAL_LIMBS; k++)
            assert_false(__builtin_add_overflow(sum.limb[k], sum.limb[k], &sum.limb[k]));
}

/* 2^63 merges of the largest sums of either sign; the counts double with each. */
static void merges_never_overflow(void **state)
{
    (void)state;
    mpq_t exact;
    mpq_init(exact);
    for (int sign = -1; sign <= 1; sign += 2) {
        struct sheaf_decimal sum = {.nan = 0};
        decimals_begin(&x, 1, SHEAF_DECIMAL_MOST_TERMS, -SHEAF_DECIMAL_REACH);
        for (uint32_t j = 0; j < x.column.terms; j++)
            x.words[j] = sign * (term_base - 1);
        sheaf_decimal_add(&sum, &x.column, 1);
        expect_decimal(exact, ADD, &x, NULL);
        for (unsigned i = 0; i < 63; i++) {
            struct sheaf_decimal copy = sum;
            sheaf_decimal_merge(&sum, &copy);
            copies_add_up(sum);
            mpq_mul_2exp(exact, exact, 1);
        }
        assert_value(&sum, exact);
        sheaf_decimal_add(&sum, &x.column, 1); /* to limbs that merges have filled */
        struct sheaf_decimal squares = {.nan = 0};
        sheaf_decimal_add_squares(&squares, &x.column, 1);
        expect_decimal(exact, SQUARES, &x, NULL);
        for (unsigned i = 0; i < 63; i++) {
            struct sheaf_decimal copy = squares;
            sheaf_decimal_merge(&squares, &copy);
            copies_add_up(squares);
            mpq_mul_2exp(exact, exact, 1);
        }
        assert_value(&squares, exact);
    }
    mpq_clear(exact);
}

/* Whatever the words of terms that begin in reach, nothing beside the limbs is touched: the sanitizers look. */
static void words_beyond_reach_do_no_harm(void **state)
{
    (void)state;
    static const struct {
        uint32_t terms;
        int exponent;
    } edges[] = {{SHEAF_DECIMAL_MOST_TERMS, -1152}, {SHEAF_DECIMAL_MOST_TERMS, -1135}, {1, 1151}, {1, -1152}};
    static const int64_t words[] = {INT64_MAX, INT64_MIN, INT32_MAX};
    static struct sheaf_decimal_powers powers;
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        for (size_t k = 0; k < COUNT_OF(words); k++) {
            decimals_begin(&x, 2, edges[i].terms, edges[i].exponent);
            for (uint64_t j = 0; j < x.rows * x.column.terms; j++)
                x.words[j] = words[k];
            memset(&powers, 0, sizeof powers);
            sheaf_decimal_add_powers(&powers, 4, &x.column, x.rows);
            assert_int_equal(sheaf_decimal_sign(&powers.sum), words[k] > 0 ? 1 : -1);
        }
    }
}

static void compares(void **state)
{
    (void)state;
    mpq_t a, b;
    mpq_inits(a, b, NULL);
    for (unsigned trial = 0; trial < 2000; trial++) {
        struct sheaf_decimal p = {.nan = 0}, q = {.nan = 0};
        decimals_fill(&x, trial, 1);
        decimals_fill(&y, trial % 3 ? trial : (unsigned)below(COUNT_OF(shapes)), 1);
        sheaf_decimal_add(&p, &x.column, 1);
        sheaf_decimal_add(&q, &y.column, 1);
        decimal_element(a, &x, 0);
        decimal_element(b, &y, 0);
        int order = mpq_cmp(a, b);
        assert_int_equal(sheaf_decimal_compare(&p, &q), (order > 0) - (order < 0));
    }
    mpq_clears(a, b, NULL);
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static void add_word(struct sheaf_decimal *into, int64_t word, int exponent)
{
    const struct sheaf_column column = {SHEAF_DECIMAL, &word, exponent, 1, NULL};
    sheaf_decimal_add(into, &column, 1);
}

static void texts(void **state)
{
    (void)state;
    static const struct {
        int64_t word;
        int exponent;
        const char *text;
    } cases[] = {
        {0, 0, "0"},
        {1, 0, "1"},
        {-1, 0, "-1"},
        {1, -1, "0.1"},
        {-125, -1, "-12.5"},
        {1200, -2, "12"},
        {1000000000, 0, "1000000000"},
        {999999999999999999, -9, "999999999.999999999"},
        {1, -20, "0.00000000000000000001"},
        {1, -21, "1e-21"},
        {-25, -21, "-0.000000000000000000025"},
        {25, -22, "2.5e-21"},
        {1, 20, "100000000000000000000"},
        {1, 21, "1e+21"},
        {-123, 22, "-1.23e+24"},
        {123, 20, "12300000000000000000000"},
        {INT64_MIN, 0, "-9223372036854775808"},
        {7, -1152, "7e-1152"},
        {7, 1151, "7e+1151"},
    };
    char text[SHEAF_DECIMAL_TEXT];
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheaf_decimal sum = {.nan = 0};
        add_word(&sum, cases[i].word, cases[i].exponent);
        assert_string_equal(sheaf_decimal_text(&sum, text), cases[i].text);
    }
}

/* ---- algebra ---------------------------------------------------------------------------------------------------- */

enum { SUM_X, SUM_Y, SQUARES_X, SQUARES_Y, SUM_XY, SUMS };

static void sum_all(struct sheaf_decimal sums[SUMS], mpq_t exact[SUMS])
{
    memset(sums, 0, SUMS * sizeof *sums);
    sheaf_decimal_add(&sums[SUM_X], &x.column, x.rows);
    sheaf_decimal_add(&sums[SUM_Y], &y.column, x.rows);
    sheaf_decimal_add_squares(&sums[SQUARES_X], &x.column, x.rows);
    sheaf_decimal_add_squares(&sums[SQUARES_Y], &y.column, x.rows);
    sheaf_decimal_add_products(&sums[SUM_XY], &x.column, &y.column, x.rows);
    expect_decimal(exact[SUM_X], ADD, &x, NULL);
    expect_decimal(exact[SUM_Y], ADD, &y, NULL);
    expect_decimal(exact[SQUARES_X], SQUARES, &x, NULL);
    expect_decimal(exact[SQUARES_Y], SQUARES, &y, NULL);
    expect_decimal(exact[SUM_XY], PRODUCTS, &x, &y);
}

static void check_correlation(struct sheaf_decimal sums[SUMS], mpq_t exact[SUMS], uint64_t n)
{
    mpq_t c, a, b;
    double got;
    mpq_inits(c, a, b, NULL);
    expect_covariance(a, exact[SQUARES_X], exact[SUM_X], exact[SUM_X], n, n);
    expect_covariance(b, exact[SQUARES_Y], exact[SUM_Y], exact[SUM_Y], n, n);
    expect_covariance(c, exact[SUM_XY], exact[SUM_X], exact[SUM_Y], n, n);
    mpq_mul(a, a, b);
    bool known = sheaf_decimal_correlation(&sums[SUM_X], &sums[SUM_Y], &sums[SQUARES_X], &sums[SQUARES_Y],
                                           &sums[SUM_XY], n, &got);
    assert_int_equal(known, mpq_sgn(a) != 0);
    if (known) {
        mpq_abs(b, c);
        mpq_mul(c, c, b);
        mpq_div(c, c, a);
        assert_nearest(got, c, true);
    }
    mpq_clears(c, a, b, NULL);
}

static void statistics_round_once(void **state)
{
    (void)state;
    struct sheaf_decimal sums[SUMS];
    mpq_t exact[SUMS], value, number;
    mpq_inits(value, number, NULL);
    for (int i = 0; i < SUMS; i++)
        mpq_init(exact[i]);
    for (unsigned trial = 0; trial < 25 * COUNT_OF(shapes); trial++) {
        decimals_fill(&x, trial, 1 + below(trial % 5 ? 6 : 200));
        decimals_fill(&y, trial % 3 ? trial : (unsigned)below(COUNT_OF(shapes)), x.rows);
        uint64_t n = x.rows;
        if (y.rows != n)
            continue;
        sum_all(sums, exact);
        mpq_set_ui(number, n, 1);
        mpq_div(value, exact[SUM_X], number);
        assert_nearest(sheaf_decimal_quotient(&sums[SUM_X], n), value, false);
        mpq_div(value, exact[SQUARES_X], number);
        assert_nearest(sheaf_decimal_root(&sums[SQUARES_X], n), value, true);
        for (uint64_t divisor = n > 1 ? n - 1 : 1; divisor <= n; divisor++) {
            expect_covariance(value, exact[SQUARES_X], exact[SUM_X], exact[SUM_X], n, divisor);
            assert_nearest(sheaf_decimal_variance(&sums[SUM_X], &sums[SQUARES_X], n, divisor), value, false);
            assert_nearest(sheaf_decimal_deviation(&sums[SUM_X], &sums[SQUARES_X], n, divisor), value, true);
            expect_covariance(value, exact[SUM_XY], exact[SUM_X], exact[SUM_Y], n, divisor);
            assert_nearest(sheaf_decimal_covariance(&sums[SUM_X], &sums[SUM_Y], &sums[SUM_XY], n, divisor), value,
                           false);
        }
        check_correlation(sums, exact, n);
    }
    for (int i = 0; i < SUMS; i++)
        mpq_clear(exact[i]);
    mpq_clears(value, number, NULL);
}

/* Halfway between two doubles to the last of a thousand digits, and a unit of that digit to either side. */
static void ties_are_broken_from_any_distance(void **state)
{
    (void)state;
    for (int far = 0; far >= -SHEAF_DECIMAL_REACH; far -= 16) {
        struct sheaf_decimal sum = {.nan = 0};
        add_word(&sum, (INT64_C(1) << 53) + 1, 0);
        assert_same_bits(sheaf_decimal_round(&sum), 0x1p53);
        add_word(&sum, 1, far);
        assert_same_bits(sheaf_decimal_round(&sum), 0x1p53 + 2);
        add_word(&sum, -2, far);
        assert_same_bits(sheaf_decimal_round(&sum), 0x1p53);
        add_word(&sum, 1, far);
        add_word(&sum, 2, 0);
        assert_same_bits(sheaf_decimal_round(&sum), 0x1p53 + 4);
        add_word(&sum, -1, far);
        assert_same_bits(sheaf_decimal_round(&sum), 0x1p53 + 2);
    }
}

static void the_edges_of_doubles(void **state)
{
    (void)state;
    struct sheaf_decimal large = {.nan = 0}, small = {.nan = 0};
    add_word(&large, 17976931348623157, 292);
    assert_same_bits(sheaf_decimal_round(&large), 0x1.fffffffffffffp1023);
    add_word(&large, 2, 292);
    assert_same_bits(sheaf_decimal_round(&large), INFINITY);
    add_word(&large, -1, 1000);
    assert_same_bits(sheaf_decimal_round(&large), -INFINITY);
    add_word(&small, 2, -324);
    assert_same_bits(sheaf_decimal_round(&small), 0);
    add_word(&small, 1, -324);
    assert_same_bits(sheaf_decimal_round(&small), 0x1p-1074);
    add_word(&small, -5, -324);
    assert_same_bits(sheaf_decimal_round(&small), -0.0);
}

/* ---- what text is about ----------------------------------------------------------------------------------------- */

static void ten_million_tenths(void **state)
{
    (void)state;
    static int64_t ones[8192];
    struct sheaf_decimal sum = {.nan = 0};
    char text[SHEAF_DECIMAL_TEXT];
    for (size_t i = 0; i < COUNT_OF(ones); i++)
        ones[i] = 1;
    const struct sheaf_column column = {SHEAF_DECIMAL, ones, -1, 1, NULL};
    for (uint64_t left = 10000000, rows; left; left -= rows) {
        rows = left < COUNT_OF(ones) ? left : COUNT_OF(ones);
        sheaf_decimal_add(&sum, &column, rows);
    }
    assert_string_equal(sheaf_decimal_text(&sum, text), "1000000");
    assert_same_bits(sheaf_decimal_quotient(&sum, 10000000), 0.1);
}

/* As the generated reference sets of numerical accuracy: one C, then C - 0.1 and C + 0.1 in turn. */
static void digits_behind_large_numbers(void **state)
{
    (void)state;
    static const struct {
        int64_t centre; /* in tenths */
        double mean;
    } cases[] = {{12, 1.2}, {1000000 * INT64_C(10) + 2, 1000000.2}, {100000002, 10000000.2}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sheaf_decimal sum = {.nan = 0}, squares = {.nan = 0};
        int64_t words[1001] = {cases[i].centre};
        for (int k = 1; k < 1001; k++)
            words[k] = cases[i].centre + (k % 2 ? -1 : 1);
        const struct sheaf_column column = {SHEAF_DECIMAL, words, -1, 1, NULL};
        sheaf_decimal_add(&sum, &column, 1001);
        sheaf_decimal_add_squares(&squares, &column, 1001);
        assert_same_bits(sheaf_decimal_quotient(&sum, 1001), cases[i].mean);
        assert_same_bits(sheaf_decimal_deviation(&sum, &squares, 1001, 1000), 0.1);
        assert_same_bits(sheaf_decimal_variance(&sum, &squares, 1001, 1000), 0.01);
    }
}

/* ---- what is no number ------------------------------------------------------------------------------------------ */

static void specials_are_counted(void **state)
{
    (void)state;
    static const uint8_t special[] = {SHEAF_FINITE, SHEAF_NAN, SHEAF_POS_INF, SHEAF_POS_INF, SHEAF_NEG_INF, SHEAF_FINITE};
    static const int64_t words[] = {7, 0, 0, 0, 0, -9};
    const struct sheaf_column column = {SHEAF_DECIMAL, words, 0, 1, special};
    struct sheaf_decimal sum = {.nan = 0}, absolute = {.nan = 0}, squares = {.nan = 0};
    sheaf_decimal_add(&sum, &column, 6);
    sheaf_decimal_add_absolute(&absolute, &column, 6);
    sheaf_decimal_add_squares(&squares, &column, 6);
    assert_true(sum.nan == 1 && sum.pos_inf == 2 && sum.neg_inf == 1 && sheaf_decimal_sign(&sum) == -1);
    assert_true(absolute.nan == 1 && absolute.pos_inf == 3 && absolute.neg_inf == 0);
    assert_true(squares.nan == 1 && squares.pos_inf == 3 && squares.neg_inf == 0);
    assert_false(sheaf_decimal_is_finite(&sum));
    sheaf_decimal_merge(&sum, &squares);
    assert_true(sum.nan == 2 && sum.pos_inf == 5 && sum.neg_inf == 1);
}

static void special_products(void **state)
{
    (void)state;
    /* 0, 3, -3, NaN, inf, -inf: each by each. */
    static const int64_t word[] = {0, 3, -3, 0, 0, 0};
    static const uint8_t kind[] = {SHEAF_FINITE, SHEAF_FINITE, SHEAF_FINITE, SHEAF_NAN, SHEAF_POS_INF, SHEAF_NEG_INF};
    static const double real[] = {0, 3, -3, NAN, INFINITY, -INFINITY};
    char text[SHEAF_DECIMAL_TEXT];
    for (int i = 0; i < 6; i++) {
        for (int j = 0; j < 6; j++) {
            struct sheaf_decimal sum = {.nan = 0};
            const struct sheaf_column a = {SHEAF_DECIMAL, &word[i], 0, 1, i > 2 || j % 2 ? &kind[i] : NULL};
            const struct sheaf_column b = {SHEAF_DECIMAL, &word[j], 0, 1, j > 2 || i % 2 ? &kind[j] : NULL};
            sheaf_decimal_add_products(&sum, &a, &b, 1);
            double expected = real[i] * real[j];
            if (isnan(expected))
                assert_int_equal(bits_of(sheaf_decimal_round(&sum)), nan_bits);
            else
                assert_same_bits(sheaf_decimal_round(&sum), expected == 0 ? 0 : expected);
            if (i > 2 || j > 2)
                assert_string_equal(sheaf_decimal_text(&sum, text), "");
        }
    }
}

static void specials_pass_through_the_algebra(void **state)
{
    (void)state;
    static const uint8_t kind[] = {SHEAF_NAN, SHEAF_POS_INF, SHEAF_NEG_INF};
    static const int64_t zero = 0;
    struct sheaf_decimal sums[3] = {{.nan = 0}}, one = {.nan = 0}, both = {.nan = 0};
    double correlation = 0;
    add_word(&one, 1, 0);
    for (int i = 0; i < 3; i++) {
        const struct sheaf_column column = {SHEAF_DECIMAL, &zero, 0, 1, &kind[i]};
        sheaf_decimal_add(&sums[i], &column, 1);
        assert_int_equal(bits_of(sheaf_decimal_variance(&sums[i], &one, 3, 2)), nan_bits);
        assert_int_equal(bits_of(sheaf_decimal_deviation(&one, &sums[i], 3, 2)), nan_bits);
        assert_int_equal(bits_of(sheaf_decimal_covariance(&one, &sums[i], &one, 3, 2)), nan_bits);
        assert_true(sheaf_decimal_correlation(&one, &one, &one, &one, &sums[i], 3, &correlation));
        assert_int_equal(bits_of(correlation), nan_bits);
    }
    assert_int_equal(bits_of(sheaf_decimal_round(&sums[0])), nan_bits);
    assert_int_equal(bits_of(sheaf_decimal_root(&sums[0], 1)), nan_bits);
    assert_same_bits(sheaf_decimal_quotient(&sums[1], 3), INFINITY);
    assert_same_bits(sheaf_decimal_root(&sums[1], 3), INFINITY);
    assert_same_bits(sheaf_decimal_quotient(&sums[2], 3), -INFINITY);
    assert_int_equal(bits_of(sheaf_decimal_root(&sums[2], 3)), nan_bits);
    sheaf_decimal_merge(&both, &sums[1]);
    sheaf_decimal_merge(&both, &sums[2]);
    assert_int_equal(bits_of(sheaf_decimal_round(&both)), nan_bits);
    struct sheaf_decimal minus = {.nan = 0};
    add_word(&minus, -1, 0);
    assert_int_equal(bits_of(sheaf_decimal_root(&minus, 1)), nan_bits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_is_exact),
        cmocka_unit_test(cuts_and_merges_do_not_show),
        cmocka_unit_test(merges_never_overflow),
        cmocka_unit_test(words_beyond_reach_do_no_harm),
        cmocka_unit_test(compares),
        cmocka_unit_test(texts),
        cmocka_unit_test(statistics_round_once),
        cmocka_unit_test(ties_are_broken_from_any_distance),
        cmocka_unit_test(the_edges_of_doubles),
        cmocka_unit_test(ten_million_tenths),
        cmocka_unit_test(digits_behind_large_numbers),
        cmocka_unit_test(specials_are_counted),
        cmocka_unit_test(special_products),
        cmocka_unit_test(specials_pass_through_the_algebra),
    };
    seed = 20240611;
    return cmocka_run_group_tests_name("decimal", tests, NULL, NULL);
}
