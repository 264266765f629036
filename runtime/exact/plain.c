#include "exact/plain.h"
#include "exact/decoded.h"

/* Elements are added without carrying; the limbs are normalised before they could overflow, and in the end. */

typedef void adder(struct sheaf_exact *into, struct decoded *decoded, unsigned count);

static unsigned slice_length(uint64_t left)
{
    return left < DECODED_MOST ? (unsigned)left : DECODED_MOST;
}

static void add_decoded(struct sheaf_exact *into, adder *add, enum sheaf_type type, const void *x, uint64_t n)
{
    struct decoded decoded;
    for (uint64_t done = 0, count; done < n; done += count) {
        count = slice_length(n - done);
        decoded_load(&decoded, type, x, done, (unsigned)count);
        add(into, &decoded, (unsigned)count);
        if ((done + count) % ADDS_BEFORE_CARRY == 0)
            limbs_carry(into->limb);
    }
    limbs_carry(into->limb);
}

static void add_values(struct sheaf_exact *into, struct decoded *decoded, unsigned count)
{
    decoded_add(into, decoded, count);
}

static void add_absolute(struct sheaf_exact *into, struct decoded *decoded, unsigned count)
{
    decoded_make_absolute(decoded, count);
    decoded_add(into, decoded, count);
}

static void add_squares(struct sheaf_exact *into, struct decoded *decoded, unsigned count)
{
    decoded_add_products(into, decoded, decoded, count);
}

void plain_add(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    add_decoded(into, add_values, type, x, n);
}

void plain_add_absolute(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    add_decoded(into, add_absolute, type, x, n);
}

void plain_add_squares(struct sheaf_exact *into, enum sheaf_type type, const void *x, uint64_t n)
{
    add_decoded(into, add_squares, type, x, n);
}

void plain_add_products(struct sheaf_exact *into, enum sheaf_type x_type, const void *x, enum sheaf_type y_type,
                        const void *y, uint64_t n)
{
    struct decoded x_decoded, y_decoded;
    for (uint64_t done = 0, count; done < n; done += count) {
        count = slice_length(n - done);
        decoded_load(&x_decoded, x_type, x, done, (unsigned)count);
        decoded_load(&y_decoded, y_type, y, done, (unsigned)count);
        decoded_add_products(into, &x_decoded, &y_decoded, (unsigned)count);
        if ((done + count) % ADDS_BEFORE_CARRY == 0)
            limbs_carry(into->limb);
    }
    limbs_carry(into->limb);
}
