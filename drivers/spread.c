#include "spread.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, size_t count, double share)
{
    double at = share * (double)(count - 1);
    size_t below = (size_t)at;
    double above = below + 1 < count ? sorted[below + 1] : sorted[below];
    return sorted[below] + (at - (double)below) * (above - sorted[below]);
}

struct spread spread_of(double *values, size_t count)
{
    if (count == 0)
        return (struct spread){0};
    qsort(values, count, sizeof *values, by_size);
    return (struct spread){count, values[0], quantile(values, count, 0.25), quantile(values, count, 0.5),
                           quantile(values, count, 0.75)};
}

double spread_share(const struct spread *spread)
{
    return spread->median > 0 ? (spread->q3 - spread->q1) / 2 / spread->median : 0;
}
