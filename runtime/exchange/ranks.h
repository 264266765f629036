/* A pass on the ranks of a world: what the files of exchange_mpi share. All MPI is behind exchange/world.h. */
#ifndef SHEAF_RUNTIME_RANKS_H
#define SHEAF_RUNTIME_RANKS_H

#include "exchange/exchange.h"
#include "exchange/pulse.h"
#include "exchange/world.h"

#include <pthread.h>

struct rank_pass {
    const struct cast *cast;
    const struct pass *pass; /* as this rank's workers see it: the pulse is taken where they report */
    struct sheaf_world *world;
    struct pulse pulse;
    struct partial *mine;  /* this rank's */
    uint64_t *blocks;      /* how many there were, on rank 0 */
    pthread_mutex_t lock;  /* one thread at a time in MPI */
    struct blockset added; /* merge method accumulate: blocks that were handed on */
    bool empty;            /* this rank's state is the identity: need not be sent */
};

static inline bool is_root(const struct rank_pass *run)
{
    return run->world->rank == 0;
}

/* How the ranks' states become one: what a row of exchange_mpi's merges points to. `before` and `combine` are collective:
 * a rank that fails still takes part, with nothing, and its failure is agreed on afterwards. */
struct rank_method {
    enum sheaf_status (*before)(struct rank_pass *run, struct sheaf_error *err); /* NULL: nothing; all ranks fail or none */
    enum sheaf_status (*after_block)(void *run, unsigned worker, struct partial *partial, struct sheaf_error *err);
    enum sheaf_status (*combine)(struct rank_pass *run, struct sheaf_error *err);
};
extern const struct sheaf_merge rank_merges[];

/* A fed source: rank 0 reads and hands out, the others ask and compute. */
enum sheaf_status feed_ranks(struct rank_pass *run, struct sheaf_error *err);
enum sheaf_status compute_fed(struct rank_pass *run, const struct crew *crew, struct sheaf_error *err);

#endif
