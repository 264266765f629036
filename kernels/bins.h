/* Equal intervals between two numbers: where their edges are and which one holds a number. */
#ifndef SHEAF_KERNELS_BINS_H
#define SHEAF_KERNELS_BINS_H

#include <stdint.h>

/* `count` bins over [lo, hi]; edge i is lo + i * (hi - lo) / count in double arithmetic, edge 0 is lo and edge `count`
 * hi; no edge is below the one before it. A pure function of lo, hi and count, the same on every machine. */
struct bins {
    double lo, hi;
    int64_t count;
    /* derived */
    double scale, unscale; /* a power of two that keeps hi - lo and its multiples finite, and its inverse */
    double scaled_lo, scaled_width;
    double per_width; /* bins per unit of scaled width */
    double error;     /* bound on how far arithmetic misplaces a number among the edges, in bins */
};

/* Finite lo <= hi, 1 <= count < 2^30. Where lo == hi both move out by 0.5, as in numpy, or to the next double. */
struct bins bins_make(double lo, double hi, int64_t count);

double bins_edge(const struct bins *bins, int64_t i);

/* The bin with edge i <= x < edge i + 1 exactly, for lo <= x <= hi; hi is in the last bin. */
int64_t bins_find(const struct bins *bins, double x);

#endif
