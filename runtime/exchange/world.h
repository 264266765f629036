/* A world: the address spaces that a launcher started, behind the few verbs that sheaf needs of MPI. The verbs live in a
 * module, loaded only under a launcher; the algorithms above them (exchange/mpi.c) are ours and see no MPI. */
#ifndef SHEAF_RUNTIME_WORLD_H
#define SHEAF_RUNTIME_WORLD_H

#include <sheaf/job.h>

#define SHEAF_WORLD_ABI 1u

/* All counts are 64-bit; the module cuts messages where MPI counts with an int. Every call may come from any one thread
 * at a time (the callers lock). Calls marked collective are made by all ranks in the same order. Functions that return
 * int: 0, or an MPI error that `error_text` explains. */
struct world_ops {
    uint32_t abi;
    const char *name; /* "Open MPI 4.1.4" */
    int (*open)(void **handle);
    void (*close)(void *handle);      /* collective */
    int (*rank)(void *handle);
    int (*size)(void *handle);
    int (*node_rank)(void *handle);   /* among the ranks of this node */
    int (*node_size)(void *handle);
    void (*error_text)(int code, char *text, size_t size);

    int (*broadcast)(void *handle, void *bytes, uint64_t size);                   /* collective, from rank 0 */
    int (*send)(void *handle, int to, const void *bytes, uint64_t size);          /* a length, then the bytes */
    int (*receive)(void *handle, int from, struct sheaf_buffer *bytes, int *sender); /* from -1: anyone */
    /* Both at once, so that a ring of ranks cannot lock up. */
    int (*swap)(void *handle, int to, const void *bytes, uint64_t size, int from, struct sheaf_buffer *received);
    int (*sum)(void *handle, int64_t *values, uint64_t count, int everywhere);    /* collective, wrapping; in place */
    int (*min)(void *handle, uint64_t *values, uint64_t count);                   /* collective, everywhere, in place */
    int (*node_gather)(void *handle, const void *bytes, uint64_t size, void *all); /* collective on a node */
    /* Memory shared by the ranks of a node: `size` bytes each; *base[i] is node rank i's. collective. */
    int (*share_open)(void *handle, uint64_t size, void **share, void **base);
    int (*share_sync)(void *handle, void *share);                                 /* collective on the node */
    void (*share_close)(void *handle, void *share);                               /* collective */
    /* A total on rank 0 that every rank adds to, one-sided. collective but for add. */
    int (*total_open)(void *handle, uint64_t count, void **total);
    int (*total_add)(void *handle, void *total, const int64_t *values, uint64_t count);
    int (*total_close)(void *handle, void *total, int64_t *values, uint64_t count); /* rank 0 gets the values */
};

struct sheaf_world {
    const struct world_ops *ops;
    void *handle;
    int rank, size, node_rank, node_size;
    /* Ranks of this node that a launcher left with this rank's own set of processors: they divide it among themselves. */
    unsigned peers, peer_index;
    bool entangled; /* another rank's set overlaps this one's without being equal: no division keeps them apart */
};

/* Workers for a rank unasked: its part of the node where ranks share one set. `world` may be NULL. */
unsigned world_default_workers(const struct sheaf_world *world);

/* 0 -> SHEAF_OK, else SHEAF_INTERNAL with `what` and the module's text. */
enum sheaf_status world_check(const struct sheaf_world *world, int code, const char *what, struct sheaf_error *err);

/* Rank 0's bytes to all: on the others they replace the content of `bytes`. Collective. */
enum sheaf_status world_tell(const struct sheaf_world *world, struct sheaf_buffer *bytes, struct sheaf_error *err);

/* Makes `err` the failure of the lowest block of any rank, on every rank (SHEAF_OK where there is none). Collective. */
enum sheaf_status world_agree(const struct sheaf_world *world, struct sheaf_error *err);

#endif
