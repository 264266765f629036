/* Sums of floating-point numbers of any exponents: a bucket for each sign and some neighbouring exponents.
 *
 * As in the small accumulator of Neal (arXiv 1505.05571), a significand is shifted to its place in the bucket and added
 * in two parts, which one instruction adds at once. So a number costs one addition in memory whatever its exponent is,
 * and there are so few buckets that emptying them into the limbs, once in a block, costs next to nothing. A product has
 * 106 bits and goes into a bucket of four parts. */
#ifndef SHEAF_RUNTIME_EXACT_BUCKETS_H
#define SHEAF_RUNTIME_EXACT_BUCKETS_H

#include "exact/window.h"

/* Does the job over n <= WINDOW_BLOCK elements. Few of anything go through the reference. */
void buckets_add(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n);

/* ---- variants of the inner part ----------------------------------------------------------------------------- */

enum {
    BUCKETS_EACH = 128, /* of positive numbers, before as many of negative ones */
    BUCKETS_OF_SUM = 16, BUCKETS_OF_PRODUCTS = 32, /* exponents that share a bucket */
    BUCKETS_PART = 43, /* bits of the lower of two parts */
    BUCKETS_CUT = 52, /* bits of the lower of a product's two pieces, each of which has two parts */
    BUCKETS_PARTS = 4
};

/* Bucket b's parts, two in a sum, four in a sum of products, lie behind one another. A part that is added is below 2^43,
 * so that a block's do not overflow. */
struct buckets {
    uint64_t part[2 * BUCKETS_EACH * BUCKETS_PARTS] __attribute__((aligned(64)));
};

enum { BUCKETS_CHUNK = 512 };

/* Elements that were left out: numbers, or the factors of products (else `y` is meaningless). */
struct buckets_rest {
    uint64_t count;
    double x[2 * BUCKETS_CHUNK], y[2 * BUCKETS_CHUNK];
};

/* Add x[0] + ... + x[n - 1], or their absolute values, squares, or x[0] y[0] + ... + x[n - 1] y[n - 1]; y may be x, and
 * counts for products only. What holds a subnormal, an infinity or NaN is appended to the rest. n <= BUCKETS_CHUNK, and
 * the rest is not longer than that. */
typedef void buckets_step(struct buckets *buckets, const double *x, const double *y, uint64_t n,
                          struct buckets_rest *rest);
typedef buckets_step *const buckets_table[WINDOW_SUM_F32]; /* for jobs over f64 */
#define BUCKETS_DECLARE(isa) extern buckets_table buckets_##isa;
BUCKETS_DECLARE(portable)
SHEAF_ISAS(BUCKETS_DECLARE)
SHEAF_ISA_AVX512IFMA(BUCKETS_DECLARE)

#endif
