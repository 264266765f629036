/* Vectors as wide as the instruction set has them, for what is compiled once for each. */
#ifndef SHEAF_RUNTIME_EXACT_TUNED_VECTOR_H
#define SHEAF_RUNTIME_EXACT_TUNED_VECTOR_H

#include <stdint.h>

#define ALWAYS static inline __attribute__((always_inline))

/* __BIGGEST_ALIGNMENT__ would tell under gcc, and is 16 under clang. */
#if defined(__AVX512F__)
enum { VECTOR_BYTES = 64 };
#elif defined(__AVX2__)
enum { VECTOR_BYTES = 32 };
#else
enum { VECTOR_BYTES = 16 };
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
