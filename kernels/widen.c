#include "widen.h"

#include <string.h>

bool widen_is_exact(enum sheaf_type type)
{
    return type != SHEAF_I64 && type != SHEAF_U64;
}

double double_after(double x)
{
    uint64_t bits;
    x += 0.0; /* -0 to +0 */
    memcpy(&bits, &x, sizeof bits);
    bits = x < 0 ? bits - 1 : bits + 1;
    memcpy(&x, &bits, sizeof x);
    return x;
}

double double_before(double x)
{
    return -double_after(-x);
}

/* In 64-bit arithmetic: conversions of 128 bits are slow. */
double double_not_above(__int128 value)
{
    bool is_signed = value <= INT64_MAX;
    double nearest = is_signed ? (double)(int64_t)value : (double)(uint64_t)value;
    bool above = is_signed ? nearest >= 0x1p63 || (int64_t)nearest > (int64_t)value
                           : nearest >= 0x1p64 || (uint64_t)nearest > (uint64_t)value;
    return above ? double_before(nearest) : nearest;
}

double double_not_below(__int128 value)
{
    bool is_signed = value <= INT64_MAX;
    double nearest = is_signed ? (double)(int64_t)value : (double)(uint64_t)value;
    bool below = is_signed ? nearest < 0x1p63 && (int64_t)nearest < (int64_t)value
                           : nearest < 0x1p64 && (uint64_t)nearest < (uint64_t)value;
    return below ? double_after(nearest) : nearest;
}

static inline double same(double value)
{
    return value;
}

#define BELOW(value) _Generic((value), int64_t: double_not_above, uint64_t: double_not_above, default: same)(value)
#define ABOVE(value) _Generic((value), int64_t: double_not_below, uint64_t: double_not_below, default: same)(value)
#define INTEGER(value) (__int128)(value)

#define WIDEN(name, NAME, c_type, out_type, CONVERT)                                                       \
    static void name##_##NAME(const void *data, uint64_t first, size_t count, out_type *out)               \
    {                                                                                                      \
        const c_type *x = (const c_type *)data + first;                                                    \
        for (size_t i = 0; i < count; i++)                                                                 \
            out[i] = CONVERT(x[i]);                                                                        \
    }
#define WIDEN_BELOW(NAME, c_type, text) WIDEN(below, NAME, c_type, double, BELOW)
#define WIDEN_ABOVE(NAME, c_type, text) WIDEN(above, NAME, c_type, double, ABOVE)
#define WIDEN_INTEGER(NAME, c_type, text) WIDEN(integer, NAME, c_type, __int128, INTEGER)
SHEAF_TYPES(WIDEN_BELOW)
SHEAF_TYPES(WIDEN_ABOVE)
SHEAF_TYPES(WIDEN_INTEGER) /* those of floating-point types are never called */

void widen_below(const struct sheaf_column *column, uint64_t first, size_t count, double *out)
{
#define X(NAME, c_type, text) below_##NAME,
    static void (*const row[])(const void *, uint64_t, size_t, double *) = {SHEAF_TYPES(X)};
#undef X
    row[column->type](column->data, first, count, out);
}

void widen_above(const struct sheaf_column *column, uint64_t first, size_t count, double *out)
{
#define X(NAME, c_type, text) above_##NAME,
    static void (*const row[])(const void *, uint64_t, size_t, double *) = {SHEAF_TYPES(X)};
#undef X
    row[column->type](column->data, first, count, out);
}

void widen_integer(const struct sheaf_column *column, uint64_t first, size_t count, __int128 *out)
{
#define X(NAME, c_type, text) integer_##NAME,
    static void (*const row[])(const void *, uint64_t, size_t, __int128 *) = {SHEAF_TYPES(X)};
#undef X
    row[column->type](column->data, first, count, out);
}
