#include "engine/engine.h"

#include "base/clock.h"
#include "base/fpenv.h"

static void stamp_start(struct board *board)
{
    int64_t now = clock_ns(), known = atomic_load(&board->first_ns);
    while (now < known && !atomic_compare_exchange_weak(&board->first_ns, &known, now))
        ;
}

static void stamp_end(struct board *board)
{
    int64_t now = clock_ns(), known = atomic_load(&board->last_ns);
    while (now > known && !atomic_compare_exchange_weak(&board->last_ns, &known, now))
        ;
}

/* A block above the lowest failed one cannot change the outcome. */
static bool in_vain(const struct pass *pass, uint64_t block)
{
    return block > atomic_load_explicit(&pass->board->error_block, memory_order_relaxed);
}

static enum sheaf_status do_block(const struct crew *crew, const struct pass *pass, struct worker_scratch *scratch,
                                  unsigned worker, const struct span *span, struct partial *partial,
                                  struct sheaf_error *err)
{
    const struct work *work = pass->work;
    if (span->block >= pass->most_blocks)
        return sheaf_fail(err, SHEAF_USAGE, "more than %llu blocks of %llu bytes, which this merge method does not stand",
                          (unsigned long long)pass->most_blocks, (unsigned long long)pass->block_bytes);
    enum sheaf_status status = work->ops->block(work, scratch, pass, worker, span, partial->state, err);
    if (status == SHEAF_OK) {
        status = blockset_add(&partial->blocks, span->block, span->block + 1);
        if (status != SHEAF_OK)
            return sheaf_fail(err, status, "block %llu was dealt twice, or there is no memory to note it",
                              (unsigned long long)span->block);
    }
    if (status == SHEAF_OK && crew->delivery.fn)
        status = crew->delivery.fn(crew->delivery.context, worker, partial, err);
    return status;
}

static enum sheaf_status do_share(const struct crew *crew, const struct pass *pass, struct dealer *dealer,
                                  unsigned worker, struct partial *partial, struct sheaf_error *err)
{
    struct worker_scratch *scratch = NULL;
    enum sheaf_status status = SHEAF_OK;
    struct sheaf_cpuset before;
    bool restore = crew->places && sheaf_bound(&before, NULL) == SHEAF_OK;
    if (crew->places)
        status = sheaf_bind(&crew->places[worker], err);
    if (status == SHEAF_OK && pass->work->ops->open)
        status = pass->work->ops->open(pass->work, &scratch, err);
    if (status == SHEAF_OK)
        stamp_start(pass->board);
    while (status == SHEAF_OK) {
        struct span span = {0};
        bool more;
        status = dealer->next(dealer, worker, &span, &more, err);
        if (status != SHEAF_OK || !more || in_vain(pass, span.block))
            break;
        status = do_block(crew, pass, scratch, worker, &span, partial, err);
        if (status != SHEAF_OK && status != SHEAF_CANCELLED) {
            err->block = (int64_t)span.block;
            board_fail(pass->board, span.block);
        }
    }
    stamp_end(pass->board);
    if (scratch)
        pass->work->ops->close(scratch);
    if (restore) /* the thread is the caller's, or goes back to a pool */
        (void)!sheaf_bind(&before, NULL);
    if (status == SHEAF_CANCELLED)
        sheaf_fail(err, status, "cancelled");
    else if (status != SHEAF_OK && err->block == SHEAF_UNKNOWN)
        atomic_store(&pass->board->stop, 1); /* not the data's fault: nobody else will do better */
    return status;
}

enum sheaf_status worker_run(const struct crew *crew, const struct pass *pass, struct dealer *dealer, unsigned worker,
                             struct partial *partial, struct sheaf_error *err)
{
    fpenv threads_own = fpenv_enter();
    enum sheaf_status status = do_share(crew, pass, dealer, worker, partial, err);
    fpenv_leave(threads_own);
    return status;
}
