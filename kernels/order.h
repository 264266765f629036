/* Order keys: the elements of every type mapped to unsigned integers of their own width, so that least, greatest and
 * largest in magnitude are all "the largest key". Extrema then are one operation on integers: exact, associative and
 * commutative, with 0 as identity, and NaN, infinities and signed zeros need no cases of their own:
 *
 *     -0 is below +0; every NaN is above every number in each of MIN, MAX and MAGNITUDE, and so propagates. */
#ifndef SHEAF_KERNELS_ORDER_H
#define SHEAF_KERNELS_ORDER_H

#include "base/isa.h"

/* X(NAME): MIN, MAX: the least, greatest element. MAGNITUDE: the largest |x|. FINITE_MIN, FINITE_MAX: infinities and
 * NaN have key 0. */
#define ORDERS(X) X(MIN) X(MAX) X(MAGNITUDE) X(FINITE_MIN) X(FINITE_MAX)
enum order {
#define X(NAME) ORDER_##NAME,
    ORDERS(X)
#undef X
    ORDER_COUNT
};

/* X(NAME, unsigned type of the same width, kind): the rows of SHEAF_TYPES as bits. */
#define ORDER_TYPES(X)                                                                                     \
    X(I8, uint8_t, SIGNED)                                                                                 \
    X(I16, uint16_t, SIGNED)                                                                               \
    X(I32, uint32_t, SIGNED)                                                                               \
    X(I64, uint64_t, SIGNED)                                                                               \
    X(U8, uint8_t, UNSIGNED)                                                                               \
    X(U16, uint16_t, UNSIGNED)                                                                             \
    X(U32, uint32_t, UNSIGNED)                                                                             \
    X(U64, uint64_t, UNSIGNED)                                                                             \
    X(F32, uint32_t, FLOAT)                                                                                \
    X(F64, uint64_t, FLOAT)

/* The key of an element whose bits are `u`, of unsigned type U; `u` is evaluated several times. */
#define ORDER_SIGN(U) ((U)((U)1 << (8 * sizeof(U) - 1)))
#define ORDER_KEY_UNSIGNED_MIN(U, u) ((U)~(u))
#define ORDER_KEY_UNSIGNED_MAX(U, u) (u)
#define ORDER_KEY_UNSIGNED_MAGNITUDE(U, u) (u)
#define ORDER_KEY_UNSIGNED_FINITE_MIN ORDER_KEY_UNSIGNED_MIN
#define ORDER_KEY_UNSIGNED_FINITE_MAX ORDER_KEY_UNSIGNED_MAX
#define ORDER_KEY_SIGNED_MIN(U, u) ((U)((u) ^ (U)~ORDER_SIGN(U)))
#define ORDER_KEY_SIGNED_MAX(U, u) ((U)((u) ^ ORDER_SIGN(U)))
#define ORDER_KEY_SIGNED_MAGNITUDE(U, u) ((U)((u) & ORDER_SIGN(U) ? 0 - (u) : (u)))
#define ORDER_KEY_SIGNED_FINITE_MIN ORDER_KEY_SIGNED_MIN
#define ORDER_KEY_SIGNED_FINITE_MAX ORDER_KEY_SIGNED_MAX

/* IEEE 754 binary32 and binary64. Bits with the sign flipped, or all of them if negative, are in the order of the
 * values (754-2008, 5.10), negative NaNs first; subtracting their number wraps those to the top, behind the positive
 * ones, and makes -Infinity 0. */
#define ORDER_FRACTION(U) ((U)(((U)1 << (sizeof(U) == 4 ? 23 : 52)) - 1))
#define ORDER_INFINITY(U) ((U)((ORDER_SIGN(U) - 1) & ~ORDER_FRACTION(U)))
#define ORDER_IS_FINITE(U, u) (((u) & ORDER_INFINITY(U)) != ORDER_INFINITY(U))
#define ORDER_KEY_FLOAT_MIN(U, u) ORDER_KEY_FLOAT_MAX(U, ((u) ^ ORDER_SIGN(U)))
#define ORDER_KEY_FLOAT_MAX(U, u)                                                                          \
    ((U)(((u) ^ ((U)(0 - ((u) >> (8 * sizeof(U) - 1))) | ORDER_SIGN(U))) - ORDER_FRACTION(U)))
#define ORDER_KEY_FLOAT_MAGNITUDE(U, u) ((U)((u) & (U)~ORDER_SIGN(U)))
#define ORDER_KEY_FLOAT_FINITE_MIN(U, u) ((U)(ORDER_KEY_FLOAT_MIN(U, u) & (U)(0 - (U)ORDER_IS_FINITE(U, u))))
#define ORDER_KEY_FLOAT_FINITE_MAX(U, u) ((U)(ORDER_KEY_FLOAT_MAX(U, u) & (U)(0 - (U)ORDER_IS_FINITE(U, u))))

/* The largest key of the `rows` elements of a column; 0 for none. */
typedef uint64_t order_largest(enum order order, const struct sheaf_column *column, uint64_t rows);
#define ORDER_DECLARE(isa) order_largest order_largest_##isa;
ORDER_DECLARE(portable)
SHEAF_ISAS(ORDER_DECLARE)

/* The element that has `key`. Of a floating-point type, exact; any NaN gives the same quiet NaN. */
double order_real(enum sheaf_type type, enum order order, uint64_t key);
/* Of an integer type. */
__int128 order_integer(enum sheaf_type type, enum order order, uint64_t key);

/* Adds `name` to `result`: the element that has `key`, of any type. */
enum sheaf_status order_report(const char *name, enum sheaf_type type, enum order order, uint64_t key,
                               struct sheaf_result *result);

/* The keys, under MIN and MAX, of the elements that compare equal to the one that has `key`: the two zeros are one
 * value, and so are all NaNs. */
struct order_class {
    uint64_t low, high;
};
struct order_class order_equals(enum sheaf_type type, uint64_t key);

#endif
