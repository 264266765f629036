#include "exact/buckets.h"

#include "base/cpu.h"
#include "exact/plain.h"

enum { FEW = 128 }; /* elements for which the reference is faster than emptying buckets */

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
    SHEAF_ISA_AVX512IFMA(CHOOSE)
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

/* Of a positive and a negative bucket two parts. */
static inline uint128 difference(const uint64_t *positive, const uint64_t *negative)
{
    int64_t low = (int64_t)(positive[0] - negative[0]), high = (int64_t)(positive[1] - negative[1]);
    return ((uint128)high << BUCKETS_PART) + (uint128)low;
}

/* Adds part[0] + 2^BUCKETS_PART part[1] of each bucket, the first one's times 2^(bit - UNIT_BIT). */
static inline __attribute__((always_inline)) void empty(int64_t *limb, const uint64_t *part, unsigned parts,
                                                        unsigned binades, unsigned bit)
{
    uint128 sum = 0;
    unsigned shift = bit % LIMB_BITS, i = bit / LIMB_BITS;
    for (const uint64_t *end = part + BUCKETS_EACH * parts; part < end; i++) {
        for (unsigned more = 0; more < LIMB_BITS; more += binades, part += parts)
            sum += difference(part, part + BUCKETS_EACH * parts) << (shift + more);
        limb[i] += (int64_t)sum & LIMB_MASK;
        sum = (uint128)((int128)sum >> LIMB_BITS);
    }
    limbs_add_scaled(limb, (int128)sum, (int)i * LIMB_BITS);
}

static void empty_sum(int64_t *limb, const struct buckets *buckets)
{
    empty(limb, buckets->part, BUCKETS_PARTS / 2, BUCKETS_OF_SUM, UNIT_BIT - 1075);
}

static void empty_products(int64_t *limb, const struct buckets *buckets)
{
    enum { BIT = UNIT_BIT - 2 * 1075 };
    empty(limb, buckets->part, BUCKETS_PARTS, BUCKETS_OF_PRODUCTS, BIT);
    empty(limb, buckets->part + BUCKETS_PARTS / 2, BUCKETS_PARTS, BUCKETS_OF_PRODUCTS, BIT + BUCKETS_CUT);
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
    (products ? empty_products : empty_sum)(into->limb, &buckets);
    limbs_carry(into->limb);
}
