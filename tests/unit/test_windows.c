/* The fast ways of summing, under every instruction set that the machine has, against the reference in integer
 * arithmetic: the same limbs, bit for bit. (That the reference is right: test_exact.) */
#include "unit/exact_oracle.h"

#include "base/cpu.h"
#include "base/fpenv.h"
#include "exact/plain.h"
#include "exact/window.h"

#include <fenv.h>
#include <math.h>

enum { ROOM = 3 * 8192 + 100 };

/* ---- data --------------------------------------------------------------------------------------------------- */

static double uniform(void)
{
    return (double)(next_random() >> 11) * 0x1p-53;
}
static double bell(void)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += uniform();
    return sum;
}
static double spread(int least, unsigned binades)
{
    return ldexp(below(2) ? 1 + uniform() : -1 - uniform(), least + (int)below(binades));
}

static double make_uniform(uint64_t i) { return (void)i, uniform(); }
static double make_bell(uint64_t i) { return (void)i, bell(); }
static double make_constant(uint64_t i) { return (void)i, 0x1.fffffffffffffp0; }
static double make_alternating(uint64_t i) { return i % 2 ? 1e16 : -1e16 + 2; }
static double make_decimal(uint64_t i) { return (void)i, 10000000.2 + 0.1 * (double)below(3); }
static double make_integer(uint64_t i) { return (void)i, (double)(int64_t)below(2000001) - 1000000; }
static double make_61_binades(uint64_t i) { return (void)i, spread(-30, 61); }
static double make_100_binades(uint64_t i) { return (void)i, spread(-50, 100); }
static double make_150_binades(uint64_t i) { return (void)i, spread(-75, 150); }
static double make_980_binades(uint64_t i) { return (void)i, spread(-490, 980); }
static double make_all_binades(uint64_t i) { return (void)i, spread(-1074, 2097); }
static double make_subnormal(uint64_t i) { return (void)i, subnormal(0); }
static double make_tiny(uint64_t i) { return (void)i, spread(-1074, 100); }
static double make_root_of_tiny(uint64_t i) { return (void)i, spread(-540, 20); }
static double make_root_of_huge(uint64_t i) { return (void)i, spread(500, 20); }
static double make_huge(uint64_t i) { return (void)i, spread(1000, 24); }
static double make_largest(uint64_t i) { return i % 3 ? 0x1.fffffffffffffp1023 : -0x1.fffffffffffffp1023; }
static double make_zero(uint64_t i) { return i % 2 ? -0.0 : 0.0; }
static double make_mostly_zero(uint64_t i) { return (void)i, below(50) ? 0.0 : spread(-300, 600); }
static double make_power(uint64_t i) { return (void)i, spread(-45, 90) > 0 ? ldexp(1, (int)below(90) - 45) : 0; }
static double make_cancelling(uint64_t i) /* condition numbers from 1e10 to 1e100 */
{
    static double last;
    return i % 2 ? -last : (last = ldexp(1 + uniform(), (int)below(340)));
}
static double make_one_outlier(uint64_t i) { return i % 1000 == 999 ? spread(-400, 800) : uniform(); }
static double make_growing(uint64_t i) { return ldexp(1 + uniform(), (int)(i / 16) % 1800 - 900); }
/* After the first, each is half a unit of the window that the first asks for: left to the next level as a whole. */
static double make_halves(uint64_t i) { return i ? 0x1p-50 : 1; }
static double make_any(uint64_t i) { return (void)i, double_of(next_random()); }
static double make_rarely_special(uint64_t i)
{
    (void)i;
    static const double specials[] = {INFINITY, -INFINITY, NAN};
    return below(3000) ? bell() : specials[below(3)];
}

static double make_outside(uint64_t i) /* where buckets do not reach */
{
    static const double others[] = {INFINITY, -INFINITY, 0.0, -0.0};
    return i % 3 == 0 ? spread(-1022, 2045) : below(100) ? subnormal(0) : others[below(4)];
}

/* Narrow data with something rare in it: a zero; a power of two that, scaled as they are, is just beyond all exponents,
 * or just below. */
