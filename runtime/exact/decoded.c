#include "exact/decoded.h"

#include <string.h>

/* Exponents count from 2^-1074, the smallest f64; integers are multiples of 2^0. */
enum { UNIT_EXPONENT = 1074, SINGLE_BIT = UNIT_BIT - UNIT_EXPONENT, PRODUCT_BIT = UNIT_BIT - 2 * UNIT_EXPONENT };

/* ---- integers ----------------------------------------------------------------------------------------------- */

#define DEFINE_LOAD(TYPE, c_type)                                                                          \
    static void load_##TYPE(struct decoded *decoded, const void *from, unsigned count)                         \
    {                                                                                                      \
        const c_type *x = from;                                                                            \
        for (unsigned i = 0; i < count; i++) {                                                             \
            int64_t negative = -(int64_t)((c_type)-1 < (c_type)1 && (int64_t)x[i] < 0);                    \
            decoded->magnitude[i] = ((uint64_t)x[i] ^ (uint64_t)negative) - (uint64_t)negative;              \
            decoded->negative[i] = negative;                                                                 \
            decoded->exponent[i] = UNIT_EXPONENT;                                                            \
        }                                                                                                  \
        decoded->special = false;                                                                            \
    }
DEFINE_LOAD(i8, int8_t)
DEFINE_LOAD(i16, int16_t)
DEFINE_LOAD(i32, int32_t)
DEFINE_LOAD(i64, int64_t)
DEFINE_LOAD(u8, uint8_t)
DEFINE_LOAD(u16, uint16_t)
DEFINE_LOAD(u32, uint32_t)
DEFINE_LOAD(u64, uint64_t)

/* ---- IEEE 754, read as unsigned integers -------------------------------------------------------------------- */

/* A binary format: widths in bits, and the exponent of its smallest subnormal counted from 2^-1074. */
struct format {
    unsigned width, fraction;
    uint32_t full, smallest;
};
static const struct format f32 = {32, 23, 0xff, UNIT_EXPONENT - 149}, f64 = {64, 52, 0x7ff, 0};

static inline uint64_t bits_at(struct format format, const unsigned char *from, unsigned i)
{
    uint32_t narrow;
    uint64_t wide;
    if (format.width == 64) {
        memcpy(&wide, from + 8 * (size_t)i, sizeof wide);
        return wide;
    }
    memcpy(&narrow, from + 4 * (size_t)i, sizeof narrow);
    return narrow;
}

static void set_kinds(struct format format, struct decoded *decoded, const unsigned char *from, unsigned count)
{
    uint64_t infinity = (uint64_t)format.full << format.fraction, sign = UINT64_C(1) << (format.width - 1);
    for (unsigned i = 0; i < count; i++) {
        uint64_t bits = bits_at(format, from, i), size = bits & ~sign;
        decoded->kind[i] = size < infinity ? DECODED_FINITE
                         : size > infinity ? DECODED_NAN
                         : bits & sign ? DECODED_NEG_INF : DECODED_POS_INF;
    }
}

/* A subnormal has the exponent of the smallest normal number and no hidden bit; a full exponent field means an
 * infinity or NaN. */
static inline __attribute__((always_inline)) void load_float(struct format format, struct decoded *decoded,
                                                             const unsigned char *from, unsigned count)
{
    const uint64_t hidden = UINT64_C(1) << format.fraction;
    uint64_t specials = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t bits = bits_at(format, from, i), exponent = bits >> format.fraction & format.full;
        uint64_t normal = exponent != 0, special = exponent == format.full;
        decoded->magnitude[i] = ((bits & (hidden - 1)) | normal << format.fraction) & (special - 1);
        decoded->negative[i] = -(int64_t)(bits >> (format.width - 1));
        decoded->exponent[i] = (uint32_t)(exponent - normal) + format.smallest;
        specials |= special;
    }
    decoded->special = specials != 0;
    if (specials)
        set_kinds(format, decoded, from, count);
}

static void load_f32(struct decoded *decoded, const void *from, unsigned count)
{
    load_float(f32, decoded, from, count);
}

static void load_f64(struct decoded *decoded, const void *from, unsigned count)
{
    load_float(f64, decoded, from, count);
}

/* ---- any type ----------------------------------------------------------------------------------------------- */

void decoded_load(struct decoded *decoded, enum sheaf_type type, const void *x, uint64_t first, unsigned count)
{
    static void (*const loads[SHEAF_TYPE_COUNT])(struct decoded *, const void *, unsigned) = {
        [SHEAF_I8] = load_i8,   [SHEAF_I16] = load_i16, [SHEAF_I32] = load_i32, [SHEAF_I64] = load_i64,
        [SHEAF_U8] = load_u8,   [SHEAF_U16] = load_u16, [SHEAF_U32] = load_u32, [SHEAF_U64] = load_u64,
        [SHEAF_F32] = load_f32, [SHEAF_F64] = load_f64,
    };
    loads[type](decoded, (const unsigned char *)x + first * sheaf_type_size(type), count);
}

void decoded_make_absolute(struct decoded *decoded, unsigned count)
{
    memset(decoded->negative, 0, count * sizeof decoded->negative[0]);
    for (unsigned i = 0; decoded->special && i < count; i++)
        if (decoded->kind[i] == DECODED_NEG_INF)
            decoded->kind[i] = DECODED_POS_INF;
}

static void count_kind(struct sheaf_exact *into, enum decoded_kind kind)
{
    into->nan += kind == DECODED_NAN;
    into->pos_inf += kind == DECODED_POS_INF;
    into->neg_inf += kind == DECODED_NEG_INF;
}

void decoded_add(struct sheaf_exact *into, const struct decoded *decoded, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        limbs_add_single(into->limb, decoded->magnitude[i], decoded->exponent[i] + SINGLE_BIT, decoded->negative[i]);
    for (unsigned i = 0; decoded->special && i < count; i++)
        count_kind(into, decoded->kind[i]);
}

static enum decoded_kind kind_at(const struct decoded *decoded, unsigned i)
{
    return decoded->special ? decoded->kind[i] : DECODED_FINITE;
}

static bool is_zero(const struct decoded *decoded, unsigned i)
{
    return kind_at(decoded, i) == DECODED_FINITE && decoded->magnitude[i] == 0;
}

/* Infinity times zero is NaN; else an infinity wins over what is finite, with the product's sign. */
static enum decoded_kind product_kind(const struct decoded *x, const struct decoded *y, unsigned i)
{
    enum decoded_kind a = kind_at(x, i), b = kind_at(y, i);
    if (a == DECODED_FINITE && b == DECODED_FINITE)
        return DECODED_FINITE;
    if (a == DECODED_NAN || b == DECODED_NAN || is_zero(x, i) || is_zero(y, i))
        return DECODED_NAN;
    return x->negative[i] ^ y->negative[i] ? DECODED_NEG_INF : DECODED_POS_INF;
}

void decoded_add_products(struct sheaf_exact *into, const struct decoded *x, const struct decoded *y, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        limbs_add_double(into->limb, (uint128)x->magnitude[i] * y->magnitude[i],
                         x->exponent[i] + y->exponent[i] + PRODUCT_BIT, x->negative[i] ^ y->negative[i]);
    for (unsigned i = 0; (x->special || y->special) && i < count; i++)
        count_kind(into, product_kind(x, y, i));
}
