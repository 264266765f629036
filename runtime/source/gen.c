/* Generators: element i is a function of the seed and i alone, so any cut agrees and tests need no files. Integer
 * arithmetic and the four operations of IEEE 754 only: the same bits on every machine.
 *
 * All of them start from SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA
 * 2014), whose i-th output needs no state: mix(seed + (i + 1) * gamma). Each kind but the first has a salt, so that
 * kinds with one seed do not share their bits. */
#include <sheaf/source.h>

#include "base/nearest.h"
#include "source/format.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t gamma_step = 0x9e3779b97f4a7c15;

static inline uint64_t word(uint64_t key, uint64_t i)
{
    uint64_t z = key + (i + 1) * gamma_step;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* ---- the kinds ------------------------------------------------------------------------------------------------ */

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

/* ---- normal ---------------------------------------------------------------------------------------------------
 * The quantile function of the normal distribution by Wichura's rational approximations (Algorithm AS 241, PPND16,
 * Applied Statistics 37, 1988; relative error about 1e-16) at the midpoints (k + 1/2) 2^-53: |x| <= 8.3, and the
 * moments and quantiles of the true distribution. */

/* Horner's rule, highest coefficient first. */
#define POLY8(x, h, g, f, e, d, c, b, a) \
    (((((((((h) * (x) + (g)) * (x) + (f)) * (x) + (e)) * (x) + (d)) * (x) + (c)) * (x) + (b)) * (x)) + (a))

/* |q| <= 0.425: 85 of 100. */
static inline double normal_middle(double q)
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

/* -ln p for 0 < p < 1/2: p = m 2^e with m in [1/sqrt 2, sqrt 2), and ln m = 2 artanh((m - 1) / (m + 1)) by its
 * series, whose first term left out, 2 s^21 / 21 with s <= 0.1716, is below 2^-56. */
static double minus_log(double p)
{
    uint64_t bits;
    memcpy(&bits, &p, sizeof bits);
    uint64_t shifted = bits - 0x3fe6a09e667f3bcd; /* minus the bits of 1/sqrt 2 */
    int64_t e = (int64_t)shifted >> 52;
    bits -= (uint64_t)e << 52;
    double m;
    memcpy(&m, &bits, sizeof m);
    double s = (m - 1) / (m + 1), z = s * s;
    double series = 1.0 / 19;
    for (int k = 17; k >= 1; k -= 2)
        series = series * z + 1.0 / k;
    return -(double)e * 0.693147180559945309417 - 2 * s * series;
}

/* 0.425 < |q| < 0.5. */
static double normal_tail(double q)
{
    double r = __builtin_sqrt(minus_log(q < 0 ? 0.5 + q : 0.5 - q)), x;
    if (r <= 5) {
        r -= 1.6;
        x = POLY8(r, 7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
                  1.27045825245236838258e+0, 3.64784832476320460504e+0, 5.76949722146069140550e+0,
                  4.63033784615654529590e+0, 1.42343711074968357734e+0) /
            POLY8(r, 1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
                  1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e+0,
                  2.05319162663775882187e+0, 1.0);
    } else {
        r -= 5;
        x = POLY8(r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
                  2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e+0,
                  5.46378491116411436990e+0, 6.65790464350110377720e+0) /
            POLY8(r, 2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
                  7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
                  5.99832206555887937690e-1, 1.0);
    }
    return q < 0 ? -x : x;
}

static void make_normal(uint64_t key, uint64_t first, uint64_t rows, void *out)
{
    enum { STRIP = 256 };
    double *x = out, q[STRIP];
    for (uint64_t at = 0; at < rows; at += STRIP) {
        uint64_t n = rows - at < STRIP ? rows - at : STRIP;
        /* k + 1/2 - 2^52 is exact, so q is symmetric about 0 and never 0. */
        for (uint64_t i = 0; i < n; i++)
            q[i] = ((double)((int64_t)(word(key, first + at + i) >> 11) - (INT64_C(1) << 52)) + 0.5) * 0x1p-53;
        for (uint64_t i = 0; i < n; i++)
            x[at + i] = normal_middle(q[i]);
        for (uint64_t i = 0; i < n; i++)
            if (__builtin_fabs(q[i]) > 0.425)
                x[at + i] = normal_tail(q[i]);
    }
}

/* ---- the table ------------------------------------------------------------------------------------------------- */

#define WORD "w(s, i) = mix(s + (i + 1) * 0x9e3779b97f4a7c15), the i-th output of SplitMix64; "

static const struct sheaf_generator generators[] = {
    {"uniform", "f64, uniform in [0, 1), in steps of 2^-53", SHEAF_F64, WORD "x = (w(seed, i) >> 11) * 2^-53"},
    {"uniform32", "f32, uniform in [0, 1), in steps of 2^-24", SHEAF_F32,
     WORD "x = (w(seed ^ 0x2545f4914f6cdd1d, i) >> 40) * 2^-24"},
    {"normal", "f64, normal with mean 0 and standard deviation 1", SHEAF_F64,
     WORD "x = quantile(((w(seed ^ 0x9fb21c651e98df25, i) >> 11) + 1/2) * 2^-53) by Wichura's AS 241"},
    {"wide", "f64, random sign, mantissa and exponent over the whole finite range", SHEAF_F64,
     WORD "x = the double with the bits of w(seed ^ 0xd6e8feb86659fd93, i), its exponent field e replaced by "
          "e * 2047 >> 11"},
    {"seq", "i64, 0, 1, 2, ...", SHEAF_I64, "x = i"},
    {"ints", "i64, uniform over the whole range", SHEAF_I64, WORD "x = w(seed ^ 0xa0761d6478bd642f, i)"},
    {"bytes", "u8, uniform over the whole range", SHEAF_U8,
     WORD "x = byte i % 8, lowest first, of w(seed ^ 0xe7037ed1a0b428db, i / 8)"},
};
enum { KINDS = sizeof generators / sizeof generators[0] };

/* Beside `generators`. */
static const struct {
    uint64_t salt;
    void (*make)(uint64_t key, uint64_t first, uint64_t rows, void *out);
} makers[KINDS] = {
    {0, make_uniform},        {0x2545f4914f6cdd1d, make_uniform32}, {0x9fb21c651e98df25, make_normal},
    {0xd6e8feb86659fd93, make_wide}, {0, make_seq}, {0xa0761d6478bd642f, make_ints},
    {0xe7037ed1a0b428db, make_bytes},
};

const struct sheaf_generator *sheaf_generators(size_t *count)
{
    *count = KINDS;
    return generators;
}

/* ---- opening -------------------------------------------------------------------------------------------------- */

static const char prefix[] = "gen:";

/* An input's detail. */
struct made {
    uint64_t kind, seed, first;
};

static enum sheaf_status unknown_kind(const char *name, const char *kind, struct sheaf_error *err)
{
    const char *names[KINDS];
    char list[128] = "";
    for (size_t i = 0; i < KINDS; i++) {
        names[i] = generators[i].name;
        strcat(strcat(list, i ? ", " : ""), names[i]);
    }
    const char *nearest = nearest_name(kind, names, KINDS);
    return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "no such file, and no generator \"%.32s\"%s%s%s; there "
                       "are: %s", kind, nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "",
                       list);
}

