/* The options of `sheaf compare` that no other command has: which rows, how often, and timings kept in a file. */
#ifndef DRIVERS_COMPARE_OPTIONS_H
#define DRIVERS_COMPARE_OPTIONS_H

#include "option.h"

struct way_options {
    struct text_list strategies, merges, workers, blocks, pins, sums; /* as named, checked; empty: not given */
    struct text_list load;    /* loaded already: see kernel_options.h */
    const char *launcher;     /* words; NULL: mpirun, else mpiexec */
    const char *row;          /* this process is a row of somebody's comparison: see compare/way.h */
};
extern const struct option_table way_table;

struct measure_options {
    struct option_number repeat; /* not set: by time */
    struct option_real stall;    /* seconds without a sign of life */
};
extern const struct option_table measure_table;

struct timings_options {
    const char *save, *against;
    struct option_real rtol;
};
extern const struct option_table timings_table;

#endif
