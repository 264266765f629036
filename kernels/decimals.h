/* Elements of decimal columns (struct sheaf_column) one by one: compared exactly, told as doubles. `rows` is that of the
 * batch. Pure. */
#ifndef KERNELS_DECIMALS_H
#define KERNELS_DECIMALS_H

#include <sheaf/kernel.h>

static inline bool decimal_is_finite(const struct sheaf_column *x, uint64_t i)
{
    return !x->special || x->special[i] == SHEAF_FINITE;
}

/* Are equal data equal numbers, and nothing but data to compare? */
static inline bool decimals_look_alike(const struct sheaf_column *x, const struct sheaf_column *y)
{
    return x->exponent == y->exponent && x->terms == 1 && y->terms == 1 && !x->special && !y->special;
}

/* Do elements i, both finite, stand for the same number? If not, *difference is |x - y|, rounded once. */
bool decimals_equal(const struct sheaf_column *x, const struct sheaf_column *y, uint64_t rows, uint64_t i,
                    double *difference);

/* The nearest double, ties to even; infinities and NaN as such. Too large: an infinity; -0 never. */
double decimal_real(const struct sheaf_column *x, uint64_t rows, uint64_t i);

#endif
