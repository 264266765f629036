/* Generators: element i is a function of the seed and i alone, so any cut agrees and tests need no files. Integer
 * arithmetic and the operations of IEEE 754 only: the same bits on every machine and in every variant.
 *
 * All start from SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014),
 * whose i-th output needs no state: mix(seed + (i + 1) * gamma). Plain loops, for the compiler to vectorise. */
#include "../gen.h"

#include <string.h>

static const uint64_t gamma_step = 0x9e3779b97f4a7c15;

static inline uint64_t word(uint64_t key, uint64_t i)
{
    uint64_t z = key + (i + 1) * gamma_step;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* ---- the kinds ------------------------------------------------------------------------------------------ */

/* 53 bits: every multiple of 2^-53 in [0, 1) is as likely as any other. */
static void make_uniform(uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    double *x = out;
    for (uint64_t i = 0; i < rows; i++)
        x[i] = (double)(int64_t)(word(key, first + i) >> 11) * 0x1p-53;
}

static void make_uniform32(uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    float *x = out;
    for (uint64_t i = 0; i < rows; i++)
        x[i] = (float)(int32_t)(word(key, first + i) >> 40) * 0x1p-24f;
}

static void make_seq(uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    (void)key;
    int64_t *x = out;
    for (uint64_t i = 0; i < rows; i++)
        x[i] = (int64_t)(first + i);
}

/* The 11 bits of the exponent, 0 to 2047, are squeezed into 0 to 2046: no infinity, no NaN, subnormals among them. */
static void make_wide(uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    uint64_t *x = out;
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t w = word(key, first + i), exponent = (w >> 52 & 2047) * 2047 >> 11;
        x[i] = (w & 0x800fffffffffffff) | exponent << 52;
    }
}

static void make_ints(uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    uint64_t *x = out;
    for (uint64_t i = 0; i < rows; i++)
        x[i] = word(key, first + i);
}

/* Byte i % 8, lowest first, of word i / 8. */
static void make_bytes(uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    unsigned char *x = out;
    uint64_t i = 0;
    for (; i < rows && (first + i) % 8; i++)
        x[i] = (unsigned char)(word(key, (first + i) / 8) >> (first + i) % 8 * 8);
    for (; i + 8 <= rows; i += 8) {
        uint64_t w = word(key, (first + i) / 8);
        for (int b = 0; b < 8; b++)
            x[i + (uint64_t)b] = (unsigned char)(w >> 8 * b);
    }
    for (; i < rows; i++)
        x[i] = (unsigned char)(word(key, (first + i) / 8) >> (first + i) % 8 * 8);
}

/* ---- normal ----------------------------------------------------------------------------------------------
 * The quantile function of the normal distribution by Wichura's rational approximations (Algorithm AS 241, PPND16,
 * Applied Statistics 37, 1988; relative error about 1e-16) at the midpoints (k + 1/2) 2^-53: |x| <= 8.3, with the
 * moments and quantiles of the true distribution. */

/* Horner's rule, highest coefficient first. */
#define POLY8(x, h, g, f, e, d, c, b, a)                                                                   \
    ((((((((h) * (x) + (g)) * (x) + (f)) * (x) + (e)) * (x) + (d)) * (x) + (c)) * (x) + (b)) * (x) + (a))

/* |q| <= 0.425: 85 of 100. */
static inline double middle(double q)
{
    double r = 0.180625 - q * q;
    return q *
           POLY8(r, 2.5090809287301226727e+3, 3.3430575583588128105e+4, 6.7265770927008700853e+4,
                 4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
                 1.3314166789178437745e+2, 3.3871328727963666080e+0) /
           POLY8(r, 5.2264952788528545610e+3, 2.8729085735721942674e+4, 3.9307895800092710610e+4,
                 2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
                 4.2313330701600911252e+1, 1.0);
}

