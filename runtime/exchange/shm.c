/* Forked workers whose partials meet in shared memory. It is an anonymous mapping made before the fork (and a memfd
 * for a state that is not flat): nothing has a name, so nothing can be left behind. */
#include "exchange/team.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct shared_pass;

/* How the children's states become one in shared memory. */
struct method {
    /* In the child, after each block; NULL: nothing. */
    enum sheaf_status (*after_block)(void *place, unsigned worker, struct partial *partial, struct sheaf_error *err);
    /* In the child, after its last block; NULL: nothing. */
    enum sheaf_status (*at_end)(struct shared_pass *run, unsigned index, const struct link *link, struct partial *mine,
                                struct sheaf_error *err);
};

/* The head of the shared mapping; the slots follow, one cache-line aligned state per child. Slot 0 is the total. */
struct area {
    pthread_mutex_t lock;          /* robust: a dead owner is noticed */
    _Atomic uint32_t ready[];      /* per child: 1 when its slot holds its subtree */
};

struct shared_pass {
    const struct cast *cast;
    const struct pass *pass;
    struct partial *total;
    const struct method *method;
    struct area *area;
    size_t area_size, slots_at, slot_size;
    int *files; /* per child, for a state that is not flat: a memfd; NULL otherwise */
};

static void *slot(const struct shared_pass *run, unsigned index)
{
    return (unsigned char *)run->area + run->slots_at + index * run->slot_size;
}

/* ---- method private: own slots, merged as a tree by the children ---------------------------------------------- */

static void announce(_Atomic uint32_t *word)
{
    atomic_store_explicit(word, 1, memory_order_release);
    syscall(SYS_futex, word, FUTEX_WAKE, INT32_MAX, NULL, NULL, 0);
}

/* Waits for a sibling's slot. A lost sibling is the parent's to notice: it kills us all. */
static enum sheaf_status await(const struct pass *pass, _Atomic uint32_t *word)
{
    while (!atomic_load_explicit(word, memory_order_acquire)) {
        if (atomic_load(&pass->board->stop) || atomic_load(&pass->board->error_block) != UINT64_MAX)
            return SHEAF_CANCELLED;
        struct timespec limit = {.tv_nsec = 50 * 1000 * 1000};
        syscall(SYS_futex, word, FUTEX_WAIT, 0, &limit, NULL, 0);
    }
    return SHEAF_OK;
}

static enum sheaf_status merge_tree(struct shared_pass *run, unsigned index, const struct link *link,
                                    struct partial *mine, struct sheaf_error *err)
{
    (void)link;
    enum sheaf_status status = SHEAF_OK;
    unsigned count = run->cast->spaces;
    for (unsigned step = 1; step < count && index % (2 * step) == 0 && status == SHEAF_OK; step *= 2) {
        if (index + step >= count)
            continue;
        status = await(run->pass, &run->area->ready[index + step]);
        if (status == SHEAF_OK)
            status = mine->work->ops->merge(mine->work, mine->state, slot(run, index + step), err);
        else {
            sheaf_fail(err, status, "cancelled");
            /* A sibling's block failed: its own word is still to come, and is the one to report. */
            err->block = (int64_t)atomic_load(&run->pass->board->error_block);
        }
    }
    if (status == SHEAF_OK)
        announce(&run->area->ready[index]);
    return status;
}

/* A state with pointers goes packed into the child's own memfd, and the parent merges it. */
static enum sheaf_status write_file(struct shared_pass *run, unsigned index, const struct link *link,
                                    struct partial *mine, struct sheaf_error *err)
{
    (void)link;
    struct sheaf_buffer bytes = {0};
    enum sheaf_status status = partial_pack(mine, run->pass, &bytes, err);
    for (size_t done = 0; status == SHEAF_OK && done < bytes.size;) {
        ssize_t wrote = write(run->files[index], bytes.data + done, bytes.size - done);
        if (wrote < 0 && errno != EINTR)
            status = sheaf_fail_os(err, errno, "cannot put a state of %zu bytes into shared memory", bytes.size);
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    sheaf_buffer_cleanup(&bytes);
    return status;
}

static enum sheaf_status read_file(struct shared_pass *run, unsigned index, struct sheaf_error *err)
{
    struct stat info;
    if (fstat(run->files[index], &info) < 0 || info.st_size == 0)
        return SHEAF_OK;
    size_t size = (size_t)info.st_size;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, run->files[index], 0);
    if (bytes == MAP_FAILED)
        return sheaf_fail_os(err, errno, "cannot map the state of worker %u", index);
    enum sheaf_status status = partial_unpack(run->total, run->pass, bytes, size, err);
    munmap(bytes, size);
    return status;
}

