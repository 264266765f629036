/* A column's elements as one type, so that a kernel over pairs or intervals needs no copy per element type. */
#ifndef SHEAF_KERNELS_WIDEN_H
#define SHEAF_KERNELS_WIDEN_H

#include <sheaf/kernel.h>

/* Is every element of the type a double? All types but i64 and u64. */
bool widen_is_exact(enum sheaf_type type);

/* Elements first .. first + count - 1 as the greatest double not above each, or the least not below. */
void widen_below(const struct sheaf_column *column, uint64_t first, size_t count, double *out);
void widen_above(const struct sheaf_column *column, uint64_t first, size_t count, double *out);

/* The same of an integer type, exactly. */
void widen_integer(const struct sheaf_column *column, uint64_t first, size_t count, __int128 *out);

/* The greatest double not above an i64 or u64; the least not below. */
double double_not_above(__int128 value);
double double_not_below(__int128 value);

/* The neighbours of a finite double; the infinities are neighbours of the largest. */
double double_before(double x);
double double_after(double x);

#endif
