/* Dealers: who does which block. Not part of the plan, because it cannot show in the result. */
#ifndef SHEAF_RUNTIME_DEALER_H
#define SHEAF_RUNTIME_DEALER_H

#include "engine/pass.h"

struct dealer {
    /* The next block for `worker`; *more = false when there is none. span->bytes, if any, stay valid until the same
     * worker's next call. Thread safe. */
    enum sheaf_status (*next)(struct dealer *dealer, unsigned worker, struct span *span, bool *more,
                              struct sheaf_error *err);
};

/* The blocks from *cursor to end - 1 of the pass's cut, by a shared counter. Works across threads, and across forked
 * processes when `cursor` lies in shared memory. */
struct counter_dealer {
    struct dealer base;
    const struct pass *pass;
    _Atomic uint64_t *cursor;
    uint64_t end;
};
void counter_dealer_init(struct counter_dealer *dealer, const struct pass *pass, _Atomic uint64_t *cursor, uint64_t end);

/* The part of `blocks` that is static share `index` of `count`: contiguous, sizes differ by one at most. */
void static_share(uint64_t blocks, uint64_t index, uint64_t count, uint64_t *first, uint64_t *end);

/* The blocks of a fed source, read by whichever worker asks, under a lock; for the workers of one process. */
struct feed_dealer;
enum sheaf_status feed_dealer_open(struct feed_dealer **dealer, const struct pass *pass, unsigned workers,
                                   struct sheaf_error *err);
struct dealer *feed_dealer_base(struct feed_dealer *dealer);
/* Blocks dealt so far. */
uint64_t feed_dealer_count(const struct feed_dealer *dealer);
void feed_dealer_close(struct feed_dealer *dealer);

#endif
