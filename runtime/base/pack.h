/* Numbers, texts and runs of bytes as one run of bytes, and back: what crosses to another address space. */
#ifndef SHEAF_RUNTIME_PACK_H
#define SHEAF_RUNTIME_PACK_H

#include <sheaf/base.h>

/* Writers append; SHEAF_MEMORY is kept in `status`, so that only the last one need be checked. */
struct packer {
    struct sheaf_buffer *out;
    enum sheaf_status status;
};
void pack_u64(struct packer *packer, uint64_t value);
void pack_text(struct packer *packer, const char *text);
/* A length, then the bytes. */
void pack_bytes(struct packer *packer, const void *bytes, size_t size);

/* Readers of distrusted bytes: past the end, or after anything that is not right, `bad` is set and everything
 * reads as 0 or NULL. */
struct unpacker {
    const unsigned char *at, *end;
    bool bad;
};
uint64_t unpack_u64(struct unpacker *unpacker);
/* A count of things that take at least `item_bytes` packed bytes each: bad if they cannot fit in what is left. */
uint64_t unpack_count(struct unpacker *unpacker, size_t item_bytes);
/* A copy for the caller to free, or NULL when bad (or out of memory). */
char *unpack_text(struct unpacker *unpacker);
/* Borrowed from the packed bytes, unaligned; NULL when bad. */
const void *unpack_bytes(struct unpacker *unpacker, size_t *size);

#endif
