/* No sheaf_kernel_table. */
extern int nothing;
int nothing;
