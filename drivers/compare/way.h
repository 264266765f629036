/* The rows of a comparison before they are measured: ways to compute, and plain readings of the same bytes with the same
 * number of workers, which say what the machine could do at best. */
#ifndef DRIVERS_COMPARE_WAY_H
#define DRIVERS_COMPARE_WAY_H

#include "compare/options.h"
#include "kernel_options.h"

enum way_kind {
    WAY_PLAN,   /* a kernel under a strategy */
    WAY_PREAD,  /* the files by pread, looked at line by line */
    WAY_MMAP,   /* the files mapped piece by piece, looked at, unmapped again */
    WAY_MEMORY, /* anonymous memory, looked at */
    WAY_KINDS
};

struct way {
    enum way_kind kind;
    const char *strategy, *merge, *pin; /* NULL: left to the plan, or of no meaning */
    const char *sums;     /* the form of the kernels, see kernel_choice_take_sums; NULL: exact */
    unsigned ranks;       /* 0: no launcher */
    unsigned workers;     /* in each rank; in all without ranks */
    uint64_t block_bytes; /* 0: left to the plan. WAY_MEMORY: bytes to hold */
    const char *skip;     /* NULL, or why it cannot be a row */
};

/* An entry of --workers: N in all, or RxT. */
struct shape {
    unsigned ranks, threads; /* ranks 0: `threads` in all */
};
SHEAF_MUST_USE enum sheaf_status shape_parse(const char *text, struct shape *shape, struct sheaf_error *err);

/* Growing; all zeros is empty. */
struct ways {
    struct way *items;
    size_t count, capacity;
};

/* Every combination that the options name, serial among them. What cannot be is one way that says so; `no_launcher` is
 * why no ranks can be started, or NULL. */
void ways_make(struct ways *ways, const struct way_options *options, const struct kernel_choice *choice,
               const char *no_launcher);
/* Do answers of this way change with the cut? */
bool way_is_rounded(const struct way *way);

/* Adds the readings for each number of workers among the ways: of the files, if there are any, and of memory, at most
 * `memory_each` bytes and `memory_all` in all of them together. */
void ways_add_readings(struct ways *ways, bool files, uint64_t memory_each, uint64_t memory_all);

/* In all ranks together. */
unsigned way_workers(const struct way *way);

/* "pread" and the like. */
const char *way_kind_name(enum way_kind kind);

/* A way as one word, and back: how a row's process is told what it is. False: no such word. */
const char *way_text(const struct way *way);
bool way_parse(const char *text, struct way *way);

#endif
