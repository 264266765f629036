/* For the tests of exact arithmetic: the exact values, from GMP; what the nearest double to one is; data. */
#ifndef SHEAF_TESTS_EXACT_ORACLE_H
#define SHEAF_TESTS_EXACT_ORACLE_H

#include <sheaf/exact.h>

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <gmp.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

/* ---- the oracle --------------------------------------------------------------------------------------------- */

static inline uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline double double_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline void assert_same_bits(double got, double expected)
{
    assert_int_equal(bits_of(got), bits_of(expected));
}

static const uint64_t nan_bits = UINT64_C(0x7ff8000000000000);

/* Element i, exactly. */
static inline void element(mpq_t out, enum sheaf_type type, const void *x, uint64_t i)
{
    switch (type) {
    case SHEAF_I8: mpq_set_si(out, ((const int8_t *)x)[i], 1); break;
    case SHEAF_I16: mpq_set_si(out, ((const int16_t *)x)[i], 1); break;
    case SHEAF_I32: mpq_set_si(out, ((const int32_t *)x)[i], 1); break;
    case SHEAF_I64: mpq_set_si(out, ((const int64_t *)x)[i], 1); break;
    case SHEAF_U8: mpq_set_ui(out, ((const uint8_t *)x)[i], 1); break;
    case SHEAF_U16: mpq_set_ui(out, ((const uint16_t *)x)[i], 1); break;
    case SHEAF_U32: mpq_set_ui(out, ((const uint32_t *)x)[i], 1); break;
    case SHEAF_U64: mpq_set_ui(out, ((const uint64_t *)x)[i], 1); break;
    case SHEAF_F32: mpq_set_d(out, (double)((const float *)x)[i]); break;
    default: mpq_set_d(out, ((const double *)x)[i]); break;
    }
}

enum operation { ADD, ABSOLUTE, SQUARES, PRODUCTS, OPERATIONS };

/* What the operation should have made of x (and y), exactly. */
static inline void expect(mpq_t out, enum operation operation, enum sheaf_type x_type, const void *x,
                          enum sheaf_type y_type, const void *y, uint64_t n)
{
    mpq_t a, b;
    mpq_inits(a, b, NULL);
    mpq_set_ui(out, 0, 1);
    for (uint64_t i = 0; i < n; i++) {
        element(a, x_type, x, i);
        if (operation == ABSOLUTE)
            mpq_abs(a, a);
        if (operation == PRODUCTS)
            element(b, y_type, y, i);
        if (operation == SQUARES || operation == PRODUCTS)
            mpq_mul(a, a, operation == SQUARES ? a : b);
        mpq_add(out, out, a);
    }
    mpq_clears(a, b, NULL);
}

/* (n xy - x y) / (n divisor), from sums */
static inline void expect_covariance(mpq_t out, const mpq_t xy, const mpq_t sum_x, const mpq_t sum_y, uint64_t n,
                                     uint64_t divisor)
{
    mpq_t number;
    mpq_init(number);
    mpq_set_ui(number, n, 1);
    mpq_mul(out, xy, number);
    mpq_mul(number, sum_x, sum_y);
    mpq_sub(out, out, number);
    mpq_set_ui(number, n, 1);
    mpq_div(out, out, number);
    mpq_set_ui(number, divisor, 1);
    mpq_div(out, out, number);
    mpq_clear(number);
}

static inline void run(struct sheaf_exact *into, enum operation operation, enum sheaf_type x_type, const void *x,
                       enum sheaf_type y_type, const void *y, uint64_t n)
{
    if (operation == ADD)
        sheaf_exact_add(into, x_type, x, n);
    else if (operation == ABSOLUTE)
        sheaf_exact_add_absolute(into, x_type, x, n);
    else if (operation == SQUARES)
        sheaf_exact_add_squares(into, x_type, x, n);
    else
        sheaf_exact_add_products(into, x_type, x, y_type, y, n);
}

/* The middle between the non-negative double `bits` and the next larger one; 2^1024 follows the largest. */
static inline void middle_above(mpq_t out, uint64_t bits)
{
    mpq_t next;
    mpq_init(next);
    mpq_set_d(out, double_of(bits));
    if (bits + 1 < UINT64_C(0x7ff0000000000000))
        mpq_set_d(next, double_of(bits + 1));
    else
        mpz_ui_pow_ui(mpq_numref(next), 2, 1024);
    mpq_add(out, out, next);
    mpq_div_2exp(out, out, 1);
    mpq_clear(next);
}

/* Compares |value| (or its square root) with a middle. */
static inline int compare(const mpq_t value, mpq_t middle, bool root)
{
    if (root)
        mpq_mul(middle, middle, middle);
    return mpq_cmp(value, middle);
}

/* `got` is the double nearest to `exact` (or to its root): it lies between the two middles around it, on one of
 * them only if its last bit is even. Zero is +0 exactly when the value is not negative. */
