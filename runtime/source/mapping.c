#include "source/mapping.h"
#include "source/bytes.h"

#include <sheaf/source.h>

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* This thread's open mappings. Initial-exec: reading it in a signal handler must not allocate. */
static _Thread_local struct mapping *volatile mine __attribute__((tls_model("initial-exec")));

/* Shorter pieces are not mapped: unmapping, of which all processors of a team are told, costs more than a copy. By
 * pieces of 1 MiB two threads read 9 GB/s, of 2 MiB 11.5, of 4 MiB 13, of 8 MiB 15, and 14 by copies of any of these
 * (Zen 4). The build sets it: tests map everything. */
enum { LEAST_BYTES = SHEAF_MAPPING_LEAST_BYTES };

static struct {
    pthread_mutex_t lock;
    _Atomic bool stands;
    struct sigaction before;
    size_t page;
} guard = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- the guard ------------------------------------------------------------------------------------------ */

/* Puts zeros in the place of the page at `address` and of all behind it, if they are a mapping of ours. */
static bool mend(const unsigned char *address)
{
    struct mapping *mapping = mine;
    while (mapping && (address < mapping->base || address >= mapping->base + mapping->size))
        mapping = mapping->next;
    if (!mapping)
        return false;
    size_t kept = (size_t)(address - mapping->base) / guard.page * guard.page;
    mapping->torn = 1;
    return mmap(mapping->base + kept, mapping->size - kept, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                0) != MAP_FAILED;
}

/* As if we were not there. */
static void pass_on(int number, siginfo_t *info, void *context)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    bool sent = info->si_code <= 0; /* by kill and the like: does not come again when we return */
    if (guard.before.sa_flags & SA_SIGINFO) {
        guard.before.sa_sigaction(number, info, context);
    } else if (guard.before.sa_handler == SIG_DFL || (guard.before.sa_handler == SIG_IGN && !sent)) {
        sigaction(number, &usual, NULL);
        if (sent)
            raise(number);
    } else if (guard.before.sa_handler != SIG_IGN) {
        guard.before.sa_handler(number);
    }
}

static void on_bus_error(int number, siginfo_t *info, void *context)
{
    int kept = errno;
    if (info->si_code != BUS_ADRERR || !mend(info->si_addr))
        pass_on(number, info, context);
    errno = kept;
}

enum sheaf_status sheaf_guard_mappings(struct sheaf_error *err)
{
    struct sigaction action = {.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    int failed = 0;
    sigemptyset(&action.sa_mask);
    pthread_mutex_lock(&guard.lock);
    /* Once only: a handler installed since may pass on to ours, and ours must never pass on to that one. */
    if (!guard.stands) {
        guard.page = (size_t)sysconf(_SC_PAGESIZE);
        /* What was there before is known first: the handler may be called at once. */
        bool installed = sigaction(SIGBUS, NULL, &guard.before) == 0 && sigaction(SIGBUS, &action, NULL) == 0;
        failed = installed ? 0 : errno;
        guard.stands = installed;
    }
    pthread_mutex_unlock(&guard.lock);
    return failed ? sheaf_fail_os(err, failed, "cannot handle SIGBUS") : SHEAF_OK;
}

/* ---- mappings ------------------------------------------------------------------------------------------- */

/* A hole in a file of a tmpfs is given memory when it is looked at through a mapping, and where none is left that is
 * SIGBUS. (Compressed files are taken for such, and copied.) */
static bool has_holes(const struct stat *info)
{
    enum { BLOCK_BYTES = 512 }; /* of st_blocks, under Linux */
    return (uint64_t)info->st_blocks * BLOCK_BYTES < (uint64_t)info->st_size;
}

const unsigned char *mapping_open(struct mapping *mapping, int fd, uint64_t at, size_t size)
{
    struct stat info;
    if (size < LEAST_BYTES || !guard.stands)
        return NULL;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) || (uint64_t)info.st_size < at + size || has_holes(&info))
        return NULL;
    size_t lead = at % guard.page;
    void *base = mmap(NULL, lead + size, PROT_READ, MAP_SHARED, fd, (off_t)(at - lead));
    if (base == MAP_FAILED)
        return NULL;
    (void)madvise(base, lead + size, MADV_SEQUENTIAL); /* of what is not cached, read ahead as for read() */
    *mapping = (struct mapping){.base = base, .size = lead + size, .at = at - lead, .next = mine};
    atomic_signal_fence(memory_order_seq_cst);
    mine = mapping;
    return mapping->base + lead;
}

/* Reads it all again for the error that reading gives. */
static enum sheaf_status explain(const struct mapping *mapping, int fd, const char *name, struct sheaf_error *err)
{
    unsigned char bytes[4096];
    for (size_t done = 0; done < mapping->size; done += sizeof bytes) {
        size_t left = mapping->size - done;
        enum sheaf_status status = bytes_need_at(fd, name, mapping->at + done, bytes,
                                                 left < sizeof bytes ? left : sizeof bytes, err);
        if (status != SHEAF_OK)
            return status;
    }
    sheaf_fail(err, SHEAF_INPUT, "the file shrank while it was read, and grew again");
    sheaf_error_at(err, name, (int64_t)mapping->at, SHEAF_UNKNOWN, NULL);
    return SHEAF_INPUT;
}

enum sheaf_status mapping_check(const struct mapping *mapping, int fd, const char *name, struct sheaf_error *err)
{
    struct stat info;
    /* A file that ends within a page gives zeros up to the page's end, and no signal. */
    if (!mapping->torn && fstat(fd, &info) == 0 && (uint64_t)info.st_size >= mapping->at + mapping->size)
        return SHEAF_OK;
    return explain(mapping, fd, name, err);
}

void mapping_close(struct mapping *mapping)
{
    if (!mapping->base)
        return;
    if (mine == mapping) {
        mine = mapping->next;
    } else {
        struct mapping *other = mine;
        while (other && other->next != mapping)
            other = other->next;
        if (other)
            other->next = mapping->next;
    }
    atomic_signal_fence(memory_order_seq_cst);
    munmap(mapping->base, mapping->size);
    *mapping = (struct mapping){0};
}

void mapping_expect(const struct mapping *mapping, const unsigned char *next, size_t size)
{
    enum { AROUND_BYTES = 64 * 1024 }; /* a fault maps the cached pages of so much, aligned (Linux's default) */
    const unsigned char *last = next + size - 1, *border = last - (uintptr_t)last % AROUND_BYTES;
    if (border >= next && border < mapping->base + mapping->size)
        (void)*(const volatile unsigned char *)border;
}
