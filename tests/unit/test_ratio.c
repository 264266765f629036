/* Quotients of big integers and their roots, rounded once, and the statistics made of them, against GMP. */
#include "unit/exact_oracle.h"

#include "exact/algebra.h"

#include <stdio.h>

/* ---- big integers ------------------------------------------------------------------------------------------- */

/* Digits that make long division guess wrong are likelier than chance has them. */
static uint32_t any_digit(void)
{
    static const uint32_t hard[] = {0, 1, 0x7fffffff, 0x80000000, 0x80000001, 0xfffffffe, 0xffffffff};
    return below(3) ? (uint32_t)next_random() : hard[below(COUNT_OF(hard))];
}

static void fill_number(struct bigint *x, unsigned digits)
{
    x->count = digits;
    x->negative = below(2);
    for (unsigned i = 0; i < digits; i++)
        x->digit[i] = any_digit();
    x->digit[digits - 1] |= (uint32_t)1 << below(32);
}

static void to_mpz(mpz_t out, const struct bigint *x)
{
    mpz_import(out, x->count, -1, sizeof x->digit[0], 0, 0, x->digit);
    if (x->negative)
        mpz_neg(out, out);
}

static void assert_number(const struct bigint *x, const mpz_t expected)
{
    mpz_t got;
    mpz_init(got);
    to_mpz(got, x);
    assert_int_equal(mpz_cmp(got, expected), 0);
    assert_true(x->count == 0 ? !x->negative : x->digit[x->count - 1] != 0);
    mpz_clear(got);
}

static unsigned any_length(unsigned most)
{
    return 1 + (unsigned)below(below(4) ? 8 : most);
}

static void integers_add_and_multiply(void **state)
{
    (void)state;
    static struct bigint a, b, out;
    mpz_t x, y, expected;
    mpz_inits(x, y, expected, NULL);
    for (unsigned i = 0; i < 3000; i++) {
        fill_number(&a, any_length(300));
        fill_number(&b, any_length(300));
        to_mpz(x, &a);
        to_mpz(y, &b);
        bigint_multiply(&out, &a, &b);
        mpz_mul(expected, x, y);
        assert_number(&out, expected);
        bigint_copy(&out, &a);
        bigint_add(&out, &b);
        mpz_add(expected, x, y);
        assert_number(&out, expected);
        bigint_subtract(&out, &a);
        assert_number(&out, y);
        bigint_subtract(&out, &b);
        assert_int_equal(out.count, 0);
        bigint_copy(&out, &a);
        bigint_subtract(&out, &b);
        mpz_sub(expected, x, y);
        assert_number(&out, expected);
        uint64_t factor = next_random() >> below(64);
        bigint_copy(&out, &a);
        bigint_multiply_uint(&out, factor);
        mpz_mul_ui(expected, x, factor);
        assert_number(&out, expected);
        unsigned tens = (unsigned)below(200);
        bigint_copy(&out, &a);
        bigint_multiply_ten(&out, tens);
        assert_true(out.count <= a.count + (tens + 18) / 19 * 2);
        mpz_ui_pow_ui(y, 10, tens);
        mpz_mul(expected, x, y);
        assert_number(&out, expected);
    }
    mpz_clears(x, y, expected, NULL);
}

static void limbs_make_integers(void **state)
{
    (void)state;
    static struct bigint out;
    int64_t limb[40];
    mpz_t expected, term;
    mpz_inits(expected, term, NULL);
    for (unsigned i = 0; i < 3000; i++) {
        unsigned count = any_length(COUNT_OF(limb) - 1);
        mpz_set_ui(expected, 0);
        for (unsigned k = 0; k < count; k++) {
            limb[k] = (int64_t)next_random() >> (1 + below(64) % 63);
            mpz_set_si(term, limb[k]);
            mpz_mul_2exp(term, term, 32 * k);
            mpz_add(expected, expected, term);
        }
        bigint_set_limbs(&out, limb, count);
        assert_number(&out, expected);
    }
    mpz_clears(expected, term, NULL);
}

