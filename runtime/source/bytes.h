/* Reading bytes from the operating system: whole counts, interruptions and short reads handled. */
#ifndef SHEAF_RUNTIME_BYTES_H
#define SHEAF_RUNTIME_BYTES_H

#include <sheaf/base.h>

/* Opens a file for reading; -1 and errno on failure. Closed in programs that are started. */
int bytes_open(const char *name);

/* Reads `size` bytes at byte `at` of a file. *got < size only at the file's end. SHEAF_IO names the file and byte. */
enum sheaf_status bytes_read_at(int fd, const char *name, uint64_t at, void *into, size_t size, size_t *got,
                                struct sheaf_error *err);

/* As bytes_read_at, but the end of the file is SHEAF_INPUT: it shrank while it was read. */
enum sheaf_status bytes_need_at(int fd, const char *name, uint64_t at, void *into, size_t size,
                                struct sheaf_error *err);

/* The next bytes of a stream, waiting for as many as were asked for. *got < size only at its end. `at` is the byte
 * at which the stream stands, for errors. */
enum sheaf_status bytes_read_next(int fd, const char *name, uint64_t at, void *into, size_t size, size_t *got,
                                  struct sheaf_error *err);

#endif