static double make_rarely_zero(uint64_t i) { return (void)i, below(3000) ? uniform() : below(2) ? -0.0 : 0.0; }
static double make_rarely_beyond(uint64_t i)
{
    (void)i;
    return below(3000) ? uniform() : ldexp(below(2) ? 1 : -1, 961 + (int)below(4));
}
static double make_rarely_below(uint64_t i)
{
    (void)i;
    return below(3000) ? 0x1p100 * (1 + uniform()) : ldexp(below(2) ? 1 : -1, -986 + (int)below(4));
}

static double (*const makers[])(uint64_t) = {
    make_uniform,    make_bell,        make_constant,    make_alternating, make_decimal,      make_integer,
    make_61_binades, make_100_binades, make_150_binades, make_980_binades, make_all_binades,  make_subnormal,
    make_tiny,       make_huge,        make_largest,     make_zero,        make_mostly_zero,  make_power,
    make_cancelling, make_one_outlier, make_growing,     make_any,         make_rarely_special, make_root_of_tiny,
    make_root_of_huge, make_halves,    make_outside,     make_rarely_zero, make_rarely_beyond, make_rarely_below};

static double x[ROOM], y[ROOM];
static float narrow_x[ROOM], narrow_y[ROOM];

static void make_data(size_t maker, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        x[i] = makers[maker](i);
    for (uint64_t i = 0; i < n; i++)
        y[i] = makers[maker](i);
    for (uint64_t i = 0; i < n; i++) {
        narrow_x[i] = (float)x[i];
        narrow_y[i] = (float)y[i];
    }
}

/* ---- comparing ---------------------------------------------------------------------------------------------- */

static void run_plain(struct sheaf_exact *into, enum operation operation, enum sheaf_type type, const void *a,
                      const void *b, uint64_t n)
{
    if (operation == ADD)
        plain_add(into, type, a, n);
    else if (operation == ABSOLUTE)
        plain_add_absolute(into, type, a, n);
    else if (operation == SQUARES)
        plain_add_squares(into, type, a, n);
    else
        plain_add_products(into, type, a, type, b, n);
}

static void assert_same_sums(const struct sheaf_exact *got, const struct sheaf_exact *expected, size_t maker, int operation,
                             uint64_t n)
{
    struct sheaf_exact normal = *got;
    sheaf_exact_normalise(&normal);
    if (memcmp(&normal, expected, sizeof normal) != 0)
        fail_msg("data %zu, operation %d, %llu elements", maker, operation, (unsigned long long)n);
    assert_memory_equal(got, &normal, sizeof normal); /* it was normalised */
}

/* A random accumulator to begin with, so that borrowing and carrying go far. */
static void begin(struct sheaf_exact *sum)
{
    memset(sum, 0, sizeof *sum);
    double first = below(4) ? spread(-1000, 1900) : 0;
    plain_add(sum, SHEAF_F64, &first, 1);
}

static void check(size_t maker, enum sheaf_type type, const void *a, const void *b, uint64_t n)
{
    for (int operation = 0; operation < OPERATIONS; operation++) {
        struct sheaf_exact expected, got;
        begin(&expected);
        got = expected;
        run_plain(&expected, operation, type, a, b, n);
        run(&got, operation, type, a, type, b, n);
        assert_same_sums(&got, &expected, maker, operation, n);
    }
}

/* ---- instruction sets --------------------------------------------------------------------------------------- */

static const char *const levels[] = {"portable", "avx2", "avx512", "avx512ifma"};

static void for_every_level(void (*test)(void))
{
    for (size_t i = 0; i < COUNT_OF(levels); i++) {
        assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
        if (!cpu_has(levels[i])) {
            print_message("not tried: this machine has no %s\n", levels[i]);
            continue;
        }
        assert_int_equal(cpu_limit(levels[i], NULL), SHEAF_OK);
        test();
    }
    assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
}

/* ---- tests -------------------------------------------------------------------------------------------------- */