/* ---- quotients and roots ------------------------------------------------------------------------------------ */

static void to_mpq(mpq_t out, const struct ratio *r)
{
    to_mpz(mpq_numref(out), &r->over);
    to_mpz(mpq_denref(out), &r->under);
    mpq_canonicalize(out);
    if (r->exponent < 0)
        mpq_div_2exp(out, out, (mp_bitcnt_t)-r->exponent);
    else
        mpq_mul_2exp(out, out, (mp_bitcnt_t)r->exponent);
}

/* Rounds `r` and its root, and uses it up. */
static void check_ratio(struct ratio *r)
{
    static struct ratio copy;
    mpq_t exact;
    mpq_init(exact);
    to_mpq(exact, r);
    copy = *r;
    assert_nearest(ratio_round(r), exact, false);
    assert_nearest(ratio_root(&copy), exact, true);
    mpq_clear(exact);
}

/* An exponent that brings a quotient near 2^`near`. */
static int64_t exponent_near(const struct ratio *r, int64_t near)
{
    return near + (int64_t)bigint_bits(&r->under) - bigint_bits(&r->over);
}

static void quotients_of_any_size(void **state)
{
    (void)state;
    static struct ratio r;
    static const int64_t near[] = {0, -1022, -1070, -1074, -2044, -2140, -2150, 1023, 2046, 2048};
    for (unsigned i = 0; i < 4000; i++) {
        fill_number(&r.over, any_length(i % 100 ? 200 : BIGINT_DIGITS - 6));
        fill_number(&r.under, any_length(i % 101 ? 200 : BIGINT_DIGITS - 6));
        r.exponent = exponent_near(&r, near[below(COUNT_OF(near))] + (int64_t)below(5) - 2);
        check_ratio(&r);
    }
}

/* Quotients that are ties, or a tie but for one part in `under`. */
static void quotients_beside_ties(void **state)
{
    (void)state;
    static struct ratio r;
    static struct bigint one;
    bigint_set_uint(&one, 1);
    for (unsigned i = 0; i < 4000; i++) {
        unsigned significand = i % 3 == 0 ? 54 : (unsigned)below(54) + 2;
        fill_number(&r.under, any_length(200));
        bigint_copy(&r.over, &r.under);
        bigint_multiply_uint(&r.over, (UINT64_C(1) << (significand - 1)) | (next_random() >> (65 - significand)) | 1);
        r.exponent = below(2) ? 0 : exponent_near(&r, -1074 + (int64_t)significand - 2);
        if (i % 2)
            (below(2) ? bigint_add : bigint_subtract)(&r.over, &one);
        check_ratio(&r);
    }
}

static void roots_beside_ties(void **state)
{
    (void)state;
    static struct ratio r;
    static struct bigint root, one;
    bigint_set_uint(&one, 1);
    for (unsigned i = 0; i < 2000; i++) {
        fill_number(&root, any_length(100));
        bigint_multiply(&r.under, &root, &root);
        bigint_multiply_uint(&root, (UINT64_C(1) << 53) | (next_random() >> 11) | 1);
        bigint_multiply(&r.over, &root, &root);
        r.exponent = below(2) ? 0 : -2 * (int64_t)below(1200);
        if (i % 2)
            (below(2) ? bigint_add : bigint_subtract)(&r.over, &one);
        check_ratio(&r);
    }
}

static void zero_is_positive(void **state)
{
    (void)state;
    static struct ratio r;
    bigint_set_uint(&r.over, 0);
    bigint_set_uint(&r.under, 3);
    r.under.negative = true;
    assert_same_bits(ratio_round(&r), 0);
    assert_same_bits(ratio_root(&r), 0);
}

