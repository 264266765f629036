/* A job as every address space of it sees it: rank 0 (or the only process) leads, the other ranks follow. Both run the
 * same passes in the same order; the leader says which. */
#ifndef SHEAF_RUNTIME_RUN_H
#define SHEAF_RUNTIME_RUN_H

#include "plan/plan.h"
#include "plan/survey.h"

enum step { STEP_END, STEP_SURVEY, STEP_MAP };

struct run {
    const struct sheaf_plan *plan;
    struct cast cast;
    struct board *board;
    struct cut cut;
    bool cuttable;
    int64_t input;                /* the one that is read, or ALL_INPUTS */
    uint8_t *entry;               /* per block, once surveyed; else NULL */
    uint32_t number;              /* passes begun */
    uint32_t map_passes;          /* of the kernels */
    struct sheaf_buffer *carries; /* per reduction: what next() wrote */
    struct sheaf_buffer **active; /* per reduction: &carries[i] while it wants passes, else NULL */
    struct bundle bundle;         /* the work of the current pass: this, or the survey */
    struct survey survey;
    struct partial total;         /* of the current pass; complete on the leader */
    uint64_t blocks;              /* in the current pass; known to the leader */
    _Atomic int64_t next_progress_ns;
    bool (*progress)(void *context, uint64_t done_bytes);
    void *progress_context;
};

enum sheaf_status run_init(struct run *run, const struct sheaf_plan *plan, struct sheaf_error *err);
void run_cleanup(struct run *run);

/* One pass on all address spaces; collective. The leader finds the state in run->total. run_pass_cleanup comes after
 * each, also after a failure. */
enum sheaf_status run_map(struct run *run, struct sheaf_error *err);
enum sheaf_status run_survey(struct run *run, struct sheaf_error *err);
void run_pass_cleanup(struct run *run);

/* Begins anew, with all reductions, over one input or (ALL_INPUTS) over all of them. */
void run_choose(struct run *run, int64_t input);

/* The leader's word to the followers before each step, and their reading of it. Without a world nothing happens. */
enum sheaf_status run_announce(struct run *run, enum step step, struct sheaf_error *err);
enum sheaf_status run_listen(struct run *run, enum step *step, struct sheaf_error *err);

/* Does every rank agree to go on? Collective; without a world it is err's own status. */
enum sheaf_status run_agree(const struct run *run, struct sheaf_error *err);

#endif
