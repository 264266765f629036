/* A sealed plan as bytes, for the other ranks of its world. */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

static void pack_reduction(const struct reduction *reduction, struct packer *packer)
{
    const struct sheaf_kernel *kernel = reduction->kernel;
    const char *origin = kernel_origin(kernel);
    pack_text(packer, origin ? origin : "");
    pack_text(packer, kernel->name);
    pack_bytes(packer, reduction->values, kernel->param_count * sizeof *reduction->values);
    pack_bytes(packer, reduction->columns, kernel->role_count * sizeof *reduction->columns);
}

enum sheaf_status plan_pack(const struct sheaf_plan *plan, struct sheaf_buffer *out, struct sheaf_error *err)
{
    struct packer packer = {out, SHEAF_OK};
    pack_u64(&packer, plan->id);
    pack_text(&packer, plan->strategy->name);
    pack_text(&packer, plan->merge->name);
    pack_text(&packer, plan->pin);
    pack_u64(&packer, plan->workers);
    pack_u64(&packer, plan->block_bytes);
    pack_bytes(&packer, &plan->sieve, sizeof plan->sieve);
    struct sheaf_buffer source = {0};
    enum sheaf_status status = source_pack(plan->source, &source, err);
    pack_bytes(&packer, source.data, source.size);
    sheaf_buffer_cleanup(&source);
    pack_u64(&packer, plan->reduction_count);
    for (uint32_t i = 0; i < plan->reduction_count; i++)
        pack_reduction(&plan->reductions[i], &packer);
    if (status == SHEAF_OK && packer.status != SHEAF_OK)
        return sheaf_fail(err, packer.status, "no memory to pack a plan");
    return status;
}

static enum sheaf_status unpack_reduction(struct sheaf_plan *plan, struct unpacker *unpacker, struct sheaf_error *err)
{
    char *origin = unpack_text(unpacker), *name = unpack_text(unpacker);
    enum sheaf_status status = SHEAF_OK;
    if (!unpacker->bad && *origin && !sheaf_kernel_find(name))
        status = sheaf_kernel_load(origin, err);
    const struct sheaf_kernel *kernel = unpacker->bad ? NULL : sheaf_kernel_find(name);
    if (status == SHEAF_OK && !kernel)
        status = sheaf_fail(err, SHEAF_INTERNAL, "a plan names kernel \"%s\", which is not here", name ? name : "?");
    free(origin);
    free(name);
    if (status != SHEAF_OK)
        return status;
    size_t values_size, columns_size;
    const void *values = unpack_bytes(unpacker, &values_size), *columns = unpack_bytes(unpacker, &columns_size);
    struct sheaf_arg copy[SHEAF_MOST_PARAMS];
    uint32_t numbers[SHEAF_MOST_ROLES];
    if (unpacker->bad || values_size != kernel->param_count * sizeof copy[0] || values_size > sizeof copy ||
        columns_size != kernel->role_count * sizeof numbers[0] || columns_size > sizeof numbers)
        return sheaf_fail(err, SHEAF_INTERNAL, "a plan arrived damaged");
    memcpy(copy, values, values_size);
    memcpy(numbers, columns, columns_size);
    return sheaf_plan_add(plan, kernel, copy, numbers, err);
}

static enum sheaf_status unpack_into(struct sheaf_plan *plan, struct unpacker *unpacker, struct sheaf_error *err)
{
    plan->id = unpack_u64(unpacker);
    plan->strategy_name = unpack_text(unpacker);
    plan->merge_name = unpack_text(unpacker);
    plan->pin_name = unpack_text(unpacker);
    plan->workers_asked = (unsigned)unpack_u64(unpacker);
    plan->block_bytes = unpack_u64(unpacker);
    size_t sieve_size, source_size;
    const void *sieve = unpack_bytes(unpacker, &sieve_size), *source = unpack_bytes(unpacker, &source_size);
    if (unpacker->bad || sieve_size != sizeof plan->sieve)
        return sheaf_fail(err, SHEAF_INTERNAL, "a plan arrived damaged");
    enum sheaf_status status = source_unpack(&plan->own_source, source, source_size, err);
    plan->source = plan->own_source;
    uint64_t count = unpack_u64(unpacker);
    for (uint64_t i = 0; i < count && status == SHEAF_OK; i++)
        status = unpack_reduction(plan, unpacker, err);
    if (status == SHEAF_OK)
        status = sheaf_plan_seal(plan, err);
    if (status == SHEAF_OK)
        memcpy(&plan->sieve, sieve, sizeof plan->sieve);
    return status;
}

enum sheaf_status plan_unpack(struct sheaf_plan **out, const void *bytes, size_t size, struct sheaf_world *world,
                              struct sheaf_error *err)
{
    struct unpacker unpacker = {bytes, (const unsigned char *)bytes + size, false};
    struct sheaf_plan *plan;
    enum sheaf_status status = sheaf_plan_new(&plan, NULL, err);
    if (status != SHEAF_OK)
        return status;
    sheaf_plan_set_world(plan, world);
    status = unpack_into(plan, &unpacker, err);
    if (status != SHEAF_OK) {
        sheaf_plan_destroy(plan);
        return status;
    }
    *out = plan;
    return SHEAF_OK;
}
