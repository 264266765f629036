#include "bins.h"

#include "widen.h"

#include <math.h>

static void widen(double *lo, double *hi)
{
    double below = *lo - 0.5, above = *hi + 0.5;
    if (below == *lo)
        below = double_before(*lo);
    if (above == *hi)
        above = double_after(*hi);
    *lo = isinf(below) ? *lo : below;
    *hi = isinf(above) ? *hi : above;
}

struct bins bins_make(double lo, double hi, int64_t count)
{
    lo += 0.0; /* no negative zeros among the edges */
    hi += 0.0;
    if (lo == hi)
        widen(&lo, &hi);
    struct bins bins = {.lo = lo, .hi = hi, .count = count};
    double larger = fabs(lo) > fabs(hi) ? fabs(lo) : fabs(hi);
    bins.scale = larger < 0x1p960 ? 1 : 0x1p-64;
    bins.unscale = 1 / bins.scale;
    bins.scaled_lo = lo * bins.scale;
    bins.scaled_width = hi * bins.scale - bins.scaled_lo;
    bins.per_width = (double)count / bins.scaled_width;
    /* In units of one bin, and with u = 2^-53: the place (x - lo) * per_width is off by at most 4.1 u count (four
     * roundings), an edge by 3.1 u count (multiple, quotient, width) and u larger / (width / count) (the last sum).
     * Near the subnormal numbers roundings are not relative; what is that narrow is searched. */
    bins.error = 0x1p-53 * (double)count * (8 + 2 * larger * bins.scale / bins.scaled_width);
    if (!(bins.scaled_width > 0x1p-900))
        bins.error = INFINITY;
    return bins;
}

double bins_edge(const struct bins *bins, int64_t i)
{
    if (bins->edges)
        return bins->edges[i];
    if (i <= 0)
        return bins->lo;
    if (i >= bins->count)
        return bins->hi;
    /* Not above hi: i width / count is less than the width by a part in `count`, far more than roundings add. */
    return (bins->scaled_lo + (double)i * bins->scaled_width / (double)bins->count) * bins->unscale;
}

void bins_remember(struct bins *bins, double *edges)
{
    for (int64_t i = 0; i <= bins->count; i++)
        edges[i] = bins_edge(bins, i);
    bins->edges = edges;
}

/* The last bin whose lower edge is not above x. */
static int64_t search(const struct bins *bins, double x)
{
    int64_t low = 0, high = bins->count - 1;
    while (low < high) {
        int64_t middle = low + (high - low + 1) / 2;
        if (bins_edge(bins, middle) <= x)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

int64_t bins_find_near_edge(const struct bins *bins, double x)
{
    if (bins->error >= 0.5)
        return search(bins, x);
    double place = (x * bins->scale - bins->scaled_lo) * bins->per_width;
    int64_t i = place < (double)bins->count ? (int64_t)place : bins->count - 1; /* the bin, or one beside it */
    if (x < bins_edge(bins, i))
        return i - 1;
    return i + 1 < bins->count && x >= bins_edge(bins, i + 1) ? i + 1 : i;
}
