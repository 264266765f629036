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
    BUCKETS_CUT = 52, /* bits of the lower of the two pieces of a product */
    BUCKETS_PART = 43, /* bits of the lower of the two parts of a piece, or of a number */
    BUCKETS_PARTS = 4 /* of a product */
};

/* A bucket is two parts in a sum, four in a sum of products. What is added to one is below 2^43, so that those of a block
 * do not overflow. */
struct buckets {
    uint64_t part[2 * BUCKETS_EACH * BUCKETS_PARTS] __attribute__((aligned(64)));
};

enum { BUCKETS_CHUNK = 512 };

/* Elements that were left out: numbers, or the factors of products (else `y` is meaningless). */
struct buckets_rest {
    uint64_t count;
    double x[2 * BUCKETS_CHUNK], y[2 * BUCKETS_CHUNK];
};

/* Does a job over f64, n <= BUCKETS_CHUNK. Elements that hold a subnormal, an infinity or NaN are appended to the rest,
 * which is not longer than BUCKETS_CHUNK. */
typedef void buckets_filler(struct buckets *buckets, enum window_job job, const double *x, const double *y, uint64_t n,
                            struct buckets_rest *rest);
#define BUCKETS_ISAS(X, ...) SHEAF_ISAS(X, __VA_ARGS__) SHEAF_ISA_AVX512IFMA(X, __VA_ARGS__)
#define BUCKETS_DECLARE(isa, ...) buckets_filler buckets_fill_##isa;
BUCKETS_DECLARE(portable, )
BUCKETS_ISAS(BUCKETS_DECLARE, )

#endif
