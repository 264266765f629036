#include "exact/buckets.h"

#include "exact/plain.h"

void buckets_add(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n)
{
    enum sheaf_type type = job < WINDOW_SUM_F32 ? SHEAF_F64 : SHEAF_F32;
    switch (job) {
    case WINDOW_SUM_F64:
    case WINDOW_SUM_F32: plain_add(into, type, x, n); break;
    case WINDOW_ABSOLUTE_F64:
    case WINDOW_ABSOLUTE_F32: plain_add_absolute(into, type, x, n); break;
    case WINDOW_SQUARES_F64:
    case WINDOW_SQUARES_F32: plain_add_squares(into, type, x, n); break;
    default: plain_add_products(into, type, x, type, y, n); break;
    }
}
