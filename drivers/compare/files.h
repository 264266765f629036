/* The files behind a source as plain runs of bytes. */
#ifndef DRIVERS_COMPARE_FILES_H
#define DRIVERS_COMPARE_FILES_H

#include <sheaf/source.h>

struct file {
    const char *path;     /* borrowed from the source */
    uint64_t first, size; /* the part that counts, in bytes */
};

struct files {
    struct file *items;
    size_t count;
    uint64_t bytes;
};

/* The source's inputs that are regular files, from `offset` on; no more bytes than reading the source takes. */
SHEAF_MUST_USE enum sheaf_status files_list(struct files *files, const struct sheaf_source *source, uint64_t offset,
                                            struct sheaf_error *err);
void files_cleanup(struct files *files);

/* For `return file_fail(...)`: what went wrong (an errno; 0: the file has become shorter), and where. */
enum sheaf_status file_fail(const struct file *file, int cause, struct sheaf_error *err);

#endif
