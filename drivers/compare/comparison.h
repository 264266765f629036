/* A comparison as data: rows, what each repetition of them took, and the figures that follow. */
#ifndef DRIVERS_COMPARE_COMPARISON_H
#define DRIVERS_COMPARE_COMPARISON_H

#include "compare/way.h"
#include "compare/wire.h"
#include "spread.h"

enum row_state {
    ROW_SKIPPED,  /* cannot be: `why` */
    ROW_STANDING, /* its process is there, or was until the end */
    ROW_FAILED    /* was lost: `why` */
};

struct row {
    struct way way;
    enum row_state state;
    const char *why;
    struct row_plan plan; /* unless skipped */
    struct repetition *repetitions; /* those that count */
    size_t count, capacity;
    bool differs;         /* some repetition's bits are not those of the first serial row */
    struct spread before; /* seconds in the file of --against */
    bool moved;           /* since then, and more than noise */
};

struct comparison {
    const char *kernels;
    struct text_list inputs;
    uint64_t input_bytes;  /* 0: not known before it is read */
    struct row *rows;
    size_t count, base;    /* base: the first serial row, the measure of all */
    bool has_base;
    uint64_t digest;       /* of base's answer */
    uint64_t fixed_digest; /* of the first answer in fixed order; has_fixed: there was one */
    bool has_fixed;
    struct sheaf_tally tally;
};

void row_add_repetition(struct row *row, const struct repetition *repetition);

/* Of one of the seconds of a row's repetitions: offsetof(struct repetition, elapsed_s) and the like. */
struct spread row_spread(const struct row *row, size_t field);
struct spread row_elapsed(const struct row *row);

/* Bytes per second of the median repetition; 0: not measured. */
double row_rate(const struct row *row);
/* The rate of the fastest reading of files with as many workers; 0: there is none. */
double comparison_read_rate(const struct comparison *comparison, const struct row *row);
/* How many times faster than base; 0: not known. */
double comparison_speedup(const struct comparison *comparison, const struct row *row);
uint64_t row_peak_bytes(const struct row *row);

/* What a row is, in words. */
const char *row_label(const struct row *row);

#endif
