/* Filling buckets: the body of tuned/buckets*.c, which define `multiply`. Numbers are taken apart in vectors, a batch at a
 * time, and added one by one while the next batch is taken apart: what was written in wide pieces cannot be read in narrow
 * ones at once. */
#ifndef SHEAF_RUNTIME_EXACT_TUNED_BUCKETS_FILL_H
#define SHEAF_RUNTIME_EXACT_TUNED_BUCKETS_FILL_H

#include "../buckets.h"
#include "vector.h"

enum {
    FRACTION = 52,
    EXPONENTS = 2048,
    BATCH = 16, /* numbers taken apart at once */
    VECTORS = BATCH / LANES,
    AHEAD_BYTES = 4096 /* taking apart keeps the processor from looking ahead by itself */
};
typedef uint64_t loose_words __attribute__((vector_size(VECTOR_BYTES), aligned(8), may_alias));
typedef uint64_t pair __attribute__((vector_size(16), may_alias));
typedef uint64_t quad __attribute__((vector_size(32), may_alias));
static const uint64_t HIDDEN = UINT64_C(1) << FRACTION, EXPONENT_MASK = (uint64_t)(EXPONENTS - 1) << FRACTION;

/* ---- a batch ------------------------------------------------------------------------------------------------ */

/* The parts of each number, or of both pieces of each product: of a vector the even numbers' first, then the odd ones'.
 * And the place of each number's bucket, in bytes, which is the bucket's first exponent. */
struct batch {
    words parts[VECTORS][BUCKETS_PARTS], place[VECTORS];
};
_Static_assert(sizeof(pair) == BUCKETS_OF_SUM && sizeof(quad) == BUCKETS_OF_PRODUCTS, "bytes of a bucket");

/* Where the parts of a vector's number are, counted in numbers. */
ALWAYS unsigned slot(unsigned lane)
{
    return lane % 2 * (LANES / 2) + lane / 2;
}

struct low_high {
    words low, high;
};

/* value << shift, cut at bit BUCKETS_PART. */
ALWAYS struct low_high divide(words value, words shift)
{
    return (struct low_high){value << shift & ((UINT64_C(1) << BUCKETS_PART) - 1), value >> (BUCKETS_PART - shift)};
}

ALWAYS void set_pairs(words *parts, struct low_high number)
{
    parts[0] = EVEN_LANES(number.low, number.high);
    parts[1] = ODD_LANES(number.low, number.high);
}

ALWAYS void set_quads(words *parts, struct low_high first, struct low_high second)
{
    words pairs[2][2];
    set_pairs(pairs[0], first);
    set_pairs(pairs[1], second);
    for (unsigned odd = 0; odd < 2; odd++) {
        parts[2 * odd] = FIRST_PAIRS(pairs[0][odd], pairs[1][odd]);
        parts[2 * odd + 1] = LAST_PAIRS(pairs[0][odd], pairs[1][odd]);
    }
}

ALWAYS words load(const double *x, unsigned vector)
{
    return *(const loose_words *)(x + vector * LANES);
}

ALWAYS words significand_of(words bits)
{
    return (bits & (HIDDEN - 1)) | HIDDEN;
}

/* Which of the numbers have no hidden bit, or are not finite: a set, to be or-ed with others. */
#ifdef __AVX512DQ__
typedef unsigned outsiders;
ALWAYS outsiders outside(words bits)
{
    enum { NOT_NORMAL = 0xbf }; /* all classes but that of finite negative numbers; finite positive ones have none */
    return _mm512_fpclass_pd_mask((__m512d)bits, NOT_NORMAL);
}
ALWAYS bool any_outsider(outsiders which)
{
    return which;
}
#else
typedef words outsiders;
ALWAYS outsiders outside(words bits)
{
    return ((bits + HIDDEN) & EXPONENT_MASK) - 2 * HIDDEN;
}
ALWAYS bool any_outsider(outsiders which)
{
    return ANY_TOP(which);
}
#endif

/* Takes BATCH elements apart; returns outside() of all. */
typedef outsiders taker(struct batch *batch, const double *x, const double *y);

ALWAYS outsiders take_sum(struct batch *batch, const double *x, const double *y, uint64_t mask)
{
    outsiders any = {0};
    (void)y;
    for (unsigned v = 0; v < VECTORS; v++) {
        words bits = load(x, v) & mask, exponent = bits >> FRACTION, shift = exponent % BUCKETS_OF_SUM;
        batch->place[v] = exponent - shift;
        set_pairs(batch->parts[v], divide(significand_of(bits), shift));
        any |= outside(bits);
    }
    return any;
}

ALWAYS outsiders take_numbers(struct batch *batch, const double *x, const double *y)
{
    return take_sum(batch, x, y, UINT64_MAX);
}

ALWAYS outsiders take_sizes(struct batch *batch, const double *x, const double *y)
{
    return take_sum(batch, x, y, INT64_MAX);
}

/* The product of the significands of p and q, cut at bit BUCKETS_CUT. Both pieces are below 2^55. */
ALWAYS struct low_high multiply(words p, words q);

