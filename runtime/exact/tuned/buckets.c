#include "../buckets.h"

#define ALWAYS static inline __attribute__((always_inline))

enum {
    FRACTION = 52,
    LINE = 8,    /* numbers of a cache line */
    AHEAD = 512, /* numbers */
    SPECIAL = BUCKETS_EXPONENTS - 1, /* the exponent of infinities and NaN */
    VECTOR_BYTES = __BIGGEST_ALIGNMENT__, /* the widest that the instruction set has */
    LANES = VECTOR_BYTES / 8
};
typedef uint64_t words __attribute__((vector_size(VECTOR_BYTES)));
typedef uint64_t loose_words __attribute__((vector_size(VECTOR_BYTES), aligned(8)));
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

/* Takes bucket[j] << (shift + step * j) out of `count` buckets; no shift reaches 32. */
ALWAYS struct halves take_some(uint64_t *bucket, unsigned count, unsigned shift, const unsigned step)
{
    struct halves sum = {0, 0};
    for (unsigned j = 0; j < count; j++, shift += step) {
        sum.low += (bucket[j] & LIMB_MASK) << shift;
        sum.high += bucket[j] >> LIMB_BITS << shift;
        bucket[j] = 0;
    }
    return sum;
}

ALWAYS uint64_t any_bit(words value)
{
    uint64_t any = 0;
    for (unsigned lane = 0; lane < LANES; lane++)
        any |= value[lane];
    return any;
}

ALWAYS uint64_t sum_of(words value)
{
    uint64_t sum = 0;
    for (unsigned lane = 0; lane < LANES; lane++)
        sum += value[lane];
    return sum;
}

/* The same of a whole limb's buckets, by vectors; `shift` is that of the first vector. Quick if they are empty. */
ALWAYS struct halves take_group(uint64_t *bucket, words shift, const unsigned step)
{
    enum { MOST = LIMB_BITS / LANES };
    const unsigned vectors = LIMB_BITS / step / LANES;
    words value[MOST], any = {0}, low = {0}, high = {0};
    for (unsigned v = 0; v < vectors; v++) {
        value[v] = *(const loose_words *)(bucket + v * LANES);
        any |= value[v];
    }
    if (!any_bit(any))
        return (struct halves){0, 0};
    for (unsigned v = 0; v < vectors; v++, shift += step * LANES) {
        low += (value[v] & LIMB_MASK) << shift;
        high += value[v] >> LIMB_BITS << shift;
    }
    memset(bucket, 0, LIMB_BITS / step * sizeof bucket[0]);
    return (struct halves){sum_of(low), sum_of(high)};
}

/* Adds bucket[e] * 2^(step e + bit - UNIT_BIT) to the limbs and leaves zeros. The first buckets are taken by themselves,
 * so that all others come in groups that begin with a limb. */
ALWAYS void empty(int64_t *limb, uint64_t *bucket, int bit, const unsigned step, int64_t negative)
{
    static const uint64_t lanes[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    const unsigned group = LIMB_BITS / step, shift = (unsigned)bit % LIMB_BITS, odd = shift % step;
    const words shifts = *(const loose_words *)lanes * step + odd;
    unsigned first = group - shift / step;
    limb += bit / LIMB_BITS;
    add_halves(limb++, take_some(bucket, first, shift, step), negative);
    for (; first + group <= BUCKETS_EXPONENTS; first += group) {
        struct halves sum = take_group(bucket + first, shifts, step);
        if (sum.low | sum.high)
            add_halves(limb, sum, negative);
        limb++;
    }
    add_halves(limb, take_some(bucket + first, BUCKETS_EXPONENTS - first, odd, step), negative);
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

/* Calls PUT(number) for each; a cache line at a time, and fetching ahead, since emptying the buckets leaves the memory
 * idle meanwhile. */
#define FOR_ALL(PUT, x, n)                                                                                 \
    do {                                                                                                   \
        uint64_t i_ = 0;                                                                                   \
        for (; i_ + LINE <= (n); i_ += LINE) {                                                             \
            __builtin_prefetch((x) + i_ + AHEAD);                                                          \
            for (uint64_t j_ = 0; j_ < LINE; j_++)                                                         \
                PUT((x)[i_ + j_]);                                                                         \
        }                                                                                                  \
        for (; i_ < (n); i_++)                                                                             \
            PUT((x)[i_]);                                                                                  \
    } while (0)

/* A number's bucket is its sign and exponent. */
ALWAYS void put(uint64_t *bucket, double x)
{
    uint64_t bits = (uint64_t)window_bits(x);
    bucket[bits >> FRACTION] += (bits & (HIDDEN - 1)) | HIDDEN;
}

uint64_t ISA(buckets_sum)(int64_t *limb, struct buckets *buckets, const double *x, uint64_t n, double *rest)
{
    enum { BIT = UNIT_BIT - 1075 };
    uint64_t *positive = buckets->bucket, *negative = positive + BUCKETS_EXPONENTS;
#define PUT(x) put(positive, x)
    FOR_ALL(PUT, x, n);
#undef PUT
    uint64_t touched = positive[0] | positive[SPECIAL] | negative[0] | negative[SPECIAL];
    positive[0] = positive[SPECIAL] = negative[0] = negative[SPECIAL] = 0;
    empty(limb, positive, BIT, 1, 0);
    empty(limb, negative, BIT, 1, -1);
    return touched ? pick_rest(x, n, rest) : 0;
}

/* A square is cut at bit 53: the high half of s * 2^11 s, and its low half without what was shifted in. */
enum { CUT = FRACTION + 1, CUT_SHIFT = 64 - CUT };

ALWAYS void put_square(uint64_t *low, uint64_t *high, double x)
{
    uint64_t bits = (uint64_t)window_bits(x), significand = (bits & (HIDDEN - 1)) | HIDDEN;
    uint64_t exponent = bits >> FRACTION & (BUCKETS_EXPONENTS - 1);
    uint128 square = (uint128)significand * (significand << CUT_SHIFT);
    low[exponent] += (uint64_t)square >> CUT_SHIFT;
    high[exponent] += (uint64_t)(square >> 64);
}

uint64_t ISA(buckets_squares)(int64_t *limb, struct buckets *buckets, const double *x, uint64_t n, double *rest)
{
    enum { BIT = UNIT_BIT - 2150 };
    uint64_t *low = buckets->bucket, *high = low + BUCKETS_EXPONENTS + BUCKETS_APART;
#define PUT(x) put_square(low, high, x)
    FOR_ALL(PUT, x, n);
#undef PUT
    uint64_t touched = low[0] | high[0] | low[SPECIAL] | high[SPECIAL];
    low[0] = high[0] = low[SPECIAL] = high[SPECIAL] = 0;
    empty(limb, low, BIT, 2, 0);
    empty(limb, high, BIT + CUT, 2, 0);
    return touched ? pick_rest(x, n, rest) : 0;
}
