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
    const double *edges; /* count + 1 of them, or NULL: worked out each time; see bins_remember */
};

/* Finite lo <= hi, 1 <= count < 2^30. Where lo == hi both move out by 0.5, as in numpy, or to the next double. */
struct bins bins_make(double lo, double hi, int64_t count);

double bins_edge(const struct bins *bins, int64_t i);

/* Keeps the edges in `edges`, which has room for count + 1 and lives as long as *bins: worth it for many numbers. */
void bins_remember(struct bins *bins, double *edges);

/* bins_find for a number that may be on an edge. */
int64_t bins_find_near_edge(const struct bins *bins, double x);

/* The bin with edge i <= x < edge i + 1 exactly, for lo <= x <= hi; hi is in the last bin. */
static inline int64_t bins_find(const struct bins *bins, double x)
{
    double place = (x * bins->scale - bins->scaled_lo) * bins->per_width;
    if (place < (double)bins->count) {
        int64_t i = (int64_t)place;
        double rest = place - (double)i;
        if (rest > bins->error && rest < 1 - bins->error)
            return i;
    }
    return bins_find_near_edge(bins, x);
}

#endif
