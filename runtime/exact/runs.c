#include "exact/integers.h"
#include "exact/limbs.h"
#include "exact/terms.h"

/* Each operation cuts its run into slices short enough that limbs cannot overflow, and carries after each.
 * Integers whose partial sums fit plain words go past the limbs; all else goes through terms. */

static uint64_t slice_length(uint64_t left, uint64_t most)
{
    return left < most ? left : most;
}

static const void *element(enum sheaf_type type, const void *x, uint64_t i)
{
    return (const unsigned char *)x + i * sheaf_type_size(type);
}

/* ---- one run ------------------------------------------------------------------------------------------------ */

typedef int128 integer_sum(enum sheaf_type type, const void *x, uint64_t n);

static void add_integers(struct sheaf_exact *into, integer_sum *sum, enum sheaf_type type, const void *x, uint64_t n)
{
    for (uint64_t done = 0, count; done < n; done += count) {
        count = slice_length(n - done, INTEGERS_MOST);
        limbs_add_integer(into->limb, sum(type, element(type, x, done), count));
    }
}

typedef void terms_step(struct sheaf_exact *into, struct terms *terms, unsigned count);

static void add_terms(struct sheaf_exact *into, terms_step *step, enum sheaf_type type, const void *x, uint64_t n)
{
    struct terms terms;
    for (uint64_t done = 0, count; done < n; done += count) {
        count = slice_length(n - done, TERMS);
        terms_load(&terms, type, x, done, (unsigned)count);
        step(into, &terms, (unsigned)count);
        if ((done + count) % TERMS_BEFORE_CARRY == 0)
            limbs_carry(into->limb);
    }
    limbs_carry(into->limb);
}

static void step_plain(struct sheaf_exact *into, struct terms *terms, unsigned count)
{
    terms_add(into, terms, count);
}

static void step_absolute(struct sheaf_exact *into, struct terms *terms, unsigned count)
{
    terms_make_absolute(terms, count);
    terms_add(into, terms, count);
}

static void step_square(struct sheaf_exact *into, struct terms *terms, unsigned count)
{
    terms_add_products(into, terms, terms, count);
}

void sheaf_exact_add(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    if (sheaf_type_is_float(type))
        add_terms(into, step_plain, type, x, n);
    else
        add_integers(into, integers_sum, type, x, n);
}

void sheaf_exact_add_absolute(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    if (sheaf_type_is_float(type))
        add_terms(into, step_absolute, type, x, n);
    else
        add_integers(into, integers_sum_absolute, type, x, n);
}

static int128 sum_squares(enum sheaf_type type, const void *x, uint64_t n)
{
    return integers_sum_products(type, x, type, x, n);
}

void sheaf_exact_add_squares(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    if (integers_are_narrow(type))
        add_integers(into, sum_squares, type, x, n);
    else
        add_terms(into, step_square, type, x, n);
}

/* ---- two runs ----------------------------------------------------------------------------------------------- */

static void add_integer_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x,
                                 enum sheaf_type y_type, const void *y, uint64_t n)
{
    for (uint64_t done = 0, count; done < n; done += count) {
        count = slice_length(n - done, INTEGERS_MOST);
        limbs_add_integer(into->limb, integers_sum_products(x_type, element(x_type, x, done), y_type,
                                                            element(y_type, y, done), count));
    }
}

static void add_term_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x, enum sheaf_type y_type,
                              const void *y, uint64_t n)
{
    struct terms x_terms, y_terms;
    for (uint64_t done = 0, count; done < n; done += count) {
        count = slice_length(n - done, TERMS);
        terms_load(&x_terms, x_type, x, done, (unsigned)count);
        terms_load(&y_terms, y_type, y, done, (unsigned)count);
        terms_add_products(into, &x_terms, &y_terms, (unsigned)count);
        if ((done + count) % TERMS_BEFORE_CARRY == 0)
            limbs_carry(into->limb);
    }
    limbs_carry(into->limb);
}

void sheaf_exact_add_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x, enum sheaf_type y_type,
                              const void *y, uint64_t n)
{
    if (integers_are_narrow(x_type) && integers_are_narrow(y_type))
        add_integer_products(into, x_type, x, y_type, y, n);
    else
        add_term_products(into, x_type, x, y_type, y, n);
}
