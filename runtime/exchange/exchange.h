/* Exchanges: how the partials of several address spaces become one. An exchange never knows what it merges, nor how
 * many threads an address space has. */
#ifndef SHEAF_RUNTIME_EXCHANGE_H
#define SHEAF_RUNTIME_EXCHANGE_H

#include "engine/engine.h"

/* Who takes part in a pass; the same for every pass of a job. */
struct cast {
    const struct engine *engine;
    unsigned spaces;                   /* address spaces that compute */
    unsigned workers;                  /* in each of them */
    const struct sheaf_cpuset *places; /* spaces x workers of this machine's; NULL: not bound */
    const struct sheaf_merge *merge;   /* of the exchange, or of the engine if that has none; NULL: the first */
    struct sheaf_world *world;         /* for exchange_mpi */
};

/* Where the address spaces of an exchange are, and so who binds workers and how many of them there are. */
enum spaces { SPACES_HERE, SPACES_FORKED, SPACES_RANKS };

struct exchange {
    const char *name;
    enum spaces spaces;
    const char *feature;              /* of sheaf_features() that it needs, or NULL */
    const struct sheaf_merge *merges; /* NULL: the engine's */
    /* Runs one pass on all address spaces; `total` (the identity) holds all blocks afterwards, in the caller's address
     * space. *blocks is how many there were. Returns the failure of the lowest block. Leaves no process behind. */
    enum sheaf_status (*run)(const struct cast *cast, const struct pass *pass, struct partial *total, uint64_t *blocks,
                             struct sheaf_error *err);
};
extern const struct exchange exchange_none, exchange_pipe, exchange_shm, exchange_mpi;

/* All blocks of the pass in this address space: a counter over the cut, or the feed. What `none` does, and what
 * the sole rank of a world does. */
enum sheaf_status run_alone(const struct crew *crew, const struct engine *engine, const struct pass *pass,
                            struct partial *total, uint64_t *blocks, struct sheaf_error *err);

#endif