ALWAYS outsiders take_products(struct batch *batch, const double *x, const double *y)
{
    outsiders any = {0};
    for (unsigned v = 0; v < VECTORS; v++) {
        words p = load(x, v), q = load(y, v), negative = (p ^ q) >> 63;
        words exponent = (p >> FRACTION) % EXPONENTS + (q >> FRACTION) % EXPONENTS;
        words shift = exponent % BUCKETS_OF_PRODUCTS;
        struct low_high product = multiply(p, q);
        batch->place[v] = exponent - shift + negative * (BUCKETS_EACH * BUCKETS_OF_PRODUCTS);
        set_quads(batch->parts[v], divide(product.low, shift), divide(product.high, shift));
        any |= outside(p) | outside(q);
    }
    return any;
}

ALWAYS outsiders take_squares(struct batch *batch, const double *x, const double *y)
{
    (void)y;
    return take_products(batch, x, x);
}

/* ---- what is left out --------------------------------------------------------------------------------------- */

static bool is_outside(double x)
{
    uint64_t exponent = (uint64_t)window_bits(x) & EXPONENT_MASK;
    return exponent == 0 || exponent == EXPONENT_MASK;
}

static bool is_nothing(double x, double y)
{
    return (x == 0 && y - y == 0) || (y == 0 && x - x == 0);
}

/* Moves the elements that do not belong into buckets out of the batch to the rest, but for those that add nothing. */
static void take_out(struct batch *batch, unsigned parts, const double *x, const double *y, struct buckets_rest *rest)
{
    for (unsigned i = 0; i < BATCH; i++)
        if (is_outside(x[i]) || is_outside(y[i])) {
            memset((uint64_t *)batch->parts[i / LANES] + parts * slot(i % LANES), 0, parts * sizeof(uint64_t));
            rest->x[rest->count] = x[i];
            rest->y[rest->count] = y[i];
            rest->count += !is_nothing(x[i], y[i]);
        }
}

/* ---- filling ------------------------------------------------------------------------------------------------ */

/* One instruction adds all parts. */
#define DEFINE_PUT(name, parts_type)                                                                       \
    ALWAYS void name(struct buckets *buckets, const struct batch *batch)                                   \
    {                                                                                                      \
        char *bucket = (char *)buckets->part;                                                              \
        for (unsigned v = 0; v < VECTORS; v++)                                                             \
            for (unsigned lane = 0; lane < LANES; lane++)                                                  \
                *(parts_type *)(bucket + batch->place[v][lane]) +=                                         \
                    ((const parts_type *)batch->parts[v])[slot(lane)];                                     \
    }
typedef void putter(struct buckets *buckets, const struct batch *batch);
DEFINE_PUT(put_numbers, pair)
DEFINE_PUT(put_products, quad)

/* A batch that will be taken later, perhaps behind the end: then nothing happens. */
ALWAYS void expect(const double *x)
{
    for (unsigned line = 0; line < BATCH * sizeof *x; line += 64)
        __builtin_prefetch((const void *)((uintptr_t)x + AHEAD_BYTES + line));
}

ALWAYS void fill(struct buckets *buckets, taker *take, putter *put, const double *x, const double *y, uint64_t n,
                 struct buckets_rest *rest)
{
    double tail_x[BATCH] = {0}, tail_y[BATCH] = {0};
    struct batch batches[2];
    unsigned turn = 0;
    for (uint64_t done = 0; done < n; done += BATCH, x += BATCH, y += BATCH) {
        struct batch *batch = &batches[turn];
        expect(x);
        if (x != y)
            expect(y);
        if (n - done < BATCH) {
            x = memcpy(tail_x, x, (n - done) * sizeof *x);
            y = memcpy(tail_y, y, (n - done) * sizeof *y);
        }
        if (any_outsider(take(batch, x, y)))
            take_out(batch, put == put_numbers ? BUCKETS_PARTS / 2 : BUCKETS_PARTS, x, y, rest);
        turn = !turn;
        if (done)
            put(buckets, &batches[turn]);
    }
    if (n)
        put(buckets, &batches[!turn]);
}

#define DEFINE_FILL(name, take, put, y)                                                                    \
    static void name(struct buckets *buckets, const double *x, const double *other, uint64_t n,            \
                     struct buckets_rest *rest)                                                            \
    {                                                                                                      \
        (void)other;                                                                                       \
        fill(buckets, take, put, x, y, n, rest);                                                           \
    }
DEFINE_FILL(fill_sum, take_numbers, put_numbers, x)
DEFINE_FILL(fill_absolute, take_sizes, put_numbers, x)
DEFINE_FILL(fill_squares, take_squares, put_products, x)
DEFINE_FILL(fill_products, take_products, put_products, other)

void ISA(buckets_fill)(struct buckets *buckets, enum window_job job, const double *x, const double *y, uint64_t n,
                       struct buckets_rest *rest)
{
    static void (*const fills[])(struct buckets *, const double *, const double *, uint64_t, struct buckets_rest *) = {
        [WINDOW_SUM_F64] = fill_sum, [WINDOW_ABSOLUTE_F64] = fill_absolute,
        [WINDOW_SQUARES_F64] = fill_squares, [WINDOW_PRODUCTS_F64] = fill_products};
    fills[job](buckets, x, y, n, rest);
}

#endif
