#include "bad.h"

/* No merge, though not under SHEAF_LAW_ADD64. */
static const struct sheaf_kernel kernel = KERNEL(SHEAF_KERNEL_ABI, "badlaw", SHEAF_LAW_EXACT);
sheaf_kernel_table_t sheaf_kernel_table = {&kernel, NULL};
