/* What the kernels built on exact sums share: one state, one map per kind of sum, how sums are reported, and most of a
 * descriptor. */
#ifndef SHEAF_KERNELS_SUMS_H
#define SHEAF_KERNELS_SUMS_H

#include "arithmetic.h"

/* Int64 and nothing else, so that states add (SHEAF_LAW_ADD64): one sum or more, of the arithmetic of the columns. A NaN
 * in any column is in part 0. */
struct sums {
    int64_t rows;
    int64_t part[];
};

void *sums_part(struct sums *sums, const struct sheaf_args *args, unsigned i);
const void *sums_get(const struct sums *sums, const struct sheaf_args *args, unsigned i);

size_t sums_size_one(const struct sheaf_args *args);
size_t sums_size_two(const struct sheaf_args *args);

typedef enum sheaf_status sums_map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                   struct sheaf_error *err);
sums_map sums_map_plain;    /* part 0: x */
sums_map sums_map_absolute; /* part 0: |x| */
sums_map sums_map_squares;  /* part 0: x^2 */
sums_map sums_map_products; /* part 0: x y */
sums_map sums_map_moments;  /* part 0: x, part 1: x^2 */

typedef enum sheaf_status sums_merge(void *into, const void *from, const struct sheaf_args *args,
                                     struct sheaf_error *err);
sums_merge sums_merge_one;
sums_merge sums_merge_two;

bool sums_may_hold_nan(const void *state, const struct sheaf_args *args);

/* Adds an entry called `name` to `result`. */
typedef enum sheaf_status sums_report(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                      struct sheaf_result *result);
sums_report sums_report_total; /* part 0; all digits if the columns are of integers or decimals */
sums_report sums_report_mean;  /* of part 0; null without rows */

/* Something squared over a number of degrees of freedom, at least 1; that of parts 0 and 1, x and x^2. */
typedef double sums_spread(const struct sums *sums, const struct sheaf_args *args, uint64_t divisor);
sums_spread sums_deviation;
/* How much less than the rows the divisor is. */
enum sums_spread_of { SUMS_POPULATION = 0, SUMS_SAMPLE = 1 };
/* Null if there are too few rows. */
enum sheaf_status sums_report_spread(const char *name, const struct sums *sums, const struct sheaf_args *args,
                                     sums_spread *spread, enum sums_spread_of of, struct sheaf_result *result);

/* Defines NAME_finish, which reports the entry NAME; what is given behind `report` is given to it, before the result. */
#define SUMS_FINISH(NAME, report, ...)                                                                     \
    static enum sheaf_status NAME##_finish(const void *state, const struct sheaf_args *args,               \
                                           const struct sheaf_finish *finish, struct sheaf_result *result, \
                                           struct sheaf_error *err)                                        \
    {                                                                                                      \
        (void)finish, (void)err;                                                                           \
        return report(#NAME, state, args, ##__VA_ARGS__, result);                                          \
    }

/* The descriptor of a kernel of `inputs` columns that ends with NAME_finish, and its fields that are its own. */
#define SUMS_KERNEL(NAME, inputs, ...)                                                                     \
    {                                                                                                      \
        .abi = SHEAF_KERNEL_ABI, .size = sizeof(struct sheaf_kernel), .name = #NAME, .roles = sums_roles,  \
        .role_count = inputs, .laws = SHEAF_LAW_EXACT | SHEAF_LAW_ADD64, .finish = NAME##_finish,          \
        .may_hold_nan = sums_may_hold_nan,                                                                 \
        __VA_ARGS__                                                                                        \
    }
extern const struct sheaf_role sums_roles[2]; /* x, y */

#endif
