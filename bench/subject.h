/* What is measured: one kind of sum over elements of one type, exactly and as a plain loop. */
#ifndef BENCH_SUBJECT_H
#define BENCH_SUBJECT_H

#include <sheaf/exact.h>

#include "loops.h"

struct subject {
    const char *name; /* "f64 sum" */
    enum sheaf_type type;
    bool two;         /* inputs */
    void (*add)(struct sheaf_exact *into, enum sheaf_type type, const struct slice *slice);
    plain_loop *compiled, *unrolled;
};

extern const struct subject subjects[];
extern const size_t subject_count;

/* NULL: there is none of that name. */
const struct subject *subject_find(const char *name);
/* The exact sum of a slice, added in runs of `run_bytes`, or, if that is 0, in one call. */
void subject_add(const struct subject *subject, const struct slice *slice, uint64_t run_bytes, struct sheaf_exact *into);

#endif