/* sqrt(-ln p) for 0 < p < 1/2: p = m 2^-k with m in [1/sqrt 2, sqrt 2), and ln m = 2 artanh((m - 1) / (m + 1)) by
 * its series, whose first term left out, 2 s^21 / 21 with s <= 0.1716, is below 2^-56. */
static inline double root_of_minus_log(double p)
{
    uint64_t bits;
    memcpy(&bits, &p, sizeof bits);
    const uint64_t lowest = 0x3fe6a09e667f3bcd; /* 1/sqrt 2 */
    uint64_t k = (lowest - bits + ((UINT64_C(1) << 52) - 1)) >> 52;
    bits += k << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1) / (m + 1), z = s * s;
    double series = 1.0 / 19;
    series = series * z + 1.0 / 17;
    series = series * z + 1.0 / 15;
    series = series * z + 1.0 / 13;
    series = series * z + 1.0 / 11;
    series = series * z + 1.0 / 9;
    series = series * z + 1.0 / 7;
    series = series * z + 1.0 / 5;
    series = series * z + 1.0 / 3;
    series = series * z + 1.0;
    return __builtin_sqrt((double)(int32_t)k * 0.693147180559945309417 - 2 * s * series);
}

/* r <= 5. */
static inline double tail(double r)
{
    r -= 1.6;
    return POLY8(r, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                 1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
                 4.63033784615654529590e+0, 1.42343711074968357734e+0) /
           POLY8(r, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                 1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
                 2.05319162663775882187e+0, 1.0);
}

/* r > 5: once in 10^11. */
static double far_tail(double r)
{
    r -= 5;
    return POLY8(r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                 2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
                 5.46378491116411436990e+0, 6.65790464350110377720e+0) /
           POLY8(r, 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
                 7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
                 5.99832206555887937690e-1, 1.0);
}

enum { STRIP = 512 };

/* x[i] = quantile of q[i] + 1/2: the middle everywhere, then the tails, gathered so that they too are plain loops. */
static void quantiles(const double *q, double *x, size_t n)
{
    uint32_t where[STRIP + 1], tails = 0;
    double root[STRIP], value[STRIP];
    for (size_t i = 0; i < n; i++)
        x[i] = middle(q[i]);
    for (size_t i = 0; i < n; i++) {
        where[tails] = (uint32_t)i;
        tails += __builtin_fabs(q[i]) > 0.425;
    }
    for (uint32_t t = 0; t < tails; t++)
        root[t] = 0.5 - __builtin_fabs(q[where[t]]);
    for (uint32_t t = 0; t < tails; t++) {
        root[t] = root_of_minus_log(root[t]);
        value[t] = tail(root[t]);
    }
    for (uint32_t t = 0; t < tails; t++) {
        double v = root[t] <= 5 ? value[t] : far_tail(root[t]);
        x[where[t]] = q[where[t]] < 0 ? -v : v;
    }
}

static void make_normal(uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    double *x = out, q[STRIP];
    for (uint64_t at = 0; at < rows; at += STRIP) {
        size_t n = rows - at < STRIP ? (size_t)(rows - at) : STRIP;
        /* k + 1/2 - 2^52 is exact, so q is symmetric about 0 and never 0. */
        for (size_t i = 0; i < n; i++)
            q[i] = ((double)((int64_t)(word(key, first + at + i) >> 11) - (INT64_C(1) << 52)) + 0.5) * 0x1p-53;
        quantiles(q, x + at, n);
    }
}

/* ---- all of them ---------------------------------------------------------------------------------------- */

void ISA(gen_make)(enum gen_kind kind, uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    static void (*const make[GEN_KINDS])(uint64_t, uint64_t, uint64_t, void *) = {
        [GEN_UNIFORM] = make_uniform, [GEN_UNIFORM32] = make_uniform32, [GEN_NORMAL] = make_normal,
        [GEN_WIDE] = make_wide,       [GEN_SEQ] = make_seq,             [GEN_INTS] = make_ints,
        [GEN_BYTES] = make_bytes,
    };
    make[kind](key, first, rows, out);
}
