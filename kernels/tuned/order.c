/* The largest order key of a column: one plain loop per order and type, for the compiler to vectorise. */
#include "../order.h"

#include <string.h>

#define LARGEST(ORDER, NAME, U, KIND)                                                                      \
    static uint64_t largest_##ORDER##_##NAME(const unsigned char *data, uint64_t rows)                     \
    {                                                                                                      \
        U largest = 0;                                                                                     \
        for (uint64_t i = 0; i < rows; i++) {                                                              \
            U bits;                                                                                        \
            memcpy(&bits, data + i * sizeof bits, sizeof bits);                                            \
            U key = ORDER_KEY_##KIND##_##ORDER(U, bits);                                                   \
            largest = key > largest ? key : largest;                                                       \
        }                                                                                                  \
        return largest;                                                                                    \
    }
#define ALL_ORDERS(NAME, U, KIND)                                                                          \
    LARGEST(MIN, NAME, U, KIND)                                                                            \
    LARGEST(MAX, NAME, U, KIND)                                                                            \
    LARGEST(MAGNITUDE, NAME, U, KIND)                                                                      \
    LARGEST(FINITE_MIN, NAME, U, KIND)                                                                     \
    LARGEST(FINITE_MAX, NAME, U, KIND)
ORDER_TYPES(ALL_ORDERS)

#define ROW(NAME, U, KIND)                                                                                 \
    [SHEAF_##NAME] = {largest_MIN_##NAME, largest_MAX_##NAME, largest_MAGNITUDE_##NAME,                    \
                      largest_FINITE_MIN_##NAME, largest_FINITE_MAX_##NAME},

uint64_t ISA(order_largest)(enum order order, const struct sheaf_column *column, uint64_t rows)
{
    static uint64_t (*const largest[SHEAF_TYPE_COUNT][ORDER_COUNT])(const unsigned char *, uint64_t) = {
        ORDER_TYPES(ROW)};
    return largest[column->type][order](column->data, rows);
}
