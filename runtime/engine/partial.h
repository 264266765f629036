/* A partial: the state of some blocks. The only thing that crosses an address space or is merged. */
#ifndef SHEAF_RUNTIME_PARTIAL_H
#define SHEAF_RUNTIME_PARTIAL_H

#include "engine/blockset.h"
#include "engine/pass.h"

struct partial {
    const struct work *work;
    void *state;
    bool owned;             /* state is ours to free; else the caller's memory (a slot of shared memory) */
    struct blockset blocks; /* whose rows the state holds */
};

/* The identity over no blocks. */
enum sheaf_status partial_init(struct partial *partial, const struct work *work, struct sheaf_error *err);
/* The same in the caller's memory: state_size zeroed bytes aligned to 16; for flat states. */
enum sheaf_status partial_init_in(struct partial *partial, const struct work *work, void *memory,
                                  struct sheaf_error *err);
void partial_cleanup(struct partial *partial);
/* Back to the identity over no blocks. */
enum sheaf_status partial_reset(struct partial *partial, struct sheaf_error *err);

/* SHEAF_OVERLAP, naming the block, if both hold the same one; `into` is then unchanged. */
enum sheaf_status partial_merge(struct partial *into, const struct partial *from, struct sheaf_error *err);

/* Appends the wire form: header (magic, plan, pass, sizes, checksum), ranges, packed state; in this machine's byte
 * order. */
enum sheaf_status partial_pack(const struct partial *partial, const struct pass *pass, struct sheaf_buffer *out,
                               struct sheaf_error *err);
/* The same without the state, which lies in shared memory: unpacking adds only the blocks. */
enum sheaf_status partial_pack_blocks(const struct partial *partial, const struct pass *pass, struct sheaf_buffer *out,
                                      struct sheaf_error *err);
/* Only the keys of `part` of `parts`. The blocks, and what is not keyed, go with part 0. */
enum sheaf_status partial_pack_part(const struct partial *partial, const struct pass *pass, uint32_t part,
                                    uint32_t parts, struct sheaf_buffer *out, struct sheaf_error *err);
/* Merges a packed partial into `into`. SHEAF_INTERNAL if it is damaged or of another plan or pass. */
enum sheaf_status partial_unpack(struct partial *into, const struct pass *pass, const void *bytes, size_t size,
                                 struct sheaf_error *err);

/* Elementwise wrapping addition of two states under SHEAF_LAW_ADD64. `size` in bytes. The atomic form may run
 * in many threads or processes at once. */
void add64(void *into, const void *from, size_t size);
void add64_atomic(void *into, const void *from, size_t size);

#endif
