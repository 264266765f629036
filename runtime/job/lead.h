/* The leader of a job: what it keeps while passes go by. */
#ifndef SHEAF_RUNTIME_LEAD_H
#define SHEAF_RUNTIME_LEAD_H

#include "job/run.h"

struct lead {
    struct run run;
    struct sheaf_answer *answer; /* being filled */
    /* Called after each pass over the data, before its kernels are asked whether they want another; NULL: nothing. */
    enum sheaf_status (*mapped)(struct lead *lead, struct sheaf_error *err);
    int64_t begin_ns, first_ns, map_ns;
    sheaf_progress *progress;
    void *progress_context;
    uint64_t before_bytes; /* of input before what this pass reads, for progress */
    int64_t total_bytes;
    struct sheaf_seat *seats;    /* of a world's ranks; they go into the last answer */
    size_t seat_count;
};

/* Fills what is left open of `lead` (progress is set), runs `body` among all ranks, and cleans up but for what is in
 * the answer. */
typedef enum sheaf_status lead_body(struct lead *lead, struct sheaf_error *err);
enum sheaf_status lead_job(struct lead *lead, const struct sheaf_plan *plan, lead_body *body, struct sheaf_error *err);

/* Passes until no kernel wants another; each kernel's result goes into the answer. */
enum sheaf_status lead_passes(struct lead *lead, struct sheaf_error *err);
/* One pass. */
enum sheaf_status lead_map(struct lead *lead, struct sheaf_error *err);
/* After a pass, whose total is complete: each of its reductions is finished, or goes on (*again). */
enum sheaf_status lead_settle(struct lead *lead, bool *again, struct sheaf_error *err);
/* Times, rates and counts of the whole, once all results are there. */
void lead_sum_up(struct lead *lead);

enum sheaf_status answer_new(struct sheaf_answer **answer, const struct sheaf_plan *plan, struct sheaf_error *err);

#endif
