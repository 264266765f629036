/* Measuring: all rows' processes stand side by side and are asked for one repetition in turn, so that whatever drifts
 * on the machine drifts for all of them alike. */
#ifndef DRIVERS_COMPARE_MEASURE_H
#define DRIVERS_COMPARE_MEASURE_H

#include <signal.h>

#include "compare/launcher.h"
#include "compare/comparison.h"

struct measuring {
    const struct launcher *launcher;
    const char *const *argv; /* this command line after the command's name */
    size_t argc;
    bool dry_run;            /* start the rows, hear their plans, and let them go */
    uint64_t repeat;         /* rounds that count; 0: by time */
    double stall_s;          /* a row without a sign of life for so long is given up */
    int progress;            /* as pace_begin takes it */
    bool quiet;
    const sigset_t *wait_mask; /* of interrupt_hold, which must be in force */
};

/* Makes the rows of `ways` and fills them. SHEAF_OK even if rows were lost or differ: they say so. Otherwise what kept
 * serial from an answer, or SHEAF_CANCELLED: a signal has come. No child is left. */
SHEAF_MUST_USE enum sheaf_status comparison_measure(struct comparison *comparison, const struct ways *ways,
                                                    const struct measuring *how, struct sheaf_error *err);

#endif
