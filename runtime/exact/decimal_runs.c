/* Columns of decimals: one wide integer per column and term, scaled into the limbs once. */
#include "exact/decimal.h"
#include "exact/integers.h"

static const int64_t *term_of(const struct sheaf_column *x, uint64_t rows, uint32_t j)
{
    return (const int64_t *)x->data + j * rows;
}

/* Adds value * 10^exponent. */
static void add_wide(struct sheaf_decimal *into, struct wide value, int exponent)
{
    tens_add_wide(into->limb, TENS_COUNT, value, (unsigned)(exponent + TENS_UNIT * TENS_DIGITS));
}

/* ---- what is no finite number ------------------------------------------------------------------------------------ */

static enum sheaf_special special_at(const struct sheaf_column *x, uint64_t i)
{
    return x->special ? (enum sheaf_special)x->special[i] : SHEAF_FINITE;
}

static void count_special(struct sheaf_decimal *into, enum sheaf_special special)
{
    into->nan += special == SHEAF_NAN;
    into->pos_inf += special == SHEAF_POS_INF;
    into->neg_inf += special == SHEAF_NEG_INF;
}

/* -1, 0 or 1. */
static int sign_at(const struct sheaf_column *x, uint64_t rows, uint64_t i)
{
    enum sheaf_special special = special_at(x, i);
    if (special == SHEAF_POS_INF || special == SHEAF_NEG_INF)
        return special == SHEAF_POS_INF ? 1 : -1;
    for (uint32_t j = 0; j < x->terms; j++) {
        int64_t term = term_of(x, rows, j)[i];
        if (term)
            return term > 0 ? 1 : -1;
    }
    return 0;
}

/* Infinity times zero is NaN; else an infinity wins over what is finite, with the product's sign. */
static enum sheaf_special special_product(const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows,
                                          uint64_t i)
{
    enum sheaf_special a = special_at(x, i), b = special_at(y, i);
    if (a == SHEAF_FINITE && b == SHEAF_FINITE)
        return SHEAF_FINITE;
    int sign = sign_at(x, rows, i) * sign_at(y, rows, i);
    if (a == SHEAF_NAN || b == SHEAF_NAN || sign == 0)
        return SHEAF_NAN;
    return sign > 0 ? SHEAF_POS_INF : SHEAF_NEG_INF;
}

/* ---- sums -------------------------------------------------------------------------------------------------------- */

typedef int128 integer_sum(enum sheaf_type type, const void *x, uint64_t n);

static void add_terms(struct sheaf_decimal *into, integer_sum *sum, const struct sheaf_column *x, uint64_t rows)
{
    for (uint32_t j = 0; j < x->terms; j++) {
        struct wide total = {0, 0};
        for (uint64_t done = 0, count; done < rows; done += count) {
            count = rows - done < INTEGERS_MOST ? rows - done : INTEGERS_MOST;
            wide_add(&total, sum(SHEAF_I64, term_of(x, rows, j) + done, count));
        }
        add_wide(into, total, x->exponent + (int)j * SHEAF_DECIMAL_TERM_DIGITS);
    }
}

void sheaf_decimal_add(struct sheaf_decimal *into, const struct sheaf_column *x, uint64_t rows)
{
    add_terms(into, integers_sum, x, rows);
    for (uint64_t i = 0; x->special && i < rows; i++)
        count_special(into, special_at(x, i));
}

void sheaf_decimal_add_absolute(struct sheaf_decimal *into, const struct sheaf_column *x, uint64_t rows)
{
    add_terms(into, integers_sum_absolute, x, rows);
    for (uint64_t i = 0; x->special && i < rows; i++) {
        enum sheaf_special special = special_at(x, i);
        count_special(into, special == SHEAF_NEG_INF ? SHEAF_POS_INF : special);
    }
}

/* ---- products ------------------------------------------------------------------------------------------------------ */

static void add_short(struct sheaf_decimal *into, const struct sheaf_column *x, const struct sheaf_column *y,
                      uint64_t rows)
{
    for (uint64_t done = 0, count; done < rows; done += count) {
        count = rows - done < WIDE_MOST ? rows - done : WIDE_MOST;
        struct wide sum = wide_sum_products(term_of(x, rows, 0) + done, term_of(y, rows, 0) + done, count);
        add_wide(into, sum, x->exponent + y->exponent);
    }
}

/* The terms of an element that are not zero. */
struct factor {
    unsigned count;
    uint32_t at[SHEAF_DECIMAL_MOST_TERMS];
    int64_t term[SHEAF_DECIMAL_MOST_TERMS];
};

static void factor_load(struct factor *out, const struct sheaf_column *x, uint64_t rows, uint64_t i)
{
    out->count = 0;
    for (uint32_t j = 0; j < x->terms; j++) {
        int64_t term = term_of(x, rows, j)[i];
        out->at[out->count] = j;
        out->term[out->count] = term;
        out->count += term != 0;
    }
}

/* Long numbers are mostly zeros, the more so the further their neighbours reach. At most 2^7 products of terms below 10^18
 * have one weight, and those below 2^127: 2^38 rows are below 2^WIDE_BITS. */
static void add_long(struct sheaf_decimal *into, const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows)
{
    struct wide sum[2 * SHEAF_DECIMAL_MOST_TERMS] = {{0, 0}};
    struct factor a, b;
    for (uint64_t i = 0; i < rows; i++) {
        factor_load(&a, x, rows, i);
        factor_load(&b, y, rows, i);
        for (unsigned j = 0; j < a.count; j++)
            for (unsigned k = 0; k < b.count; k++)
                wide_add(&sum[a.at[j] + b.at[k]], (int128)a.term[j] * b.term[k]);
    }
    for (uint32_t j = 0; j + 1 < x->terms + y->terms; j++)
        add_wide(into, sum[j], x->exponent + y->exponent + (int)j * SHEAF_DECIMAL_TERM_DIGITS);
}

void sheaf_decimal_add_products(struct sheaf_decimal *into, const struct sheaf_column *x, const struct sheaf_column *y,
                                uint64_t rows)
{
    (x->terms == 1 && y->terms == 1 ? add_short : add_long)(into, x, y, rows);
    for (uint64_t i = 0; (x->special || y->special) && i < rows; i++)
        count_special(into, special_product(x, y, rows, i));
}

void sheaf_decimal_add_squares(struct sheaf_decimal *into, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_decimal_add_products(into, x, x, rows);
}
