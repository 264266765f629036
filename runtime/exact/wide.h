/* Sums of products of 64-bit integers. */
#ifndef SHEAF_RUNTIME_EXACT_WIDE_H
#define SHEAF_RUNTIME_EXACT_WIDE_H

#include "base/isa.h"
#include "exact/limbs.h"

/* low + high * 2^64, below 2^WIDE_BITS in magnitude: then 192 bits hold it times 10^8. */
struct wide {
    int128 low, high;
};

enum {
    WIDE_BITS = 165,
    WIDE_PRODUCT_BITS = 126, /* the product of two elements is at most 2^126 */
    WIDE_MOST = 1 << 24      /* elements that one call takes */
};
_Static_assert(WIDE_MOST < INT64_C(1) << (WIDE_BITS - WIDE_PRODUCT_BITS), "a sum of products exceeds its bound");

/* The sum of x[i] * y[i] over `n` elements, n <= WIDE_MOST; x may be y. wide_sum_products is the best of its variants that
 * cpu_limit allows; all give the same. */
typedef struct wide wide_products(const int64_t *x, const int64_t *y, uint64_t n);
wide_products wide_sum_products;
#define WIDE_DECLARE(isa) wide_products wide_sum_products_##isa;
WIDE_DECLARE(portable)
SHEAF_ISAS(WIDE_DECLARE)

static inline void wide_add(struct wide *sum, int128 value)
{
    sum->low += (uint64_t)value;
    sum->high += (int64_t)(value >> 64);
}

#endif
