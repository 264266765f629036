/* A trial: one sum over one data set, exactly with each instruction set, and as the two plain loops, in turns. */
#ifndef BENCH_TRIAL_H
#define BENCH_TRIAL_H

#include "crew.h"
#include "dataset.h"
#include "spread.h"
#include "subject.h"

/* Where the data lie when they are read again. */
enum place { PLACE_DRAM, PLACE_L3, PLACE_L2, PLACE_COUNT };
/* "dram", "l3", "l2". */
const char *place_name(enum place place);

struct trial {
    const struct subject *subject;
    enum dataset dataset;
    enum place place;
    uint64_t bytes;   /* that one thread reads; of both inputs together where there are two */
    unsigned threads;
};

/* "f64 sum dram 1 thread", "f64 sum 61 binades dram 2 threads"; kept until the program ends. */
const char *trial_name(const struct trial *trial);

struct conditions {
    const char *const *cpus; /* instruction sets, the first one being the measure of the others' bits */
    size_t cpu_count;
    size_t rounds;           /* that count, after one that does not */
    uint64_t run_bytes;      /* exact sums are fed in runs of so much; 0: in one call */
    double least_s;          /* small data are read again and again for so long */
    bool huge;               /* pages, where the system has them; otherwise as malloc gives them */
    bool busy;               /* seconds of the processor, not of the clock: for a machine that others use as well */
};

/* One instruction set's part of a trial. */
struct figure {
    struct trial trial;
    const char *cpu;
    double goal; /* the ratio to reach; 0: none */
    bool met;
    struct spread seconds;       /* of one reading of the data */
    struct spread over_compiled; /* the compiler's loop's seconds in parts of these, round by round: 1 is as fast */
    struct spread over_unrolled; /* the same of the unrolled loop */
};
/* All threads together. */
double figure_bytes_per_s(const struct figure *figure);

/* Fills figures[conditions->cpu_count]. SHEAF_MEMORY; SHEAF_INTERNAL: two instruction sets gave other bits. */
SHEAF_MUST_USE enum sheaf_status trial_measure(const struct trial *trial, const struct conditions *conditions,
                                               struct crew *crew, struct figure *figures, struct sheaf_error *err);

/* What is to be reached: goal and met. */
void figure_judge(struct figure *figure);

#endif
