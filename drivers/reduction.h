/* Data, plan and answer together: one computation. */
#ifndef DRIVERS_REDUCTION_H
#define DRIVERS_REDUCTION_H

#include "data.h"
#include "execution_options.h"
#include "kernel_options.h"
#include "progress.h"

/* What is wanted; everything is borrowed. */
struct request {
    const struct input_options *input;
    const struct kernel_choice *choice;
    const struct execution *execution;
    struct sheaf_world *world; /* NULL: alone */
    bool each;                 /* an answer for each input too, from the same reading */
};

struct reduction {
    struct data data;
    struct sheaf_plan *plan;     /* sealed */
    struct sheaf_answer *answer; /* NULL until it has run */
    struct sheaf_answer **each;  /* per input of the data, if they were asked for; else NULL */
};

/* Opens the data and makes the plan: each kernel over each column, or over all of them where it takes several. */
SHEAF_MUST_USE enum sheaf_status reduction_prepare(struct reduction *reduction, const struct request *request,
                                                   const struct text_list *names, struct sheaf_error *err);
SHEAF_MUST_USE enum sheaf_status reduction_run(struct reduction *reduction, const struct request *request,
                                               struct progress *progress, struct sheaf_error *err);
void reduction_close(struct reduction *reduction);

#endif
