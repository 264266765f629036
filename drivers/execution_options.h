/* Who computes, where and in what pieces: the Execution options. They are kept as texts, because `run` takes one
 * value of each and `compare` lists of them; their pieces are known to be good, pin as a whole. */
#ifndef DRIVERS_EXECUTION_OPTIONS_H
#define DRIVERS_EXECUTION_OPTIONS_H

#include <sheaf/job.h>

#include "option.h"

/* More workers than this is a slip of the finger on any machine. */
enum { MOST_WORKERS = 4096 };

struct execution_options {
    const char *strategy, *merge, *workers, *pin, *block; /* NULL: not given */
    struct text_list load;                                /* loaded already: see kernel_options.h */
    bool solo;
};
extern const struct option_table execution_table;

option_reader option_workers; /* const char *: counts of workers between commas */
option_reader option_pin;     /* const char *: a policy */

/* One way to compute, checked. NULL and 0: left to the plan. */
struct execution {
    const char *strategy, *merge, *pin;
    unsigned workers;
    uint64_t block_bytes;
};
/* Reads single values. SHEAF_USAGE: a list, or a merge method that the strategy has not. */
SHEAF_MUST_USE enum sheaf_status execution_read(const struct execution_options *options, struct execution *execution,
                                                struct sheaf_error *err);
void execution_apply(const struct execution *execution, struct sheaf_plan *plan);

/* Checks of one piece, for who takes lists. NULL texts are left alone. */
SHEAF_MUST_USE enum sheaf_status execution_check_strategy(const char *name, struct sheaf_error *err);
/* Against one strategy, or (NULL, "auto") all of them. */
SHEAF_MUST_USE enum sheaf_status execution_check_merge(const char *strategy, const char *name,
                                                       struct sheaf_error *err);
SHEAF_MUST_USE enum sheaf_status execution_check_pin(const char *policy, struct sheaf_error *err);
SHEAF_MUST_USE enum sheaf_status execution_read_workers(const char *text, unsigned *workers, struct sheaf_error *err);
SHEAF_MUST_USE enum sheaf_status execution_read_block(const char *text, uint64_t *bytes, struct sheaf_error *err);

#endif