static void powers_of_ten(void **state)
{
    (void)state;
    static struct ratio r;
    for (int exponent = -400; exponent <= 400; exponent++) {
        char text[64];
        uint64_t significand = next_random();
        snprintf(text, sizeof text, "%llue%d", (unsigned long long)significand, exponent);
        bigint_set_uint(&r.over, significand);
        bigint_set_uint(&r.under, 1);
        r.exponent = 0;
        ratio_scale_ten(&r, exponent);
        assert_same_bits(ratio_round(&r), strtod(text, NULL));
    }
}

/* ---- statistics --------------------------------------------------------------------------------------------- */

enum { VALUES = 24 };

/* The sums of x^k y^l. */
static void power_sum(mpz_t out, const int64_t *x, unsigned k, const int64_t *y, unsigned l, unsigned n)
{
    mpz_t a, b;
    mpz_inits(a, b, NULL);
    mpz_set_ui(out, 0);
    for (unsigned i = 0; i < n; i++) {
        mpz_set_si(a, x[i]);
        mpz_pow_ui(a, a, k);
        mpz_set_si(b, y[i]);
        mpz_pow_ui(b, b, l);
        mpz_addmul(out, a, b);
    }
    mpz_clears(a, b, NULL);
}

static void set_power_sum(struct bigint *out, const int64_t *x, unsigned k, const int64_t *y, unsigned l, unsigned n)
{
    mpz_t sum;
    size_t count;
    mpz_init(sum);
    power_sum(sum, x, k, y, l, n);
    mpz_export(out->digit, &count, -1, sizeof out->digit[0], 0, 0, sum);
    out->count = (unsigned)count;
    out->negative = mpz_sgn(sum) < 0;
    mpz_clear(sum);
}

/* sum of (x - mean x)^k (y - mean y)^l / n */
static void central_moment(mpq_t out, const int64_t *x, unsigned k, const int64_t *y, unsigned l, unsigned n)
{
    mpq_t mean_x, mean_y, term, factor;
    mpq_inits(mean_x, mean_y, term, factor, NULL);
    power_sum(mpq_numref(mean_x), x, 1, y, 0, n);
    power_sum(mpq_numref(mean_y), x, 0, y, 1, n);
    mpz_set_ui(mpq_denref(mean_x), n);
    mpz_set_ui(mpq_denref(mean_y), n);
    mpq_canonicalize(mean_x);
    mpq_canonicalize(mean_y);
    mpq_set_ui(out, 0, 1);
    for (unsigned i = 0; i < n; i++) {
        mpq_set_ui(term, 1, 1);
        for (unsigned p = 0; p < k + l; p++) {
            mpq_set_si(factor, p < k ? x[i] : y[i], 1);
            mpq_sub(factor, factor, p < k ? mean_x : mean_y);
            mpq_mul(term, term, factor);
        }
        mpq_add(out, out, term);
    }
    mpq_set_ui(factor, n, 1);
    mpq_div(out, out, factor);
    mpq_clears(mean_x, mean_y, term, factor, NULL);
}

static void check_covariance(const int64_t *x, const int64_t *y, unsigned n)
{
    static struct bigint sum_x, sum_y, products;
    static struct ratio r;
    mpq_t exact, factor;
    mpq_inits(exact, factor, NULL);
    set_power_sum(&sum_x, x, 1, y, 0, n);
    set_power_sum(&sum_y, x, 0, y, 1, n);
    set_power_sum(&products, x, 1, y, 1, n);
    for (unsigned divisor = n > 1 ? n - 1 : 1; divisor <= n; divisor++) {
        central_moment(exact, x, 1, y, 1, n);
        mpq_set_ui(factor, n, divisor);
        mpq_canonicalize(factor);
        mpq_mul(exact, exact, factor);
        ratio_covariance(&r, &products, &sum_x, &sum_y, n, divisor);
        assert_nearest(ratio_round(&r), exact, false);
    }
    mpq_clears(exact, factor, NULL);
}

