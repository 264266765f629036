/* Floating-point sums as everybody else computes them: every addition rounds, so that the answer depends on the order.
 * For the kernels that say so: fast.c, fixed.c. */
#ifndef SHEAF_KERNELS_ROUNDED_H
#define SHEAF_KERNELS_ROUNDED_H

#include "base/isa.h"

#ifdef __FAST_MATH__
#error "sums in a fixed order need strict floating point: compile without -ffast-math"
#endif

enum rounded_term { ROUNDED_VALUE, ROUNDED_ABSOLUTE, ROUNDED_SQUARE, ROUNDED_PRODUCT, ROUNDED_TERMS };

/* Term number k, counted from the first ever added, goes to lane k mod ROUNDED_LANES: what a lane holds does not depend
 * on tiles or on the instruction set. All zeros is the sum of nothing. */
enum { ROUNDED_LANES = 32 };
struct rounded {
    uint64_t count;
    double lane[ROUNDED_LANES];
};

/* Adds the terms of rows first .. first + rows - 1; elements that are no doubles are rounded to such. */
typedef void rounded_adder(struct rounded *rounded, enum rounded_term term, const struct sheaf_column *columns,
                           uint64_t first, uint64_t rows);
#define ROUNDED_DECLARE(isa) rounded_adder rounded_add_##isa;
ROUNDED_DECLARE(portable)
SHEAF_ISAS(ROUNDED_DECLARE)

void rounded_merge(struct rounded *into, const struct rounded *from);
/* Lanes added in pairs. */
double rounded_total(const struct rounded *rounded);

/* What a kernel makes of a total. */
enum rounded_answer { ROUNDED_TOTAL, ROUNDED_ROOT, ROUNDED_MEAN };
/* Adds `name` to `result`; the mean of no rows is null, a NaN is the one NaN of all kernels. */
enum sheaf_status rounded_report(const char *name, enum rounded_answer answer, double total, uint64_t rows,
                                 struct sheaf_result *result);

/* What the kernels of a file are made of, by its functions
 *
 *     map(state, adder, term, batch, err) and report(name, answer, state, result, err):
 *
 * map_TERM_ISA, variants_TERM and finish_NAME. */
#define ROUNDED_MAP(isa, TERM)                                                                             \
    static enum sheaf_status map_##TERM##_##isa(void *state, const struct sheaf_batch *batch,              \
                                                const struct sheaf_args *args, struct sheaf_error *err)    \
    {                                                                                                      \
        (void)args;                                                                                        \
        return map(state, rounded_add_##isa, ROUNDED_##TERM, batch, err);                                  \
    }
#define ROUNDED_MAPS(isa)                                                                                  \
    ROUNDED_MAP(isa, VALUE)                                                                                \
    ROUNDED_MAP(isa, ABSOLUTE)                                                                             \
    ROUNDED_MAP(isa, SQUARE)                                                                               \
    ROUNDED_MAP(isa, PRODUCT)

#define ROUNDED_VARIANT_VALUE(isa) {#isa, map_VALUE_##isa},
#define ROUNDED_VARIANT_ABSOLUTE(isa) {#isa, map_ABSOLUTE_##isa},
#define ROUNDED_VARIANT_SQUARE(isa) {#isa, map_SQUARE_##isa},
#define ROUNDED_VARIANT_PRODUCT(isa) {#isa, map_PRODUCT_##isa},
#define ROUNDED_VARIANTS(TERM)                                                                             \
    static const struct sheaf_variant variants_##TERM[] = {SHEAF_ISAS(ROUNDED_VARIANT_##TERM){NULL, NULL}};

#define ROUNDED_FINISH(NAME, kind, answer)                                                                 \
    static enum sheaf_status finish_##NAME(const void *state, const struct sheaf_args *args,               \
                                           const struct sheaf_finish *finishing,                           \
                                           struct sheaf_result *result, struct sheaf_error *err)           \
    {                                                                                                      \
        (void)args, (void)finishing;                                                                       \
        return report(#NAME kind, answer, state, result, err);                                             \
    }

#define ROUNDED_KERNEL_FUNCTIONS(kind)                                                                     \
    ROUNDED_MAPS(portable)                                                                                 \
    SHEAF_ISAS(ROUNDED_MAPS)                                                                               \
    ROUNDED_VARIANTS(VALUE)                                                                                \
    ROUNDED_VARIANTS(ABSOLUTE)                                                                             \
    ROUNDED_VARIANTS(SQUARE)                                                                               \
    ROUNDED_VARIANTS(PRODUCT)                                                                              \
    ROUNDED_FINISH(sum, kind, ROUNDED_TOTAL)                                                               \
    ROUNDED_FINISH(sumsq, kind, ROUNDED_TOTAL)                                                             \
    ROUNDED_FINISH(norm1, kind, ROUNDED_TOTAL)                                                             \
    ROUNDED_FINISH(norm2, kind, ROUNDED_ROOT)                                                              \
    ROUNDED_FINISH(mean, kind, ROUNDED_MEAN)                                                               \
    ROUNDED_FINISH(dot, kind, ROUNDED_TOTAL)

#endif
