/* The plain loop unrolled by hand: eight vectors of the machine's width (-march=native), products fused with sums. */
#include "loops.h"

#include <string.h>

enum { VECTOR_BYTES = __BIGGEST_ALIGNMENT__, STREAMS = 8, AHEAD_BYTES = 4096 };

typedef double f64s __attribute__((vector_size(VECTOR_BYTES)));
typedef float f32s __attribute__((vector_size(VECTOR_BYTES)));
typedef int64_t i64s __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t u64s __attribute__((vector_size(VECTOR_BYTES)));
typedef int32_t i32s __attribute__((vector_size(VECTOR_BYTES / 2))); /* as many as there are 64-bit lanes */

static inline f64s magnitude(f64s x)
{
    return (f64s)((u64s)x & (UINT64_MAX >> 1));
}

static inline u64s widened_square(i32s x)
{
    i64s wide = __builtin_convertvector(x, i64s);
    return (u64s)(wide * wide);
}

/* `vector` holds elements, `sums` their sums, lane by lane; `term` makes a `sums` of vectors a and b. */
#define DEFINE_LOOP(name, element, vector, sums, lane, two, term)                     \
    double unrolled_##name(const struct slice *slice)                                 \
    {                                                                                 \
        enum { STEP = sizeof(vector) / sizeof(element), ROUND = STREAMS * STEP };     \
        const element *x = slice->x, *y = two ? slice->y : slice->x;                  \
        sums part[STREAMS] = {{0}};                                                   \
        uint64_t i = 0;                                                               \
        for (; i + ROUND <= slice->count; i += ROUND) {                               \
            _Pragma("GCC unroll 8") for (unsigned k = 0; k < STREAMS; k++)            \
            {                                                                         \
                vector a, b;                                                          \
                __builtin_prefetch((const char *)(x + i + k * STEP) + AHEAD_BYTES);   \
                if (two)                                                              \
                    __builtin_prefetch((const char *)(y + i + k * STEP) + AHEAD_BYTES); \
                memcpy(&a, x + i + k * STEP, sizeof a);                               \
                memcpy(&b, y + i + k * STEP, sizeof b);                               \
                part[k] += term;                                                      \
            }                                                                         \
        }                                                                             \
        for (; i < slice->count; i++) {                                               \
            vector a = {x[i]}, b = {y[i]};                                            \
            part[0] += term;                                                          \
        }                                                                             \
        lane sum = 0;                                                                 \
        for (unsigned k = 0; k < STREAMS; k++)                                        \
            for (unsigned j = 0; j < sizeof(sums) / sizeof(lane); j++)                \
                sum += part[k][j];                                                    \
        return (double)sum;                                                           \
    }

DEFINE_LOOP(f64_sum, double, f64s, f64s, double, 0, ((void)b, a))
DEFINE_LOOP(f64_absolute, double, f64s, f64s, double, 0, ((void)b, magnitude(a)))
DEFINE_LOOP(f64_sumsq, double, f64s, f64s, double, 0, ((void)b, a *a))
DEFINE_LOOP(f64_dot, double, f64s, f64s, double, 1, a *b)
DEFINE_LOOP(f32_sum, float, f32s, f32s, float, 0, ((void)b, a))
DEFINE_LOOP(f32_sumsq, float, f32s, f32s, float, 0, ((void)b, a *a))
DEFINE_LOOP(i32_sumsq, int32_t, i32s, u64s, uint64_t, 0, ((void)b, widened_square(a)))
DEFINE_LOOP(i64_sumsq, int64_t, i64s, u64s, uint64_t, 0, ((void)b, (u64s)a * (u64s)a))
