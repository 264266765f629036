#include "engine/partial.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t MAGIC = 0x31746c7066616568; /* "heafplt1" */

struct wire {
    uint64_t magic, plan_id, pass, range_count, state_size, checksum;
};

enum sheaf_status partial_init_in(struct partial *partial, const struct work *work, void *memory,
                                  struct sheaf_error *err)
{
    memset(partial, 0, sizeof *partial);
    partial->work = work;
    partial->state = memory;
    return work->ops->init(work, memory, err);
}

enum sheaf_status partial_init(struct partial *partial, const struct work *work, struct sheaf_error *err)
{
    memset(partial, 0, sizeof *partial);
    size_t size = (work->state_size + 63) & ~(size_t)63; /* a cache line is never shared with a neighbour */
    void *memory = aligned_alloc(64, size);
    if (!memory)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a state of %zu bytes", size);
    memset(memory, 0, size);
    enum sheaf_status status = partial_init_in(partial, work, memory, err);
    partial->owned = true;
    return status;
}

void partial_cleanup(struct partial *partial)
{
    if (!partial || !partial->work)
        return;
    partial->work->ops->cleanup(partial->work, partial->state);
    if (partial->owned)
        free(partial->state);
    blockset_cleanup(&partial->blocks);
    memset(partial, 0, sizeof *partial);
}

enum sheaf_status partial_reset(struct partial *partial, struct sheaf_error *err)
{
    const struct work *work = partial->work;
    work->ops->cleanup(work, partial->state);
    memset(partial->state, 0, work->state_size);
    blockset_clear(&partial->blocks);
    return work->ops->init(work, partial->state, err);
}

static enum sheaf_status blocks_join(struct blockset *into, const struct blockset *from, struct sheaf_error *err)
{
    enum sheaf_status status = blockset_merge(into, from);
    if (status == SHEAF_OVERLAP)
        return sheaf_fail(err, status, "two partials hold the same block (%llu blocks from block %llu on)",
                          (unsigned long long)blockset_size(from), (unsigned long long)from->ranges[0].first);
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "no memory for a set of %zu block ranges", into->count + from->count);
    return SHEAF_OK;
}

enum sheaf_status partial_merge(struct partial *into, const struct partial *from, struct sheaf_error *err)
{
    enum sheaf_status status = blocks_join(&into->blocks, &from->blocks, err);
    if (status != SHEAF_OK)
        return status;
    return into->work->ops->merge(into->work, into->state, from->state, err);
}

/* FNV-1a over 64-bit words, the tail zero-padded (Fowler, Noll, Vo): finds truncation and stray writes. */
static uint64_t checksum(uint64_t hash, const void *bytes, size_t size)
{
    const unsigned char *p = bytes;
    for (; size; p += 8) {
        uint64_t word = 0;
        size_t step = size < 8 ? size : 8;
        memcpy(&word, p, step);
        hash = (hash ^ word) * 0x100000001b3u;
        size -= step;
    }
    return hash;
}

/* `parts` 0: no state. */
static enum sheaf_status pack(const struct partial *partial, const struct pass *pass, uint32_t part, uint32_t parts,
                              struct sheaf_buffer *out, struct sheaf_error *err)
{
    const struct work *work = partial->work;
    size_t start = out->size, range_count = part == 0 ? partial->blocks.count : 0;
    size_t ranges_size = range_count * sizeof(struct block_range);
    struct wire wire = {MAGIC, pass->plan_id, pass->number, range_count, 0, 0};
    enum sheaf_status status = sheaf_buffer_append(out, &wire, sizeof wire);
    if (status == SHEAF_OK)
        status = sheaf_buffer_append(out, partial->blocks.ranges, ranges_size);
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "no memory to pack a partial");
    size_t state_start = out->size;
    if (parts == 1)
        status = work->ops->pack(work, partial->state, out, err);
    else if (parts > 1)
        status = work->ops->partition(work, partial->state, part, parts, out, err);
    if (status != SHEAF_OK)
        return status;
    wire.state_size = out->size - state_start;
    wire.checksum = checksum(wire.state_size, out->data + start + sizeof wire, ranges_size + wire.state_size);
    memcpy(out->data + start, &wire, sizeof wire);
    return SHEAF_OK;
}

enum sheaf_status partial_pack(const struct partial *partial, const struct pass *pass, struct sheaf_buffer *out,
                               struct sheaf_error *err)
{
    return pack(partial, pass, 0, 1, out, err);
}

enum sheaf_status partial_pack_blocks(const struct partial *partial, const struct pass *pass, struct sheaf_buffer *out,
                                      struct sheaf_error *err)
{
    return pack(partial, pass, 0, 0, out, err);
}

enum sheaf_status partial_pack_part(const struct partial *partial, const struct pass *pass, uint32_t part,
                                    uint32_t parts, struct sheaf_buffer *out, struct sheaf_error *err)
{
    return pack(partial, pass, part, parts, out, err);
}

enum sheaf_status partial_unpack(struct partial *into, const struct pass *pass, const void *bytes, size_t size,
                                 struct sheaf_error *err)
{
    struct wire wire;
    if (size < sizeof wire)
        return sheaf_fail(err, SHEAF_INTERNAL, "a partial of %zu bytes is too short", size);
    memcpy(&wire, bytes, sizeof wire);
    const unsigned char *body = (const unsigned char *)bytes + sizeof wire;
    size_t body_size = size - sizeof wire;
    if (wire.magic != MAGIC || wire.range_count > body_size / sizeof(struct block_range) ||
        wire.state_size != body_size - wire.range_count * sizeof(struct block_range) ||
        wire.checksum != checksum(wire.state_size, body, body_size))
        return sheaf_fail(err, SHEAF_INTERNAL, "a partial of %zu bytes arrived damaged", size);
    if (wire.plan_id != pass->plan_id || wire.pass != pass->number)
        return sheaf_fail(err, SHEAF_INTERNAL, "a partial of plan %llx pass %llu came into plan %llx pass %u",
                          (unsigned long long)wire.plan_id, (unsigned long long)wire.pass,
                          (unsigned long long)pass->plan_id, pass->number);
    struct blockset blocks = {0};
    enum sheaf_status status = SHEAF_OK;
    for (uint64_t i = 0; i < wire.range_count && status == SHEAF_OK; i++) {
        struct block_range range;
        memcpy(&range, body + i * sizeof range, sizeof range);
        status = blockset_add(&blocks, range.first, range.end);
    }
    if (status == SHEAF_OK)
        status = blocks_join(&into->blocks, &blocks, err);
    else
        sheaf_fail(err, status, "no memory for the blocks of a partial");
    blockset_cleanup(&blocks);
    if (status != SHEAF_OK || wire.state_size == 0)
        return status;
    return into->work->ops->unpack(into->work, into->state, body + wire.range_count * sizeof(struct block_range),
                                   wire.state_size, err);
}

void add64(void *into, const void *from, size_t size)
{
    uint64_t *a = into;
    const uint64_t *b = from;
    for (size_t i = 0; i < size / 8; i++)
        a[i] += b[i];
}

void add64_atomic(void *into, const void *from, size_t size)
{
    uint64_t *a = into;
    const uint64_t *b = from;
    for (size_t i = 0; i < size / 8; i++)
        if (b[i])
            __atomic_fetch_add(&a[i], b[i], __ATOMIC_RELAXED);
}
