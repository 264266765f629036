/* What the ranks of a pass tell each other while they compute: rounds of a reduction that runs beside the work, each begun
 * when the one before is done. They carry how far everybody has come, whether anybody wants to stop and the lowest failed
 * block. All ranks see the same result of the same round, so a round also tells when all have finished.
 *
 * Costs log2(ranks) small messages per rank and round, and a round takes as many reports of the slowest rank (every
 * 10 ms): a stop reaches 1000 ranks well within a second. */
#ifndef SHEAF_RUNTIME_PULSE_H
#define SHEAF_RUNTIME_PULSE_H

#include "engine/pass.h"
#include "exchange/world.h"

#include <pthread.h>

struct pulse {
    struct sheaf_world *world;
    pthread_mutex_t *lock;   /* one thread at a time in MPI */
    const struct pass *pass; /* whose progress is told how far all ranks are; its board is this rank's */
    struct pass own;         /* the same for this rank's workers: they report to the pulse */
    bool counts_bytes;       /* what this rank reads is not already counted by another */
    bool beating;            /* a round is under way */
    int64_t sums[5];
    uint64_t least;
    uint64_t done_bytes;     /* of all ranks, by the last round */
    int64_t next_progress_ns;
};

/* Workers then run pulse->own. Nothing to clean up but by pulse_end. */
void pulse_init(struct pulse *pulse, struct sheaf_world *world, pthread_mutex_t *lock, const struct pass *pass,
                bool counts_bytes);
/* This rank has nothing more to do, and perhaps failed: waits until all say so. Then *failure is what all ranks agree on
 * (world_agree), and the board of rank 0 counts what all of them read and hold. Collective. A progress that wants to stop
 * when all is done already is not heeded. */
enum sheaf_status pulse_end(struct pulse *pulse, struct sheaf_error *failure);

#endif
