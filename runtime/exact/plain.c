#include "exact/plain.h"
#include "exact/terms.h"

/* Terms are added without carrying; the limbs are normalised before they could overflow, and in the end. */

typedef void terms_step(struct sheaf_exact *into, struct terms *terms, unsigned count);

static unsigned slice_length(uint64_t left)
{
    return left < TERMS ? (unsigned)left : TERMS;
}

static void add_terms(struct sheaf_exact *into, terms_step *step, enum sheaf_type type, const void *x, uint64_t n)
{
    struct terms terms;
    for (uint64_t done = 0, count; done < n; done += count) {
        count = slice_length(n - done);
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

void plain_add(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    add_terms(into, step_plain, type, x, n);
}

void plain_add_absolute(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    add_terms(into, step_absolute, type, x, n);
}

void plain_add_squares(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    add_terms(into, step_square, type, x, n);
}

void plain_add_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x, enum sheaf_type y_type,
                        const void *y, uint64_t n)
{
    struct terms x_terms, y_terms;
    for (uint64_t done = 0, count; done < n; done += count) {
        count = slice_length(n - done);
        terms_load(&x_terms, x_type, x, done, (unsigned)count);
        terms_load(&y_terms, y_type, y, done, (unsigned)count);
        terms_add_products(into, &x_terms, &y_terms, (unsigned)count);
        if ((done + count) % TERMS_BEFORE_CARRY == 0)
            limbs_carry(into->limb);
    }
    limbs_carry(into->limb);
}
