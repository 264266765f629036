/* A world: the address spaces that a launcher started, behind the few verbs that sheaf needs of MPI. The verbs live in a
 * module, loaded only under a launcher; the algorithms above them (exchange/mpi*.c) are ours and see no MPI. */
#ifndef SHEAF_RUNTIME_WORLD_H
#define SHEAF_RUNTIME_WORLD_H

#include <sheaf/job.h>

#define SHEAF_WORLD_ABI 3u

/* What a verb says besides 0 and an MPI error. */
enum {
    /* There is no memory here for what came. It was received all the same and dropped, so that nobody waits for this
     * rank; the world goes on. */
    WORLD_NO_MEMORY = -1,
    /* Of `open`: this MPI, or whoever initialised it, lets only one thread call it. So it is on every rank. */
    WORLD_ONE_THREAD = -2
};

/* What the module offers. Counts are 64-bit, and the module cuts messages where MPI counts with an int, but for the few
 * small things whose count is one. Every call may come from any one thread at a time (the callers lock). Calls marked
 * collective are made by all ranks in the same order. Functions that return int: 0, or an MPI error that `error_text`
 * explains, or WORLD_NO_MEMORY where it says so. No verb allocates before a collective or a message is through: a rank
 * without memory must not leave the others waiting. */
struct world_ops {
    uint32_t abi;
    /* Initialises MPI unless the program has, and joins. WORLD_NO_MEMORY, before MPI is touched; WORLD_ONE_THREAD, and MPI
     * is as it was. After an error of MPI's the process should end: to leave in order is collective too. */
    int (*open)(void **handle);
    void (*close)(void *handle);      /* collective */
    int (*rank)(void *handle);
    int (*size)(void *handle);
    int (*node_rank)(void *handle);   /* among the ranks of this node */
    int (*node_size)(void *handle);
    void (*error_text)(int code, char *text, size_t size);

    int (*broadcast)(void *handle, void *bytes, uint64_t size); /* collective, from rank 0; NULL: takes part, keeps none */
    int (*send)(void *handle, int to, const void *bytes, uint64_t size); /* a length, then the bytes */
    /* Replaces the content of `bytes`. From -1: anyone, and *sender is who. WORLD_NO_MEMORY (bytes are then empty). */
    int (*receive)(void *handle, int from, struct sheaf_buffer *bytes, int *sender);
    /* Both at once, so that a ring of ranks cannot lock up. WORLD_NO_MEMORY. */
    int (*swap)(void *handle, int to, const void *bytes, uint64_t size, int from, struct sheaf_buffer *received);
    int (*sum)(void *handle, int64_t *values, uint64_t count, int everywhere);    /* collective, wrapping; in place */
    int (*min)(void *handle, uint64_t *value);                                    /* collective, everywhere, in place */
    int (*node_gather)(void *handle, const void *bytes, int size, void *all);     /* collective on a node */
    /* Sums and a least value over all ranks, everywhere, while these do other things; in place. One round at a time, which
     * all ranks begin; round_wait gives it at most patience_ns (0: a look) and says whether it is done. */
    int (*round_begin)(void *handle, int64_t *sums, int count, uint64_t *least);
    int (*round_wait)(void *handle, int64_t patience_ns, bool *done);
    /* Memory shared by the ranks of a node, one at a time: `size` bytes each; share_at finds a node rank's. */
    int (*share_open)(void *handle, uint64_t size);                               /* collective */
    int (*share_at)(void *handle, int node_rank, void **base);
    int (*share_sync)(void *handle);                                              /* collective on the node */
    int (*share_close)(void *handle);                                             /* collective on the node */
    /* A total on rank 0, one at a time, that every rank adds to, one-sided. collective but for add. */
    int (*total_open)(void *handle, uint64_t count);
    int (*total_add)(void *handle, const int64_t *values, uint64_t count);
    int (*total_close)(void *handle, int64_t *values, uint64_t count);            /* rank 0 gets the values */
};

struct sheaf_world {
    const struct world_ops *ops;
    void *handle;
    int rank, size, node_rank, node_size;
    struct sheaf_cpuset *node_sets; /* node_size of them: what the ranks of this node gather here */
    /* Ranks of this node that a launcher left with this rank's own set of processors: they divide it among themselves. */
    unsigned peers, peer_index;
    bool entangled; /* another rank's set overlaps this one's without being equal: no division keeps them apart */
    bool broken;    /* MPI failed here: no verb is called any more, since nobody knows who still answers */
    char why[320];  /* it is broken */
};

/* Workers for a rank unasked: its part of the node where ranks share one set. `world` may be NULL. */
unsigned world_default_workers(const struct sheaf_world *world);

/* The verbs, with errors. SHEAF_MEMORY where the verb says WORLD_NO_MEMORY: this rank's failure, to be agreed on at the
 * next occasion. SHEAF_INTERNAL: MPI failed. The world is then broken, every further verb fails at once, and the process
 * should end: the launcher then ends the others, which no call of ours could reach. */
enum sheaf_status world_send(struct sheaf_world *world, int to, const void *bytes, uint64_t size, struct sheaf_error *err);
enum sheaf_status world_receive(struct sheaf_world *world, int from, struct sheaf_buffer *bytes, int *sender,
                                struct sheaf_error *err);
enum sheaf_status world_swap(struct sheaf_world *world, int to, const void *bytes, uint64_t size, int from,
                             struct sheaf_buffer *received, struct sheaf_error *err);
enum sheaf_status world_sum(struct sheaf_world *world, int64_t *values, uint64_t count, bool everywhere,
                            struct sheaf_error *err);
enum sheaf_status world_round_begin(struct sheaf_world *world, int64_t *sums, int count, uint64_t *least,
                                    struct sheaf_error *err);
enum sheaf_status world_round_wait(struct sheaf_world *world, int64_t patience_ns, bool *done, struct sheaf_error *err);
/* Every rank of a node gives its set; world->node_sets has them afterwards. */
enum sheaf_status world_gather_sets(struct sheaf_world *world, const struct sheaf_cpuset *mine, struct sheaf_error *err);
enum sheaf_status world_share_open(struct sheaf_world *world, uint64_t size, struct sheaf_error *err);
enum sheaf_status world_share_at(struct sheaf_world *world, int node_rank, void **base, struct sheaf_error *err);
enum sheaf_status world_share_sync(struct sheaf_world *world, struct sheaf_error *err);
enum sheaf_status world_share_close(struct sheaf_world *world, struct sheaf_error *err);
enum sheaf_status world_total_open(struct sheaf_world *world, uint64_t count, struct sheaf_error *err);
enum sheaf_status world_total_add(struct sheaf_world *world, const int64_t *values, uint64_t count,
                                  struct sheaf_error *err);
enum sheaf_status world_total_close(struct sheaf_world *world, int64_t *values, uint64_t count, struct sheaf_error *err);

/* Rank 0's bytes to all: on the others they replace the content of `bytes`. Collective. SHEAF_MEMORY on a rank that has
 * no room for them; the others have them then. */
enum sheaf_status world_tell(struct sheaf_world *world, struct sheaf_buffer *bytes, struct sheaf_error *err);

/* Makes `err` the failure of the lowest block of any rank, on every rank (SHEAF_OK where there is none). Collective. */
enum sheaf_status world_agree(struct sheaf_world *world, struct sheaf_error *err);

/* Has every rank room for the `size` bytes that it is about to ask MPI for? Collective. MPI does not say when an
 * allocation fails on one rank of a collective, and leaves the others waiting. */
enum sheaf_status world_has_room(struct sheaf_world *world, uint64_t size, struct sheaf_error *err);

#endif
