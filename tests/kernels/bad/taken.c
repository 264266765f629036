#include "bad.h"

/* Nothing is wrong with the first, which must not stay behind. */
static const struct sheaf_kernel fine = KERNEL(SHEAF_KERNEL_ABI, "badfine", SHEAF_LAW_ADD64),
                                 taken = KERNEL(SHEAF_KERNEL_ABI, "count", SHEAF_LAW_ADD64);
sheaf_kernel_table_t sheaf_kernel_table = {&fine, &taken, NULL};
