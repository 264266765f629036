#include "extreme.h"

#include <math.h>

/* ---- decimals ----------------------------------------------------------------------------------------------------- */

enum { RANK_NONE, RANK_LOW, RANK_NUMBER, RANK_HIGH, RANK_NAN };

static int64_t rank_at(enum order order, const struct sheaf_column *x, uint64_t i)
{
    static const int64_t ranks[][4] = {
        [ORDER_MIN] = {RANK_NUMBER, RANK_NAN, RANK_LOW, RANK_HIGH},
        [ORDER_MAX] = {RANK_NUMBER, RANK_NAN, RANK_HIGH, RANK_LOW},
        [ORDER_MAGNITUDE] = {RANK_NUMBER, RANK_NAN, RANK_HIGH, RANK_HIGH},
    };
    return x->special ? ranks[order][x->special[i]] : RANK_NUMBER;
}

static int64_t word_at(const struct sheaf_column *x, uint64_t rows, uint64_t i, uint32_t j)
{
    return ((const int64_t *)x->data)[j * rows + i];
}

/* The key of a term: terms of one element have one sign, so that keys compare from the last term down. */
static uint64_t term_key(enum order order, int64_t word)
{
    if (order == ORDER_MIN)
        return ORDER_KEY_SIGNED_MIN(uint64_t, (uint64_t)word);
    return order == ORDER_MAX ? ORDER_KEY_SIGNED_MAX(uint64_t, (uint64_t)word)
                              : ORDER_KEY_SIGNED_MAGNITUDE(uint64_t, (uint64_t)word);
}

static bool beats(enum order order, const struct sheaf_column *x, uint64_t rows, uint64_t i, uint64_t best)
{
    int64_t a = rank_at(order, x, i), b = rank_at(order, x, best);
    if (a != b || a != RANK_NUMBER)
        return a > b;
    for (uint32_t j = x->terms; j-- > 0;) {
        uint64_t c = term_key(order, word_at(x, rows, i, j)), d = term_key(order, word_at(x, rows, best, j));
        if (c != d)
            return c > d;
    }
    return false;
}

uint64_t decimal_largest(order_largest *largest, enum order order, const struct sheaf_column *x, uint64_t rows)
{
    uint64_t best = 0;
    if (x->terms == 1 && !x->special) {
        const struct sheaf_column words = {.type = SHEAF_I64, .data = x->data};
        uint64_t key = largest(order, &words, rows);
        while (term_key(order, word_at(x, rows, best, 0)) != key)
            best++;
        return best;
    }
    for (uint64_t i = 1; i < rows; i++)
        if (beats(order, x, rows, i, best))
            best = i;
    return best;
}

void decimal_key_set(struct decimal_key *out, enum order order, const struct sheaf_column *x, uint64_t rows, uint64_t i)
{
    *out = (struct decimal_key){.rank = rank_at(order, x, i)};
    for (uint32_t j = 0; j < x->terms; j++) {
        int64_t word = word_at(x, rows, i, j);
        int32_t exponent = x->exponent + SHEAF_DECIMAL_TERM_DIGITS * (int32_t)j;
        const struct sheaf_column term = {SHEAF_DECIMAL, &word, exponent, 1, NULL};
        (order == ORDER_MAGNITUDE ? sheaf_decimal_add_absolute : sheaf_decimal_add)(&out->value, &term, 1);
    }
    for (int k = 0; order == ORDER_MIN && k < SHEAF_DECIMAL_LIMBS; k++)
        out->value.limb[k] = -out->value.limb[k];
}

int decimal_key_compare(const struct decimal_key *a, const struct decimal_key *b)
{
    if (a->rank != b->rank || a->rank != RANK_NUMBER)
        return (a->rank > b->rank) - (a->rank < b->rank);
    return sheaf_decimal_compare(&a->value, &b->value);
}

bool decimal_rows_equal(const struct sheaf_column *x, uint64_t rows, uint64_t i, uint64_t j)
{
    if (x->special && x->special[i] != x->special[j])
        return false;
    for (uint32_t k = 0; k < x->terms; k++)
        if (word_at(x, rows, i, k) != word_at(x, rows, j, k))
            return false;
    return true;
}

static void decimal_map(struct decimal_key *best, order_largest *largest, enum order order,
                        const struct sheaf_column *x, uint64_t rows)
{
    struct decimal_key key;
    decimal_key_set(&key, order, x, rows, decimal_largest(largest, order, x, rows));
    if (decimal_key_compare(&key, best) > 0)
        *best = key;
}

static enum sheaf_status decimal_report(const char *name, const struct decimal_key *key, enum order order,
                                        struct sheaf_result *result)
{
    if (key->rank == RANK_NAN)
        return sheaf_result_real(result, name, NAN);
    bool least = order == ORDER_MIN;
    if (key->rank != RANK_NUMBER)
        return sheaf_result_real(result, name, (key->rank == RANK_HIGH) != least ? INFINITY : -INFINITY);
    struct sheaf_decimal value = key->value;
    for (int k = 0; least && k < SHEAF_DECIMAL_LIMBS; k++)
        value.limb[k] = -value.limb[k];
    return sheaf_result_decimal(result, name, &value);
}

/* ---- either kind -------------------------------------------------------------------------------------------------- */

size_t extreme_size(const struct sheaf_args *args)
{
    return args->types[0] == SHEAF_DECIMAL ? sizeof(struct decimal_key) : sizeof(uint64_t);
}

void extreme_map(struct extreme *extreme, order_largest *largest, enum order order, const struct sheaf_column *x,
                 uint64_t rows)
{
    if (x->type == SHEAF_DECIMAL) {
        decimal_map(&extreme->decimal, largest, order, x, rows);
        return;
    }
    uint64_t key = largest(order, x, rows);
    if (key > extreme->key)
        extreme->key = key;
}

void extreme_merge(struct extreme *into, const struct extreme *from, const struct sheaf_args *args)
{
    if (args->types[0] == SHEAF_DECIMAL) {
        if (decimal_key_compare(&from->decimal, &into->decimal) > 0)
            into->decimal = from->decimal;
    } else if (from->key > into->key) {
        into->key = from->key;
    }
}

bool extreme_may_hold_nan(const struct extreme *extreme, enum order order, const struct sheaf_args *args)
{
    if (args->types[0] == SHEAF_DECIMAL)
        return extreme->decimal.rank == RANK_NAN;
    return sheaf_type_is_float(args->types[0]) && isnan(order_real(args->types[0], order, extreme->key));
}

enum sheaf_status extreme_report(const char *name, const struct extreme *extreme, enum order order,
                                 const struct sheaf_args *args, struct sheaf_result *result)
{
    if (args->types[0] == SHEAF_DECIMAL)
        return decimal_report(name, &extreme->decimal, order, result);
    return order_report(name, args->types[0], order, extreme->key, result);
}
