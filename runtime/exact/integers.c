#include "exact/integers.h"

#include <string.h>

#define INTEGER_TYPES(X)                                                                                   \
    X(I8, int8_t) X(I16, int16_t) X(I32, int32_t) X(I64, int64_t)                                          \
    X(U8, uint8_t) X(U16, uint16_t) X(U32, uint32_t) X(U64, uint64_t)

/* ---- sums: eight bytes at a time, for compilers to turn into vector code ------------------------------------ */

/* A word is cut into even and odd elements (those of 64 bits into halves), each added in a lane twice as wide.
 * Which is which depends on endianness; the sum does not. */
struct lanes {
    uint64_t even, odd;
};

enum { LANE_WORDS = 256 }; /* 256 * 255 < 2^16: no lane of 16 bits overflows */

static inline uint64_t sum_lanes(uint64_t word, unsigned bits)
{
    uint64_t sum = 0;
    for (unsigned shift = 0; shift < 64; shift += bits)
        sum += word >> shift & (UINT64_MAX >> (64 - bits));
    return sum;
}

static inline __attribute__((always_inline)) struct lanes sum_words(const unsigned char *x, uint64_t words,
                                                                    unsigned half, uint64_t flip)
{
    const uint64_t mask = UINT64_MAX / ((UINT64_C(1) << half) + 1); /* the lower half of each lane */
    struct lanes sum = {0, 0};
    for (uint64_t i = 0; i < words; i++) {
        uint64_t word;
        memcpy(&word, x + 8 * i, sizeof word);
        word ^= flip;
        sum.even += word & mask;
        sum.odd += word >> half & mask;
    }
    return (struct lanes){sum_lanes(sum.even, 2 * half), sum_lanes(sum.odd, 2 * half)};
}

/* Signed elements are read as unsigned ones that are larger by 2^(bits - 1): the same bits with the sign flipped. */
static inline __attribute__((always_inline)) int128 sum_elements(const unsigned char *x, uint64_t n, unsigned bits,
                                                                 bool is_signed)
{
    const unsigned half = bits == 64 ? 32 : bits;
    const uint64_t bias = is_signed ? UINT64_C(1) << (bits - 1) : 0;
    const uint64_t flip = bias * (UINT64_MAX / (UINT64_MAX >> (64 - bits)));
    uint64_t words = n * bits / 64, even = 0, odd = 0;
    for (uint64_t done = 0; done < words; done += LANE_WORDS) {
        uint64_t stretch = words - done < LANE_WORDS ? words - done : LANE_WORDS;
        struct lanes sum = sum_words(x + 8 * done, stretch, half, flip);
        even += sum.even;
        odd += sum.odd;
    }
    uint64_t tail = flip; /* elements that are not there count as 0 */
    memcpy(&tail, x + 8 * words, n * bits / 8 % 8);
    struct lanes sum = sum_words((const unsigned char *)&tail, 1, half, flip);
    int128 low = (int128)even + sum.even, high = (int128)odd + sum.odd;
    return low + (bits == 64 ? high << 32 : high) - (int128)bias * (int128)n;
}

#define DEFINE_SUM(TYPE, c_type)                                                                           \
    static int128 sum_##TYPE(const void *x, uint64_t n)                                                    \
    {                                                                                                      \
        return sum_elements(x, n, 8 * sizeof(c_type), (c_type)-1 < (c_type)1);                             \
    }
INTEGER_TYPES(DEFINE_SUM)

int128 integers_sum(enum sheaf_type type, const void *x, uint64_t n)
{
#define ROW(TYPE, c_type) [SHEAF_##TYPE] = sum_##TYPE,
    static int128 (*const sums[])(const void *, uint64_t) = {INTEGER_TYPES(ROW)};
#undef ROW
    return sums[type](x, n);
}

/* ---- the rest: element by element, in 64 bits --------------------------------------------------------------- */

#define DEFINE_ABSOLUTE(TYPE, c_type)                                                                      \
    static int128 absolute_##TYPE(const void *from, uint64_t n)                                            \
    {                                                                                                      \
        const c_type *x = from;                                                                            \
        uint64_t low = 0, high = 0;                                                                        \
        for (uint64_t i = 0; i < n; i++) {                                                                 \
            uint64_t size = x[i] < 0 ? -(uint64_t)x[i] : (uint64_t)x[i];                                   \
            low += size & LIMB_MASK;                                                                       \
            high += size >> LIMB_BITS;                                                                     \
        }                                                                                                  \
        return (int128)low + ((int128)high << LIMB_BITS);                                                  \
    }
DEFINE_ABSOLUTE(I8, int8_t)
DEFINE_ABSOLUTE(I16, int16_t)
DEFINE_ABSOLUTE(I32, int32_t)
DEFINE_ABSOLUTE(I64, int64_t)

int128 integers_sum_absolute(enum sheaf_type type, const void *x, uint64_t n)
{
    static int128 (*const sums[SHEAF_TYPE_COUNT])(const void *, uint64_t) = {
        [SHEAF_I8] = absolute_I8, [SHEAF_I16] = absolute_I16, [SHEAF_I32] = absolute_I32, [SHEAF_I64] = absolute_I64,
        [SHEAF_U8] = sum_U8,      [SHEAF_U16] = sum_U16,      [SHEAF_U32] = sum_U32,      [SHEAF_U64] = sum_U64,
    };
    return sums[type](x, n);
}

enum { CHUNK = 512 };

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
    bool square = x == y && x_type == y_type;
    int128 sum = 0;
    for (uint64_t first = 0; first < n; first += CHUNK) {
        unsigned count = n - first < CHUNK ? (unsigned)(n - first) : CHUNK;
        widen(wide_x, x_type, x, first, count);
        if (!square)
            widen(wide_y, y_type, y, first, count);
        sum += chunk_products(wide_x, square ? wide_x : wide_y, count);
    }
    return sum;
}
