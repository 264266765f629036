#include "order.h"

#include <math.h>
#include <string.h>

/* The bits of the element, in the low end. Of a FINITE order the key 0 gives what no element can beat. */
static uint64_t bits_of(enum sheaf_type type, enum order order, uint64_t key)
{
    uint64_t sign = (uint64_t)1 << (8 * sheaf_type_size(type) - 1), mask = sign | (sign - 1);
    bool least = order == ORDER_MIN || order == ORDER_FINITE_MIN;
    if (order == ORDER_MAGNITUDE)
        return key;
    if (!sheaf_type_is_float(type)) {
        uint64_t bits = least ? ~key : key;
        return (sheaf_type_is_signed(type) ? bits ^ sign : bits) & mask;
    }
    uint64_t fraction = type == SHEAF_F32 ? ORDER_FRACTION(uint32_t) : ORDER_FRACTION(uint64_t);
    uint64_t bits = (key + fraction) & mask;
    bits = bits & sign ? bits ^ sign : ~bits & mask;
    return least ? bits ^ sign : bits;
}

double order_real(enum sheaf_type type, enum order order, uint64_t key)
{
    uint64_t bits = bits_of(type, order, key);
    double value;
    if (type == SHEAF_F32) {
        uint32_t narrow_bits = (uint32_t)bits;
        float narrow;
        memcpy(&narrow, &narrow_bits, sizeof narrow);
        value = narrow;
    } else {
        memcpy(&value, &bits, sizeof value);
    }
    return value != value ? NAN : value;
}

__int128 order_integer(enum sheaf_type type, enum order order, uint64_t key)
{
    uint64_t bits = bits_of(type, order, key), sign = (uint64_t)1 << (8 * sheaf_type_size(type) - 1);
    if (order == ORDER_MAGNITUDE || !sheaf_type_is_signed(type) || !(bits & sign))
        return bits;
    return (__int128)bits - ((__int128)sign << 1);
}

enum sheaf_status order_report(const char *name, enum sheaf_type type, enum order order, uint64_t key,
                               struct sheaf_result *result)
{
    if (sheaf_type_is_float(type))
        return sheaf_result_real(result, name, order_real(type, order, key));
    __int128 value = order_integer(type, order, key);
    return value < 0 ? sheaf_result_int(result, name, (int64_t)value)
                     : sheaf_result_uint(result, name, (uint64_t)value);
}

struct order_class order_equals(enum sheaf_type type, uint64_t key)
{
    struct order_class class = {key, key};
    if (!sheaf_type_is_float(type))
        return class;
    bool narrow = type == SHEAF_F32;
    uint64_t zero = narrow ? ORDER_KEY_FLOAT_MAX(uint32_t, 0u) : ORDER_KEY_FLOAT_MAX(uint64_t, UINT64_C(0));
    uint64_t infinity = narrow ? ORDER_KEY_FLOAT_MAX(uint32_t, ORDER_INFINITY(uint32_t))
                               : ORDER_KEY_FLOAT_MAX(uint64_t, ORDER_INFINITY(uint64_t));
    if (key == zero || key == zero - 1)
        class = (struct order_class){zero - 1, zero};
    else if (key > infinity)
        class = (struct order_class){infinity + 1, narrow ? UINT32_MAX : UINT64_MAX};
    return class;
}
