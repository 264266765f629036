/* Sums of floating-point numbers of any exponents: one bucket for each.
 *
 * The large accumulator of Neal (arXiv 1505.05571): the significands of numbers with the same sign and exponent are
 * integers of 53 bits, and 2^11 of them are added without a carry out of 64 bits. Whatever the exponents are, a number
 * costs one addition in memory. After 2^11 numbers the buckets are emptied into the limbs, 32 of them at a time. Squares
 * have 106 bits and go into two buckets. */
#ifndef SHEAF_RUNTIME_EXACT_BUCKETS_H
#define SHEAF_RUNTIME_EXACT_BUCKETS_H

#include "exact/window.h"

/* Does the job over any n elements. Few of anything, and products of f64, go through the reference. */
void buckets_add(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n);

/* ---- variants of the inner part ----------------------------------------------------------------------------- */

enum { BUCKETS_CHUNK = 2048, BUCKETS_EXPONENTS = 2048 };

/* Two for each exponent; all zeros between calls. The two of a square must not lie a multiple of 4 KiB apart: processors
 * compare addresses by their low 12 bits when they look for an earlier store to wait for. */
enum { BUCKETS_APART = 264 };
struct buckets {
    uint64_t bucket[2 * BUCKETS_EXPONENTS + BUCKETS_APART];
};

/* Add x[0] + ... + x[n - 1], or the squares, without carrying: to any limb less than 2^37 in size. What is subnormal,
 * infinite or NaN is left out and stored, up to n elements, in `rest`; its length is returned. n <= BUCKETS_CHUNK. */
typedef uint64_t buckets_step(int64_t *limb, struct buckets *buckets, const double *x, uint64_t n, double *rest);
#define BUCKETS_DECLARE(isa) buckets_step buckets_sum_##isa, buckets_squares_##isa;
BUCKETS_DECLARE(portable)
SHEAF_ISAS(BUCKETS_DECLARE)

#endif
