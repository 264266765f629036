#include "exact/integers.h"

int128 integers_sum(enum sheaf_type type, const void *x, uint64_t n)
{
    return ISA_BEST(integers_sum)(type, x, n);
}

#define WIDE_ISAS(X, ...) SHEAF_ISAS(X, __VA_ARGS__) SHEAF_ISA_AVX512IFMA(X, __VA_ARGS__)

void integers_add_squares(int64_t *limb, enum sheaf_type type, const void *x, uint64_t n)
{
    bool wide = sheaf_type_size(type) == 8;
    (wide ? ISA_BEST_OF(WIDE_ISAS, integers_add_squares) : ISA_BEST(integers_add_squares))(limb, type, x, n);
}

/* ---- the rest: element by element, in 64 bits --------------------------------------------------------------- */

#define DEFINE_ABSOLUTE(TYPE, c_type)                                                                      \
    static int128 absolute_##TYPE(const void *from, uint64_t n)                                            \
    {                                                                                                      \
        const c_type *x = from;                                                                            \
        uint64_t low = 0, high = 0;                                                                        \
        for (uint64_t i = 0; i < n; i++) {                                                                 \
            uint64_t size = x[i] < 0 ? -(uint64_t)x[i] : (uint64_t)x[i];                                   \
            low += size & HALF_MASK;                                                                       \
            high += size >> HALF_BITS;                                                                     \
        }                                                                                                  \
        return (int128)low + ((int128)high << HALF_BITS);                                                  \
    }
DEFINE_ABSOLUTE(I8, int8_t)
DEFINE_ABSOLUTE(I16, int16_t)
DEFINE_ABSOLUTE(I32, int32_t)
DEFINE_ABSOLUTE(I64, int64_t)

int128 integers_sum_absolute(enum sheaf_type type, const void *x, uint64_t n)
{
    static int128 (*const sums[SHEAF_TYPE_COUNT])(const void *, uint64_t) = {
        [SHEAF_I8] = absolute_I8, [SHEAF_I16] = absolute_I16, [SHEAF_I32] = absolute_I32, [SHEAF_I64] = absolute_I64,
    };
    return sheaf_type_is_signed(type) ? sums[type](x, n) : integers_sum(type, x, n);
}

enum { CHUNK = 512 };

#define INTEGER_TYPES(X)                                                                                   \
    X(I8, int8_t) X(I16, int16_t) X(I32, int32_t) X(I64, int64_t)                                          \
    X(U8, uint8_t) X(U16, uint16_t) X(U32, uint32_t) X(U64, uint64_t)

#define DEFINE_WIDEN(TYPE, c_type)                                                                         \
    static void widen_##TYPE(int64_t *out, const void *from, unsigned count)                               \
    {                                                                                                      \
        const c_type *x = from;                                                                            \
        for (unsigned i = 0; i < count; i++)                                                               \
            out[i] = (int64_t)x[i];                                                                        \
    }
INTEGER_TYPES(DEFINE_WIDEN)

static void widen(int64_t *out, enum sheaf_type type, const void *x, uint64_t first, unsigned count)
{
#define ROW(TYPE, c_type) [SHEAF_##TYPE] = widen_##TYPE,
    static void (*const widens[])(int64_t *, const void *, unsigned) = {INTEGER_TYPES(ROW)};
#undef ROW
    widens[type](out, (const unsigned char *)x + first * sheaf_type_size(type), count);
}

bool integers_are_narrow(enum sheaf_type type)
{
    return !sheaf_type_is_float(type) && sheaf_type_size(type) <= 4;
}

/* y = 2^16 high + low: with |x| <= 2^32 both products stay below 2^48, and a chunk of them below 2^57. */
static int128 chunk_products(const int64_t *x, const int64_t *y, unsigned count)
{
    int64_t low = 0, high = 0;
    for (unsigned i = 0; i < count; i++) {
        low += x[i] * (y[i] & 0xffff);
        high += x[i] * (y[i] >> 16);
    }
    return (int128)low + (int128)high * 65536;
}

int128 integers_sum_products(enum sheaf_type x_type, const void *x, enum sheaf_type y_type, const void *y, uint64_t n)
{
    int64_t wide_x[CHUNK], wide_y[CHUNK];
    int128 sum = 0;
    for (uint64_t first = 0; first < n; first += CHUNK) {
        unsigned count = n - first < CHUNK ? (unsigned)(n - first) : CHUNK;
        widen(wide_x, x_type, x, first, count);
        widen(wide_y, y_type, y, first, count);
        sum += chunk_products(wide_x, wide_y, count);
    }
    return sum;
}
