/* Statistics as quotients of integers made from exact integer sums, so that nothing cancels. In all of them
 *
 *     `n` values x (and y) are integers in some unit u (of x) and v (of y), the same for all; S1 is the sum of x,
 *     S2 of x^2, S3, S4 of their cubes and fourth powers, Sxy of x y;
 *
 * means are in units of u, variances of u^2, covariances of u v; correlation, skewness and kurtosis have none. Binary
 * data have u = 2^-1088 (SUM_UNIT_BIT), decimals u = 10^-k: scale the ratio afterwards, by its exponent or by
 * ratio_scale_ten. Operands are read only.
 *
 * Room: with values below 2^b and n below 2^64 the widest intermediate number has 6 b + 640 bits (skewness), 4 b + 520
 * (kurtosis, correlation) and 2 b + 260 (the others). */
#ifndef SHEAF_RUNTIME_EXACT_ALGEBRA_H
#define SHEAF_RUNTIME_EXACT_ALGEBRA_H

#include "exact/ratio.h"

/* S1 / n; n >= 1. */
void ratio_mean(struct ratio *out, const struct bigint *sum, uint64_t n);
/* (n Sxy - Sx Sy) / (n divisor): the covariance with divisor n - 1 of a sample, n of a population. The variance with x
 * for y: S2, S1, S1. n and divisor >= 1. */
void ratio_covariance(struct ratio *out, const struct bigint *products, const struct bigint *sum_x,
                      const struct bigint *sum_y, uint64_t n, uint64_t divisor);

/* Pearson's correlation is the root (ratio_root) of c |c| / (a b), where c = n Sxy - Sx Sy, a = n Sxx - Sx^2 and b the
 * same of y. False if a or b is zero: x or y is constant. */
bool ratio_correlation(struct ratio *out, const struct bigint *products, const struct bigint *sum_x,
                       const struct bigint *sum_y, const struct bigint *squares_x, const struct bigint *squares_y,
                       uint64_t n);

/* Central moments m_k are the means of (x - mean)^k; n^k m_k is an integer. The skewness m_3 / m_2^(3/2) is the root of
 * n^3 m_3 |n^3 m_3| / (n^2 m_2)^3; the kurtosis, less that of a normal distribution, is m_4 / m_2^2 - 3. `power` holds
 * S1 to S3, or to S4. False if m_2 is zero. */
bool ratio_skewness(struct ratio *out, const struct bigint power[3], uint64_t n);
bool ratio_kurtosis(struct ratio *out, const struct bigint power[4], uint64_t n);

#endif
