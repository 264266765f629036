#include "decimals.h"

#include <sheaf/decimal.h>

#include <math.h>
#include <string.h>

typedef unsigned __int128 uwide;

enum { MOST_SHIFT = 18 }; /* 10^18 times a term still fits 128 bits */

static int64_t term(const struct sheaf_column *x, uint64_t rows, uint64_t i, uint32_t j)
{
    return j < x->terms ? ((const int64_t *)x->data)[j * rows + i] : 0;
}

static int64_t ten_to(int n)
{
    int64_t power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

/* ---- doubles ---------------------------------------------------------------------------------------------------- */

static int bit_length(uwide x)
{
    uint64_t high = (uint64_t)(x >> 64), low = (uint64_t)x;
    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

/* magnitude / 10^scale, rounded once; magnitude < 2^127, 0 <= scale <= MOST_SHIFT. The quotient has 67 bits or more, so
 * that an odd last bit stands for all that follows. */
static double divide(uwide magnitude, int scale)
{
    if (magnitude == 0)
        return 0;
    int shift = 127 - bit_length(magnitude);
    uwide dividend = magnitude << shift, divisor = (uwide)ten_to(scale), quotient = dividend / divisor;
    return ldexp((double)(quotient | (quotient * divisor != dividend)), -shift);
}

static void add_element(struct sheaf_decimal *sum, const struct sheaf_column *x, uint64_t rows, uint64_t i, int sign)
{
    for (uint32_t j = 0; j < x->terms; j++) {
        int64_t whole = term(x, rows, i, j), half = whole / 2;
        int64_t parts[] = {sign * half, sign * (whole - half)}; /* INT64_MIN has no negative */
        struct sheaf_column two = {.type = SHEAF_DECIMAL, .data = parts, .exponent = x->exponent + 18 * (int32_t)j, .terms = 1};
        if (whole)
            sheaf_decimal_add(sum, &two, 2);
    }
}

static double finite_real(const struct sheaf_column *x, uint64_t rows, uint64_t i)
{
    int64_t whole = term(x, rows, i, 0);
    if (x->terms == 1 && x->exponent <= 0 && x->exponent >= -MOST_SHIFT) {
        double magnitude = divide((uwide)(whole < 0 ? -(__int128)whole : whole), -x->exponent);
        return whole < 0 ? -magnitude : magnitude;
    }
    struct sheaf_decimal sum;
    memset(&sum, 0, sizeof sum);
    add_element(&sum, x, rows, i, 1);
    return sheaf_decimal_round(&sum);
}

double decimal_real(const struct sheaf_column *x, uint64_t rows, uint64_t i)
{
    switch (x->special ? x->special[i] : SHEAF_FINITE) {
    case SHEAF_NAN:
        return NAN;
    case SHEAF_POS_INF:
        return INFINITY;
    case SHEAF_NEG_INF:
        return -INFINITY;
    default:
        return finite_real(x, rows, i);
    }
}

/* ---- differences ------------------------------------------------------------------------------------------------ */

static bool same_terms(const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows, uint64_t i)
{
    uint32_t terms = x->terms > y->terms ? x->terms : y->terms, j = 0;
    while (j < terms && term(x, rows, i, j) == term(y, rows, i, j))
        j++;
    return j == terms;
}

/* Both of one term, brought to the lower exponent: their difference in 128 bits. */
static bool aligned_equal(const struct sheaf_column *x, const struct sheaf_column *y, uint64_t i, double *difference)
{
    int exponent = x->exponent < y->exponent ? x->exponent : y->exponent;
    __int128 apart = (__int128)term(x, 0, i, 0) * ten_to(x->exponent - exponent) -
                     (__int128)term(y, 0, i, 0) * ten_to(y->exponent - exponent);
    *difference = divide((uwide)(apart < 0 ? -apart : apart), -exponent);
    return apart == 0;
}

bool decimals_equal(const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows, uint64_t i,
                    double *difference)
{
    if (x->exponent == y->exponent && same_terms(x, y, rows, i))
        return true;
    bool fixed = x->exponent <= 0 && x->exponent >= -MOST_SHIFT && y->exponent <= 0 && y->exponent >= -MOST_SHIFT;
    if (fixed && x->terms == 1 && y->terms == 1)
        return aligned_equal(x, y, i, difference);
    struct sheaf_decimal apart;
    memset(&apart, 0, sizeof apart);
    add_element(&apart, x, rows, i, 1);
    add_element(&apart, y, rows, i, -1);
    *difference = fabs(sheaf_decimal_round(&apart));
    return sheaf_decimal_sign(&apart) == 0;
}
