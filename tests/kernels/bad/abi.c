#include "bad.h"

static const struct sheaf_kernel kernel = KERNEL(SHEAF_KERNEL_ABI + 1, "badabi", SHEAF_LAW_ADD64);
sheaf_kernel_table_t sheaf_kernel_table = {&kernel, NULL};
