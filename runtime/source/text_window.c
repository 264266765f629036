#include "source/text_window.h"

#include "source/bytes.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

void window_init(struct window *window)
{
    memset(window, 0, sizeof *window);
    window->fd = -1;
}

static void window_close(struct window *window)
{
    if (window->fd >= 0)
        close(window->fd);
    window->fd = -1;
}

void window_cleanup(struct window *window)
{
    window_close(window);
    sheaf_buffer_cleanup(&window->own);
}

enum sheaf_status window_open(struct window *window, const char *name, struct sheaf_error *err)
{
    window_close(window);
    window->name = name;
    window->fd = bytes_open(name);
    if (window->fd >= 0)
        return SHEAF_OK;
    sheaf_fail_os(err, errno, "cannot open");
    sheaf_error_at(err, name, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_IO;
}

void window_seek(struct window *window, uint64_t at, uint64_t enough, uint64_t end)
{
    window->bytes = window->own.data;
    window->size = 0;
    window->at = at;
    window->enough = enough;
    window->end = end;
}

void window_borrow(struct window *window, const unsigned char *bytes, size_t size, uint64_t at)
{
    window->bytes = bytes;
    window->size = size;
    window->at = at;
    window->enough = window->end = at + size;
}

/* How much to read next: at least one byte. What is kept doubles, so that a record of any length is gone over
 * only a constant number of times on average. */
static size_t next_size(const struct window *window)
{
    uint64_t next = window->at + window->size;
    uint64_t useful = next < window->enough ? window->enough - next : 0;
    uint64_t step = window->size > WINDOW_STEP ? window->size : WINDOW_STEP;
    uint64_t size = useful > step ? useful : step;
    uint64_t room = window->size < WINDOW_BYTES / 2 ? WINDOW_BYTES - window->size : window->size;
    if (size > room)
        size = room;
    return (size_t)(size < window->end - next ? size : window->end - next);
}

enum sheaf_status window_more(struct window *window, size_t drop, struct sheaf_error *err)
{
    struct sheaf_buffer *own = &window->own;
    window->size -= drop;
    window->at += drop;
    if (window->size)
        memmove(own->data, own->data + drop, window->size);
    own->size = window->size;
    size_t size = next_size(window);
    enum sheaf_status status = sheaf_buffer_reserve(own, size);
    window->bytes = own->data;
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "out of memory for %zu bytes of one record", window->size + size);
    status = bytes_need_at(window->fd, window->name, window->at + window->size, own->data + own->size, size, err);
    if (status == SHEAF_OK)
        own->size = window->size += size;
    return status;
}
