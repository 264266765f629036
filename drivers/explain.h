/* What -v says on standard error: the plan, who sits where, how long it took. */
#ifndef DRIVERS_EXPLAIN_H
#define DRIVERS_EXPLAIN_H

#include "report.h"

/* Before the run: the plan, and a warning for workers that must share a core; without -v a warning for ranks that a
 * launcher bound to fewer processors than they have workers. */
void explain_plan(const struct sheaf_plan *plan, const char *kernels);
/* After it: what the job noted for a person (always), and times, rates and memory (with -v). */
void explain_answer(const struct report *report);

#endif
