#include "exact/wide.h"

#include "base/cpu.h"

struct wide wide_sum_products(const int64_t *x, const int64_t *y, uint64_t n)
{
    enum cpu_level level = cpu_level();
    wide_products *sum = wide_sum_products_portable;
#define CHOOSE(isa)                                                                                        \
    if (level >= CPU_##isa)                                                                                \
        sum = wide_sum_products_##isa;
    SHEAF_ISAS(CHOOSE)
    return sum(x, y, n);
}
