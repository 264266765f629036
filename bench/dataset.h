/* What the measured sums run over; all of it follows from the library's generators. */
#ifndef BENCH_DATASET_H
#define BENCH_DATASET_H

#include <sheaf/source.h>

enum dataset {
    DATASET_UNIFORM, /* gen:uniform, gen:uniform32, gen:ints: f64 and f32 in [0, 1), integers over their whole range */
    DATASET_BINADES, /* f64: gen:wide with its exponents drawn from 61 binades, 2^-30 to 2^30 */
    DATASET_WHOLE,   /* f64: gen:wide, random exponents over the whole finite range */
    DATASET_COUNT
};

/* "uniform", "61 binades", "whole range". */
const char *dataset_name(enum dataset dataset);
/* Are there elements of this type? */
bool dataset_has(enum dataset dataset, enum sheaf_type type);

/* Writes `count` elements to `out`; another seed makes other ones. Thread safe. */
SHEAF_MUST_USE enum sheaf_status dataset_fill(enum dataset dataset, enum sheaf_type type, uint64_t seed, uint64_t count,
                                              void *out, struct sheaf_error *err);

#endif