static inline void assert_nearest(double got, const mpq_t exact, bool root)
{
    mpq_t value, middle;
    mpq_inits(value, middle, NULL);
    mpq_abs(value, exact);
    uint64_t size = bits_of(got) & INT64_MAX;
    assert_int_equal(bits_of(got) >> 63, mpq_sgn(exact) < 0);
    assert_true(size <= UINT64_C(0x7ff0000000000000));
    if (size < UINT64_C(0x7ff0000000000000)) {
        middle_above(middle, size);
        assert_true(compare(value, middle, root) < (size & 1 ? 0 : 1));
    }
    if (size > 0) {
        middle_above(middle, size - 1);
        assert_true(compare(value, middle, root) > (size & 1 ? 0 : -1));
    }
    mpq_clears(value, middle, NULL);
}

/* An integer's text is the exact value's; a fraction has none. */
static inline void assert_integer_text(const struct sheaf_exact *sum, const mpq_t exact)
{
    char text[SHEAF_EXACT_TEXT];
    bool whole = mpz_cmp_ui(mpq_denref(exact), 1) == 0;
    assert_int_equal(sheaf_exact_integer_text(sum, text), whole);
    char *expected = whole ? mpz_get_str(NULL, 10, mpq_numref(exact)) : strdup("");
    assert_string_equal(text, expected);
    free(expected);
}

/* ---- data --------------------------------------------------------------------------------------------------- */

static uint64_t seed;

static inline uint64_t next_random(void)
{
    return random_next(&seed);
}

static inline uint64_t below(uint64_t limit)
{
    return next_random() % limit;
}

/* A double with a random sign and fraction and the biased exponent. */
static inline double with_exponent(uint64_t exponent)
{
    return double_of((next_random() & ~(UINT64_C(0x7ff) << 52)) | exponent << 52);
}

static inline double any_finite(uint64_t i)
{
    (void)i;
    return with_exponent(below(2047));
}
static inline double near_one(uint64_t i)
{
    (void)i;
    return with_exponent(1020 + below(4));
}
static inline double subnormal(uint64_t i)
{
    (void)i;
    return with_exponent(0);
}
static inline double barely_normal(uint64_t i)
{
    (void)i;
    return with_exponent(below(60));
}
static inline double huge(uint64_t i)
{
    (void)i;
    return with_exponent(2040 + below(7));
}
static inline double small_integer(uint64_t i)
{
    (void)i;
    return (double)(int64_t)below(7) - 3;
}
static inline double third(uint64_t i)
{
    (void)i;
    return 1.0 / 3;
}
/* Each large value is taken back by the next one; a little stays: condition numbers up to 1e100 and more. */
static inline double cancelling(uint64_t i)
{
    static double last;
    if (i % 3 == 0)
        return last = with_exponent(1023 + below(340));
    return i % 3 == 1 ? -last : with_exponent(1000 + below(20));
}
static inline double few_bits(uint64_t i) /* sums that end in ties */
{
    (void)i;
    return double_of(below(2) << 63 | (1023 + below(56)) << 52);
}
static inline double tiny_bits(uint64_t i) /* products that end in ties among the subnormals */
{
    (void)i;
    return double_of(below(2) << 63 | (450 + below(100)) << 52 | below(4) << 50);
}

static double (*const kinds[])(uint64_t) = {any_finite, near_one,      subnormal, barely_normal, huge,
                                            third,      small_integer, few_bits,  tiny_bits,     cancelling};

enum { MOST = 1500 };
struct data {
    double x[MOST], y[MOST];
    uint64_t n;
};

static inline void fill(struct data *data, unsigned kind, uint64_t n)
{
    data->n = n;
    for (uint64_t i = 0; i < n; i++)
        data->x[i] = kinds[kind](i);
    for (uint64_t i = 0; i < n; i++)
        data->y[i] = kinds[kind](i);
}

/* Random bits; a float that is not finite becomes another one. */
static inline void fill_any(unsigned char *bytes, enum sheaf_type type, uint64_t n)
{
    size_t size = sheaf_type_size(type);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t bits = below(8) ? next_random() : below(2) ? UINT64_C(0x8080808080808080) : UINT64_MAX;
        uint64_t full = type == SHEAF_F32 ? UINT64_C(0xff) << 23 : UINT64_C(0x7ff) << 52;
        if (sheaf_type_is_float(type) && (bits & full) == full)
            bits ^= full;
        if (type == SHEAF_F32 && below(4) == 0)
            bits &= ~full; /* subnormal */
        uint32_t narrow = (uint32_t)bits;
        uint16_t half = (uint16_t)bits;
        unsigned char byte = (unsigned char)bits;
        const void *from = size == 8 ? (void *)&bits : size == 4 ? (void *)&narrow : size == 2 ? (void *)&half : &byte;
        memcpy(bytes + i * size, from, size);
    }
}

#endif
