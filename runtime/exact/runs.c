#include "exact/integers.h"
#include "exact/ladder.h"
#include "exact/plain.h"

/* Which way each operation on each type goes: floating-point numbers through the ladder, integers whose partial sums fit
 * plain words through those, what is left through the reference. */

static const void *element(enum sheaf_type type, const void *x, uint64_t i)
{
    return (const unsigned char *)x + i * sheaf_type_size(type);
}

static enum window_job job_of(enum window_job wide, enum sheaf_type type)
{
    return type == SHEAF_F64 ? wide : wide - WINDOW_SUM_F64 + WINDOW_SUM_F32;
}

/* ---- one run ------------------------------------------------------------------------------------------------ */

typedef int128 integer_sum(enum sheaf_type type, const void *x, uint64_t n);

static void add_integers(struct sheaf_exact *into, integer_sum *sum, enum sheaf_type type, const void *x, uint64_t n)
{
    for (uint64_t done = 0, count; done < n; done += count) {
        count = n - done < INTEGERS_MOST ? n - done : INTEGERS_MOST;
        limbs_add_scaled(into->limb, sum(type, element(type, x, done), count), UNIT_BIT);
    }
}

void sheaf_exact_add(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    if (sheaf_type_is_float(type))
        ladder_add(into, job_of(WINDOW_SUM_F64, type), x, x, n);
    else
        add_integers(into, integers_sum, type, x, n);
}

void sheaf_exact_add_absolute(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    if (sheaf_type_is_float(type))
        ladder_add(into, job_of(WINDOW_ABSOLUTE_F64, type), x, x, n);
    else
        add_integers(into, integers_sum_absolute, type, x, n);
}

void sheaf_exact_add_squares(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    if (sheaf_type_is_float(type)) {
        ladder_add(into, job_of(WINDOW_SQUARES_F64, type), x, x, n);
        return;
    }
    for (uint64_t done = 0, count; done < n; done += count) {
        count = n - done < INTEGERS_MOST ? n - done : INTEGERS_MOST;
        integers_add_squares(into->limb, type, element(type, x, done), count);
    }
}

/* ---- two runs ----------------------------------------------------------------------------------------------- */

static void add_integer_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x,
                                 enum sheaf_type y_type, const void *y, uint64_t n)
{
    for (uint64_t done = 0, count; done < n; done += count) {
        count = n - done < INTEGERS_MOST ? n - done : INTEGERS_MOST;
        limbs_add_scaled(into->limb, integers_sum_products(x_type, element(x_type, x, done), y_type,
                                                           element(y_type, y, done), count), UNIT_BIT);
    }
}

void sheaf_exact_add_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x, enum sheaf_type y_type,
                              const void *y, uint64_t n)
{
    if (sheaf_type_is_float(x_type) && x_type == y_type)
        ladder_add(into, job_of(WINDOW_PRODUCTS_F64, x_type), x, y, n);
    else if (integers_are_narrow(x_type) && integers_are_narrow(y_type))
        add_integer_products(into, x_type, x, y_type, y, n);
    else
        plain_add_products(into, x_type, x, y_type, y, n);
}
