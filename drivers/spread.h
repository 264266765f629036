/* Some numbers in short: what a table says of repeated measurements. */
#ifndef DRIVERS_SPREAD_H
#define DRIVERS_SPREAD_H

#include <stddef.h>

/* Quartiles are interpolated linearly (R type 7). */
struct spread {
    size_t count; /* 0: nothing is known */
    double least, q1, median, q3;
};

/* Sorts `values`. */
struct spread spread_of(double *values, size_t count);
/* Half of what lies between the quartiles, in parts of the median. */
double spread_share(const struct spread *spread);

#endif
