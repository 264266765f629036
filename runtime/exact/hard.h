/* Sums and statistics with known answers that floating-point arithmetic gets wrong. */
#ifndef SHEAF_RUNTIME_EXACT_HARD_H
#define SHEAF_RUNTIME_EXACT_HARD_H

#include "exact/limbs.h"

/* The first case that gives other bits than it should, or NULL. */
struct hard_failure {
    const char *name;
    double got, expected;
};
const struct hard_failure *hard_check(struct hard_failure *failure);

/* How many cases there are. */
unsigned hard_count(void);

#endif
