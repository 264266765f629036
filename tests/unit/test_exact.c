/* Sums against GMP and MPFR: every answer must be the nearest double to the exact value. */
#include "unit/exact_oracle.h"

#include "base/cpu.h"

#include <math.h>
#include <mpfr.h>

/* The same from MPFR, for values that are multiples of a power of two. */
static void assert_mpfr_agrees(double got, const mpq_t exact)
{
    mpfr_t value;
    mpfr_init2(value, 6000);
    assert_int_equal(mpfr_set_q(value, exact, MPFR_RNDN), 0);
    assert_same_bits(got, mpfr_get_d(value, MPFR_RNDN));
    mpfr_clear(value);
}

static const uint64_t lengths[] = {0, 1, 2, 3, 7, 64, 255, 256, 257, 511, 1009};

/* ---- sums --------------------------------------------------------------------------------------------------- */

static void doubles_are_summed_exactly(void **state)
{
    (void)state;
    static struct data data;
    mpq_t exact;
    mpq_init(exact);
    for (unsigned kind = 0; kind < COUNT_OF(kinds); kind++) {
        for (unsigned i = 0; i < 2 * COUNT_OF(lengths); i++) {
            fill(&data, kind, lengths[i % COUNT_OF(lengths)]);
            for (int operation = 0; operation < OPERATIONS; operation++) {
                struct sheaf_exact sum = {0};
                run(&sum, operation, SHEAF_F64, data.x, SHEAF_F64, data.y, data.n);
                expect(exact, operation, SHEAF_F64, data.x, SHEAF_F64, data.y, data.n);
                assert_int_equal(sheaf_exact_sign(&sum), mpq_sgn(exact));
                assert_nearest(sheaf_exact_round(&sum), exact, false);
                if (mpq_sgn(exact))
                    assert_mpfr_agrees(sheaf_exact_round(&sum), exact);
            }
        }
    }
    mpq_clear(exact);
}

static void every_pair_of_types_is_exact(void **state)
{
    (void)state;
    static uint64_t x[600], y[600];
    mpq_t exact;
    mpq_init(exact);
    for (int x_type = 0; x_type < SHEAF_TYPE_COUNT; x_type++) {
        for (int y_type = 0; y_type < SHEAF_TYPE_COUNT; y_type++) {
            for (int operation = 0; operation < OPERATIONS; operation++) {
                uint64_t n = 1 + below(600);
                fill_any((unsigned char *)x, x_type, n);
                fill_any((unsigned char *)y, y_type, n);
                struct sheaf_exact sum = {0};
                run(&sum, operation, x_type, x, y_type, y, n);
                expect(exact, operation, x_type, x, y_type, y, n);
                assert_nearest(sheaf_exact_round(&sum), exact, false);
                assert_integer_text(&sum, exact);
            }
        }
    }
    mpq_clear(exact);
}

static double sum_of(const double *x, uint64_t n)
{
    struct sheaf_exact sum = {0};
    sheaf_exact_add(&sum, SHEAF_F64, x, n);
    return sheaf_exact_round(&sum);
}

static double dot_of(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact sum = {0};
    sheaf_exact_add_products(&sum, SHEAF_F64, x, SHEAF_F64, y, n);
    return sheaf_exact_round(&sum);
}