static void check_lengths(void)
{
    for (size_t maker = 0; maker < COUNT_OF(makers); maker++) {
        make_data(maker, 512);
        for (uint64_t n = 0; n <= 70; n++) {
            uint64_t start = below(64);
            check(maker, SHEAF_F64, x + start, y + below(64), n);
            check(maker, SHEAF_F32, narrow_x + start, narrow_y + below(64), n);
        }
        for (uint64_t n = 124; n <= 132; n++)
            check(maker, SHEAF_F64, x + below(64), y + below(64), n);
    }
}
static void all_small_lengths(void **state)
{
    (void)state;
    for_every_level(check_lengths);
}

static void check_long(void)
{
    static const uint64_t lengths[] = {2047, 2049, 4096, 8191, 8192, 8193, 20000, 3 * 8192};
    for (size_t maker = 0; maker < COUNT_OF(makers); maker++) {
        make_data(maker, ROOM);
        for (size_t i = 0; i < COUNT_OF(lengths); i++) {
            uint64_t start = i % 2 ? below(64) : 0;
            check(maker, SHEAF_F64, x + start, y + below(64), lengths[i]);
            check(maker, SHEAF_F32, narrow_x + start, narrow_y + below(64), lengths[i]);
        }
    }
}
static void blocks_and_more(void **state)
{
    (void)state;
    for_every_level(check_long);
}

/* Data that change their nature on the way: the ladder is climbed up and down. */
static void check_mixtures(void)
{
    for (int i = 0; i < 60; i++) {
        for (uint64_t at = 0, length; at < ROOM; at += length) {
            size_t maker = below(COUNT_OF(makers));
            length = 1 + below(6000);
            for (uint64_t k = at; k < at + length && k < ROOM; k++) {
                x[k] = makers[maker](k);
                y[k] = makers[maker](k + 1);
                narrow_x[k] = (float)x[k];
                narrow_y[k] = (float)y[k];
            }
        }
        uint64_t start = below(100);
        check(99, SHEAF_F64, x + start, y, ROOM - start);
        check(99, SHEAF_F32, narrow_x + start, narrow_y, ROOM - start);
    }
}
static void mixtures(void **state)
{
    (void)state;
    for_every_level(check_mixtures);
}

/* Cut at random, each piece shuffled and summed by itself, the sums merged in random order: the same bytes. */
static void check_cuts(void)
{
    enum { PIECES = 40 };
    for (size_t maker = 0; maker < COUNT_OF(makers); maker++) {
        make_data(maker, ROOM);
        for (int operation = 0; operation < OPERATIONS; operation++) {
            static struct sheaf_exact piece[PIECES];
            struct sheaf_exact expected = {0}, got = {0};
            run_plain(&expected, operation, SHEAF_F64, x, y, ROOM);
            for (uint64_t i = ROOM - 1; i > 0; i--) {
                uint64_t j = below(i + 1);
                double a = x[i], b = y[i];
                x[i] = x[j], x[j] = a;
                y[i] = y[j], y[j] = b;
            }
            memset(piece, 0, sizeof piece);
            for (uint64_t at = 0, length; at < ROOM; at += length) {
                length = 1 + below(below(2) ? 3000 : 60);
                length = length < ROOM - at ? length : ROOM - at;
                run(&piece[below(PIECES)], operation, SHEAF_F64, x + at, SHEAF_F64, y + at, length);
            }
            for (unsigned left = PIECES; left; left--) {
                unsigned k = (unsigned)below(left);
                sheaf_exact_merge(&got, &piece[k]);
                piece[k] = piece[left - 1];
            }
            sheaf_exact_normalise(&got);
            assert_same_sums(&got, &expected, maker, operation, ROOM);
        }
    }
}
static void cuts_and_permutations(void **state)
{
    (void)state;
    for_every_level(check_cuts);
}

static void check_integers(void)
{
    for (int type = 0; type < SHEAF_TYPE_COUNT; type++) {
        if (sheaf_type_is_float(type))
            continue;
        for (int i = 0; i < 40; i++) {
            uint64_t n = i < 20 ? (uint64_t)i * 7 : 1 + below(ROOM - 100), start = below(64);
            fill_any((unsigned char *)x, type, n + 64);
            const unsigned char *from = (unsigned char *)x + start * sheaf_type_size(type);
            check((size_t)type, type, from, from, n);
        }
    }
    static const int64_t edges[] = {INT64_MIN, INT64_MAX, 0, -1, 1, INT64_C(1) << 52, -(INT64_C(1) << 52)};
    for (size_t k = 0; k < COUNT_OF(edges); k++) {
        for (uint64_t i = 0; i < ROOM; i++)
            memcpy(&x[i], &edges[k], sizeof edges[k]);
        check(k, SHEAF_I64, x, x, ROOM);
        check(k, SHEAF_U64, x, x, ROOM);
        check(k, SHEAF_I32, x, x, 2 * ROOM);
    }
}
static void integers(void **state)
{
    (void)state;
    for_every_level(check_integers);
}

