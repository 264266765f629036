/* Order keys of every kind of element: those of binary types are integers (order.h), those of decimals are numbers again.
 * The largest key wins. */
#ifndef SHEAF_KERNELS_EXTREME_H
#define SHEAF_KERNELS_EXTREME_H

#include <sheaf/decimal.h>

#include "order.h"

/* The key of a decimal: -x under MIN, x under MAX, |x| under MAGNITUDE. */
struct decimal_key {
    int64_t rank;               /* 0: no element; 1: -Inf, 2: a number, 3: +Inf, 4: NaN */
    struct sheaf_decimal value; /* of a number */
};

/* The row of a decimal column that has the largest key, the first of equals. `largest` looks at I64. */
uint64_t decimal_largest(order_largest *largest, enum order order, const struct sheaf_column *x, uint64_t rows);
void decimal_key_set(struct decimal_key *out, enum order order, const struct sheaf_column *x, uint64_t rows, uint64_t i);
/* Negative, zero or positive as `a` is below, equal to or above `b`. */
int decimal_key_compare(const struct decimal_key *a, const struct decimal_key *b);
/* Have two rows the same element? All NaN are alike. */
bool decimal_rows_equal(const struct sheaf_column *x, uint64_t rows, uint64_t i, uint64_t j);

/* The largest key so far; zeros are "no element". Only as many bytes as extreme_size says are there. */
struct extreme {
    union {
        uint64_t key;
        struct decimal_key decimal;
    };
};

size_t extreme_size(const struct sheaf_args *args);
void extreme_map(struct extreme *extreme, order_largest *largest, enum order order, const struct sheaf_column *x,
                 uint64_t rows);
void extreme_merge(struct extreme *into, const struct extreme *from, const struct sheaf_args *args);
bool extreme_may_hold_nan(const struct extreme *extreme, enum order order, const struct sheaf_args *args);
/* Adds `name` to `result`: the element, which must be there. */
enum sheaf_status extreme_report(const char *name, const struct extreme *extreme, enum order order,
                                 const struct sheaf_args *args, struct sheaf_result *result);

#endif
