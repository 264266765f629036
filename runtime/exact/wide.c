#include "exact/wide.h"

struct wide wide_sum_products(const int64_t *x, const int64_t *y, uint64_t n)
{
    return ISA_BEST(wide_sum_products)(x, y, n);
}
