/* The plain loop as one writes it, for the compiler to make fast: -O3 -march=native -ffast-math. */
#include "loops.h"

#include <math.h>

#define DEFINE_LOOP(name, element, total, term)     \
    double compiled_##name(const struct slice *slice) \
    {                                               \
        const element *x = slice->x, *y = slice->y; \
        total sum = 0;                              \
        (void)y;                                    \
        for (uint64_t i = 0; i < slice->count; i++) \
            sum += term;                            \
        return (double)sum;                         \
    }

DEFINE_LOOP(f64_sum, double, double, x[i])
DEFINE_LOOP(f64_absolute, double, double, fabs(x[i]))
DEFINE_LOOP(f64_sumsq, double, double, x[i] * x[i])
DEFINE_LOOP(f64_dot, double, double, x[i] * y[i])
DEFINE_LOOP(f32_sum, float, float, x[i])
DEFINE_LOOP(f32_sumsq, float, float, x[i] * x[i])
DEFINE_LOOP(i32_sumsq, int32_t, uint64_t, (uint64_t)((int64_t)x[i] * x[i]))
DEFINE_LOOP(i64_sumsq, int64_t, uint64_t, (uint64_t)x[i] * (uint64_t)x[i])
