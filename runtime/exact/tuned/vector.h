/* Vectors as wide as the instruction set has them, for what is compiled once for each. */
#ifndef SHEAF_RUNTIME_EXACT_TUNED_VECTOR_H
#define SHEAF_RUNTIME_EXACT_TUNED_VECTOR_H

#include <stdint.h>

#define ALWAYS static inline __attribute__((always_inline))

enum {
    VECTOR_BYTES = __BIGGEST_ALIGNMENT__ > 16 ? __BIGGEST_ALIGNMENT__ : 16,
    LANES = VECTOR_BYTES / 8 /* of 64 bits */
};
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
