/* argmin, argmax: a quick look for a tile's largest order key; only a tile that may hold the answer is searched. */
#include "arithmetic.h"
#include "extreme.h"
#include "place.h"

#include <string.h>

struct best {
    uint64_t found; /* 0: no element yet */
    struct sheaf_position position;
    /* That of binary types is the highest of its class (order_equals), so that equal elements have equal keys. */
    struct extreme extreme;
};

static size_t state_size(const struct sheaf_args *args)
{
    return offsetof(struct best, extreme) + extreme_size(args);
}

/* ---- binary types ------------------------------------------------------------------------------------------- */

/* The first row with a key in low .. high; `rows` if there is none. */
#define FIND(ORDER, NAME, U, KIND)                                                                         \
    static uint64_t find_##ORDER##_##NAME(const unsigned char *data, uint64_t rows, struct order_class in) \
    {                                                                                                      \
        U low = (U)in.low, span = (U)(in.high - in.low);                                                   \
        for (uint64_t i = 0; i < rows; i++) {                                                              \
            U bits;                                                                                        \
            memcpy(&bits, data + i * sizeof bits, sizeof bits);                                            \
            if ((U)(ORDER_KEY_##KIND##_##ORDER(U, bits) - low) <= span)                                    \
                return i;                                                                                  \
        }                                                                                                  \
        return rows;                                                                                       \
    }
#define FIND_BOTH(NAME, U, KIND) FIND(MIN, NAME, U, KIND) FIND(MAX, NAME, U, KIND)
ORDER_TYPES(FIND_BOTH)

static uint64_t find(enum order order, const struct sheaf_column *column, uint64_t rows, struct order_class in)
{
#define ROW(NAME, U, KIND) [SHEAF_##NAME] = {[ORDER_MIN] = find_MIN_##NAME, [ORDER_MAX] = find_MAX_##NAME},
    static uint64_t (*const finders[SHEAF_TYPE_COUNT][2])(const unsigned char *, uint64_t, struct order_class) = {
        ORDER_TYPES(ROW)};
#undef ROW
    return finders[column->type][order](column->data, rows, in);
}

static void set(struct best *best, uint64_t key, const struct sheaf_position *position)
{
    best->found = 1;
    best->position = *position;
    best->extreme.key = key;
}

static bool precedes(uint64_t key, const struct sheaf_position *position, const struct best *best)
{
    if (!best->found || key != best->extreme.key)
        return !best->found || key > best->extreme.key;
    return sheaf_position_compare(position, &best->position) < 0;
}

/* Rows in the order of their positions: the first with the key is the one. */
static void take_ascending(struct best *best, enum order order, const struct sheaf_batch *batch, struct order_class class)
{
    struct sheaf_position position = sheaf_batch_position(batch, 0);
    if (!precedes(class.high, &position, best))
        return;
    position = sheaf_batch_position(batch, find(order, &batch->columns[0], batch->rows, class));
    if (precedes(class.high, &position, best))
        set(best, class.high, &position);
}

/* Rows in any order: any with the key may be the one. */
static void take_scattered(struct best *best, enum order order, const struct sheaf_batch *batch, struct order_class class)
{
    if (best->found && class.high < best->extreme.key)
        return;
    struct sheaf_column rest = batch->columns[0];
    size_t size = sheaf_type_size(rest.type);
    for (uint64_t i = 0; i < batch->rows; i++) {
        rest.data = (const unsigned char *)batch->columns[0].data + i * size;
        i += find(order, &rest, batch->rows - i, class);
        if (i == batch->rows)
            return;
        struct sheaf_position position = sheaf_batch_position(batch, i);
        if (precedes(class.high, &position, best))
            set(best, class.high, &position);
    }
}

static void take_binary(struct best *best, enum order order, order_largest *largest, const struct sheaf_batch *batch)
{
    uint64_t key = largest(order, &batch->columns[0], batch->rows);
    struct order_class class = order_equals(batch->columns[0].type, key);
    (batch->at ? take_scattered : take_ascending)(best, order, batch, class);
}

/* ---- decimals ----------------------------------------------------------------------------------------------- */

/* Where the first, in the order of positions, of the elements that equal that of `row` is. */
static struct sheaf_position first_equal(const struct sheaf_batch *batch, uint64_t row)
{
    struct sheaf_position first = sheaf_batch_position(batch, row);
    for (uint64_t i = row + 1; batch->at && i < batch->rows; i++) {
        if (!decimal_rows_equal(&batch->columns[0], batch->rows, i, row))
            continue;
        struct sheaf_position position = sheaf_batch_position(batch, i);
        if (sheaf_position_compare(&position, &first) < 0)
            first = position;
    }
    return first;
}

/* Takes what comes before *best: a larger key, or an equal one nearer to the beginning. */
static void take_key(struct best *best, const struct decimal_key *key, const struct sheaf_position *position)
{
    int order = decimal_key_compare(key, &best->extreme.decimal);
    if (order < 0 || (order == 0 && sheaf_position_compare(position, &best->position) >= 0))
        return;
    best->found = 1;
    best->position = *position;
    best->extreme.decimal = *key;
}

static void take_decimal(struct best *best, enum order order, order_largest *largest, const struct sheaf_batch *batch)
{
    struct decimal_key key;
    uint64_t row = decimal_largest(largest, order, &batch->columns[0], batch->rows);
    decimal_key_set(&key, order, &batch->columns[0], batch->rows, row);
    if (decimal_key_compare(&key, &best->extreme.decimal) < 0)
        return;
    struct sheaf_position position = first_equal(batch, row);
    take_key(best, &key, &position);
}

/* ---- either kind -------------------------------------------------------------------------------------------- */

static void take(struct best *best, enum order order, order_largest *largest, const struct sheaf_batch *batch)
{
    (batch->columns[0].type == SHEAF_DECIMAL ? take_decimal : take_binary)(best, order, largest, batch);
}

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)err;
    const struct best *other = from;
    if (!other->found)
        return SHEAF_OK;
    if (args->types[0] == SHEAF_DECIMAL)
        take_key(into, &other->extreme.decimal, &other->position);
    else if (precedes(other->extreme.key, &other->position, into))
        set(into, other->extreme.key, &other->position);
    return SHEAF_OK;
}

