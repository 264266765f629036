/* Sums of integers, a vector at a time. */
#include "../integers.h"
#include "vector.h"

#include <string.h>

/* The lanes of a vector are twice as wide as the elements and hold two of them; of 64 bits one, as its two halves.
 * Adding whole lanes, wrapping, and their high halves beside it gives the sums of both halves, since
 * low = (both - high * 2^half) mod 2^(2 half). */
enum { STRETCH = 256 }; /* vectors; 256 * 255 < 2^16: no half overflows its lane */
struct halves {
    uint64_t low, high;
};
typedef void add_vectors(struct halves *sum, const unsigned char *x, uint64_t count, uint64_t flip);

#define DEFINE_ADD(half, lane)                                                                             \
    ALWAYS void add_##half(struct halves *sum, const unsigned char *x, uint64_t count, uint64_t flip)      \
    {                                                                                                      \
        typedef lane vector __attribute__((vector_size(VECTOR_BYTES)));                                    \
        vector both = {0}, high = {0};                                                                     \
        for (uint64_t i = 0; i < count; i++) {                                                             \
            vector lanes;                                                                                  \
            memcpy(&lanes, x + VECTOR_BYTES * i, VECTOR_BYTES);                                            \
            lanes ^= (lane)flip;                                                                           \
            both += lanes;                                                                                 \
            high += lanes >> half;                                                                         \
        }                                                                                                  \
        both -= high << half;                                                                              \
        for (unsigned k = 0; k < VECTOR_BYTES / sizeof(lane); k++) {                                       \
            sum->low += both[k];                                                                           \
            sum->high += high[k];                                                                          \
        }                                                                                                  \
    }
DEFINE_ADD(8, uint16_t)
DEFINE_ADD(16, uint32_t)
DEFINE_ADD(32, uint64_t)

/* Signed elements are read as unsigned ones that are larger by 2^(bits - 1): the same bits with the sign flipped. */
ALWAYS int128 sum_elements(add_vectors *add, const unsigned char *x, uint64_t n, unsigned bits, bool is_signed)
{
    const uint64_t bias = is_signed ? UINT64_C(1) << (bits - 1) : 0;
    const uint64_t flip = bias * (UINT64_MAX / (UINT64_MAX >> (64 - bits)));
    uint64_t vectors = n * bits / 8 / VECTOR_BYTES;
    struct halves sum = {0, 0};
    for (uint64_t done = 0; done < vectors; done += STRETCH)
        add(&sum, x + VECTOR_BYTES * done, vectors - done < STRETCH ? vectors - done : STRETCH, flip);
    uint64_t tail[VECTOR_BYTES / 8]; /* elements that are not there count as 0 */
    for (unsigned k = 0; k < VECTOR_BYTES / 8; k++)
        tail[k] = flip;
    memcpy(tail, x + VECTOR_BYTES * vectors, n * bits / 8 % VECTOR_BYTES);
    add(&sum, (const unsigned char *)tail, 1, flip);
    return (int128)sum.low + ((int128)sum.high << (bits == 64 ? 32 : 0)) - (int128)bias * (int128)n;
}

#define DEFINE_SUM(TYPE, add, bits, is_signed)                                                             \
    static int128 sum_##TYPE(const void *x, uint64_t n)                                                    \
    {                                                                                                      \
        return sum_elements(add, x, n, bits, is_signed);                                                   \
    }
DEFINE_SUM(I8, add_8, 8, true)
DEFINE_SUM(I16, add_16, 16, true)
DEFINE_SUM(I32, add_32, 32, true)
DEFINE_SUM(I64, add_32, 64, true)
DEFINE_SUM(U8, add_8, 8, false)
DEFINE_SUM(U16, add_16, 16, false)
DEFINE_SUM(U32, add_32, 32, false)
DEFINE_SUM(U64, add_32, 64, false)

int128 ISA(integers_sum)(enum sheaf_type type, const void *x, uint64_t n)
{
    static int128 (*const sums[])(const void *, uint64_t) = {
        [SHEAF_I8] = sum_I8, [SHEAF_I16] = sum_I16, [SHEAF_I32] = sum_I32, [SHEAF_I64] = sum_I64,
        [SHEAF_U8] = sum_U8, [SHEAF_U16] = sum_U16, [SHEAF_U32] = sum_U32, [SHEAF_U64] = sum_U64,
    };
    return sums[type](x, n);
}
