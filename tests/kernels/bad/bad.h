/* Parts of shared objects that sheaf_kernel_load must refuse. */
#include <sheaf/kernel.h>

extern SHEAF_API sheaf_kernel_table_t sheaf_kernel_table;

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return 8;
}

static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    (void)state, (void)batch, (void)args, (void)err;
    return SHEAF_OK;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)state, (void)args, (void)finishing, (void)result, (void)err;
    return SHEAF_OK;
}

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}};

#define KERNEL(kernel_abi, kernel_name, kernel_laws)                                                       \
    {                                                                                                      \
        .abi = kernel_abi, .size = sizeof(struct sheaf_kernel), .name = kernel_name, .summary = "-",       \
        .roles = roles, .role_count = 1, .laws = kernel_laws, .state_size = state_size, .map = map,        \
        .finish = finish                                                                                   \
    }
