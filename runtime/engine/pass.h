/* One pass over the data as engines and exchanges see it: work to do on blocks, and a state with laws.
 *
 * Two kinds of work exist: the reduction of a plan's kernels (plan/bundle.c) and the survey of a text source
 * (source/survey work in plan/survey.c). An engine or exchange cannot tell them apart. */
#ifndef SHEAF_RUNTIME_PASS_H
#define SHEAF_RUNTIME_PASS_H

#include "source/source.h"

#include <stdatomic.h>

/* What is computed. Immutable during a pass; shared by all workers of an address space. */
struct work {
    const struct work_ops *ops;
    size_t state_size; /* bytes of a state's fixed part, a multiple of 16 */
    uint32_t laws;     /* those that every part of the state obeys: SHEAF_LAW_ADD64, SHEAF_LAW_FLAT */
    const uint8_t *forms; /* of the source's columns, as it reads them (reader_open); NULL: it looks at none */
};

struct worker_scratch;
struct pass;

struct work_ops {
    /* The identity, in zeroed memory of state_size bytes aligned to 16. */
    enum sheaf_status (*init)(const struct work *work, void *state, struct sheaf_error *err);
    void (*cleanup)(const struct work *work, void *state);
    enum sheaf_status (*merge)(const struct work *work, void *into, const void *from, struct sheaf_error *err);
    /* Appends the state, or merges packed bytes into one. A flat state packs as its bytes. */
    enum sheaf_status (*pack)(const struct work *work, const void *state, struct sheaf_buffer *out,
                              struct sheaf_error *err);
    enum sheaf_status (*unpack)(const struct work *work, void *state, const void *bytes, size_t size,
                                struct sheaf_error *err);
    /* As pack, for keyed kernels only the keys of `part`; what is not keyed goes with part 0. */
    enum sheaf_status (*partition)(const struct work *work, const void *state, uint32_t part, uint32_t parts,
                                   struct sheaf_buffer *out, struct sheaf_error *err);

    /* One worker's reader and buffers. A work that needs none has neither `open` nor `close`: its scratch is NULL. */
    enum sheaf_status (*open)(const struct work *work, struct worker_scratch **scratch, struct sheaf_error *err);
    enum sheaf_status (*block)(const struct work *work, struct worker_scratch *scratch, const struct pass *pass,
                               unsigned worker, const struct span *span, void *state, struct sheaf_error *err);
    void (*close)(struct worker_scratch *scratch);
};

/* What the workers of one machine share while a pass runs. Lives in a shared anonymous mapping, so that it means the
 * same after a fork. All fields are independent counters: relaxed order suffices. */
struct board {
    _Atomic uint64_t cursor;      /* next block of the shared counter */
    _Atomic uint64_t done_bytes;  /* of input, for progress */
    _Atomic uint64_t error_block; /* lowest block known to have failed; UINT64_MAX: none */
    _Atomic uint32_t stop;        /* cancelled, or a worker is lost: leave at once */
    _Atomic int64_t first_ns;     /* CLOCK_MONOTONIC at the first block's start; INT64_MAX: none yet */
    _Atomic int64_t last_ns;      /* at the last block's end */
    _Atomic uint64_t peak_bytes;  /* resident peaks of the children that ended, summed */
};
struct board *board_new(void); /* NULL: no memory */
void board_reset(struct board *board);
void board_destroy(struct board *board);
/* Lowers error_block to `block`. */
void board_fail(struct board *board, uint64_t block);
/* Keeps in *known the failure to report: the lowest block's, so that it does not depend on who was faster; one that
 * is no block's fault only if no block failed; a cancellation only if nothing else did. known->status is SHEAF_OK at
 * first. Not thread safe. */
void failure_note(struct sheaf_error *known, const struct sheaf_error *failure);

struct pass {
    const struct work *work;
    const struct sheaf_source *source;
    const struct cut *cut;     /* NULL: fed */
    const uint8_t *entry;      /* per block, from a survey; NULL: none */
    int64_t input;             /* the one that is read, or ALL_INPUTS; the cut is of the same */
    uint64_t plan_id;
    uint32_t number;           /* passes begun before this one, surveys included */
    uint64_t block_bytes;
    uint64_t most_blocks;      /* that the states stand being added to one total; more are refused */
    struct board *board;
    /* Called by worker 0 or the waiting parent, not more often than told; NULL: nobody asked. False: cancel. */
    bool (*progress)(void *context, uint64_t done_bytes);
    void *progress_context;
    int64_t progress_interval_ns;
    _Atomic int64_t *next_progress_ns;
};
enum { PROGRESS_INTERVAL_NS = 100 * 1000 * 1000 }; /* what sheaf_progress promises */


/* A failure must be in *err for others to see: gives one that its maker did not explain the words "WHO failed in WHERE".
 * Returns `status`. */
enum sheaf_status failure_explain(struct sheaf_error *err, enum sheaf_status status, const char *who, const char *where);

/* A worker did `bytes` more of input. SHEAF_CANCELLED: leave at once. Cheap: call it for every tile. */
enum sheaf_status pass_tick(const struct pass *pass, unsigned worker, uint64_t bytes);
/* Calls progress if it is time. SHEAF_CANCELLED if that said so. */
enum sheaf_status pass_report(const struct pass *pass);

#endif
