/* The common form into which elements of every type are taken apart, some at a time: any operation on any types
 * is a loop over it. */
#ifndef SHEAF_RUNTIME_EXACT_TERMS_H
#define SHEAF_RUNTIME_EXACT_TERMS_H

#include "exact/limbs.h"

enum { TERMS = 256 }; /* at a time: 5 KiB, small beside a first-level cache */

enum term_kind { TERM_FINITE, TERM_NAN, TERM_POS_INF, TERM_NEG_INF };

/* Element i is magnitude * 2^(exponent - 1074), negated where negative is -1 (else 0). What is not finite has
 * magnitude 0, and `special` says that there is some; only then `kind` is set. */
struct terms {
    uint64_t magnitude[TERMS];
    int64_t negative[TERMS];
    uint32_t exponent[TERMS];
    uint8_t kind[TERMS];
    bool special;
};

/* Takes apart elements first .. first + count - 1 of `x`; count <= TERMS. */
void terms_load(struct terms *terms, enum sheaf_type type, const void *x, uint64_t first, unsigned count);

/* Forgets the signs: every term becomes its absolute value. */
void terms_make_absolute(struct terms *terms, unsigned count);

/* Add without carrying. */
void terms_add(struct sheaf_exact *into, const struct terms *terms, unsigned count);
void terms_add_products(struct sheaf_exact *into, const struct terms *x, const struct terms *y, unsigned count);

#endif