static enum sheaf_status report(const char *name, const struct best *best, const struct sheaf_finish *finish,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    return place_report(name, best->found ? &best->position : NULL, finish, result, err);
}

#define MAP(name, ORDER, isa)                                                                              \
    static enum sheaf_status name##_map_##isa(void *state, const struct sheaf_batch *batch,                \
                                              const struct sheaf_args *args, struct sheaf_error *err)      \
    {                                                                                                      \
        (void)args, (void)err;                                                                             \
        take(state, ORDER, order_largest_##isa, batch);                                                    \
        return SHEAF_OK;                                                                                   \
    }
#define FINISH(name)                                                                                       \
    static enum sheaf_status name##_finish(const void *state, const struct sheaf_args *args,               \
                                           const struct sheaf_finish *finish, struct sheaf_result *result, \
                                           struct sheaf_error *err)                                        \
    {                                                                                                      \
        (void)args;                                                                                        \
        return report(#name, state, finish, result, err);                                                  \
    }

#define ARGMIN_MAP(isa) MAP(argmin, ORDER_MIN, isa)
#define ARGMAX_MAP(isa) MAP(argmax, ORDER_MAX, isa)
ARGMIN_MAP(portable) SHEAF_ISAS(ARGMIN_MAP) FINISH(argmin)
ARGMAX_MAP(portable) SHEAF_ISAS(ARGMAX_MAP) FINISH(argmax)

#define ARGMIN_VARIANT(isa) {#isa, argmin_map_##isa},
#define ARGMAX_VARIANT(isa) {#isa, argmax_map_##isa},
static const struct sheaf_variant argmin_variants[] = {SHEAF_ISAS(ARGMIN_VARIANT){NULL, NULL}};
static const struct sheaf_variant argmax_variants[] = {SHEAF_ISAS(ARGMAX_VARIANT){NULL, NULL}};

static const struct sheaf_role roles[] = {{"x", ARITHMETIC_TYPES}};

#define FOR_EQUALS                                                                                         \
    "Of equal elements the first in the order of inputs and rows; -0 and +0 are equal. If any x is NaN, the first "   \
    "NaN. Counted from 0 in arrays; in text, records from 1 and the line too. null for an empty input."
#define POSITION(NAME, summary_, formula_, what)                                                           \
    {                                                                                                      \
        .abi = SHEAF_KERNEL_ABI, .size = sizeof(struct sheaf_kernel), .name = #NAME, .summary = summary_,  \
        .formula = formula_, .description = what " " FOR_EQUALS, .roles = roles, .role_count = 1,          \
        .laws = SHEAF_LAW_EXACT, .state_size = state_size, .map = NAME##_map_portable,                     \
        .variants = NAME##_variants, .merge = merge, .finish = NAME##_finish,                              \
    }

const struct sheaf_kernel sheaf_kernel_argmin =
    POSITION(argmin, "where the least element is", "least i with x[i] = min of x",
             "Where the least element is.");
const struct sheaf_kernel sheaf_kernel_argmax =
    POSITION(argmax, "where the greatest element is", "least i with x[i] = max of x",
             "Where the greatest element is.");
