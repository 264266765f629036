/* How far something is, on standard error: a status line on a terminal, and where there is none but it was asked for a
 * line now and then, as a log wants it. */
#ifndef DRIVERS_PROGRESS_H
#define DRIVERS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

/* Who is told, and when. */
struct pace {
    bool draws; /* on a terminal: ten times a second, after the first one */
    bool tells; /* in a log: a line every ten seconds */
    double began, shown; /* clock_seconds */
};
/* `choice`: 1 tells anyway, -1 never, 0 on a terminal that can draw. `quiet` beats them. */
void pace_begin(struct pace *pace, int choice, bool quiet);
bool pace_is_due(const struct pace *pace);
void pace_tell(struct pace *pace, const char *text);
/* Takes the status line away; `last` (NULL: nothing) ends a log. */
void pace_end(const struct pace *pace, const char *last);

/* Of bytes. */
struct progress {
    struct pace pace;
    double pass_began;
    unsigned pass;
    uint64_t done; /* in this pass, when last reported */
    int64_t total;
};
void progress_begin(struct progress *progress, int choice, bool quiet);
/* A sheaf_progress whose context is the struct; never cancels. Also called directly by who writes data. One bar may
 * tell of several jobs, one after the other. */
bool progress_report(void *context, uint64_t done_bytes, int64_t total_bytes, unsigned pass);
/* Takes the bar away; the last line of a log, if all is done. `*all_bytes`: of all passes and jobs; NULL: not complete. */
void progress_end(struct progress *progress, const uint64_t *all_bytes);

#endif
