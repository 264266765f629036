#include <sheaf/kernel.h>

extern const struct sheaf_kernel sheaf_kernel_testkeys, sheaf_kernel_testiterate;
extern SHEAF_API sheaf_kernel_table_t sheaf_kernel_table;

sheaf_kernel_table_t sheaf_kernel_table = {&sheaf_kernel_testkeys, &sheaf_kernel_testiterate, NULL};
