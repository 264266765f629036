#include "arithmetic.h"

#include <sheaf/decimal.h>
#include <sheaf/exact.h>

/* ---- adding: binary columns are a type and a run ---------------------------------------------------------------- */

static void exact_add(void *sum, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_exact_add(sum, x->type, x->data, rows);
}

static void exact_add_absolute(void *sum, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_exact_add_absolute(sum, x->type, x->data, rows);
}

static void exact_add_squares(void *sum, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_exact_add_squares(sum, x->type, x->data, rows);
}

static void exact_add_products(void *sum, const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows)
{
    sheaf_exact_add_products(sum, x->type, x->data, y->type, y->data, rows);
}

static void exact_add_powers(void *powers, unsigned highest, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_exact_add_powers(powers, highest, x->type, x->data, rows);
}

static void decimal_add(void *sum, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_decimal_add(sum, x, rows);
}

static void decimal_add_absolute(void *sum, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_decimal_add_absolute(sum, x, rows);
}

static void decimal_add_squares(void *sum, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_decimal_add_squares(sum, x, rows);
}

static void decimal_add_products(void *sum, const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows)
{
    sheaf_decimal_add_products(sum, x, y, rows);
}

static void decimal_add_powers(void *powers, unsigned highest, const struct sheaf_column *x, uint64_t rows)
{
    sheaf_decimal_add_powers(powers, highest, x, rows);
}

/* ---- reporting -------------------------------------------------------------------------------------------------- */

static enum sheaf_status exact_report(const void *sum, const char *name, bool whole, struct sheaf_result *result)
{
    char digits[SHEAF_EXACT_TEXT];
    if (whole && sheaf_exact_integer_text(sum, digits))
        return sheaf_result_integer(result, name, digits);
    return sheaf_result_real(result, name, sheaf_exact_round(sum));
}

static enum sheaf_status decimal_report(const void *sum, const char *name, bool whole, struct sheaf_result *result)
{
    (void)whole;
    return sheaf_result_decimal(result, name, sum);
}

/* ---- the rest is alike ------------------------------------------------------------------------------------------ */

#define DEFINE_ARITHMETIC(kind)                                                                            \
    static void kind##_merge(void *into, const void *from)                                                 \
    {                                                                                                      \
        sheaf_##kind##_merge(into, from);                                                                  \
    }                                                                                                      \
    static double kind##_quotient(const void *sum, uint64_t n)                                             \
    {                                                                                                      \
        return sheaf_##kind##_quotient(sum, n);                                                            \
    }                                                                                                      \
    static double kind##_root(const void *sum, uint64_t n)                                                 \
    {                                                                                                      \
        return sheaf_##kind##_root(sum, n);                                                                \
    }                                                                                                      \
    static double kind##_variance(const void *sum, const void *squares, uint64_t n, uint64_t divisor)      \
    {                                                                                                      \
        return sheaf_##kind##_variance(sum, squares, n, divisor);                                          \
    }                                                                                                      \
    static double kind##_deviation(const void *sum, const void *squares, uint64_t n, uint64_t divisor)     \
    {                                                                                                      \
        return sheaf_##kind##_deviation(sum, squares, n, divisor);                                         \
    }                                                                                                      \
    static double kind##_covariance(const void *x, const void *y, const void *products, uint64_t n,        \
                                    uint64_t divisor)                                                      \
    {                                                                                                      \
        return sheaf_##kind##_covariance(x, y, products, n, divisor);                                      \
    }                                                                                                      \
    static bool kind##_correlation(const void *x, const void *y, const void *squares_x, const void *squares_y, \
                                   const void *products, uint64_t n, double *correlation)                  \
    {                                                                                                      \
        return sheaf_##kind##_correlation(x, y, squares_x, squares_y, products, n, correlation);           \
    }                                                                                                      \
    static bool kind##_skewness(const void *powers, uint64_t n, double *skewness)                          \
    {                                                                                                      \
        return sheaf_##kind##_skewness(powers, n, skewness);                                               \
    }                                                                                                      \
    static bool kind##_kurtosis(const void *powers, uint64_t n, double *kurtosis)                          \
    {                                                                                                      \
        return sheaf_##kind##_kurtosis(powers, n, kurtosis);                                               \
    }                                                                                                      \
    static const struct arithmetic kind = {                                                                \
        .size = sizeof(struct sheaf_##kind),                                                               \
        .add = kind##_add,                                                                                 \
        .add_absolute = kind##_add_absolute,                                                               \
        .add_squares = kind##_add_squares,                                                                 \
        .add_products = kind##_add_products,                                                               \
        .merge = kind##_merge,                                                                             \
        .quotient = kind##_quotient,                                                                       \
        .root = kind##_root,                                                                               \
        .variance = kind##_variance,                                                                       \
        .deviation = kind##_deviation,                                                                     \
        .covariance = kind##_covariance,                                                                   \
        .correlation = kind##_correlation,                                                                 \
        .cubes_size = offsetof(struct sheaf_##kind##_powers, fourths),                                     \
        .fourths_size = sizeof(struct sheaf_##kind##_powers),                                              \
        .add_powers = kind##_add_powers,                                                                   \
        .skewness = kind##_skewness,                                                                       \
        .kurtosis = kind##_kurtosis,                                                                       \
        .report = kind##_report,                                                                           \
    };
DEFINE_ARITHMETIC(exact)
DEFINE_ARITHMETIC(decimal)

const struct arithmetic *arithmetic_of(const struct sheaf_args *args)
{
    return args->types[0] == SHEAF_DECIMAL ? &decimal : &exact;
}
