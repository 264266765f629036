#include "../buckets.h"

#define ALWAYS static inline __attribute__((always_inline))

enum {
    FRACTION = 52,
    SPECIAL = BUCKETS_EXPONENTS - 1, /* the exponent of infinities and NaN */
    VECTOR_BYTES = __BIGGEST_ALIGNMENT__, /* the widest that the instruction set has */
    LANES = VECTOR_BYTES / 8
};
typedef uint64_t words __attribute__((vector_size(VECTOR_BYTES)));
static const uint64_t HIDDEN = UINT64_C(1) << FRACTION, SIZE_MASK = INT64_MAX;

/* ---- emptying ----------------------------------------------------------------------------------------------- */

/* A sum of 64-bit numbers, each shifted by less than 32 bits: its low halves' and its high halves'. */
struct halves {
    uint64_t low, high;
};

/* Adds (low + 2^32 high) * 2^(32 position) to the limbs, `limb` being the one at that position. */
static void add_halves(int64_t *limb, struct halves sum, int64_t negative)
{
    limb[0] += limb_signed(sum.low & LIMB_MASK, negative);
    limb[1] += limb_signed(sum.low >> LIMB_BITS, negative) + limb_signed(sum.high & LIMB_MASK, negative);
    limb[2] += limb_signed(sum.high >> LIMB_BITS, negative);
}

/* Takes bucket[j] << (step * j + odd) out of buckets first .. last - 1 of a group, whose shifts stay below 32. */
ALWAYS struct halves take_some(uint64_t *bucket, unsigned first, unsigned last, const unsigned step, unsigned odd)
{
    struct halves sum = {0, 0};
    for (unsigned j = first; j < last; j++) {
        sum.low += (bucket[j] & LIMB_MASK) << (step * j + odd);
        sum.high += bucket[j] >> LIMB_BITS << (step * j + odd);
        bucket[j] = 0;
    }
    return sum;
}

/* The same of a whole group, and quickly if it is empty. */
ALWAYS struct halves take_group(uint64_t *bucket, const unsigned step, unsigned odd)
{
    enum { MOST = LIMB_BITS / LANES };
    const unsigned vectors = LIMB_BITS / step / LANES;
    words value[MOST], any = {0}, shift, low = {0}, high = {0};
    struct halves sum = {0, 0};
    for (unsigned v = 0; v < vectors; v++) {
        memcpy(&value[v], bucket + v * LANES, VECTOR_BYTES);
        any |= value[v];
    }
    uint64_t some = 0;
    for (unsigned lane = 0; lane < LANES; lane++) {
        some |= any[lane];
        shift[lane] = step * lane + odd;
    }
    if (!some)
        return sum;
    for (unsigned v = 0; v < vectors; v++) {
        low += (value[v] & LIMB_MASK) << shift;
        high += value[v] >> LIMB_BITS << shift;
        shift += step * LANES;
    }
    memset(bucket, 0, LIMB_BITS / step * sizeof bucket[0]);
    for (unsigned lane = 0; lane < LANES; lane++) {
        sum.low += low[lane];
        sum.high += high[lane];
    }
    return sum;
}

/* Adds bucket[e] * 2^(step e + bit - UNIT_BIT) to the limbs and leaves zeros. The first group is cut so that all others
 * begin with a limb. */
ALWAYS void empty(int64_t *limb, uint64_t *bucket, int bit, const unsigned step, int64_t negative)
{
    const unsigned group = LIMB_BITS / step, before = (unsigned)bit % LIMB_BITS / step, odd = (unsigned)bit % step;
    unsigned first = group - before;
    limb += bit / LIMB_BITS;
    add_halves(limb++, take_some(bucket - before, before, group, step, odd), negative);
    for (; first + group <= BUCKETS_EXPONENTS; first += group) {
        struct halves sum = take_group(bucket + first, step, odd);
        if (sum.low | sum.high)
            add_halves(limb, sum, negative);
        limb++;
    }
    add_halves(limb, take_some(bucket + first, 0, BUCKETS_EXPONENTS - first, step, odd), negative);
}

/* ---- filling ------------------------------------------------------------------------------------------------ */

/* Zeros need nothing; the others without a hidden bit or with a full exponent go to `rest`. */
static uint64_t pick_rest(const double *x, uint64_t n, double *rest)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t size = (uint64_t)window_bits(x[i]) & SIZE_MASK;
        rest[count] = x[i];
        count += size != 0 && (size < HIDDEN || size >> FRACTION == SPECIAL);
    }
    return count;
}

/* A number's bucket is its sign and exponent. */
uint64_t ISA(buckets_sum)(int64_t *limb, struct buckets *buckets, const double *x, uint64_t n, double *rest)
{
    enum { BIT = UNIT_BIT - 1075 };
    uint64_t *positive = buckets->bucket, *negative = positive + BUCKETS_EXPONENTS;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t bits = (uint64_t)window_bits(x[i]);
        positive[bits >> FRACTION] += (bits & (HIDDEN - 1)) | HIDDEN;
    }
    uint64_t touched = positive[0] | positive[SPECIAL] | negative[0] | negative[SPECIAL];
    positive[0] = positive[SPECIAL] = negative[0] = negative[SPECIAL] = 0;
    empty(limb, positive, BIT, 1, 0);
    empty(limb, negative, BIT, 1, -1);
    return touched ? pick_rest(x, n, rest) : 0;
}

/* A square is cut at bit 53: the high half of s * 2^11 s, and its low half without what was shifted in. */
uint64_t ISA(buckets_squares)(int64_t *limb, struct buckets *buckets, const double *x, uint64_t n, double *rest)
{
    enum { BIT = UNIT_BIT - 2150, CUT = FRACTION + 1, SHIFT = 64 - CUT };
    uint64_t *low = buckets->bucket, *high = low + BUCKETS_EXPONENTS;
    for (uint64_t i = 0; i < n; i++) {
        uint64_t bits = (uint64_t)window_bits(x[i]), significand = (bits & (HIDDEN - 1)) | HIDDEN;
        uint64_t exponent = bits >> FRACTION & (BUCKETS_EXPONENTS - 1);
        uint128 square = (uint128)significand * (significand << SHIFT);
        low[exponent] += (uint64_t)square >> SHIFT;
        high[exponent] += (uint64_t)(square >> 64);
    }
    uint64_t touched = low[0] | high[0] | low[SPECIAL] | high[SPECIAL];
    low[0] = high[0] = low[SPECIAL] = high[SPECIAL] = 0;
    empty(limb, low, BIT, 2, 0);
    empty(limb, high, BIT + CUT, 2, 0);
    return touched ? pick_rest(x, n, rest) : 0;
}
