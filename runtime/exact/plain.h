/* The reference: sums in integer arithmetic alone, element by element, in portable C. What the faster ways are tested
 * against, and what is left where they do not fit: any types, any values, at one to two GB/s. */
#ifndef SHEAF_RUNTIME_EXACT_PLAIN_H
#define SHEAF_RUNTIME_EXACT_PLAIN_H

#include <sheaf/exact.h>

/* As the functions of <sheaf/exact.h>. */
void plain_add(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n);
void plain_add_absolute(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n);
void plain_add_squares(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n);
void plain_add_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x, enum sheaf_type y_type,
                        const void *y, uint64_t n);

#endif
