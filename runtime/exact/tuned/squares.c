/* Sums of squares of integers: plain loops, for the compiler to vectorise. */
#include "../integers.h"

/* Of at most 16 bits: 2^24 squares are below 2^56. */
#define DEFINE_SHORT(TYPE, c_type)                                                                         \
    static void add_##TYPE(int64_t *limb, const void *from, uint64_t n)                                    \
    {                                                                                                      \
        const c_type *x = from;                                                                            \
        uint64_t sum = 0;                                                                                  \
        for (uint64_t i = 0; i < n; i++)                                                                   \
            sum += (uint32_t)x[i] * (uint32_t)x[i];                                                        \
        limbs_add_scaled(limb, (int128)sum, UNIT_BIT);                                                     \
    }
DEFINE_SHORT(I8, int8_t)
DEFINE_SHORT(I16, int16_t)
DEFINE_SHORT(U8, uint8_t)
DEFINE_SHORT(U16, uint16_t)

/* Of 32 bits: the sum of whole squares, wrapping, and that of their high halves say what the sum of the low halves is. */
#define DEFINE_LONG(TYPE, c_type, wide_type)                                                               \
    static void add_##TYPE(int64_t *limb, const void *from, uint64_t n)                                    \
    {                                                                                                      \
        const c_type *x = from;                                                                            \
        uint64_t whole = 0, high = 0;                                                                      \
        for (uint64_t i = 0; i < n; i++) {                                                                 \
            uint64_t square = (uint64_t)((wide_type)x[i] * x[i]);                                          \
            whole += square;                                                                               \
            high += square >> 32;                                                                          \
        }                                                                                                  \
        uint64_t low = whole - (high << 32);                                                               \
        limbs_add_scaled(limb, ((int128)high << 32) + low, UNIT_BIT);                                      \
    }
DEFINE_LONG(I32, int32_t, int64_t)
DEFINE_LONG(U32, uint32_t, uint64_t)

#define SIZE_OF_SIGNED(x) ((x) < 0 ? -(uint64_t)(x) : (uint64_t)(x))
#define SIZE_OF_UNSIGNED(x) (x)
#define DEFINE_WIDE(TYPE, c_type, SIZE)                                                                    \
    static void add_##TYPE(int64_t *limb, const void *from, uint64_t n)                                    \
    {                                                                                                      \
        const c_type *x = from;                                                                            \
        uint128 low = 0, high = 0;                                                                         \
        for (uint64_t i = 0; i < n; i++) {                                                                 \
            uint64_t size = SIZE(x[i]);                                                                    \
            uint128 square = (uint128)size * size;                                                         \
            low += (uint64_t)square;                                                                       \
            high += (uint64_t)(square >> 64);                                                              \
        }                                                                                                  \
        limbs_add_scaled(limb, (int128)low, UNIT_BIT);                                                     \
        limbs_add_scaled(limb, (int128)high, UNIT_BIT + 64);                                               \
    }
DEFINE_WIDE(I64, int64_t, SIZE_OF_SIGNED)
DEFINE_WIDE(U64, uint64_t, SIZE_OF_UNSIGNED)

void ISA(integers_add_squares)(int64_t *limb, enum sheaf_type type, const void *x, uint64_t n)
{
    static void (*const adders[])(int64_t *, const void *, uint64_t) = {
        [SHEAF_I8] = add_I8, [SHEAF_I16] = add_I16, [SHEAF_I32] = add_I32, [SHEAF_I64] = add_I64,
        [SHEAF_U8] = add_U8, [SHEAF_U16] = add_U16, [SHEAF_U32] = add_U32, [SHEAF_U64] = add_U64,
    };
    adders[type](limb, x, n);
}
