#include "exact/buckets.h"

#include "base/cpu.h"
#include "exact/plain.h"

enum { FEW = 256 }; /* elements for which the reference is faster than emptying buckets */

static enum sheaf_type type_of(enum window_job job)
{
    return job < WINDOW_SUM_F32 ? SHEAF_F64 : SHEAF_F32;
}

static enum window_job wide_job(enum window_job job)
{
    return job < WINDOW_SUM_F32 ? job : job - WINDOW_SUM_F32 + WINDOW_SUM_F64;
}

static void add_plainly(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n)
{
    static void (*const adders[])(struct sheaf_exact *, enum sheaf_type, const void *, uint64_t) = {
        [WINDOW_SUM_F64] = plain_add, [WINDOW_ABSOLUTE_F64] = plain_add_absolute, [WINDOW_SQUARES_F64] = plain_add_squares};
    enum sheaf_type type = type_of(job);
    if (wide_job(job) == WINDOW_PRODUCTS_F64)
        plain_add_products(into, type, x, type, y, n);
    else
        adders[wide_job(job)](into, type, x, n);
}

/* ---- numbers for the buckets -------------------------------------------------------------------------------- */

/* f64 whose sum, or sum of squares, is what the job asks for. Products of f32 are exact in f64. */
static void make_f64(double *out, enum window_job job, const void *x, const void *y, uint64_t first, uint64_t n)
{
    const float *a = (const float *)x + first, *b = (const float *)y + first;
    switch (job) {
    case WINDOW_ABSOLUTE_F64:
        for (uint64_t i = 0; i < n; i++)
            out[i] = __builtin_fabs(((const double *)x + first)[i]);
        break;
    case WINDOW_ABSOLUTE_F32:
        for (uint64_t i = 0; i < n; i++)
            out[i] = __builtin_fabs((double)a[i]);
        break;
    case WINDOW_PRODUCTS_F32:
        for (uint64_t i = 0; i < n; i++)
            out[i] = (double)a[i] * (double)b[i];
        break;
    default: /* sums and squares of f32 */
        for (uint64_t i = 0; i < n; i++)
            out[i] = (double)a[i];
    }
}

static buckets_step *best_step(bool squares)
{
    enum cpu_level level = cpu_level();
    buckets_step *best = squares ? buckets_squares_portable : buckets_sum_portable;
#define CHOOSE(isa)                                                                                        \
    if (level >= CPU_##isa)                                                                                \
        best = squares ? buckets_squares_##isa : buckets_sum_##isa;
    SHEAF_ISAS(CHOOSE)
    return best;
}

static void add_by_buckets(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n)
{
    double made[BUCKETS_CHUNK], rest[BUCKETS_CHUNK];
    struct buckets buckets = {{0}};
    bool as_they_are = job == WINDOW_SUM_F64 || job == WINDOW_SQUARES_F64;
    bool squares = wide_job(job) == WINDOW_SQUARES_F64;
    buckets_step *step = best_step(squares);
    for (uint64_t done = 0, count; done < n; done += count) {
        count = n - done < BUCKETS_CHUNK ? n - done : BUCKETS_CHUNK;
        const double *chunk = as_they_are ? (const double *)x + done : made;
        if (!as_they_are)
            make_f64(made, job, x, y, done, count);
        uint64_t left = step(into->limb, &buckets, chunk, count, rest);
        if (left)
            add_plainly(into, squares ? WINDOW_SQUARES_F64 : WINDOW_SUM_F64, rest, rest, left);
        if ((done + count) % TERMS_BEFORE_CARRY == 0)
            limbs_carry(into->limb);
    }
    limbs_carry(into->limb);
}

void buckets_add(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n)
{
    if (n < FEW || job == WINDOW_PRODUCTS_F64)
        add_plainly(into, job, x, y, n);
    else
        add_by_buckets(into, job, x, y, n);
}