/* ---- methods atomic and lock: one total in slot 0, the child's own state private ------------------------------- */

struct in_place {
    struct shared_pass *run;
    struct blockset done;
};

static enum sheaf_status keep_blocks(struct in_place *place, struct partial *partial, struct sheaf_error *err)
{
    if (blockset_merge(&place->done, &partial->blocks) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_OVERLAP, "a block was done twice");
    return partial_reset(partial, err);
}

static enum sheaf_status add_atomic(void *context, unsigned worker, struct partial *partial, struct sheaf_error *err)
{
    (void)worker;
    struct in_place *place = context;
    add64_atomic(slot(place->run, 0), partial->state, partial->work->state_size);
    return keep_blocks(place, partial, err);
}

static enum sheaf_status merge_locked(void *context, unsigned worker, struct partial *partial, struct sheaf_error *err)
{
    (void)worker;
    struct in_place *place = context;
    struct area *area = place->run->area;
    /* The owner died inside: the total is not to be trusted, and the parent is about to say so. */
    if (pthread_mutex_lock(&area->lock) != 0)
        return sheaf_fail(err, SHEAF_WORKER, "a worker died while it held the lock of the shared total");
    enum sheaf_status status = partial->work->ops->merge(partial->work, slot(place->run, 0), partial->state, err);
    pthread_mutex_unlock(&area->lock);
    return status == SHEAF_OK ? keep_blocks(place, partial, err) : status;
}

/* ---- the pass -------------------------------------------------------------------------------------------------- */

static const struct method private = {NULL, merge_tree}, atomic = {add_atomic, NULL}, lock = {merge_locked, NULL},
                           packed = {NULL, write_file};

static const struct sheaf_merge merges[] = {
    {"private", "a slot per worker, merged as a tree at the end", 0, false, &private},
    {"atomic", "each block's state added to one shared total by atomic additions", SHEAF_LAW_ADD64, true, &atomic},
    {"lock", "each block's state merged into one shared total inside a lock", SHEAF_LAW_FLAT, true, &lock},
    {0},
};

/* A state with pointers has no place in a slot. */
static const struct method *method_for(const struct work *work, const struct sheaf_merge *merge)
{
    if (!(work->laws & SHEAF_LAW_FLAT))
        return &packed;
    return merge ? merge->method : merges[0].method;
}

static enum sheaf_status compute(struct shared_pass *run, unsigned index, const struct link *link,
                                 const struct pass *pass, struct partial *mine, struct in_place *place,
                                 struct sheaf_error *err)
{
    const struct cast *cast = run->cast;
    struct crew crew = {.workers = cast->workers,
                        .places = cast->places ? cast->places + (size_t)index * cast->workers : NULL};
    if (run->method->after_block)
        crew.delivery = (struct delivery){run->method->after_block, place};
    struct link_dealer asking;
    struct counter_dealer counter;
    struct dealer *dealer = &asking.base;
    link_dealer_init(&asking, link);
    if (pass->cut) {
        counter_dealer_init(&counter, pass, &pass->board->cursor, pass->cut->block_count);
        dealer = &counter.base;
    }
    enum sheaf_status status = cast->engine->run(&crew, pass, dealer, mine, err);
    if (status == SHEAF_OK && run->method->at_end)
        status = run->method->at_end(run, index, link, mine, err);
    return status;
}

