/* 64-bit little-endian numbers; texts and runs of bytes as a length and the bytes. */
#include "base/pack.h"

#include <stdlib.h>
#include <string.h>

static void append(struct packer *packer, const void *bytes, size_t size)
{
    if (packer->status == SHEAF_OK)
        packer->status = sheaf_buffer_append(packer->out, bytes, size);
}

void pack_u64(struct packer *packer, uint64_t value)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(value >> (8 * i));
    append(packer, bytes, sizeof bytes);
}

void pack_text(struct packer *packer, const char *text)
{
    pack_bytes(packer, text, strlen(text));
}

void pack_bytes(struct packer *packer, const void *bytes, size_t size)
{
    pack_u64(packer, size);
    append(packer, bytes, size);
}

static size_t left(const struct unpacker *unpacker)
{
    return unpacker->bad ? 0 : (size_t)(unpacker->end - unpacker->at);
}

uint64_t unpack_u64(struct unpacker *unpacker)
{
    if (left(unpacker) < 8) {
        unpacker->bad = true;
        return 0;
    }
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value |= (uint64_t)unpacker->at[i] << (8 * i);
    unpacker->at += 8;
    return value;
}

uint64_t unpack_count(struct unpacker *unpacker, size_t item_bytes)
{
    uint64_t count = unpack_u64(unpacker);
    if (count > left(unpacker) / item_bytes) {
        unpacker->bad = true;
        return 0;
    }
    return count;
}

char *unpack_text(struct unpacker *unpacker)
{
    uint64_t length = unpack_count(unpacker, 1);
    if (unpacker->bad || memchr(unpacker->at, 0, length)) {
        unpacker->bad = true;
        return NULL;
    }
    char *text = malloc(length + 1);
    if (!text) {
        unpacker->bad = true;
        return NULL;
    }
    memcpy(text, unpacker->at, length);
    text[length] = 0;
    unpacker->at += length;
    return text;
}

const void *unpack_bytes(struct unpacker *unpacker, size_t *size)
{
    *size = unpack_count(unpacker, 1);
    if (unpacker->bad)
        return NULL;
    const void *bytes = unpacker->at;
    unpacker->at += *size;
    return bytes;
}