static enum sheaf_status check_options(const char *name, const struct sheaf_generator *generator,
                                       const struct sheaf_reading *reading, struct sheaf_error *err)
{
    if (!reading->count_set)
        return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "how many? --count 100M makes 100 million");
    if (reading->count > INT64_MAX / 8 || reading->offset > INT64_MAX - reading->count)
        return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "--count %" PRIu64 " is more than 2^60 elements",
                           reading->count);
    if (reading->type && strcmp(reading->type, sheaf_type_name(generator->type)) != 0)
        return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "makes %s, and --type says %.32s",
                           sheaf_type_name(generator->type), reading->type);
    return SHEAF_OK;
}

static enum sheaf_status gen_open(struct sheaf_source *source, size_t i, struct source_head *head,
                                  const struct sheaf_reading *reading, struct sheaf_error *err)
{
    struct source_input *input = &source->inputs[i];
    const char *name = head->name + strlen(prefix);
    uint64_t kind = 0;
    while (kind < KINDS && strcmp(generators[kind].name, name) != 0)
        kind++;
    if (kind == KINDS)
        return unknown_kind(head->name, name, err);
    enum sheaf_status status = check_options(head->name, &generators[kind], reading, err);
    if (status != SHEAF_OK)
        return status;
    struct made *made = malloc(sizeof *made);
    if (!made)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory");
    *made = (struct made){kind, reading->seed, reading->offset};
    input->detail = made;
    input->units = reading->count;
    input->rows = (int64_t)reading->count;
    source->unit_bytes = sheaf_type_size(generators[kind].type);
    return source_set_columns(source, i, &(struct source_column){"", generators[kind].type}, 1, err);
}

