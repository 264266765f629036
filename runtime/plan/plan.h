/* Inside of a plan. Read only once it is sealed. */
#ifndef SHEAF_RUNTIME_PLAN_H
#define SHEAF_RUNTIME_PLAN_H

#include "exchange/exchange.h"
#include "base/pack.h"
#include "plan/bundle.h"
#include "plan/registry.h"

struct sheaf_plan {
    const struct sheaf_source *source;
    struct sheaf_source *own_source; /* a follower's, from the wire; NULL otherwise */
    struct sheaf_world *world;
    uint64_t id;
    uint32_t reduction_count;
    struct reduction *reductions;
    struct sieve sieve;
    /* As asked for; NULL, 0: find out. */
    char *strategy_name, *merge_name, *pin_name, *nan_name;
    uint64_t block_bytes;
    unsigned workers_asked;
    bool each; /* for sheaf_job_run_each */
    /* Found out by seal. */
    const struct sheaf_strategy *strategy;
    const struct engine *engine;
    const struct exchange *exchange;
    const struct sheaf_merge *merge;
    const char *pin;
    unsigned workers; /* in each address space of a world; in all otherwise */
    unsigned ranks;
    struct sheaf_cpuset *places; /* of this process's workers (children included) */
    bool sealed;
    bool forgetful; /* there was no memory for something that was asked for */
};

/* What a strategy is made of. */
struct strategy_parts {
    const struct engine *engine;
    const struct exchange *exchange;
};
struct strategy_parts strategy_parts(const struct sheaf_strategy *strategy);
/* What `auto` means: never a fork, and not more than one worker for small input unless several were asked for (0: none
 * were). */
const char *strategy_choose(int64_t source_bytes, unsigned workers_asked, unsigned workers, bool world);

/* Blocks that its merge method stands. */
uint64_t plan_most_blocks(const struct sheaf_plan *plan);

/* The cast of a sealed plan. */
struct cast plan_cast(const struct sheaf_plan *plan);

/* A sealed plan as bytes, for the ranks of its world, and back. The strategy, merge, workers and pin are those that
 * rank 0 found; places are each rank's own. */
enum sheaf_status plan_pack(const struct sheaf_plan *plan, struct sheaf_buffer *out, struct sheaf_error *err);
enum sheaf_status plan_unpack(struct sheaf_plan **plan, const void *bytes, size_t size, struct sheaf_world *world,
                              struct sheaf_error *err);

#endif
