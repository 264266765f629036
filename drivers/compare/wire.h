/* What a row's process and its parent say to each other: lines of text, through standard input and output, because those
 * are what launchers forward. A row's lines begin with a mark; anything else on its standard output is not for us.
 *
 *     row                                parent
 *     plan ... (or error ...)
 *                                        run
 *     at PLACE, now and then: a number that grows as long as the row gets on
 *     run ... (or error ...)
 *                                        values
 *     value NAME=TEXT, each; end
 *                                        quit, or the end of the pipe */
#ifndef DRIVERS_COMPARE_WIRE_H
#define DRIVERS_COMPARE_WIRE_H

#include <sheaf/job.h>

/* What became of a way: a sealed plan's choices. */
struct row_plan {
    char strategy[16], merge[16], pin[512];
    char sums[16]; /* "exact" and the like; not on the wire: the row's way says it */
    unsigned ranks, workers;
    uint64_t block_bytes;
    int64_t blocks;
};

/* One repetition. */
struct repetition {
    double elapsed_s, start_s, map_s, merge_s;
    uint64_t bytes, peak_bytes;
    unsigned passes;
    struct sheaf_tally rows;
    uint64_t digest; /* of every bit of the answer */
};

/* ---- the row's side: each prints one line on standard output and flushes ---------------------------------------- */

void wire_plan(const struct row_plan *plan);
void wire_at(uint64_t place);
void wire_repetition(const struct repetition *repetition);
void wire_error(const struct sheaf_error *err);
void wire_value(const char *name, const char *text);
void wire_end(void);

enum wire_order { ORDER_RUN, ORDER_VALUES, ORDER_QUIT };
/* Waits for the next order; the end of the pipe is ORDER_QUIT. */
enum wire_order wire_next_order(void);
const char *wire_order_text(enum wire_order order);
/* Is the parent gone, or the pipe closed? Never waits. */
bool wire_is_cut(void);

/* ---- the parent's side: lines as they came ----------------------------------------------------------------------- */

/* What follows the mark; NULL if `line` has none. */
const char *wire_payload(const char *line);
/* Each false if the payload is something else. */
bool wire_read_plan(const char *payload, struct row_plan *plan);
bool wire_read_at(const char *payload, uint64_t *place);
bool wire_read_repetition(const char *payload, struct repetition *repetition);
bool wire_read_error(const char *payload, enum sheaf_status *status, const char **text);
bool wire_read_value(const char *payload, const char **text); /* "NAME=TEXT", inside the payload */

#endif
