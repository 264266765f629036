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

/* ---- the rest is the library's, with sums of unknown type --------------------------------------------------------- */

#define CALLS(X, kind)                                                                                     \
    X(kind, void, merge, (void *into, const void *from), (into, from))                                     \
    X(kind, bool, is_finite, (const void *sum), (sum))                                                     \
    X(kind, double, quotient, (const void *sum, uint64_t n), (sum, n))                                     \
    X(kind, double, root, (const void *sum, uint64_t n), (sum, n))                                         \
    X(kind, double, variance, (const void *sum, const void *squares, uint64_t n, uint64_t divisor),        \
      (sum, squares, n, divisor))                                                                          \
    X(kind, double, deviation, (const void *sum, const void *squares, uint64_t n, uint64_t divisor),       \
      (sum, squares, n, divisor))                                                                          \
    X(kind, double, covariance,                                                                            \
      (const void *x, const void *y, const void *products, uint64_t n, uint64_t divisor),                  \
      (x, y, products, n, divisor))                                                                        \
    X(kind, bool, correlation,                                                                             \
      (const void *x, const void *y, const void *squares_x, const void *squares_y, const void *products,   \
       uint64_t n, double *correlation),                                                                   \
      (x, y, squares_x, squares_y, products, n, correlation))                                              \
    X(kind, bool, skewness, (const void *powers, uint64_t n, double *skewness), (powers, n, skewness))     \
    X(kind, bool, kurtosis, (const void *powers, uint64_t n, double *kurtosis), (powers, n, kurtosis))

#define DECIMAL_ADDS(X)                                                                                    \
    X(decimal, void, add, (void *sum, const struct sheaf_column *x, uint64_t rows), (sum, x, rows))        \
    X(decimal, void, add_absolute, (void *sum, const struct sheaf_column *x, uint64_t rows), (sum, x, rows)) \
    X(decimal, void, add_squares, (void *sum, const struct sheaf_column *x, uint64_t rows), (sum, x, rows)) \
    X(decimal, void, add_products,                                                                         \
      (void *sum, const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows), (sum, x, y, rows)) \
    X(decimal, void, add_powers,                                                                           \
      (void *powers, unsigned highest, const struct sheaf_column *x, uint64_t rows), (powers, highest, x, rows))

#define DEFINE_CALL(kind, type, name, parameters, arguments)                                               \
    static type kind##_##name parameters                                                                   \
    {                                                                                                      \
        return sheaf_##kind##_##name arguments;                                                            \
    }
DECIMAL_ADDS(DEFINE_CALL)

#define ENTRY(kind, type, name, parameters, arguments) .name = kind##_##name,
#define DEFINE_ARITHMETIC(kind)                                                                            \
    CALLS(DEFINE_CALL, kind)                                                                               \
    static const struct arithmetic kind = {                                                                \
        .size = sizeof(struct sheaf_##kind),                                                               \
        .cubes_size = offsetof(struct sheaf_##kind##_powers, fourths),                                     \
        .fourths_size = sizeof(struct sheaf_##kind##_powers),                                              \
        .add = kind##_add,                                                                                 \
        .add_absolute = kind##_add_absolute,                                                               \
        .add_squares = kind##_add_squares,                                                                 \
        .add_products = kind##_add_products,                                                               \
        .add_powers = kind##_add_powers,                                                                   \
        .report = kind##_report,                                                                           \
        CALLS(ENTRY, kind)                                                                                 \
    };
DEFINE_ARITHMETIC(exact)
DEFINE_ARITHMETIC(decimal)

const struct arithmetic *arithmetic_of(const struct sheaf_args *args)
{
    return args->types[0] == SHEAF_DECIMAL ? &decimal : &exact;
}
