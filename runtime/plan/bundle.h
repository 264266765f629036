/* The bundle: all reductions of a plan in one pass, as one piece of work with one state. They run tile by tile, so that
 * they share the cache, and reductions over the same columns share one batch. */
#ifndef SHEAF_RUNTIME_BUNDLE_H
#define SHEAF_RUNTIME_BUNDLE_H

#include "engine/pass.h"
#include "plan/sieve.h"

/* A kernel, its parameters and its columns. Owned by the plan. */
struct reduction {
    const struct sheaf_kernel *kernel;
    struct sheaf_arg *values; /* kernel->param_count */
    enum sheaf_type *types;   /* kernel->role_count */
    uint32_t *columns;        /* kernel->role_count */
};

/* A reduction in one pass. */
struct member {
    const struct reduction *reduction;
    struct sheaf_args args;
    enum sheaf_status (*map)(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err); /* the variant for this machine */
    size_t offset, size; /* of its state in the bundle's */
    uint32_t view, next; /* its view; the next member of that, or BUNDLE_NONE */
};
#define BUNDLE_NONE UINT32_MAX

/* What reductions over the same columns share: a batch and a tally. */
struct view {
    const struct reduction *shape; /* one of them */
    uint32_t first, last;          /* members */
    uint32_t witness;              /* the member that knows whether there was a NaN, or BUNDLE_NONE */
    uint32_t next;                 /* the next view that begins with the same column, or BUNDLE_NONE */
};

/* The state: one tally of all rows, one per view, then the members' states. */
struct bundle {
    struct work work;
    const struct sheaf_source *source;
    const struct sieve *sieve;
    uint32_t member_count, view_count;
    struct member *members;
    struct view *views;
    uint8_t *forms; /* in which the reader gives the source's columns */
};

/* Over `reductions[i]` for which carry[i] is not NULL; carry[i] holds what next() wrote (empty in pass 0). All are
 * borrowed. */
enum sheaf_status bundle_init(struct bundle *bundle, const struct sheaf_source *source, const struct sieve *sieve,
                              const struct reduction *reductions, struct sheaf_buffer *const *carry, uint32_t count,
                              uint32_t pass, struct sheaf_error *err);
void bundle_cleanup(struct bundle *bundle);

const struct sheaf_tally *bundle_rows(const void *state);
const struct sheaf_tally *bundle_tally(const struct bundle *bundle, const void *state, uint32_t member);
void *bundle_state(const struct bundle *bundle, void *state, uint32_t member);

#endif