static void gen_cleanup(struct sheaf_source *source)
{
    for (size_t i = 0; i < source->input_count; i++)
        free(source->inputs[i].detail);
}

static void gen_pack(const struct sheaf_source *source, struct packer *packer)
{
    for (size_t i = 0; i < source->input_count; i++) {
        const struct made *made = source->inputs[i].detail;
        pack_u64(packer, made->kind);
        pack_u64(packer, made->seed);
        pack_u64(packer, made->first);
    }
}

static enum sheaf_status gen_unpack(struct sheaf_source *source, struct unpacker *in, struct sheaf_error *err)
{
    for (size_t i = 0; i < source->input_count && !in->bad; i++) {
        struct made *made = malloc(sizeof *made);
        if (!made)
            return sheaf_fail(err, SHEAF_MEMORY, "out of memory");
        source->inputs[i].detail = made;
        made->kind = unpack_u64(in);
        made->seed = unpack_u64(in);
        made->first = unpack_u64(in);
        in->bad = in->bad || made->kind >= KINDS || source->column_count != 1 ||
                  source->columns[0].type != generators[made->kind].type ||
                  source->inputs[i].rows != (int64_t)source->inputs[i].units;
    }
    return SHEAF_OK;
}

/* ---- reading -------------------------------------------------------------------------------------------------- */

struct gen_reader {
    struct reader base;
    uint64_t file, next, hi;
    struct tile_column column;
    unsigned char tile[TILE_BYTES] __attribute__((aligned(64)));
};

static enum sheaf_status gen_reader_open(struct reader **reader, const struct sheaf_source *source,
                                         struct sheaf_error *err)
{
    struct gen_reader *r = aligned_alloc(64, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    r->base.source = source;
    r->next = r->hi = 0;
    *reader = &r->base;
    return SHEAF_OK;
}

static enum sheaf_status gen_reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err)
{
    (void)err;
    struct gen_reader *r = (struct gen_reader *)reader;
    const struct made *made = reader->source->inputs[span->input].detail;
    r->file = span->input;
    r->next = span->lo;
    r->hi = span->hi;
    r->column = (struct tile_column){.type = generators[made->kind].type, .data = r->tile};
    return SHEAF_OK;
}

static enum sheaf_status gen_reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err)
{
    (void)err;
    struct gen_reader *r = (struct gen_reader *)reader;
    const struct made *made = reader->source->inputs[r->file].detail;
    uint64_t size = sheaf_type_size(r->column.type), rows = r->hi - r->next;
    if (rows > TILE_BYTES / size)
        rows = TILE_BYTES / size;
    *tile = (struct tile){.rows = rows, .bytes = rows * size, .columns = &r->column};
    tile->first = (struct sheaf_position){r->file, r->next, (int64_t)r->next, SHEAF_UNKNOWN};
    makers[made->kind].make(made->seed ^ makers[made->kind].salt, made->first + r->next, rows, r->tile);
    r->next += rows;
    return SHEAF_OK;
}

static void gen_reader_close(struct reader *reader)
{
    free(reader);
}

static enum sheaf_status gen_locate(const struct sheaf_source *source, const struct sheaf_position *position,
                                    struct sheaf_place *place, struct sheaf_error *err)
{
    (void)source;
    (void)err;
    place->row = position->at;
    place->line = SHEAF_UNKNOWN;
    return SHEAF_OK;
}

const struct source_format source_format_gen = {
    .name = "gen",
    .prefix = prefix,
    .rows_are_units = true,
    .open = gen_open,
    .cleanup = gen_cleanup,
    .pack = gen_pack,
    .unpack = gen_unpack,
    .reader_open = gen_reader_open,
    .reader_begin = gen_reader_begin,
    .reader_next = gen_reader_next,
    .reader_close = gen_reader_close,
    .locate = gen_locate,
};
