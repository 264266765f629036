/* Sums of products of 64-bit integers: plain loops, of which the compiler makes vectors where the elements are short. */
#include "../wide.h"

enum { CHUNK = 1024 };

/* The bits in which some element differs from its sign. */
static uint64_t bits_used(const int64_t *x, unsigned count)
{
    uint64_t used = 0;
    for (unsigned i = 0; i < count; i++)
        used |= (uint64_t)(x[i] ^ x[i] >> 63);
    return used;
}

/* Elements of 32 bits: products as unsigned numbers that are larger by 2^63, their halves added up apart. */
static int128 sum_narrow(const int64_t *x, const int64_t *y, unsigned count)
{
    const uint64_t bias = UINT64_C(1) << 63;
    uint64_t low = 0, high = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t product = (uint64_t)((int64_t)(int32_t)x[i] * (int32_t)y[i]) ^ bias;
        low += product & HALF_MASK;
        high += product >> HALF_BITS;
    }
    return (int128)low + ((int128)high << HALF_BITS) - (int128)bias * count;
}

static void add_any(struct wide *sum, const int64_t *x, const int64_t *y, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        wide_add(sum, (int128)x[i] * y[i]);
}

struct wide ISA(wide_sum_products)(const int64_t *x, const int64_t *y, uint64_t n)
{
    struct wide sum = {0, 0};
    for (uint64_t first = 0; first < n; first += CHUNK) {
        unsigned count = n - first < CHUNK ? (unsigned)(n - first) : CHUNK;
        uint64_t used = bits_used(x + first, count) | (x == y ? 0 : bits_used(y + first, count));
        if (used >> 31)
            add_any(&sum, x + first, y + first, count);
        else
            wide_add(&sum, sum_narrow(x + first, y + first, count));
    }
    return sum;
}
