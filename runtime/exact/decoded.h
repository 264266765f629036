/* The common form into which elements of every type are taken apart, some at a time: any operation on any types
 * is a loop over it. */
#ifndef SHEAF_RUNTIME_EXACT_DECODED_H
#define SHEAF_RUNTIME_EXACT_DECODED_H

#include "exact/limbs.h"

enum { DECODED_MOST = 256 }; /* at a time: 5 KiB, small beside a first-level cache */

enum decoded_kind { DECODED_FINITE, DECODED_NAN, DECODED_POS_INF, DECODED_NEG_INF };

/* Element i is magnitude * 2^(exponent - 1074), negated where negative is -1 (else 0). What is not finite has
 * magnitude 0, and `special` says that there is some; only then `kind` is set. */
struct decoded {
    uint64_t magnitude[DECODED_MOST];
    int64_t negative[DECODED_MOST];
    uint32_t exponent[DECODED_MOST];
    uint8_t kind[DECODED_MOST];
    bool special;
};

/* Takes apart elements first .. first + count - 1 of `x`; count <= DECODED_MOST. */
void decoded_load(struct decoded *decoded, enum sheaf_type type, const void *x, uint64_t first, unsigned count);

/* Forgets the signs: every element becomes its absolute value. */
void decoded_make_absolute(struct decoded *decoded, unsigned count);

/* Add without carrying. */
void decoded_add(struct sheaf_exact *into, const struct decoded *decoded, unsigned count);
void decoded_add_products(struct sheaf_exact *into, const struct decoded *x, const struct decoded *y, unsigned count);

#endif
