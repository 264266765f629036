#include "exact/buckets.h"

#include "base/cpu.h"
#include "exact/plain.h"

enum { FEW = 256 }; /* elements for which the reference is faster than emptying buckets */

static bool is_narrow(enum window_job job)
{
    return job >= WINDOW_SUM_F32;
}

static void add_plainly(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n)
{
    static void (*const adders[])(struct sheaf_exact *, enum sheaf_type, const void *, uint64_t) = {
        [WINDOW_SUM_F64] = plain_add, [WINDOW_ABSOLUTE_F64] = plain_add_absolute, [WINDOW_SQUARES_F64] = plain_add_squares};
    enum sheaf_type type = is_narrow(job) ? SHEAF_F32 : SHEAF_F64;
    enum window_job wide = is_narrow(job) ? job - WINDOW_SUM_F32 + WINDOW_SUM_F64 : job;
    if (wide == WINDOW_PRODUCTS_F64)
        plain_add_products(into, type, x, type, y, n);
    else
        adders[wide](into, type, x, n);
}

/* ---- filling ------------------------------------------------------------------------------------------------ */

/* Products of f32 are exact in f64. */
static void widen(double *out, enum window_job job, const float *x, const float *y, uint64_t n)
{
    if (job == WINDOW_SQUARES_F32 || job == WINDOW_PRODUCTS_F32)
        for (uint64_t i = 0; i < n; i++)
            out[i] = (double)x[i] * (double)y[i];
    else
        for (uint64_t i = 0; i < n; i++)
            out[i] = (double)x[i];
}

/* What is to be done with the f64 after widen(). */
static enum window_job wide_job(enum window_job job)
{
    return !is_narrow(job) ? job : job == WINDOW_ABSOLUTE_F32 ? WINDOW_ABSOLUTE_F64 : WINDOW_SUM_F64;
}

static bool is_of_products(enum window_job wide)
{
    return wide == WINDOW_SQUARES_F64 || wide == WINDOW_PRODUCTS_F64;
}

static buckets_step *best_step(enum window_job wide)
{
    enum cpu_level level = cpu_level();
    buckets_step *best = buckets_portable[wide];
#define CHOOSE(isa)                                                                                        \
    if (level >= CPU_##isa)                                                                                \
        best = buckets_##isa[wide];
    SHEAF_ISAS(CHOOSE)
#undef CHOOSE
    return best;
}

static void add_rest(struct sheaf_exact *into, enum window_job wide, struct buckets_rest *rest)
{
    if (rest->count)
        add_plainly(into, wide, rest->x, rest->y, rest->count);
    rest->count = 0;
}

static void fill(struct buckets *buckets, struct sheaf_exact *into, enum window_job job, const void *x, const void *y,
                 uint64_t n)
{
    double made[BUCKETS_CHUNK];
    struct buckets_rest rest;
    enum window_job wide = wide_job(job);
    buckets_step *step = best_step(wide);
    rest.count = 0;
    for (uint64_t done = 0, count; done < n; done += count) {
        count = n - done < BUCKETS_CHUNK ? n - done : BUCKETS_CHUNK;
        const double *a = (const double *)x + done, *b = (const double *)y + done;
        if (is_narrow(job)) {
            widen(made, job, (const float *)x + done, (const float *)y + done, count);
            a = b = made;
        }
        if (rest.count > BUCKETS_CHUNK)
            add_rest(into, wide, &rest);
        step(buckets, a, b, count, &rest);
    }
    add_rest(into, wide, &rest);
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
    bool products = is_of_products(wide_job(job));
    memset(&buckets, 0, products ? sizeof buckets : sizeof buckets / 2);
    fill(&buckets, into, job, x, y, n);
    empty(into->limb, &buckets, products);
    limbs_carry(into->limb);
}
