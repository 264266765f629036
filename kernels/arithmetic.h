/* Exact sums of either kind of number, binary (sheaf/exact.h) or decimal (sheaf/decimal.h), behind one table, so that a
 * kernel built on sums is written once. */
#ifndef SHEAF_KERNELS_ARITHMETIC_H
#define SHEAF_KERNELS_ARITHMETIC_H

#include <sheaf/kernel.h>

/* A sum is `size` bytes: int64 and nothing else, so that sums add (SHEAF_LAW_ADD64); zeros are the value 0. What the
 * functions do is told where their namesakes sheaf_exact_* are declared. */
struct arithmetic {
    size_t size;
    void (*add)(void *sum, const struct sheaf_column *x, uint64_t rows);
    void (*add_absolute)(void *sum, const struct sheaf_column *x, uint64_t rows);
    void (*add_squares)(void *sum, const struct sheaf_column *x, uint64_t rows);
    void (*add_products)(void *sum, const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows);
    void (*merge)(void *into, const void *from);
    bool (*is_finite)(const void *sum);
    double (*quotient)(const void *sum, uint64_t n);
    double (*root)(const void *sum, uint64_t n);
    double (*variance)(const void *sum, const void *squares, uint64_t n, uint64_t divisor);
    double (*deviation)(const void *sum, const void *squares, uint64_t n, uint64_t divisor);
    double (*covariance)(const void *sum_x, const void *sum_y, const void *products, uint64_t n, uint64_t divisor);
    bool (*correlation)(const void *sum_x, const void *sum_y, const void *squares_x, const void *squares_y,
                        const void *products, uint64_t n, double *correlation);
    /* Sums of powers, up to the third or fourth: `highest`. */
    size_t cubes_size, fourths_size;
    void (*add_powers)(void *powers, unsigned highest, const struct sheaf_column *x, uint64_t rows);
    bool (*skewness)(const void *powers, uint64_t n, double *skewness);
    bool (*kurtosis)(const void *powers, uint64_t n, double *kurtosis);
    /* Adds `name` to `result`: all digits if every column is of whole numbers (`whole`) or of decimals. */
    enum sheaf_status (*report)(const void *sum, const char *name, bool whole, struct sheaf_result *result);
};

/* That of the kernel's columns, which are decimals all or none. */
const struct arithmetic *arithmetic_of(const struct sheaf_args *args);

/* What a role of a kernel built on it accepts. */
#define ARITHMETIC_TYPES (SHEAF_ALL_TYPES | SHEAF_TYPE_BIT(SHEAF_DECIMAL))

#endif