static void known_sums(void **state)
{
    (void)state;
    static const struct {
        double x[6], sum;
    } cases[] = {
        {{1e308, 1, -1e308}, 1},
        {{1.7e308, 1.7e308, 8, -1.7e308, -1.7e308}, 8},
        {{1.7e308, 1.7e308}, INFINITY},
        {{-1.7e308, -1.7e308}, -INFINITY},
        {{0x1p53, 1}, 0x1p53},                           /* a tie goes to the even one below */
        {{0x1p53, 1, 0x1p-1074}, 0x1p53 + 2},            /* just above a tie */
        {{0x1p53, 1, -0x1p-1074}, 0x1p53},               /* just below */
        {{0x1p53 + 2, 1}, 0x1p53 + 4},                   /* and to the even one above */
        {{-0x1p53 - 2, -1}, -0x1p53 - 4},
        {{0x1.fffffffffffffp1023, 0x1p969}, 0x1.fffffffffffffp1023}, /* below the middle to 2^1024 */
        {{0x1.fffffffffffffp1023, 0x1p970}, INFINITY},   /* on it */
        {{0x1.fffffffffffffp1023, 0x1p970, -0x1p-1074}, 0x1.fffffffffffffp1023},
        {{0x1p-1022, -0x1p-1074}, 0x0.fffffffffffffp-1022},
        {{0x0.fffffffffffffp-1022, 0x1p-1074}, 0x1p-1022},
        {{0x1p-1074, 0x1p-1074}, 0x1p-1073},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_same_bits(sum_of(cases[i].x, 6), cases[i].sum);
}

/* A tie is broken by a single bit, however far below. */
static void ties_are_broken_from_any_distance(void **state)
{
    (void)state;
    for (int exponent = -54; exponent >= -1074; exponent--) {
        double far = ldexp(1, exponent);
        assert_same_bits(sum_of((double[]){1, 0x1p-53, far}, 3), 1 + 0x1p-52);
        assert_same_bits(sum_of((double[]){1, 0x1p-53, -far}, 3), 1);
        assert_same_bits(sum_of((double[]){-1, -0x1p-53, -far}, 3), -1 - 0x1p-52);
    }
}

static void products_round_once_among_subnormals(void **state)
{
    (void)state;
    assert_same_bits(dot_of((double[]){0x1p-600}, (double[]){0x1p-475}, 1), 0); /* half of the smallest: even */
    assert_same_bits(dot_of((double[]){0x1p-600, 0x1p-1074}, (double[]){0x1p-475, 0x1p-1074}, 2), 0x1p-1074);
    assert_same_bits(dot_of((double[]){0x1.8p-600}, (double[]){0x1p-474}, 1), 0x1p-1073);
    assert_same_bits(dot_of((double[]){-0x1p-1074}, (double[]){0x1p-1074}, 1), -0.0);
    assert_same_bits(dot_of((double[]){0x1p1023, 0x1p1023}, (double[]){0x1p1023, -0x1p1023}, 2), 0);
}

static void zeros_are_positive(void **state)
{
    (void)state;
    assert_same_bits(sum_of(NULL, 0), 0);
    assert_same_bits(sum_of((double[]){-0.0, -0.0}, 2), 0);
    assert_same_bits(sum_of((double[]){-1, 1, -0.0}, 3), 0);
    assert_same_bits(dot_of((double[]){-0.0}, (double[]){5}, 1), 0);
}

/* ---- what is not finite ------------------------------------------------------------------------------------- */

static void specials_have_one_answer(void **state)
{
    (void)state;
    const double nan = double_of(nan_bits), odd_nan = double_of(UINT64_C(0xfff0000000000123)), inf = INFINITY;
    static struct sheaf_exact empty;
    const struct {
        double x[3], y[3], sum, absolute, squares, dot;
    } cases[] = {
        {{1, inf, 2}, {1, 1, 1}, inf, inf, inf, inf},
        {{1, -inf, 2}, {1, 1, 1}, -inf, inf, inf, -inf},
        {{inf, -inf, 2}, {1, 1, 1}, nan, inf, inf, nan},
        {{inf, -inf, 2}, {1, -1, 1}, nan, inf, inf, inf},
        {{1, odd_nan, inf}, {1, 1, 1}, nan, nan, nan, nan},
        {{inf, 1, 1}, {0, 1, 1}, inf, inf, inf, nan},
        {{inf, 1, 1}, {-0.0, 1, 1}, inf, inf, inf, nan},
        {{0, 1, 1}, {-inf, 1, 1}, 2, 2, 2, nan},
        {{-3, 1, 1}, {-inf, 1, 1}, -1, 5, 11, inf},
        {{3, 1, 1}, {-inf, 0x1p-1074, -1}, 5, 5, 11, -inf},
        {{0x1p-1074, 1, 1}, {inf, 1, 1}, 2, 2, 2, inf},
        {{1, 1, 1}, {odd_nan, 1, 1}, 3, 3, 3, nan},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const double expected[] = {cases[i].sum, cases[i].absolute, cases[i].squares, cases[i].dot};
        for (int operation = 0; operation < OPERATIONS; operation++) {
            struct sheaf_exact sum = empty;
            run(&sum, operation, SHEAF_F64, cases[i].x, SHEAF_F64, cases[i].y, 3);
            assert_same_bits(sheaf_exact_round(&sum), expected[operation]);
            assert_int_equal(sheaf_exact_is_finite(&sum), isfinite(expected[operation]) != 0);
        }
    }
    float narrow[] = {1, -INFINITY, NAN};
    struct sheaf_exact sum = empty;
    sheaf_exact_add(&sum, SHEAF_F32, narrow, 2);
    assert_same_bits(sheaf_exact_round(&sum), -inf);
    sheaf_exact_add(&sum, SHEAF_F32, narrow + 2, 1);
    assert_same_bits(sheaf_exact_round(&sum), nan);
    assert_int_equal(sum.neg_inf, 1);
    assert_int_equal(sum.nan, 1);
}

/* ---- cuts, order, headroom ---------------------------------------------------------------------------------- */

static void shuffle(double *x, double *y, uint64_t n)
{
    for (uint64_t i = n; i > 1; i--) {
        uint64_t j = below(i);
        double a = x[i - 1], b = y[i - 1];
        x[i - 1] = x[j], x[j] = a;
        y[i - 1] = y[j], y[j] = b;
    }
}

/* Cuts the run at random, in random order of rows, and merges the parts in random order. */
static void sum_in_parts(struct sheaf_exact *total, enum operation operation, struct data *data)
{
    enum { PARTS = 9 };
    struct sheaf_exact parts[PARTS] = {{.nan = 0}};
    shuffle(data->x, data->y, data->n);
    for (uint64_t done = 0, count; done < data->n; done += count) {
        count = 1 + below(data->n - done < 300 ? data->n - done : 300);
        run(&parts[below(PARTS)], operation, SHEAF_F64, data->x + done, SHEAF_F64, data->y + done, count);
    }
    for (unsigned left = PARTS; left > 1; left--) {
        unsigned into = (unsigned)below(left - 1);
        sheaf_exact_merge(&parts[into], &parts[left - 1]);
    }
    *total = parts[0];
    sheaf_exact_normalise(total);
}

static void cuts_and_order_do_not_show(void **state)
{
    (void)state;
    static struct data data;
    for (unsigned kind = 0; kind < COUNT_OF(kinds); kind++) {
        for (int operation = 0; operation < OPERATIONS; operation++) {
            struct sheaf_exact whole = {0}, parts;
            fill(&data, kind, 1 + below(MOST));
            if (below(2))
                data.x[below(data.n)] = INFINITY;
            run(&whole, operation, SHEAF_F64, data.x, SHEAF_F64, data.y, data.n);
            sheaf_exact_normalise(&whole);
            for (int trial = 0; trial < 10; trial++) {
                sum_in_parts(&parts, operation, &data);
                assert_memory_equal(&whole, &parts, sizeof whole);
            }
        }
    }
}

/* The elementwise sum of 2^30 copies. */
static void copies_add_up(struct sheaf_exact *sum)
{
    for (int i = 0; i < 30; i++)
        for (unsigned k = 0; k < SHEAF_EXACT_LIMBS; k++)
            assert_false(__builtin_add_overflow(sum->limb[k], sum->limb[k], &sum->limb[k]));
}

/* 2^30 copies of a state, as additions or as merges leave it; and then added to. */
static void headroom_is_as_promised(void **state)
{
    (void)state;
    static struct data data;
    mpq_t exact, more;
    mpq_inits(exact, more, NULL);
    for (unsigned kind = 0; kind < COUNT_OF(kinds); kind++) {
        struct sheaf_exact sum = {0};
        fill(&data, kind, MOST);
        unsigned merges = (unsigned)below(64);
        run(&sum, PRODUCTS, SHEAF_F64, data.x, SHEAF_F64, data.y, data.n);
        for (unsigned i = 0; i < merges; i++) {
            struct sheaf_exact copy = sum;
            sheaf_exact_merge(&sum, &copy);
        }
        copies_add_up(&sum);
        expect(exact, PRODUCTS, SHEAF_F64, data.x, SHEAF_F64, data.y, data.n);
        mpq_mul_2exp(exact, exact, 30 + merges);
        assert_nearest(sheaf_exact_round(&sum), exact, false);
        sheaf_exact_add(&sum, SHEAF_F64, data.x, data.n);
        sheaf_exact_add(&sum, SHEAF_I32, (int32_t[]){-5}, 1);
        expect(more, ADD, SHEAF_F64, data.x, SHEAF_F64, data.x, data.n);
        mpq_add(exact, exact, more);
        mpq_set_si(more, -5, 1);
        mpq_add(exact, exact, more);
        assert_nearest(sheaf_exact_round(&sum), exact, false);
    }
    mpq_clears(exact, more, NULL);
}

/* Merging carries by itself before a limb can overflow, and leaves the room for 2^30 copies each time. */
static void merges_never_run_out(void **state)
{
    (void)state;
    double x[] = {0x1.fffffffffffffp900, -0x1.fffffffffffffp-900};
    struct sheaf_exact sum = {0};
    mpq_t exact, part;
    mpq_inits(exact, part, NULL);
    sheaf_exact_add(&sum, SHEAF_F64, x, 2);
    expect(exact, ADD, SHEAF_F64, x, SHEAF_F64, x, 2);
    for (int doublings = 1; doublings < 200; doublings++) {
        struct sheaf_exact copy = sum;
        sheaf_exact_merge(&sum, &copy);
        copy = sum;
        copies_add_up(&copy);
        mpq_mul_2exp(part, exact, (mp_bitcnt_t)doublings);
        if (doublings < 120)
            assert_nearest(sheaf_exact_round(&sum), part, false);
        assert_nearest(sheaf_exact_root(&sum, 1), part, true);
    }
    mpq_clears(exact, part, NULL);
}

/* Runs of one extreme element, longer than any stretch in which partial sums are kept in plain words. */
static void extremes_of_every_type_do_not_overflow(void **state)
{
    (void)state;
    enum { BYTES = 1200000 };
    static const int patterns[] = {0x00, 0x7f, 0x80, 0xff}; /* every byte; least and greatest among them */
    unsigned char *x = malloc(BYTES);
    assert_non_null(x);
    mpq_t exact, n;
    mpq_inits(exact, n, NULL);
    for (int type = SHEAF_I8; type <= SHEAF_U64; type++) {
        for (size_t i = 0; i < COUNT_OF(patterns); i++) {
            memset(x, patterns[i], BYTES);
            if (type <= SHEAF_I64 && patterns[i] == 0x80) /* -2^(bits - 1) */
                for (size_t byte = 0; byte < BYTES; byte++)
                    x[byte] = (byte + 1) % sheaf_type_size(type) ? 0 : 0x80;
            uint64_t count = BYTES / sheaf_type_size(type) - 1;
            mpq_set_ui(n, count, 1);
            for (int operation = 0; operation < OPERATIONS; operation++) {
                struct sheaf_exact sum = {0};
                run(&sum, operation, type, x, type, x, count);
                expect(exact, operation, type, x, type, x, 1);
                mpq_mul(exact, exact, n);
                assert_integer_text(&sum, exact);
            }
        }
    }
    mpq_clears(exact, n, NULL);
    free(x);
}

/* Longer than the slices in which runs are taken. */
static void long_runs_are_cut(void **state)
{
    (void)state;
    const uint64_t half = UINT64_C(1) << 24, n = 2 * half + 77;
    int16_t *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (uint64_t i = 0; i < n; i++)
        x[i] = i < half ? -1 : 2;
    struct sheaf_exact sum = {0}, dot = {0};
    sheaf_exact_add(&sum, SHEAF_I16, x, n);
    assert_same_bits(sheaf_exact_round(&sum), 2.0 * (double)(n - half) - (double)half);
    sheaf_exact_add_products(&dot, SHEAF_I16, x, SHEAF_I16, x, n);
    assert_same_bits(sheaf_exact_round(&dot), 4.0 * (double)(n - half) + (double)half);
    for (uint64_t i = 0; i < n; i++)
        x[i] = 0x3c00; /* pairs of them are floats a little above 2^-7 */
    dot = (struct sheaf_exact){0};
    sheaf_exact_add_products(&dot, SHEAF_F32, x, SHEAF_I16, x, n / 2);
    float narrow;
    memcpy(&narrow, x, sizeof narrow);
    assert_same_bits(sheaf_exact_round(&dot), (double)narrow * 0x3c00 * (double)(n / 2));
    free(x);
}

/* A sum that keeps crossing zero carries and borrows through all limbs. */
static void integers_cross_zero(void **state)
{
    (void)state;
    struct sheaf_exact sum = {0};
    char text[SHEAF_EXACT_TEXT];
    for (int64_t i = 0; i < 1000; i++) {
        sheaf_exact_add(&sum, SHEAF_I64, (int64_t[]){i % 2 ? INT64_MAX : INT64_MIN}, 1);
        assert_true(sheaf_exact_integer_text(&sum, text));
        assert_int_equal(sheaf_exact_sign(&sum), -1);
        if (i % 2)
            assert_int_equal(strtoll(text, NULL, 10), -(i + 1) / 2);
    }
    sheaf_exact_add(&sum, SHEAF_U64, (uint64_t[]){500}, 1);
    assert_int_equal(sheaf_exact_sign(&sum), 0);
    assert_true(sheaf_exact_integer_text(&sum, text));
    assert_string_equal(text, "0");
    static const struct sheaf_exact zero;
    sheaf_exact_normalise(&sum);
    assert_memory_equal(&sum, &zero, sizeof zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_are_summed_exactly),
        cmocka_unit_test(every_pair_of_types_is_exact),
        cmocka_unit_test(known_sums),
        cmocka_unit_test(ties_are_broken_from_any_distance),
        cmocka_unit_test(products_round_once_among_subnormals),
        cmocka_unit_test(zeros_are_positive),
        cmocka_unit_test(specials_have_one_answer),
        cmocka_unit_test(cuts_and_order_do_not_show),
        cmocka_unit_test(headroom_is_as_promised),
        cmocka_unit_test(merges_never_run_out),
        cmocka_unit_test(extremes_of_every_type_do_not_overflow),
        cmocka_unit_test(long_runs_are_cut),
        cmocka_unit_test(integers_cross_zero),
    };
    static const char *const levels[] = {"portable", "avx2", "avx512", "avx512ifma"};
    int failed = 0;
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        if (cpu_limit(NULL, NULL) || !cpu_has(levels[i])) {
            print_message("not tried: this machine has no %s\n", levels[i]);
            continue;
        }
        seed = 20240501 + i;
        failed += cpu_limit(levels[i], NULL) || cmocka_run_group_tests_name(levels[i], tests, NULL, NULL);
    }
    return failed;
}
