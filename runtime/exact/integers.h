/* Runs of integers: partial sums in plain words, at the speed of the memory. */
#ifndef SHEAF_RUNTIME_EXACT_INTEGERS_H
#define SHEAF_RUNTIME_EXACT_INTEGERS_H

#include "base/isa.h"
#include "exact/limbs.h"

enum { INTEGERS_MOST = 1 << 24 }; /* elements that one call takes */

/* The sum of `n` elements of an integer type; n <= INTEGERS_MOST. integers_sum is the best of its variants that
 * cpu_limit allows; all give the same. */
typedef int128 integers_summer(enum sheaf_type type, const void *x, uint64_t n);
integers_summer integers_sum;
#define INTEGERS_DECLARE(isa) integers_summer integers_sum_##isa;
INTEGERS_DECLARE(portable)
SHEAF_ISAS(INTEGERS_DECLARE)

/* The sum of the absolute values. */
int128 integers_sum_absolute(enum sheaf_type type, const void *x, uint64_t n);

/* Is it an integer type of at most 32 bits? */
bool integers_are_narrow(enum sheaf_type type);

/* Adds the squares of n elements of any integer type; n <= INTEGERS_MOST. Variants as above; the one for AVX-512 with IFMA
 * takes types of 64 bits. */
typedef void integers_squarer(int64_t *limb, enum sheaf_type type, const void *x, uint64_t n);
integers_squarer integers_add_squares;
#define INTEGERS_DECLARE_SQUARES(isa) integers_squarer integers_add_squares_##isa;
INTEGERS_DECLARE_SQUARES(portable)
SHEAF_ISAS(INTEGERS_DECLARE_SQUARES)
SHEAF_ISA_AVX512IFMA(INTEGERS_DECLARE_SQUARES)

/* The sum of the products of two runs of narrow integers. */
int128 integers_sum_products(enum sheaf_type x_type, const void *x, enum sheaf_type y_type, const void *y, uint64_t n);

#endif
