/* A progress bar on the status line, for anything that takes more than a second. */
#ifndef DRIVERS_PROGRESS_H
#define DRIVERS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
    bool draws;         /* on a terminal */
    bool tells;         /* asked for without a terminal: a line now and then */
    double began, pass_began, shown; /* seconds on the monotonic clock */
    unsigned pass;
    uint64_t done;      /* bytes, when last told */
};

/* `choice`: 1 shows it anyway, -1 never, 0 on a terminal that can draw. -q beats them. */
void progress_begin(struct progress *progress, int choice, bool quiet);
/* A sheaf_progress whose context is the struct; never cancels. Also called directly by who writes data. One bar may
 * tell of several jobs, one after the other. */
bool progress_report(void *context, uint64_t done_bytes, int64_t total_bytes, unsigned pass);
/* Takes the bar away. */
void progress_end(struct progress *progress);

#endif
