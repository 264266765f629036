/* Timings kept in a file, and rows compared with one: --save and --against.
 *
 * The file is text, fields between tabs:
 *     sheaf-timings 1
 *     kernel  KERNELS
 *     bytes   INPUT_BYTES
 *     row     STRATEGY  MERGE  RANKS  WORKERS  BLOCK  PIN  SUMS  REPETITIONS  LEAST_S  Q1_S  MEDIAN_S  Q3_S */
#ifndef DRIVERS_COMPARE_TIMINGS_H
#define DRIVERS_COMPARE_TIMINGS_H

#include "compare/options.h"
#include "compare/comparison.h"

struct timing {
    struct row_plan plan;
    struct spread spread;
};
struct timings {
    const char *kernels;
    uint64_t bytes;
    struct timing *items;
    size_t count, capacity;
};

SHEAF_MUST_USE enum sheaf_status timings_write(const struct comparison *comparison, const char *path,
                                               struct sheaf_error *err);
/* SHEAF_IO, SHEAF_INPUT with the line. What is read lives until the program ends. */
SHEAF_MUST_USE enum sheaf_status timings_read(struct timings *timings, const char *path, struct sheaf_error *err);
/* Are these timings of the same work? SHEAF_USAGE says what differs. */
SHEAF_MUST_USE enum sheaf_status timings_check(const struct timings *before, const struct comparison *comparison,
                                               const char *path, struct sheaf_error *err);

/* Gives each row its `before`, and says whether it has moved since. */
void timings_join(const struct timings *before, struct comparison *comparison,
                  const struct timings_options *options);
/* By how much of itself the median has grown: 0.1 is ten percent slower. */
double timings_change(const struct row *row);
/* Tells on standard error which rows moved, and which are new or gone. True: none is slower. */
bool timings_hold(const struct timings *before, const struct comparison *comparison, const char *path);

#endif
