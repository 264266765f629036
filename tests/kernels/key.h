/* Elements as unsigned integers in the same order, of the kernels that only tests use. They are written as a user's
 * would be, against the public headers alone. */
#ifndef SHEAF_TESTS_KEY_H
#define SHEAF_TESTS_KEY_H

#include <sheaf/kernel.h>

#include <math.h>
#include <string.h>

#define KEY_SIGN (UINT64_C(1) << 63)

/* One key for both zeros, and one for every NaN, above all others. */
static inline uint64_t key_of_real(double x)
{
    uint64_t bits;
    x = x != x ? NAN : x + 0.0;
    memcpy(&bits, &x, sizeof bits);
    return bits & KEY_SIGN ? ~bits : bits | KEY_SIGN;
}

static inline double key_real(uint64_t key)
{
    double x;
    uint64_t bits = key & KEY_SIGN ? key ^ KEY_SIGN : ~key;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline uint64_t key_at(const struct sheaf_column *column, uint64_t i)
{
#define X(NAME, c_type, text)                                                                              \
    case SHEAF_##NAME: {                                                                                   \
        c_type x = ((const c_type *)column->data)[i];                                                      \
        return SHEAF_##NAME >= SHEAF_F32 ? key_of_real((double)x)                                          \
               : SHEAF_##NAME >= SHEAF_U8 ? (uint64_t)x                                                    \
                                          : (uint64_t)(int64_t)x ^ KEY_SIGN;                               \
    }
    switch (column->type) {
        SHEAF_TYPES(X)
    default:
        return 0;
    }
#undef X
}

#endif
