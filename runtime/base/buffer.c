#include <sheaf/base.h>

#include <stdlib.h>
#include <string.h>

void sheaf_buffer_cleanup(struct sheaf_buffer *buffer)
{
    if (!buffer)
        return;
    free(buffer->data);
    memset(buffer, 0, sizeof *buffer);
}

enum sheaf_status sheaf_buffer_reserve(struct sheaf_buffer *buffer, size_t extra)
{
    if (extra <= buffer->capacity - buffer->size)
        return SHEAF_OK;
    if (extra > SIZE_MAX / 2 - buffer->size)
        return SHEAF_MEMORY;
    size_t capacity = buffer->capacity ? buffer->capacity : 256;
    while (capacity < buffer->size + extra)
        capacity += capacity / 2;
    unsigned char *data = realloc(buffer->data, capacity);
    if (!data)
        return SHEAF_MEMORY;
    buffer->data = data;
    buffer->capacity = capacity;
    return SHEAF_OK;
}

enum sheaf_status sheaf_buffer_append(struct sheaf_buffer *buffer, const void *bytes, size_t size)
{
    enum sheaf_status status = sheaf_buffer_reserve(buffer, size);
    if (status == SHEAF_OK && size) {
        memcpy(buffer->data + buffer->size, bytes, size);
        buffer->size += size;
    }
    return status;
}
