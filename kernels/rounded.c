#include "rounded.h"

#include <math.h>

void rounded_merge(struct rounded *into, const struct rounded *from)
{
    into->count += from->count;
    for (unsigned i = 0; i < ROUNDED_LANES; i++)
        into->lane[i] += from->lane[i];
}

double rounded_total(const struct rounded *rounded)
{
    struct rounded sum = *rounded;
    for (unsigned half = ROUNDED_LANES / 2; half > 0; half /= 2)
        for (unsigned i = 0; i < half; i++)
            sum.lane[i] += sum.lane[i + half];
    return sum.lane[0];
}

enum sheaf_status rounded_report(const char *name, enum rounded_answer answer, double total, uint64_t rows,
                                 struct sheaf_result *result)
{
    if (answer == ROUNDED_MEAN && rows == 0)
        return sheaf_result_null(result, name);
    if (answer == ROUNDED_MEAN)
        total /= (double)rows;
    if (answer == ROUNDED_ROOT)
        total = sqrt(total);
    if (isnan(total))
        total = NAN;
    return sheaf_result_real(result, name, total);
}
