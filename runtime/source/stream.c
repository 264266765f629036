#include "source/stream.h"

#include "source/bytes.h"
#include "source/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct source_stream *stream_new(int fd, struct sheaf_buffer head, bool ended)
{
    struct source_stream *stream = malloc(sizeof *stream);
    if (stream)
        *stream = (struct source_stream){.fd = fd, .head = head, .ended = ended, .read = head.size, .spool = -1};
    return stream;
}

void stream_destroy(struct source_stream *stream)
{
    if (!stream)
        return;
    if (stream->fd > STDIN_FILENO)
        close(stream->fd);
    if (stream->spool >= 0)
        close(stream->spool);
    sheaf_buffer_cleanup(&stream->head);
    free(stream);
}

/* ---- the spool ------------------------------------------------------------------------------------------ */

static const char *spool_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && folder[0] ? folder : "/tmp";
}

/* A file without a name: nothing is left behind, whatever happens. */
static int spool_open(void)
{
    int fd = open(spool_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/sheaf-XXXXXX", spool_folder()) >= sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

static int spool_write(int fd, uint64_t at, const unsigned char *bytes, size_t size)
{
    while (size) {
        ssize_t n = pwrite(fd, bytes, size, (off_t)at);
        if (n < 0 && errno != EINTR)
            return errno;
        if (n > 0) {
            bytes += n;
            at += (uint64_t)n;
            size -= (size_t)n;
        }
    }
    return 0;
}

/* Keeps `size` bytes that were read at the end of what is kept. That it cannot is no error before they are wanted. */
static void spool_append(struct source_stream *stream, const unsigned char *bytes, size_t size)
{
    bool complete = stream->spool >= 0 || stream->read == stream->head.size;
    if (size == 0 || !complete || (!stream->keep && stream->spool < 0))
        return;
    int failed = 0;
    if (stream->keep && stream->spool < 0) {
        stream->spool = spool_open();
        failed = stream->spool < 0 ? errno : 0;
    }
    if (stream->keep && !failed)
        failed = spool_write(stream->spool, stream->read - stream->head.size, bytes, size);
    if ((!stream->keep || failed) && stream->spool >= 0) {
        close(stream->spool);
        stream->spool = -1;
    }
    stream->spool_error = failed;
}

/* ---- reading -------------------------------------------------------------------------------------------- */

enum sheaf_status stream_rewind(const struct source_stream *stream, const char *name, struct sheaf_error *err)
{
    if (stream->read == stream->head.size || stream->spool >= 0)
        return SHEAF_OK;
    if (stream->spool_error)
        return source_fail(err, SHEAF_INPUT, name, SHEAF_UNKNOWN,
                           "a stream can be read only once, and keeping it in %s for another pass failed: %s; save it "
                           "as a file first, or set TMPDIR", spool_folder(), strerror(stream->spool_error));
    return source_fail(err, SHEAF_INPUT, name, SHEAF_UNKNOWN,
                       "a stream can be read only once, and this takes another pass; save it as a file first");
}

/* What is there already: in memory, else in the spool. */
static enum sheaf_status read_kept(const struct source_stream *stream, const char *name, uint64_t at,
                                   unsigned char *into, size_t size, size_t *got, struct sheaf_error *err)
{
    uint64_t end = at < stream->head.size ? stream->head.size : stream->read, left = end > at ? end - at : 0;
    *got = left < size ? (size_t)left : size;
    if (*got == 0)
        return SHEAF_OK;
    if (at >= stream->head.size)
        return bytes_need_at(stream->spool, name, at - stream->head.size, into, *got, err);
    memcpy(into, stream->head.data + at, *got);
    return SHEAF_OK;
}

enum sheaf_status stream_read(struct source_stream *stream, const char *name, uint64_t at, void *into, size_t size,
                              size_t *got, struct sheaf_error *err)
{
    unsigned char *to = into;
    size_t n = 0;
    *got = 0;
    do {
        enum sheaf_status status = read_kept(stream, name, at + *got, to + *got, size - *got, &n, err);
        if (status != SHEAF_OK)
            return status;
        *got += n;
    } while (n);
    if (*got == size || stream->ended)
        return SHEAF_OK;
    enum sheaf_status status = bytes_read_next(stream->fd, name, at + *got, to + *got, size - *got, &n, err);
    if (status != SHEAF_OK)
        return status;
    spool_append(stream, to + *got, n);
    stream->read += n;
    *got += n;
    stream->ended = *got < size;
    return SHEAF_OK;
}
