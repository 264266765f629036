/* Vectors as wide as the instruction set has them, for what is compiled once for each. */
#ifndef SHEAF_RUNTIME_EXACT_TUNED_VECTOR_H
#define SHEAF_RUNTIME_EXACT_TUNED_VECTOR_H

#include <stdint.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define ALWAYS static inline __attribute__((always_inline))

/* Of two vectors: the lanes with even numbers, in turns, and those with odd numbers; the pairs of lanes of their first
 * halves, in turns, and of their last halves. Of one, of 256 bits at most: is the top bit
 * of any lane set? (__BIGGEST_ALIGNMENT__ tells the width under gcc only.) */
#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#define EVEN_LANES(a, b) __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14)
#define ODD_LANES(a, b) __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)
#define FIRST_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 2, 3, 10, 11)
#define LAST_PAIRS(a, b) __builtin_shufflevector(a, b, 4, 5, 12, 13, 6, 7, 14, 15)
#elif defined(__AVX2__)
#define VECTOR_BYTES 32
#define EVEN_LANES(a, b) __builtin_shufflevector(a, b, 0, 4, 2, 6)
#define ODD_LANES(a, b) __builtin_shufflevector(a, b, 1, 5, 3, 7)
#define FIRST_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 1, 4, 5)
#define LAST_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 3, 6, 7)
#define ANY_TOP(a) (_mm256_movemask_pd((__m256d)(a)) != 0)
#else
#define VECTOR_BYTES 16
#define EVEN_LANES(a, b) __builtin_shufflevector(a, b, 0, 2)
#define ODD_LANES(a, b) __builtin_shufflevector(a, b, 1, 3)
#define FIRST_PAIRS(a, b) (a)
#define LAST_PAIRS(a, b) (b)
#define ANY_TOP(a) (((a)[0] | (a)[1]) >> 63 != 0)
#endif

enum { LANES = VECTOR_BYTES / 8 }; /* of 64 bits */
typedef uint64_t words __attribute__((vector_size(VECTOR_BYTES)));

/* All lanes or-ed together. */
ALWAYS uint64_t any_bit(words bits)
{
    uint64_t any = 0;
    for (unsigned lane = 0; lane < LANES; lane++)
        any |= bits[lane];
    return any;
}

#endif
