/* min, max, norminf: the state is the largest order key. Whether there was an element at all is known from the tally. */
#include "arithmetic.h"
#include "extreme.h"

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)err;
    extreme_merge(into, from, args);
    return SHEAF_OK;
}

static enum sheaf_status report(const struct extreme *state, const char *name, enum order order,
                                const struct sheaf_args *args, const struct sheaf_finish *finish,
                                struct sheaf_result *result)
{
    if (finish->tally.used == 0)
        return sheaf_result_null(result, name);
    return extreme_report(name, state, order, args, result);
}

/* The functions of one kernel: map for each instruction set, finish. */
#define MAP(name, ORDER, isa)                                                                              \
    static enum sheaf_status name##_map_##isa(void *state, const struct sheaf_batch *batch,                \
                                              const struct sheaf_args *args, struct sheaf_error *err)      \
    {                                                                                                      \
        (void)args, (void)err;                                                                             \
        extreme_map(state, order_largest_##isa, ORDER, &batch->columns[0], batch->rows);                   \
        return SHEAF_OK;                                                                                   \
    }
#define FINISH(name, ORDER)                                                                                \
    static enum sheaf_status name##_finish(const void *state, const struct sheaf_args *args,               \
                                           const struct sheaf_finish *finish, struct sheaf_result *result, \
                                           struct sheaf_error *err)                                        \
    {                                                                                                      \
        (void)err;                                                                                         \
        return report(state, #name, ORDER, args, finish, result);                                          \
    }

#define MAY_HOLD_NAN(name, ORDER)                                                                          \
    static bool name##_may_hold_nan(const void *state, const struct sheaf_args *args)                      \
    {                                                                                                      \
        return extreme_may_hold_nan(state, ORDER, args);                                                     \
    }

#define MIN_MAP(isa) MAP(min, ORDER_MIN, isa)
#define MAX_MAP(isa) MAP(max, ORDER_MAX, isa)
#define NORMINF_MAP(isa) MAP(norminf, ORDER_MAGNITUDE, isa)
MIN_MAP(portable) SHEAF_ISAS(MIN_MAP) FINISH(min, ORDER_MIN) MAY_HOLD_NAN(min, ORDER_MIN)
MAX_MAP(portable) SHEAF_ISAS(MAX_MAP) FINISH(max, ORDER_MAX) MAY_HOLD_NAN(max, ORDER_MAX)
NORMINF_MAP(portable) SHEAF_ISAS(NORMINF_MAP) FINISH(norminf, ORDER_MAGNITUDE) MAY_HOLD_NAN(norminf, ORDER_MAGNITUDE)

#define MIN_VARIANT(isa) {#isa, min_map_##isa},
#define MAX_VARIANT(isa) {#isa, max_map_##isa},
#define NORMINF_VARIANT(isa) {#isa, norminf_map_##isa},
static const struct sheaf_variant min_variants[] = {SHEAF_ISAS(MIN_VARIANT){NULL, NULL}};
static const struct sheaf_variant max_variants[] = {SHEAF_ISAS(MAX_VARIANT){NULL, NULL}};
static const struct sheaf_variant norminf_variants[] = {SHEAF_ISAS(NORMINF_VARIANT){NULL, NULL}};

static const struct sheaf_role roles[] = {{"x", ARITHMETIC_TYPES}};

#define FOR_NAN "NaN if any x is NaN; null for an empty input. Integers, and decimals in " \
                "text, are reported with all their digits."
#define EXTREMUM(NAME, summary_, formula_, what)                                                           \
    {                                                                                                      \
        .abi = SHEAF_KERNEL_ABI, .size = sizeof(struct sheaf_kernel), .name = #NAME, .summary = summary_,  \
        .formula = formula_, .description = what " " FOR_NAN, .roles = roles, .role_count = 1,             \
        .laws = SHEAF_LAW_EXACT, .state_size = extreme_size, .map = NAME##_map_portable,                   \
        .variants = NAME##_variants, .merge = merge, .finish = NAME##_finish,                              \
        .may_hold_nan = NAME##_may_hold_nan,                                                               \
    }

const struct sheaf_kernel sheaf_kernel_min =
    EXTREMUM(min, "the least element", "min of x[i]",
             "The least element; -0 is below +0, but in text both are 0.");
const struct sheaf_kernel sheaf_kernel_max =
    EXTREMUM(max, "the greatest element", "max of x[i]",
             "The greatest element; +0 is above -0, but in text both are 0.");
const struct sheaf_kernel sheaf_kernel_norminf =
    EXTREMUM(norminf, "the largest absolute value", "max of |x[i]|",
             "The largest absolute value, which of integers may be one more than their type holds.");
