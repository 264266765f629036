/* For the tests of decimals: random columns of every shape, and their elements as GMP's rationals. */
#ifndef SHEAF_TESTS_DECIMAL_ORACLE_H
#define SHEAF_TESTS_DECIMAL_ORACLE_H

#include "unit/exact_oracle.h"

#include <sheaf/decimal.h>

enum { LIMIT_ROWS = 600, LIMIT_WORDS = 16 * 1024 };
static const int64_t term_base = INT64_C(1000000000000000000);

/* A column with its own memory, and a second view of its rows. */
struct decimals {
    struct sheaf_column column;
    uint64_t rows;
    int64_t words[LIMIT_WORDS];
    uint8_t special[LIMIT_ROWS];
};

/* 10^exponent */
static inline void set_power(mpq_t out, int exponent)
{
    mpq_set_ui(out, 1, 1);
    mpz_ui_pow_ui(exponent < 0 ? mpq_denref(out) : mpq_numref(out), 10, (unsigned long)abs(exponent));
}

/* Element i; 0 where it is no number. */
static inline void decimal_element(mpq_t out, const struct decimals *x, uint64_t i)
{
    mpz_t term;
    mpq_t power;
    mpz_init(term);
    mpq_init(power);
    mpq_set_ui(out, 0, 1);
    for (uint32_t j = x->column.terms; j-- > 0;) {
        mpz_mul_si(mpq_numref(out), mpq_numref(out), term_base);
        mpz_set_si(term, x->words[j * x->rows + i]);
        mpz_add(mpq_numref(out), mpq_numref(out), term);
    }
    set_power(power, x->column.exponent);
    mpq_mul(out, out, power);
    mpq_clear(power);
    mpz_clear(term);
}

/* A column of which `terms` and `exponent` are set, and as many rows as fit; element i is made from its words. */
typedef void decimal_shape(struct decimals *x);

static inline void decimals_begin(struct decimals *x, uint64_t rows, uint32_t terms, int exponent)
{
    x->rows = rows * terms <= LIMIT_WORDS ? rows : LIMIT_WORDS / terms;
    x->column = (struct sheaf_column){SHEAF_DECIMAL, x->words, exponent, terms, NULL};
    memset(x->words, 0, sizeof x->words);
}

/* Every number up to `most` digits, one term. */
static inline void fill_digits(struct decimals *x, unsigned most)
{
    for (uint64_t i = 0; i < x->rows; i++) {
        int64_t limit = 1;
        for (uint64_t digits = below(most + 1); digits > 0; digits--)
            limit *= 10;
        x->words[i] = (int64_t)below((uint64_t)limit) * (below(2) ? 1 : -1);
    }
}

/* Terms of one sign; of those that there are, one in `rarity` is not zero. */
static inline void fill_terms(struct decimals *x, uint64_t rarity)
{
    for (uint64_t i = 0; i < x->rows; i++) {
        int64_t sign = below(2) ? 1 : -1;
        for (uint32_t j = 0; j < x->column.terms; j++)
            if (below(rarity) == 0)
                x->words[j * x->rows + i] = sign * (below(4) ? (int64_t)below((uint64_t)term_base) : term_base - 1);
    }
}

static inline void shape_prices(struct decimals *x)
{
    decimals_begin(x, x->rows, 1, -2);
    fill_digits(x, 7);
}
static inline void shape_integers(struct decimals *x)
{
    decimals_begin(x, x->rows, 1, 0);
    fill_digits(x, 18);
}
static inline void shape_scaled(struct decimals *x)
{
    decimals_begin(x, x->rows, 1, (int)below(2 * 999) - 999);
    fill_digits(x, 18);
}
static inline void shape_words(struct decimals *x) /* whatever a word holds */
{
    decimals_begin(x, x->rows, 1, (int)below(40) - 20);
    for (uint64_t i = 0; i < x->rows; i++)
        x->words[i] = below(8) ? (int64_t)next_random() : below(2) ? INT64_MIN : INT64_MAX;
}
static inline void shape_half_words(struct decimals *x) /* about where products fit a word */
{
    decimals_begin(x, x->rows, 1, -9);
    for (uint64_t i = 0; i < x->rows; i++)
        x->words[i] = (below(2) ? INT32_MIN : INT32_MAX) + (below(200) ? 0 : (int64_t)below(3) - 1);
}
static inline void shape_long(struct decimals *x)
{
    decimals_begin(x, x->rows, 2 + (uint32_t)below(22), -(int)below(400));
    fill_terms(x, 1 + below(3));
}
static inline void shape_longest(struct decimals *x)
{
    decimals_begin(x, x->rows, SHEAF_DECIMAL_MOST_TERMS, -SHEAF_DECIMAL_REACH);
    fill_terms(x, 1 + below(2) * 60);
}
static inline void shape_largest(struct decimals *x)
{
    decimals_begin(x, x->rows, 1, SHEAF_DECIMAL_REACH - 18);
    fill_terms(x, 1);
}
static inline void shape_smallest(struct decimals *x)
{
    decimals_begin(x, x->rows, 1, -SHEAF_DECIMAL_REACH);
    fill_digits(x, 3);
}
static inline void shape_cancelling(struct decimals *x) /* each large value is taken back by the next one */
{
    decimals_begin(x, x->rows, 3, -30);
    for (uint64_t i = 0; i < x->rows; i++) {
        for (uint32_t j = 0; j < 3; j++) {
            int64_t *word = &x->words[j * x->rows + i];
            *word = i % 3 == 1 ? -word[-1] : j == 0 || i % 3 == 0 ? (int64_t)below((uint64_t)term_base) : 0;
        }
    }
}
static inline void shape_ties(struct decimals *x) /* halves between doubles, in hundredths of powers of two */
{
    decimals_begin(x, x->rows, 1, -2);
    for (uint64_t i = 0; i < x->rows; i++)
        x->words[i] = 25 * (int64_t)(below(3) << below(55)) * (below(2) ? 1 : -1);
}
static inline void shape_zeros(struct decimals *x)
{
    decimals_begin(x, x->rows, 1, 5);
}