static enum sheaf_status child(void *context, unsigned index, const struct link *link, struct sheaf_error *err)
{
    struct shared_pass *run = context;
    struct pass pass = *run->pass;
    pass.progress = NULL; /* the parent's to call */
    struct partial mine;
    struct in_place place = {run, {0}};
    bool in_slot = run->method->at_end == merge_tree;
    enum sheaf_status status = in_slot ? partial_init_in(&mine, pass.work, slot(run, index), err)
                                       : partial_init(&mine, pass.work, err);
    if (status == SHEAF_OK)
        status = compute(run, index, link, &pass, &mine, &place, err);
    if (status != SHEAF_OK || run->files)
        return status;
    /* The state is in shared memory; the parent still wants to know whose blocks it holds. */
    struct partial told = mine;
    if (run->method->after_block)
        told.blocks = place.done;
    struct sheaf_buffer bytes = {0};
    status = partial_pack_blocks(&told, &pass, &bytes, err);
    if (status == SHEAF_OK && link_send(link, MESSAGE_PARTIAL, bytes.data, bytes.size, NULL, 0) != SHEAF_OK)
        status = sheaf_fail(err, SHEAF_WORKER, "the parent process is gone");
    return status;
}

static enum sheaf_status take_blocks(void *context, unsigned index, const struct sheaf_buffer *bytes,
                                     struct sheaf_error *err)
{
    (void)index;
    struct shared_pass *run = context;
    return partial_unpack(run->total, run->pass, bytes->data, bytes->size, err);
}

static enum sheaf_status open_area(struct shared_pass *run, struct sheaf_error *err)
{
    unsigned count = run->cast->spaces;
    const struct work *work = run->pass->work;
    run->slot_size = (work->state_size + 127) & ~(size_t)127; /* adjacent-line prefetch pairs lines */
    run->slots_at = (sizeof *run->area + count * sizeof run->area->ready[0] + 127) & ~(size_t)127;
    run->area_size = run->slots_at + count * run->slot_size;
    run->area = mmap(NULL, run->area_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (run->area == MAP_FAILED)
        return sheaf_fail_os(err, errno, "cannot share %zu bytes between %u workers", run->area_size, count);
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&run->area->lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    /* In-place methods add to slot 0 from the first block on; a tree's slots are made by their children. */
    return run->method->after_block ? work->ops->init(work, slot(run, 0), err) : SHEAF_OK;
}

static enum sheaf_status open_files(struct shared_pass *run, struct sheaf_error *err)
{
    unsigned count = run->cast->spaces;
    run->files = malloc(count * sizeof *run->files);
    if (!run->files)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for %u workers", count);
    for (unsigned i = 0; i < count; i++)
        run->files[i] = -1;
    for (unsigned i = 0; i < count; i++) {
        run->files[i] = memfd_create("sheaf-state", MFD_CLOEXEC);
        if (run->files[i] < 0)
            return sheaf_fail_os(err, errno, "cannot make shared memory for worker %u", i);
    }
    return SHEAF_OK;
}

static void close_all(struct shared_pass *run)
{
    for (unsigned i = 0; run->files && i < run->cast->spaces; i++)
        if (run->files[i] >= 0)
            close(run->files[i]);
    free(run->files);
    if (run->area != MAP_FAILED)
        munmap(run->area, run->area_size);
}

static enum sheaf_status collect(struct shared_pass *run, struct sheaf_error *err)
{
    const struct work *work = run->pass->work;
    if (!run->files)
        return work->ops->merge(work, run->total->state, slot(run, 0), err);
    enum sheaf_status status = SHEAF_OK;
    for (unsigned i = 0; i < run->cast->spaces && status == SHEAF_OK; i++)
        status = read_file(run, i, err);
    return status;
}

static enum sheaf_status run(const struct cast *cast, const struct pass *pass, struct partial *total, uint64_t *blocks,
                             struct sheaf_error *err)
{
    static const struct team_ops ops = {child, take_blocks};
    struct shared_pass run = {.cast = cast, .pass = pass, .total = total, .area = MAP_FAILED,
                              .method = method_for(pass->work, cast->merge)};
    if (pass->cut)
        *blocks = pass->cut->block_count;
    enum sheaf_status status = open_area(&run, err);
    if (status == SHEAF_OK && run.method == &packed)
        status = open_files(&run, err);
    if (status == SHEAF_OK)
        status = team_run(&ops, &run, cast->spaces, pass, blocks, err);
    if (status == SHEAF_OK)
        status = collect(&run, err);
    close_all(&run);
    return status;
}

const struct exchange exchange_shm = {"shm", SPACES_FORKED, NULL, merges, run};
