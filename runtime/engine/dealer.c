#include "engine/dealer.h"

#include <pthread.h>
#include <stdlib.h>

static enum sheaf_status counter_next(struct dealer *base, unsigned worker, struct span *span, bool *more,
                                      struct sheaf_error *err)
{
    (void)worker, (void)err;
    struct counter_dealer *dealer = (struct counter_dealer *)base;
    uint64_t block = atomic_fetch_add_explicit(dealer->cursor, 1, memory_order_relaxed);
    *more = block < dealer->end;
    if (*more) {
        *span = cut_span(dealer->pass->cut, block);
        if (dealer->pass->entry)
            span->entry = dealer->pass->entry[block];
    }
    return SHEAF_OK;
}

void counter_dealer_init(struct counter_dealer *dealer, const struct pass *pass, _Atomic uint64_t *cursor, uint64_t end)
{
    dealer->base.next = counter_next;
    dealer->pass = pass;
    dealer->cursor = cursor;
    dealer->end = end;
}

void static_share(uint64_t blocks, uint64_t index, uint64_t count, uint64_t *first, uint64_t *end)
{
    uint64_t each = blocks / count, extra = blocks % count;
    *first = index * each + (index < extra ? index : extra);
    *end = *first + each + (index < extra);
}

struct feed_dealer {
    struct dealer base;
    const struct pass *pass;
    pthread_mutex_t lock;
    struct feed *feed;
    uint64_t count;
    bool ended;
    unsigned workers;
    struct sheaf_buffer *bytes; /* per worker: the block it is working on */
};

static enum sheaf_status feed_dealer_next(struct dealer *base, unsigned worker, struct span *span, bool *more,
                                          struct sheaf_error *err)
{
    struct feed_dealer *dealer = (struct feed_dealer *)base;
    enum sheaf_status status = SHEAF_OK;
    *more = false;
    pthread_mutex_lock(&dealer->lock);
    if (!dealer->ended)
        status = feed_next(dealer->feed, &dealer->bytes[worker], span, more, err);
    if (*more)
        dealer->count++;
    else
        dealer->ended = true;
    pthread_mutex_unlock(&dealer->lock);
    if (status != SHEAF_OK && err)
        err->block = (int64_t)dealer->count; /* the blocks before it are good and may still fail earlier */
    if (status != SHEAF_OK)
        board_fail(dealer->pass->board, dealer->count);
    return status;
}

enum sheaf_status feed_dealer_open(struct feed_dealer **out, const struct pass *pass, unsigned workers,
                                   struct sheaf_error *err)
{
    struct feed_dealer *dealer = calloc(1, sizeof *dealer);
    if (dealer)
        dealer->bytes = calloc(workers, sizeof *dealer->bytes);
    if (!dealer || !dealer->bytes) {
        free(dealer);
        return sheaf_fail(err, SHEAF_MEMORY, "no memory to feed %u workers", workers);
    }
    dealer->base.next = feed_dealer_next;
    dealer->pass = pass;
    dealer->workers = workers;
    pthread_mutex_init(&dealer->lock, NULL);
    enum sheaf_status status = feed_open(&dealer->feed, pass->source, pass->work->forms, pass->block_bytes, err);
    if (status != SHEAF_OK) {
        feed_dealer_close(dealer);
        return status;
    }
    feed_choose(dealer->feed, pass->input);
    *out = dealer;
    return SHEAF_OK;
}

struct dealer *feed_dealer_base(struct feed_dealer *dealer)
{
    return &dealer->base;
}

uint64_t feed_dealer_count(const struct feed_dealer *dealer)
{
    return dealer->count;
}

void feed_dealer_close(struct feed_dealer *dealer)
{
    if (!dealer)
        return;
    feed_close(dealer->feed);
    for (unsigned i = 0; i < dealer->workers; i++)
        sheaf_buffer_cleanup(&dealer->bytes[i]);
    free(dealer->bytes);
    pthread_mutex_destroy(&dealer->lock);
    free(dealer);
}
