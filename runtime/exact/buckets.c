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

/* f64 whose sum is what the job asks for. Products of f32 are exact in f64. */
static void make_f64(double *out, enum window_job job, const void *x, const void *y, uint64_t first, uint64_t n)
{
    const double *wide = (const double *)x + first;
    const float *a = (const float *)x + first, *b = (const float *)y + first;
    switch (job) {
    case WINDOW_ABSOLUTE_F64:
        for (uint64_t i = 0; i < n; i++)
            out[i] = __builtin_fabs(wide[i]);
        break;
    case WINDOW_ABSOLUTE_F32:
        for (uint64_t i = 0; i < n; i++)
            out[i] = __builtin_fabs((double)a[i]);
        break;
    case WINDOW_SUM_F32:
        for (uint64_t i = 0; i < n; i++)
            out[i] = (double)a[i];
        break;
    default: /* squares and products of f32 */
        for (uint64_t i = 0; i < n; i++)
            out[i] = (double)a[i] * (double)b[i];
    }
}

static bool is_sum(enum window_job job)
{
    return job != WINDOW_SQUARES_F64 && job != WINDOW_PRODUCTS_F64;
}

static buckets_step *best_step(enum window_job job)
{
    enum cpu_level level = cpu_level();
    buckets_step *best = NULL;
#define CHOOSE(isa)                                                                                        \
    if (level >= CPU_##isa)                                                                                \
        best = is_sum(job) ? buckets_sum_##isa                                                             \
               : job == WINDOW_SQUARES_F64 ? buckets_squares_##isa : buckets_products_##isa;
    CHOOSE(portable)
    SHEAF_ISAS(CHOOSE)
#undef CHOOSE
    return best;
}

static void add_rest(struct sheaf_exact *into, enum window_job job, const struct buckets_rest *rest, uint64_t n)
{
    if (is_sum(job))
        plain_add(into, SHEAF_F64, rest->x, n);
    else
        plain_add_products(into, SHEAF_F64, rest->x, SHEAF_F64, rest->y, n);
}

static void fill(struct buckets *buckets, struct sheaf_exact *into, enum window_job job, const void *x, const void *y,
                 uint64_t n)
{
    double made[BUCKETS_CHUNK];
    struct buckets_rest rest;
    bool as_they_are = job == WINDOW_SUM_F64 || !is_sum(job);
    buckets_step *step = best_step(job);
    for (uint64_t done = 0, count; done < n; done += count) {
        count = n - done < BUCKETS_CHUNK ? n - done : BUCKETS_CHUNK;
        if (!as_they_are)
            make_f64(made, job, x, y, done, count);
        const double *a = as_they_are ? (const double *)x + done : made;
        const double *b = as_they_are ? (const double *)y + done : made;
        uint64_t left = step(buckets, a, b, count, &rest);
        if (left)
            add_rest(into, job, &rest, left);
    }
}

/* ---- emptying ----------------------------------------------------------------------------------------------- */

/* Adds (low + 2^BUCKETS_PART high) * 2^(bit - UNIT_BIT) without carrying; both may be negative. */
static void add_parts(int64_t *limb, uint64_t low, uint64_t high, unsigned bit)
{
    uint128 sum = (((uint128)(int64_t)high << BUCKETS_PART) + (uint128)(int64_t)low) << bit % LIMB_BITS;
    limb += bit / LIMB_BITS;
    limb[0] += (int64_t)((uint64_t)sum & LIMB_MASK);
    limb[1] += (int64_t)((uint64_t)sum >> LIMB_BITS);
    limb[2] += (int64_t)((uint64_t)(sum >> 2 * LIMB_BITS) & LIMB_MASK);
    limb[3] += (int64_t)(sum >> 2 * LIMB_BITS) >> LIMB_BITS;
}

static void empty(int64_t *limb, const struct buckets *buckets, bool products)
{
    unsigned bit = products ? UNIT_BIT - 2 * 1075 : UNIT_BIT - 1075, parts = products ? 4 : 2;
    unsigned step = products ? BUCKETS_OF_PRODUCTS : BUCKETS_OF_SUM;
    const uint64_t *positive = buckets->part, *negative = positive + BUCKETS_EACH * parts;
    for (unsigned b = 0; b < BUCKETS_EACH; b++, bit += step, positive += parts, negative += parts) {
        add_parts(limb, positive[0] - negative[0], positive[1] - negative[1], bit);
        if (products)
            add_parts(limb, positive[2] - negative[2], positive[3] - negative[3], bit + BUCKETS_CUT);
    }
}

void buckets_add(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n)
{
    struct buckets buckets;
    if (n < FEW) {
        add_plainly(into, job, x, y, n);
        return;
    }
    memset(&buckets, 0, is_sum(job) ? sizeof buckets / 2 : sizeof buckets);
    fill(&buckets, into, job, x, y, n);
    empty(into->limb, &buckets, !is_sum(job));
    limbs_carry(into->limb);
}
