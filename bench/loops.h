/* The loops that exact sums are measured against: what a program would do that does not care for the last digits.
 *
 * Sums of f64 and f32 are held in their own type; squares of i32 in 64 bits and of i64 modulo 2^64, where they
 * overflow. None of it is exact; the point is how long it takes. */
#ifndef BENCH_LOOPS_H
#define BENCH_LOOPS_H

#include <stdint.h>

/* Elements that lie one behind the other; y: the second input of dot. */
struct slice {
    const void *x, *y;
    uint64_t count;
};

typedef double plain_loop(const struct slice *slice);

#define LOOPS(X) X(f64_sum) X(f64_absolute) X(f64_sumsq) X(f64_dot) X(f32_sum) X(f32_sumsq) X(i32_sumsq) X(i64_sumsq)

/* compiled_NAME: one accumulator, as the compiler makes it fast (-O3 -march=native -ffast-math).
 * unrolled_NAME: eight vectors wide by hand, without the compiler's leave to reorder. Where data lie in a cache, one
 * accumulator of the compiler's waits for its own additions, and this is two to three times as fast. */
#define DECLARE_LOOPS(name) \
    plain_loop compiled_##name; \
    plain_loop unrolled_##name;
LOOPS(DECLARE_LOOPS)
#undef DECLARE_LOOPS

#endif