static decimal_shape *const shapes[] = {shape_prices,  shape_integers, shape_scaled,   shape_words,
                                        shape_long,    shape_longest,  shape_largest,  shape_smallest,
                                        shape_ties,    shape_zeros,    shape_cancelling, shape_half_words};

static inline void decimals_fill(struct decimals *x, unsigned shape, uint64_t rows)
{
    x->rows = rows;
    shapes[shape % COUNT_OF(shapes)](x);
}

/* What the operation should have made of x (and y), exactly. */
static inline void expect_decimal(mpq_t out, enum operation operation, const struct decimals *x, const struct decimals *y)
{
    mpq_t a, b;
    mpq_inits(a, b, NULL);
    mpq_set_ui(out, 0, 1);
    for (uint64_t i = 0; i < x->rows; i++) {
        decimal_element(a, x, i);
        if (operation == ABSOLUTE)
            mpq_abs(a, a);
        if (operation == PRODUCTS)
            decimal_element(b, y, i);
        if (operation == SQUARES || operation == PRODUCTS)
            mpq_mul(a, a, operation == SQUARES ? a : b);
        mpq_add(out, out, a);
    }
    mpq_clears(a, b, NULL);
}

static inline void run_decimal(struct sheaf_decimal *into, enum operation operation, const struct sheaf_column *x,
                               const struct sheaf_column *y, uint64_t rows)
{
    if (operation == ADD)
        sheaf_decimal_add(into, x, rows);
    else if (operation == ABSOLUTE)
        sheaf_decimal_add_absolute(into, x, rows);
    else if (operation == SQUARES)
        sheaf_decimal_add_squares(into, x, rows);
    else
        sheaf_decimal_add_products(into, x, y, rows);
}

/* Rows first .. first + rows - 1 as a column of their own, in `words`. */
static inline struct sheaf_column decimals_part(const struct decimals *x, uint64_t first, uint64_t rows, int64_t *words)
{
    struct sheaf_column part = x->column;
    for (uint32_t j = 0; j < part.terms; j++)
        memcpy(words + j * rows, x->words + j * x->rows + first, rows * sizeof *words);
    part.data = words;
    part.special = part.special ? part.special + first : NULL;
    return part;
}

/* Its text, read back, is the exact value. */
static inline void assert_decimal_text(const char *text, const mpq_t exact)
{
    char digits[SHEAF_DECIMAL_TEXT];
    const char *exponent = strchr(text, 'e'), *point = strchr(text, '.');
    size_t mantissa = exponent ? (size_t)(exponent - text) : strlen(text), length = 0;
    for (size_t i = 0; i < mantissa; i++)
        if (text[i] != '.')
            digits[length++] = text[i];
    digits[length] = '\0';
    int places = point ? (int)(text + mantissa - point) - 1 : 0;
    assert_true(!point || text[mantissa - 1] != '0'); /* no digit too many */
    mpq_t value, power;
    mpq_inits(value, power, NULL);
    assert_int_equal(mpq_set_str(value, digits, 10), 0);
    set_power(power, (exponent ? atoi(exponent + 1) : 0) - places);
    mpq_mul(value, value, power);
    if (!mpq_equal(value, exact))
        fail_msg("%s is not the value", text);
    mpq_clears(value, power, NULL);
}

#endif
