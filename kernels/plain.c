#include "plain.h"

#include <math.h>

void plain_merge(struct plain *into, const struct plain *from)
{
    into->count += from->count;
    for (unsigned i = 0; i < PLAIN_LANES; i++)
        into->lane[i] += from->lane[i];
}

double plain_total(const struct plain *plain)
{
    struct plain sum = *plain;
    for (unsigned half = PLAIN_LANES / 2; half > 0; half /= 2)
        for (unsigned i = 0; i < half; i++)
            sum.lane[i] += sum.lane[i + half];
    return sum.lane[0];
}

enum sheaf_status plain_report(const char *name, enum plain_answer answer, double total, uint64_t rows,
                               struct sheaf_result *result)
{
    if (answer == PLAIN_MEAN && rows == 0)
        return sheaf_result_null(result, name);
    if (answer == PLAIN_MEAN)
        total /= (double)rows;
    if (answer == PLAIN_ROOT)
        total = sqrt(total);
    return sheaf_result_real(result, name, total);
}
