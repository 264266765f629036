/* Kernels that need much memory, each at another step of a pass: for tests of what happens where there is none. */
#include <sheaf/kernel.h>

#include <stdlib.h>
#include <string.h>

static const size_t bulk = (size_t)48 << 20, wide = (size_t)20 << 20;

static const struct sheaf_role roles[] = {{"x", SHEAF_TYPE_BIT(SHEAF_F64)}};

static size_t small_state(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(int64_t);
}

static size_t wide_state(const struct sheaf_args *args)
{
    (void)args;
    return wide;
}

static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    (void)args, (void)err;
    *(int64_t *)state += (int64_t)batch->rows;
    return SHEAF_OK;
}

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)args, (void)err;
    *(int64_t *)into += *(const int64_t *)from;
    return SHEAF_OK;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)args, (void)finishing, (void)err;
    return sheaf_result_int(result, "rows", *(const int64_t *)state);
}

/* `rows`, and zeros up to the bulk. */
static enum sheaf_status append(struct sheaf_buffer *out, int64_t rows, struct sheaf_error *err)
{
    size_t start = out->size;
    if (sheaf_buffer_reserve(out, bulk) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for %zu bytes of test", bulk);
    memset(out->data + start, 0, bulk);
    memcpy(out->data + start, &rows, sizeof rows);
    out->size += bulk;
    return SHEAF_OK;
}

static void cleanup(void *state, const struct sheaf_args *args)
{
    (void)state, (void)args;
}

static enum sheaf_status pack(const void *state, const struct sheaf_args *args, struct sheaf_buffer *out,
                              struct sheaf_error *err)
{
    (void)args;
    return append(out, *(const int64_t *)state, err);
}

static enum sheaf_status unpack(void *state, const struct sheaf_args *args, const void *bytes, size_t size,
                                struct sheaf_error *err)
{
    (void)args;
    if (size != bulk)
        return sheaf_fail(err, SHEAF_INTERNAL, "%zu bytes of test", size);
    int64_t rows;
    memcpy(&rows, bytes, sizeof rows);
    *(int64_t *)state += rows;
    return SHEAF_OK;
}

static enum sheaf_status partition(const void *state, const struct sheaf_args *args, uint32_t part, uint32_t parts,
                                   struct sheaf_buffer *out, struct sheaf_error *err)
{
    (void)args, (void)parts;
    return append(out, part == 0 ? *(const int64_t *)state : 0, err);
}

static enum sheaf_status next(const void *state, const struct sheaf_args *args, bool *again, struct sheaf_buffer *carry,
                              struct sheaf_error *err)
{
    *again = args->pass == 0;
    return *again ? append(carry, *(const int64_t *)state, err) : SHEAF_OK;
}

#define KERNEL(id, what)                                                                                         \
    .abi = SHEAF_KERNEL_ABI, .size = sizeof(struct sheaf_kernel), .name = id, .summary = what, .formula = "count", \
    .description = what, .roles = roles, .role_count = 1, .map = map, .finish = finish

static const struct sheaf_kernel testbulk = {
    KERNEL("testbulk", "packs into 48 MiB"), .laws = SHEAF_LAW_EXACT, .state_size = small_state, .merge = merge,
    .cleanup = cleanup, .pack = pack, .unpack = unpack, .partition = partition,
};
static const struct sheaf_kernel testwide = {
    KERNEL("testwide", "has a state of 20 MiB"), .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64, .state_size = wide_state,
};
static const struct sheaf_kernel testcarry = {
    KERNEL("testcarry", "carries 48 MiB to its second pass"), .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64,
    .state_size = small_state, .next = next,
};

extern SHEAF_API sheaf_kernel_table_t sheaf_kernel_table;
sheaf_kernel_table_t sheaf_kernel_table = {&testbulk, &testwide, &testcarry, NULL};
