/* Floating-point sums as everybody else computes them: every addition rounds, so that the answer depends on the order.
 * For the kernels that say so: fast.c, fixed.c. */
#ifndef SHEAF_KERNELS_PLAIN_H
#define SHEAF_KERNELS_PLAIN_H

#include "base/isa.h"

enum plain_term { PLAIN_VALUE, PLAIN_ABSOLUTE, PLAIN_SQUARE, PLAIN_PRODUCT, PLAIN_TERMS };

/* Term number k, counted from the first ever added, goes to lane k mod PLAIN_LANES: what a lane holds does not depend
 * on tiles or on the instruction set. All zeros is the sum of nothing. */
enum { PLAIN_LANES = 32 };
struct plain {
    uint64_t count;
    double lane[PLAIN_LANES];
};

/* Adds the terms of rows first .. first + rows - 1; elements that are no doubles are rounded to such. */
typedef void plain_adder(struct plain *plain, enum plain_term term, const struct sheaf_column *columns, uint64_t first,
                         uint64_t rows);
#define PLAIN_DECLARE(isa) plain_adder plain_add_##isa;
PLAIN_DECLARE(portable)
SHEAF_ISAS(PLAIN_DECLARE)

void plain_merge(struct plain *into, const struct plain *from);
/* Lanes added in pairs. */
double plain_total(const struct plain *plain);

/* What a kernel makes of a total. */
enum plain_answer { PLAIN_TOTAL, PLAIN_ROOT, PLAIN_MEAN };
/* Adds `name` to `result`; the mean of no rows is null. */
enum sheaf_status plain_report(const char *name, enum plain_answer answer, double total, uint64_t rows,
                               struct sheaf_result *result);

/* What the kernels of a file are made of, by its functions
 *
 *     map(state, adder, term, batch, err) and report(name, answer, state, result, err):
 *
 * map_TERM_ISA, variants_TERM and finish_NAME. */
#define PLAIN_MAP(isa, TERM)                                                                               \
    static enum sheaf_status map_##TERM##_##isa(void *state, const struct sheaf_batch *batch,              \
                                                const struct sheaf_args *args, struct sheaf_error *err)    \
    {                                                                                                      \
        (void)args;                                                                                        \
        return map(state, plain_add_##isa, PLAIN_##TERM, batch, err);                                      \
    }
#define PLAIN_MAPS(isa) PLAIN_MAP(isa, VALUE) PLAIN_MAP(isa, ABSOLUTE) PLAIN_MAP(isa, SQUARE) PLAIN_MAP(isa, PRODUCT)

#define PLAIN_VARIANT_VALUE(isa) {#isa, map_VALUE_##isa},
#define PLAIN_VARIANT_ABSOLUTE(isa) {#isa, map_ABSOLUTE_##isa},
#define PLAIN_VARIANT_SQUARE(isa) {#isa, map_SQUARE_##isa},
#define PLAIN_VARIANT_PRODUCT(isa) {#isa, map_PRODUCT_##isa},
#define PLAIN_VARIANTS(TERM)                                                                               \
    static const struct sheaf_variant variants_##TERM[] = {SHEAF_ISAS(PLAIN_VARIANT_##TERM){NULL, NULL}};

#define PLAIN_FINISH(NAME, answer)                                                                         \
    static enum sheaf_status finish_##NAME(const void *state, const struct sheaf_args *args,               \
                                           const struct sheaf_finish *finishing,                           \
                                           struct sheaf_result *result, struct sheaf_error *err)           \
    {                                                                                                      \
        (void)args, (void)finishing;                                                                       \
        return report(#NAME, answer, state, result, err);                                                  \
    }

#define PLAIN_KERNEL_FUNCTIONS                                                                             \
    PLAIN_MAPS(portable)                                                                                   \
    SHEAF_ISAS(PLAIN_MAPS)                                                                                 \
    PLAIN_VARIANTS(VALUE)                                                                                  \
    PLAIN_VARIANTS(ABSOLUTE)                                                                               \
    PLAIN_VARIANTS(SQUARE)                                                                                 \
    PLAIN_VARIANTS(PRODUCT)                                                                                \
    PLAIN_FINISH(sum, PLAIN_TOTAL)                                                                         \
    PLAIN_FINISH(sumsq, PLAIN_TOTAL)                                                                       \
    PLAIN_FINISH(norm1, PLAIN_TOTAL)                                                                       \
    PLAIN_FINISH(norm2, PLAIN_ROOT)                                                                        \
    PLAIN_FINISH(mean, PLAIN_MEAN)                                                                         \
    PLAIN_FINISH(dot, PLAIN_TOTAL)

#endif
