#include "source/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

/* The most that one call asks for; Linux transfers no more than 0x7ffff000 bytes anyway. */
enum { CALL_BYTES = 1 << 30 };

int bytes_open(const char *name)
{
    int fd;
    do
        fd = open(name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    while (fd < 0 && errno == EINTR);
    if (fd < 0 || fd > STDERR_FILENO)
        return fd;
    /* Someone closed a standard descriptor; data must not take its place. */
    int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int failed = errno;
    close(fd);
    errno = failed;
    return higher;
}

static enum sheaf_status read_failed(const char *name, uint64_t at, int errno_value, struct sheaf_error *err)
{
    sheaf_fail_os(err, errno_value, "cannot read");
    sheaf_error_at(err, name, (int64_t)at, SHEAF_UNKNOWN, NULL);
    return SHEAF_IO;
}

/* After EAGAIN on a descriptor that someone made non-blocking. */
static void wait_readable(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    poll(&wanted, 1, -1);
}

/* Reads until `size` bytes are there or the input has ended; `at` < 0: a stream. */
static int read_whole(int fd, off_t at, unsigned char *into, size_t size, size_t *got)
{
    *got = 0;
    while (*got < size) {
        size_t ask = size - *got < CALL_BYTES ? size - *got : CALL_BYTES;
        ssize_t n = at < 0 ? read(fd, into + *got, ask) : pread(fd, into + *got, ask, at + (off_t)*got);
        if (n == 0)
            break;
        if (n > 0)
            *got += (size_t)n;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            wait_readable(fd);
        else if (errno != EINTR)
            return errno;
    }
    return 0;
}

enum sheaf_status bytes_read_at(int fd, const char *name, uint64_t at, void *into, size_t size, size_t *got,
                                struct sheaf_error *err)
{
    int failed = read_whole(fd, (off_t)at, into, size, got);
    return failed ? read_failed(name, at + *got, failed, err) : SHEAF_OK;
}

enum sheaf_status bytes_need_at(int fd, const char *name, uint64_t at, void *into, size_t size,
                                struct sheaf_error *err)
{
    size_t got;
    enum sheaf_status status = bytes_read_at(fd, name, at, into, size, &got, err);
    if (status != SHEAF_OK || got == size)
        return status;
    sheaf_fail(err, SHEAF_INPUT, "the file ends here: it shrank while it was read");
    sheaf_error_at(err, name, (int64_t)(at + got), SHEAF_UNKNOWN, NULL);
    return SHEAF_INPUT;
}

enum sheaf_status bytes_read_next(int fd, const char *name, uint64_t at, void *into, size_t size, size_t *got,
                                  struct sheaf_error *err)
{
    int failed = read_whole(fd, -1, into, size, got);
    return failed ? read_failed(name, at + *got, failed, err) : SHEAF_OK;
}
