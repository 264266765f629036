/* Inputs that pass by once: standard input, a pipe, a device. A stream is opened with the source and belongs to the
 * address space that did so; it is not packed. What was read to recognise it stays in `head`. The rest is gone when
 * read, unless it is kept: then it is also written to a file without a name in $TMPDIR, and can be read again. */
#ifndef SHEAF_RUNTIME_STREAM_H
#define SHEAF_RUNTIME_STREAM_H

#include <sheaf/base.h>

struct source_stream {
    int fd;                   /* owned, but for standard input */
    struct sheaf_buffer head; /* its first bytes, from byte 0; owned */
    bool ended;               /* there is nothing beyond byte `read` */
    uint64_t read;            /* bytes that were read from fd; at least head.size */
    bool keep;                /* write what is read to the spool */
    int spool;                /* bytes head.size .. read - 1; -1: not kept */
    int spool_error;          /* errno, why there is no spool; or 0 */
};

/* Takes fd and head over. NULL: out of memory. */
struct source_stream *stream_new(int fd, struct sheaf_buffer head, bool ended);
void stream_destroy(struct source_stream *stream);

/* May reading begin at byte 0? Else SHEAF_INPUT, which says what to do. */
enum sheaf_status stream_rewind(const struct source_stream *stream, const char *name, struct sheaf_error *err);

/* The bytes from `at` on, which follows what was read last (or is 0 after a rewind). *got < size only at the end. */
enum sheaf_status stream_read(struct source_stream *stream, const char *name, uint64_t at, void *into, size_t size,
                              size_t *got, struct sheaf_error *err);

#endif
