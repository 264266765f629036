#include "decimals.h"

#include <sheaf/decimal.h>

#include <math.h>
#include <string.h>

typedef unsigned __int128 uwide;

enum { MOST_SCALE = 36 }; /* 10^36 takes 120 bits */

static int64_t term(const struct sheaf_column *x, uint64_t rows, uint64_t i, uint32_t j)
{
    return j < x->terms ? ((const int64_t *)x->data)[j * rows + i] : 0;
}

static __int128 ten_to(int n)
{
    __int128 power = 1;
    while (n-- > 0)
        power *= 10;
    return power;
}

static int bit_length(uwide x)
{
    uint64_t high = (uint64_t)(x >> 64), low = (uint64_t)x;
    return high ? 128 - __builtin_clzll(high) : low ? 64 - __builtin_clzll(low) : 0;
}

static uwide magnitude_of(__int128 x)
{
    return x < 0 ? -(uwide)x : (uwide)x;
}

/* Element i in units of 10^unit, which is not above its exponent; false: it takes more than 126 bits. */
static bool in_units(const struct sheaf_column *x, uint64_t rows, uint64_t i, int unit, __int128 *value)
{
    if (x->terms > 2 || x->exponent - unit > MOST_SCALE)
        return false;
    __int128 whole = term(x, rows, i, 0) + term(x, rows, i, 1) * ten_to(18), scale = ten_to(x->exponent - unit);
    if (bit_length(magnitude_of(whole)) + bit_length((uwide)scale) > 126)
        return false;
    *value = whole * scale;
    return true;
}

/* ---- doubles ---------------------------------------------------------------------------------------------------- */

/* magnitude / 10^scale, rounded once; magnitude < 2^127, 0 <= scale <= MOST_SCALE. Of 64 or more bits of the quotient the
 * last one is set if anything follows, which decides the rounding as all that follows would. */
static double divide(uwide magnitude, int scale)
{
    if (magnitude == 0)
        return 0;
    uwide divisor = (uwide)ten_to(scale);
    int shift = 127 - bit_length(magnitude), room = 127 - bit_length(divisor);
    uwide quotient = (magnitude << shift) / divisor, rest = (magnitude << shift) % divisor;
    while (bit_length(quotient) < 64) {
        rest <<= room;
        quotient = quotient << room | rest / divisor;
        rest %= divisor;
        shift += room;
    }
    return ldexp((double)(quotient | (rest != 0)), -shift);
}

static void add_element(struct sheaf_decimal *sum, const struct sheaf_column *x, uint64_t rows, uint64_t i, int sign)
{
    for (uint32_t j = 0; j < x->terms; j++) {
        int64_t whole = term(x, rows, i, j), half = whole / 2;
        int64_t parts[] = {sign * half, sign * (whole - half)}; /* INT64_MIN has no negative */
        int32_t exponent = x->exponent + SHEAF_DECIMAL_TERM_DIGITS * (int32_t)j;
        struct sheaf_column two = {.type = SHEAF_DECIMAL, .data = parts, .exponent = exponent, .terms = 1};
        if (whole)
            sheaf_decimal_add(sum, &two, 2);
    }
}

static bool has_scale(int exponent)
{
    return exponent <= 0 && exponent >= -MOST_SCALE;
}

static double finite_real(const struct sheaf_column *x, uint64_t rows, uint64_t i)
{
    __int128 whole;
    if (has_scale(x->exponent) && in_units(x, rows, i, x->exponent, &whole)) {
        double magnitude = divide(magnitude_of(whole), -x->exponent);
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

bool decimals_equal(const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows, uint64_t i,
                    double *difference)
{
    if (x->exponent == y->exponent && same_terms(x, y, rows, i))
        return true;
    int unit = x->exponent < y->exponent ? x->exponent : y->exponent;
    __int128 a, b;
    if (has_scale(unit) && in_units(x, rows, i, unit, &a) && in_units(y, rows, i, unit, &b)) {
        *difference = divide(magnitude_of(a - b), -unit);
        return a == b;
    }
    struct sheaf_decimal apart;
    memset(&apart, 0, sizeof apart);
    add_element(&apart, x, rows, i, 1);
    add_element(&apart, y, rows, i, -1);
    *difference = fabs(sheaf_decimal_round(&apart));
    return sheaf_decimal_sign(&apart) == 0;
}
