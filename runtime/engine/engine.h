/* Engines: who computes inside one address space. An engine never knows what it computes, nor that other address
 * spaces exist. */
#ifndef SHEAF_RUNTIME_ENGINE_H
#define SHEAF_RUNTIME_ENGINE_H

#include "engine/dealer.h"
#include "engine/partial.h"

#include <sheaf/job.h>

/* What to do with a worker's partial after each block; it may hand it on and reset it. fn NULL: nothing. Called in
 * the worker's thread. */
struct delivery {
    enum sheaf_status (*fn)(void *context, unsigned worker, struct partial *partial, struct sheaf_error *err);
    void *context;
};

/* The workers of one address space. */
struct crew {
    unsigned workers;
    const struct sheaf_cpuset *places; /* one per worker; NULL: not bound */
    const struct sheaf_merge *merge;   /* one of the engine's; NULL: its first */
    struct delivery delivery;
};

struct engine {
    const char *name;
    bool single; /* one worker in each address space */
    const char *feature; /* of sheaf_features() that it needs, or NULL */
    const struct sheaf_merge *merges;
    /* Maps every block that the dealer gives and merges into `into`, which holds the identity. Returns the failure of
     * the lowest block, whatever the workers' order; `err` is not NULL. */
    enum sheaf_status (*run)(const struct crew *crew, const struct pass *pass, struct dealer *dealer,
                             struct partial *into, struct sheaf_error *err);
};
extern const struct engine engine_serial, engine_openmp;

/* The body of every worker of every engine: bind, take blocks, map them into `partial`. err->block is the block that
 * failed, if it was a block's fault. `err` is not NULL. */
enum sheaf_status worker_run(const struct crew *crew, const struct pass *pass, struct dealer *dealer, unsigned worker,
                             struct partial *partial, struct sheaf_error *err);

#endif
