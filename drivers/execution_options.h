/* Who computes, where and in what pieces: the Execution options. */
#ifndef DRIVERS_EXECUTION_OPTIONS_H
#define DRIVERS_EXECUTION_OPTIONS_H

#include <sheaf/job.h>

#include "option.h"

/* More workers than this is a slip of the finger on any machine. */
enum { MOST_WORKERS = 4096 };

/* One way to compute. NULL and 0: left to the plan. */
struct execution {
    const char *strategy, *merge, *pin;
    unsigned workers;
    uint64_t block_bytes;
};

struct execution_options {
    struct execution way;
    struct text_list load; /* loaded already: see kernel_options.h */
    bool solo;
};
extern const struct option_table execution_table;

option_reader option_workers; /* unsigned */
option_reader option_pin;     /* const char *: a policy */

void execution_apply(const struct execution *execution, struct sheaf_plan *plan);

/* Checks of one value, for who takes lists of them. */
SHEAF_MUST_USE enum sheaf_status execution_check_strategy(const char *name, struct sheaf_error *err);
/* Against one strategy, or (NULL, "auto") all of them; `name` NULL is the default of any. */
SHEAF_MUST_USE enum sheaf_status execution_check_merge(const char *strategy, const char *name,
                                                       struct sheaf_error *err);
SHEAF_MUST_USE enum sheaf_status execution_check_pin(const char *policy, struct sheaf_error *err);
SHEAF_MUST_USE enum sheaf_status execution_read_workers(const char *text, unsigned *workers, struct sheaf_error *err);
SHEAF_MUST_USE enum sheaf_status execution_read_block(const char *text, uint64_t *bytes, struct sheaf_error *err);

#endif
