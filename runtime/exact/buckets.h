/* Sums of floating-point numbers of any exponents. */
#ifndef SHEAF_RUNTIME_EXACT_BUCKETS_H
#define SHEAF_RUNTIME_EXACT_BUCKETS_H

#include "exact/window.h"

/* Does the job over any n elements. Products, and few of anything, go through the reference. */
void buckets_add(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n);

#endif