/* ---- residues ------------------------------------------------------------------------------------------------ */

/* Factors of up to 2^63 units of 2^-63: any; the largest; such that a sum loses all of every product, in one direction. */
static void make_any_factors(double *a, double *b)
{
    *a = (below(2) ? 1 : -1) * (uniform() + 0x1p-60);
    *b = uniform() + 0x1p-60;
}
static void make_largest_factors(double *a, double *b) { *a = *b = -1; }
static void make_lost_factors(double *a, double *b)
{
    *a = (0x1p52 - 1 - (double)below(1 << 20)) * 0x1p-53;
    *b = 0x1p-43;
}
static void (*const factor_makers[])(double *, double *) = {make_any_factors, make_largest_factors, make_lost_factors};

/* Where they are there, both kinds take a block of narrow data, and sum it as the reference does; and both leave one
 * alone with something in it that is not narrow. */
static void check_residues(const struct window *windows, bool squares)
{
    static const double others[] = {INFINITY, -INFINITY, NAN, 0x1p-1074, 0x1p-64, 0x1p0, 0x1p962, -0x1p962, 0x1p1023};
    const int unit = -63; /* for numbers up to 1 */
    for (int kind = 0; kind < 2; kind++) {
        for (uint64_t step = 0; step <= 90; step++) {
            uint64_t n = step < 88 ? 1 + below(WINDOW_BLOCK) : WINDOW_BLOCK;
            struct sheaf_exact expected = {.nan = 0}, got = {.nan = 0};
            for (uint64_t i = 0; i < n; i++) {
                factor_makers[step % COUNT_OF(factor_makers)](&x[i], &y[i]);
                y[i] = squares ? x[i] : y[i];
            }
            assert_true(windows[kind].block(got.limb, x, y, n, unit, unit));
            run_plain(&expected, squares ? SQUARES : PRODUCTS, SHEAF_F64, x, y, n);
            sheaf_exact_normalise(&got);
            assert_same_sums(&got, &expected, 0, kind, n);
            x[below(n)] = others[below(COUNT_OF(others))];
            memcpy(y, squares ? x : y, n * sizeof y[0]);
            assert_false(windows[kind].block(got.limb, x, y, n, unit, unit));
            assert_memory_equal(&got, &expected, sizeof got);
        }
    }
}
static void residues(void **state)
{
    (void)state;
    print_message("residues need avx512ifma: %s\n", cpu_has("avx512ifma") ? "tried" : "not tried, not there");
    if (!cpu_has("avx512ifma"))
        return;
#define CHECK(isa)                                                                                         \
    check_residues(windows_residues_##isa[WINDOW_SQUARES_F64], true);                                      \
    check_residues(windows_residues_##isa[WINDOW_PRODUCTS_F64], false);
    SHEAF_ISA_AVX512IFMA(CHECK)
#undef CHECK
}

/* ---- the ends of where windows may lie ----------------------------------------------------------------------- */

/* Whatever a window says of a block, the limbs are as it says. */
static void check_window(const struct window *window, int job, int unit)
{
    static const double others[] = {0, 1, -0x1p-120, 0x1p120, INFINITY, -INFINITY, NAN};
    enum { N = 40 };
    for (size_t k = 0; k < COUNT_OF(others); k++) {
        bool narrow = job >= WINDOW_SUM_F32;
        const void *data = narrow ? (const void *)narrow_x : x;
        struct sheaf_exact expected = {.nan = 0}, got = {.nan = 0};
        for (int i = 0; i < N; i++)
            x[i] = narrow_x[i] = (float)(i % 9 ? others[0] : others[k]);
        bool fits = window->block(got.limb, data, data, N, unit, unit);
        if (fits) /* jobs are the operations on f64, then those on f32 */
            run_plain(&expected, job % OPERATIONS, narrow ? SHEAF_F32 : SHEAF_F64, data, data, N);
        sheaf_exact_normalise(&got);
        assert_same_sums(&got, &expected, k, job, N);
    }
}

static void check_ends(const struct window (*windows)[WINDOW_KINDS])
{
    for (int job = 0; job < WINDOW_JOB_COUNT; job++)
        for (int kind = 0; kind < WINDOW_KINDS && windows[job][kind].block; kind++) {
            check_window(&windows[job][kind], job, windows[job][kind].lowest);
            check_window(&windows[job][kind], job, windows[job][kind].highest);
        }
}

static void windows_at_the_ends(void **state)
{
    (void)state;
    fpenv callers = fpenv_enter();
    check_ends(windows_portable);
#define CHECK(isa, table)                                                                                  \
    if (cpu_has(#isa))                                                                                     \
        check_ends(table##_##isa);
    SHEAF_ISAS(CHECK, windows)
    SHEAF_ISA_AVX512(CHECK, windows_flagged)
    SHEAF_ISA_AVX512IFMA(CHECK, windows_residues)
#undef CHECK
    fpenv_leave(callers);
}

/* ---- the caller's floating-point environment ---------------------------------------------------------------- */

#ifdef __SSE2__
#include <xmmintrin.h>

/* Every rounding mode, with subnormals flushed and not, flags raised and not: no answer depends on it, and nothing of it
 * is changed. */
static void check_environments(void)
{
    for (size_t maker = 0; maker < COUNT_OF(makers); maker++) {
        make_data(maker, 9000);
        for (int operation = 0; operation < OPERATIONS; operation++) {
            struct sheaf_exact expected[2] = {{.nan = 0}};
            run_plain(&expected[0], operation, SHEAF_F64, x, y, 9000);
            run_plain(&expected[1], operation, SHEAF_F32, narrow_x, narrow_y, 9000);
            for (unsigned i = 0; i < 32; i++) {
                struct sheaf_exact got[2] = {{.nan = 0}};
                unsigned callers = 0x1f80 | (i & 3) << 13 | (i & 4 ? 0x8040 : 0) | (i & 8 ? 0x3f : 0);
                callers &= i & 16 ? ~0x1000u : ~0u; /* traps on what is inexact */
                callers &= callers & 0x1000 ? ~0u : ~0x20u;
                _mm_setcsr(callers);
                run(&got[0], operation, SHEAF_F64, x, SHEAF_F64, y, 9000);
                run(&got[1], operation, SHEAF_F32, narrow_x, SHEAF_F32, narrow_y, 9000);
                unsigned after = _mm_getcsr();
                _mm_setcsr(0x1f80);
                assert_int_equal(after, callers);
                assert_same_sums(&got[0], &expected[0], maker, operation, 9000);
                assert_same_sums(&got[1], &expected[1], maker, operation, 9000);
            }
        }
    }
}
#else
static void check_environments(void)
{
    static const int modes[] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    for (size_t maker = 0; maker < COUNT_OF(makers); maker++) {
        make_data(maker, 9000);
        for (size_t i = 0; i < COUNT_OF(modes); i++) {
            fesetround(modes[i]);
            check(maker, SHEAF_F64, x, y, 9000);
            check(maker, SHEAF_F32, narrow_x, narrow_y, 9000);
            assert_int_equal(fegetround(), modes[i]);
            fesetround(FE_TONEAREST);
        }
    }
}
#endif
static void environment_does_not_show(void **state)
{
    (void)state;
    for_every_level(check_environments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_small_lengths),     cmocka_unit_test(blocks_and_more), cmocka_unit_test(mixtures),
        cmocka_unit_test(cuts_and_permutations), cmocka_unit_test(integers),        cmocka_unit_test(residues),
        cmocka_unit_test(windows_at_the_ends),   cmocka_unit_test(environment_does_not_show),
    };
    seed = 7;
    return cmocka_run_group_tests_name("windows", tests, NULL, NULL);
}
