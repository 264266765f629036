/* A window that slides over the bytes of a file, or lies on bytes that are there already. */
#ifndef SHEAF_RUNTIME_TEXT_WINDOW_H
#define SHEAF_RUNTIME_TEXT_WINDOW_H

#include <sheaf/base.h>

enum {
    WINDOW_BYTES = 256 * 1024, /* read at a time */
    WINDOW_STEP = 4 * 1024     /* read at a time beyond `enough` */
};

struct window {
    const unsigned char *bytes; /* in view */
    size_t size;
    uint64_t at;                /* byte of the file at bytes[0] */
    uint64_t enough;            /* byte up to which reading on is certain to be of use */
    uint64_t end;               /* byte beyond which nothing is read */
    int fd;                     /* -1: none */
    const char *name;           /* borrowed */
    struct sheaf_buffer own;
};

/* A window on nothing, for window_open, window_borrow or window_cleanup. */
void window_init(struct window *window);
/* Opens a file in place of the one before. `name` is borrowed. */
enum sheaf_status window_open(struct window *window, const char *name, struct sheaf_error *err);
void window_cleanup(struct window *window);

/* Moves to [at, end) of the file with nothing in view. at <= enough <= end. */
void window_seek(struct window *window, uint64_t at, uint64_t enough, uint64_t end);
/* Views bytes of the caller's, at byte `at` of some input. They are all there is. */
void window_borrow(struct window *window, const unsigned char *bytes, size_t size, uint64_t at);
/* Drops the first `drop` bytes from view and reads on: up to WINDOW_BYTES in all, or as much again as is kept. Only
 * while !window_is_last. SHEAF_INPUT if the file ends before `end`. */
enum sheaf_status window_more(struct window *window, size_t drop, struct sheaf_error *err);

/* Does the view reach the end? */
static inline bool window_is_last(const struct window *window)
{
    return window->at + window->size >= window->end;
}

#endif
