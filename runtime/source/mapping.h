/* Pieces of files, mapped. A file that shrinks takes its pages away from those who mapped it, and touching them is
 * SIGBUS; so nothing is mapped unless the program has called sheaf_guard_mappings. */
#ifndef SHEAF_RUNTIME_MAPPING_H
#define SHEAF_RUNTIME_MAPPING_H

#include <sheaf/base.h>

#include <signal.h>

/* Used and closed by the thread that opened it; the signal handler finds it through that thread's list. All zeros: none
 * is open. */
struct mapping {
    unsigned char *base;         /* a page's first byte; NULL: not open */
    size_t size;                 /* from there to the last byte that was asked for */
    uint64_t at;                 /* base[0] in the file */
    volatile sig_atomic_t torn;  /* zeros stand for what could not be read */
    struct mapping *next;        /* of this thread */
};

/* Makes bytes at .. at + size - 1 of a file addressable and returns the first of them. NULL: they are to be read in
 * another way (no guard; too few; no regular file, or one that is shorter or has holes; the system will not map it). */
const unsigned char *mapping_open(struct mapping *mapping, int fd, uint64_t at, size_t size);

/* Was what has been seen through the mapping in the file? To be asked after the last look, before anyone is told what
 * came of it. Errors as of bytes_need_at. */
enum sheaf_status mapping_check(const struct mapping *mapping, int fd, const char *name, struct sheaf_error *err);

void mapping_close(struct mapping *mapping);

/* The `size` bytes at `next` will be read soon: lets their page faults happen now, while the processor is at what lies
 * before them. Cheap: call it for every tile. */
void mapping_expect(const struct mapping *mapping, const unsigned char *next, size_t size);

#endif
