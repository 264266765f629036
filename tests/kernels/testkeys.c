/* testkeys: how often each distinct value occurs. A keyed kernel whose state grows: a hash table with open addressing. */
#include "key.h"

#include <stdlib.h>

struct slot {
    uint64_t key;
    uint64_t count; /* 0: free */
};

struct keys {
    struct slot *slots;
    uint64_t capacity; /* 0 or a power of two */
    uint64_t used;
};

/* The finaliser of SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t hash(uint64_t key)
{
    key = (key ^ (key >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    key = (key ^ (key >> 27)) * UINT64_C(0x94d049bb133111eb);
    return key ^ (key >> 31);
}

static struct slot *slot_of(struct slot *slots, uint64_t capacity, uint64_t key)
{
    uint64_t i = hash(key) & (capacity - 1);
    while (slots[i].count && slots[i].key != key)
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static enum sheaf_status grow(struct keys *keys, struct sheaf_error *err)
{
    uint64_t capacity = keys->capacity ? keys->capacity * 2 : 16;
    struct slot *slots = calloc(capacity, sizeof *slots);
    if (!slots)
        return sheaf_fail(err, SHEAF_MEMORY, "testkeys: out of memory for %llu slots", (unsigned long long)capacity);
    for (uint64_t i = 0; i < keys->capacity; i++)
        if (keys->slots[i].count)
            *slot_of(slots, capacity, keys->slots[i].key) = keys->slots[i];
    free(keys->slots);
    keys->slots = slots;
    keys->capacity = capacity;
    return SHEAF_OK;
}

static enum sheaf_status add(struct keys *keys, uint64_t key, uint64_t count, struct sheaf_error *err)
{
    if (keys->used * 2 >= keys->capacity) {
        enum sheaf_status status = grow(keys, err);
        if (status != SHEAF_OK)
            return status;
    }
    struct slot *slot = slot_of(keys->slots, keys->capacity, key);
    keys->used += slot->count == 0;
    slot->key = key;
    slot->count += count;
    return SHEAF_OK;
}

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct keys);
}

static enum sheaf_status map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err)
{
    (void)args;
    enum sheaf_status status = SHEAF_OK;
    for (uint64_t i = 0; i < batch->rows && status == SHEAF_OK; i++)
        status = add(state, key_at(&batch->columns[0], i), 1, err);
    return status;
}

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)args;
    const struct keys *other = from;
    enum sheaf_status status = SHEAF_OK;
    for (uint64_t i = 0; i < other->capacity && status == SHEAF_OK; i++)
        if (other->slots[i].count)
            status = add(into, other->slots[i].key, other->slots[i].count, err);
    return status;
}

static void cleanup(void *state, const struct sheaf_args *args)
{
    (void)args;
    struct keys *keys = state;
    if (!keys)
        return;
    free(keys->slots);
    *keys = (struct keys){NULL, 0, 0};
}

static enum sheaf_status partition(const void *state, const struct sheaf_args *args, uint32_t part, uint32_t parts,
                                   struct sheaf_buffer *out, struct sheaf_error *err)
{
    (void)args;
    const struct keys *keys = state;
    for (uint64_t i = 0; i < keys->capacity; i++) {
        const struct slot *slot = &keys->slots[i];
        /* not the bits that choose the slot, or a part's table would be full of collisions */
        if (!slot->count || (hash(slot->key) >> 32) % parts != part)
            continue;
        if (sheaf_buffer_append(out, slot, sizeof *slot) != SHEAF_OK)
            return sheaf_fail(err, SHEAF_MEMORY, "testkeys: out of memory");
    }
    return SHEAF_OK;
}

static enum sheaf_status pack(const void *state, const struct sheaf_args *args, struct sheaf_buffer *out,
                              struct sheaf_error *err)
{
    return partition(state, args, 0, 1, out, err);
}

static enum sheaf_status unpack(void *state, const struct sheaf_args *args, const void *bytes, size_t size,
                                struct sheaf_error *err)
{
    (void)args;
    if (size % sizeof(struct slot) != 0)
        return sheaf_fail(err, SHEAF_INTERNAL, "testkeys: %zu bytes are not whole keys", size);
    enum sheaf_status status = SHEAF_OK;
    for (size_t at = 0; at < size && status == SHEAF_OK; at += sizeof(struct slot)) {
        struct slot slot;
        memcpy(&slot, (const char *)bytes + at, sizeof slot);
        if (slot.count == 0)
            return sheaf_fail(err, SHEAF_INTERNAL, "testkeys: a key that never occurred");
        status = add(state, slot.key, slot.count, err);
    }
    return status;
}

static int by_key(const void *a, const void *b)
{
    uint64_t x = ((const struct slot *)a)->key, y = ((const struct slot *)b)->key;
    return (x > y) - (x < y);
}

static enum sheaf_status report(const struct slot *slot, enum sheaf_type type, struct sheaf_result *result)
{
    enum sheaf_status status = sheaf_type_is_float(type)    ? sheaf_cell_real(result, key_real(slot->key))
                               : sheaf_type_is_signed(type) ? sheaf_cell_int(result, (int64_t)(slot->key ^ KEY_SIGN))
                                                            : sheaf_cell_uint(result, slot->key);
    return status == SHEAF_OK ? sheaf_cell_uint(result, slot->count) : status;
}

static enum sheaf_status finish(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finishing,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    (void)finishing;
    static const char *const columns[] = {"value", "count"};
    struct sheaf_buffer sorted = {0};
    enum sheaf_status status = pack(state, args, &sorted, err);
    if (status == SHEAF_OK)
        status = sheaf_result_table(result, "keys", 2, columns);
    size_t count = sorted.size / sizeof(struct slot);
    if (count)
        qsort(sorted.data, count, sizeof(struct slot), by_key);
    for (size_t i = 0; i < count && status == SHEAF_OK; i++)
        status = report((const struct slot *)(const void *)sorted.data + i, args->types[0], result);
    sheaf_buffer_cleanup(&sorted);
    return status;
}

static const struct sheaf_role roles[] = {{"key", SHEAF_ALL_TYPES}};

const struct sheaf_kernel sheaf_kernel_testkeys = {
    .abi = SHEAF_KERNEL_ABI,
    .size = sizeof(struct sheaf_kernel),
    .name = "testkeys",
    .summary = "how often each value occurs",
    .formula = "count of x[i] = k, for each k",
    .description = "For tests: a keyed kernel whose state grows. -0 is 0; all NaN are one key, the last.",
    .roles = roles,
    .role_count = 1,
    .laws = SHEAF_LAW_EXACT,
    .state_size = state_size,
    .map = map,
    .merge = merge,
    .finish = finish,
    .cleanup = cleanup,
    .pack = pack,
    .unpack = unpack,
    .partition = partition,
};