static void check_correlation(const int64_t *x, const int64_t *y, unsigned n)
{
    static struct bigint sum_x, sum_y, products, squares_x, squares_y;
    static struct ratio r;
    mpq_t exact, factor;
    mpq_inits(exact, factor, NULL);
    set_power_sum(&sum_x, x, 1, y, 0, n);
    set_power_sum(&sum_y, x, 0, y, 1, n);
    set_power_sum(&products, x, 1, y, 1, n);
    set_power_sum(&squares_x, x, 2, y, 0, n);
    set_power_sum(&squares_y, x, 0, y, 2, n);
    bool some = ratio_correlation(&r, &products, &sum_x, &sum_y, &squares_x, &squares_y, n);
    central_moment(exact, x, 2, y, 0, n);
    central_moment(factor, x, 0, y, 2, n);
    mpq_mul(factor, factor, exact);
    assert_int_equal(some, mpq_sgn(factor) != 0);
    if (some) {
        central_moment(exact, x, 1, y, 1, n);
        mpq_div(factor, exact, factor);
        mpq_abs(exact, exact);
        mpq_mul(exact, exact, factor);
        assert_nearest(ratio_root(&r), exact, true);
    }
    mpq_clears(exact, factor, NULL);
}

static void check_shape(const int64_t *x, unsigned n)
{
    static struct bigint power[4];
    static struct ratio r;
    mpq_t second, third, fourth, number;
    mpq_inits(second, third, fourth, number, NULL);
    for (unsigned k = 0; k < 4; k++)
        set_power_sum(&power[k], x, k + 1, x, 0, n);
    central_moment(second, x, 2, x, 0, n);
    central_moment(third, x, 3, x, 0, n);
    central_moment(fourth, x, 4, x, 0, n);
    assert_int_equal(ratio_skewness(&r, power, n), mpq_sgn(second) != 0);
    if (mpq_sgn(second)) {
        mpq_abs(number, third);
        mpq_mul(third, third, number);
        for (unsigned k = 0; k < 3; k++)
            mpq_div(third, third, second);
        assert_nearest(ratio_root(&r), third, true);
    }
    assert_int_equal(ratio_kurtosis(&r, power, n), mpq_sgn(second) != 0);
    if (mpq_sgn(second)) {
        mpq_div(fourth, fourth, second);
        mpq_div(fourth, fourth, second);
        mpq_set_ui(number, 3, 1);
        mpq_sub(fourth, fourth, number);
        assert_nearest(ratio_round(&r), fourth, false);
    }
    mpq_clears(second, third, fourth, number, NULL);
}

/* Values near one another far from zero, where floating point loses all digits; few distinct ones; any. */
static int64_t any_value(unsigned kind, int64_t offset)
{
    switch (kind) {
    case 0: return offset + (int64_t)below(1000);
    case 1: return (int64_t)below(3) - 1;
    case 2: return (int64_t)below(100) == 0 ? offset : 0;
    default: return (int64_t)next_random();
    }
}

static void statistics_round_once(void **state)
{
    (void)state;
    int64_t x[VALUES], y[VALUES];
    for (unsigned i = 0; i < 2000; i++) {
        unsigned n = 1 + (unsigned)below(VALUES), x_kind = (unsigned)below(4), y_kind = (unsigned)below(5);
        int64_t offset = (int64_t)next_random() / 2;
        for (unsigned k = 0; k < n; k++) {
            x[k] = any_value(x_kind, offset);
            y[k] = y_kind == 4 ? x[k] / 2 : any_value(y_kind, offset);
        }
        check_covariance(x, y, n);
        check_covariance(x, x, n);
        check_correlation(x, y, n);
        check_correlation(x, x, n);
        check_shape(x, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_add_and_multiply), cmocka_unit_test(limbs_make_integers),
        cmocka_unit_test(quotients_of_any_size),     cmocka_unit_test(quotients_beside_ties),
        cmocka_unit_test(roots_beside_ties),         cmocka_unit_test(zero_is_positive),
        cmocka_unit_test(powers_of_ten),             cmocka_unit_test(statistics_round_once),
    };
    seed = 20240517;
    return cmocka_run_group_tests_name("ratio", tests, NULL, NULL);
}
