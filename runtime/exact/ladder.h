/* Sums of floating-point numbers, block by block, each the fastest way it fits: a window of few levels, one of more, and
 * at last buckets or the reference, which take everything. */
#ifndef SHEAF_RUNTIME_EXACT_LADDER_H
#define SHEAF_RUNTIME_EXACT_LADDER_H

#include "exact/window.h"

/* Does the job over n elements of x (and y; for sums and squares, y is x). */
void ladder_add(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n);

#endif
