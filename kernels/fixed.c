/* Plain sums in a fixed order: leaves of consecutive positions, each added in 32 lanes (rounded.h), then the sums of the
 * leaves, in their order, in 32 lanes again. The same bits as long as nobody's block ends inside a leaf; where one did,
 * finish fails rather than give other bits. */
#include "rounded.h"

#include "base/pack.h"

#include <stdlib.h>
#include <string.h>

enum { LEAF_POSITIONS = 4096 }; /* 64 KiB of pairs of f64: the default blocks are whole leaves */

struct leaf {
    uint64_t file, index; /* positions [index, index + 1) * LEAF_POSITIONS of a file */
    double sum;
};

struct fixed {
    uint64_t rows;
    struct leaf *leaves; /* finished ones, in the order of finishing */
    uint64_t count, capacity;
    uint64_t open, file, index; /* open: there is a leaf that grows, with these */
    struct rounded rounded;
};

static size_t state_size(const struct sheaf_args *args)
{
    (void)args;
    return sizeof(struct fixed);
}

static void cleanup(void *state, const struct sheaf_args *args)
{
    (void)args;
    free(((struct fixed *)state)->leaves);
}

static enum sheaf_status add_leaves(struct fixed *fixed, const void *leaves, uint64_t count, struct sheaf_error *err)
{
    if (count > fixed->capacity - fixed->count) {
        uint64_t capacity = fixed->count + count > 2 * fixed->capacity ? fixed->count + count : 2 * fixed->capacity;
        struct leaf *larger = realloc(fixed->leaves, capacity * sizeof *larger);
        if (!larger)
            return sheaf_fail(err, SHEAF_MEMORY, "no memory for %llu leaves of a sum", (unsigned long long)capacity);
        fixed->leaves = larger;
        fixed->capacity = capacity;
    }
    if (count)
        memcpy(fixed->leaves + fixed->count, leaves, count * sizeof *fixed->leaves);
    fixed->count += count;
    return SHEAF_OK;
}

static struct leaf open_leaf(const struct fixed *fixed)
{
    return (struct leaf){fixed->file, fixed->index, rounded_total(&fixed->rounded)};
}

static enum sheaf_status begin_leaf(struct fixed *fixed, uint64_t file, uint64_t index, struct sheaf_error *err)
{
    const struct leaf finished = open_leaf(fixed);
    enum sheaf_status status = add_leaves(fixed, &finished, fixed->open, err);
    memset(&fixed->rounded, 0, sizeof fixed->rounded);
    fixed->open = 1;
    fixed->file = file;
    fixed->index = index;
    return status;
}

/* ---- the kernel's functions ---------------------------------------------------------------------------------- */

static uint64_t leaf_at(const struct sheaf_batch *batch, uint64_t row)
{
    return (batch->at ? batch->at[row] : batch->first.at + row) / LEAF_POSITIONS;
}

static enum sheaf_status map(struct fixed *fixed, rounded_adder *add, enum rounded_term term,
                             const struct sheaf_batch *batch, struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    fixed->rows += batch->rows;
    for (uint64_t row = 0, end; row < batch->rows && status == SHEAF_OK; row = end) {
        uint64_t index = leaf_at(batch, row);
        for (end = row + 1; end < batch->rows && leaf_at(batch, end) == index;)
            end++;
        if (!fixed->open || fixed->file != batch->first.file || fixed->index != index)
            status = begin_leaf(fixed, batch->first.file, index, err);
        add(&fixed->rounded, term, batch->columns, row, end - row);
    }
    return status;
}

static enum sheaf_status merge(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err)
{
    (void)args;
    struct fixed *fixed = into;
    const struct fixed *other = from;
    const struct leaf last = open_leaf(other);
    fixed->rows += other->rows;
    enum sheaf_status status = add_leaves(fixed, other->leaves, other->count, err);
    return status == SHEAF_OK ? add_leaves(fixed, &last, other->open, err) : status;
}

static enum sheaf_status pack(const void *state, const struct sheaf_args *args, struct sheaf_buffer *out,
                              struct sheaf_error *err)
{
    const struct fixed *fixed = state;
    const struct leaf last = open_leaf(fixed);
    struct packer packer = {out, SHEAF_OK};
    (void)args;
    pack_u64(&packer, fixed->rows);
    pack_bytes(&packer, fixed->leaves, fixed->count * sizeof *fixed->leaves);
    pack_bytes(&packer, &last, fixed->open ? sizeof last : 0);
    return packer.status == SHEAF_OK ? SHEAF_OK : sheaf_fail(err, packer.status, "no memory to pack a sum");
}

static enum sheaf_status unpack(void *state, const struct sheaf_args *args, const void *bytes, size_t size,
                                struct sheaf_error *err)
{
    struct fixed *fixed = state;
    struct unpacker unpacker = {bytes, (const unsigned char *)bytes + size, false};
    enum sheaf_status status = SHEAF_OK;
    (void)args;
    fixed->rows += unpack_u64(&unpacker);
    for (int run = 0; run < 2 && status == SHEAF_OK; run++) {
        size_t length;
        const void *leaves = unpack_bytes(&unpacker, &length);
        if (unpacker.bad || length % sizeof(struct leaf))
            return sheaf_fail(err, SHEAF_INTERNAL, "a packed sum is damaged");
        status = add_leaves(fixed, leaves, length / sizeof(struct leaf), err);
    }
    return status == SHEAF_OK && unpacker.at != unpacker.end ? sheaf_fail(err, SHEAF_INTERNAL, "a packed sum is damaged")
                                                              : status;
}

/* ---- the answer ----------------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static enum sheaf_status check_whole(const struct leaf *leaves, uint64_t count, struct sheaf_error *err)
{
    for (uint64_t i = 1; i < count; i++)
        if (compare(&leaves[i - 1], &leaves[i]) == 0)
            return sheaf_fail(err, SHEAF_USAGE,
                              "a sum in fixed order is added in leaves of %d rows (of text: bytes), and a block ended "
                              "inside one: give --block a size that is a multiple of such leaves, use one worker, or "
                              "use the exact sum, which no cut can change", LEAF_POSITIONS);
    return SHEAF_OK;
}

static enum sheaf_status total(const struct fixed *fixed, double *sum, struct sheaf_error *err)
{
    struct fixed all = {0};
    struct rounded rounded = {0};
    enum sheaf_status status = merge(&all, fixed, NULL, err);
    if (status == SHEAF_OK && all.count) {
        qsort(all.leaves, all.count, sizeof *all.leaves, compare);
        status = check_whole(all.leaves, all.count, err);
    }
    for (uint64_t i = 0; i < all.count; i++)
        rounded.lane[i % ROUNDED_LANES] += all.leaves[i].sum;
    *sum = rounded_total(&rounded);
    free(all.leaves);
    return status;
}

static enum sheaf_status report(const char *name, enum rounded_answer answer, const struct fixed *fixed,
                                struct sheaf_result *result, struct sheaf_error *err)
{
    double sum;
    enum sheaf_status status = total(fixed, &sum, err);
    return status == SHEAF_OK ? rounded_report(name, answer, sum, fixed->rows, result) : status;
}

/* ---- kernels -------------------------------------------------------------------------------------------------- */

ROUNDED_KERNEL_FUNCTIONS("-fixed")

static const struct sheaf_role roles[] = {{"x", SHEAF_ALL_TYPES}, {"y", SHEAF_ALL_TYPES}};

#define ABOUT                                                                                              \
    "Elements are rounded to doubles. Those of a leaf of 4096 positions (elements of an array, bytes of text) are added " \
    "in 32 lanes, the k-th to lane k mod 32, and the lanes in pairs; then the sums of the leaves, in their order, are " \
    "added in the same way. Every addition and product rounds. The bits are the same for every strategy and number of " \
    "workers, and for every block that is a whole number of leaves; a block that is not is refused. NaN if any element " \
    "is NaN."
#define FIXED(NAME, term, inputs, summary_, formula_)                                                      \
    {                                                                                                      \
        .abi = SHEAF_KERNEL_ABI, .size = sizeof(struct sheaf_kernel), .name = #NAME "-fixed",              \
        .summary = summary_ ", inexact, in a fixed order", .formula = formula_, .description = ABOUT,      \
        .roles = roles, .role_count = inputs, .laws = SHEAF_LAW_FIXED_ORDER, .state_size = state_size,     \
        .map = map_##term##_portable, .variants = variants_##term, .merge = merge, .finish = finish_##NAME,\
        .cleanup = cleanup, .pack = pack, .unpack = unpack,                                                \
    }

const struct sheaf_kernel sheaf_kernel_sum_fixed = FIXED(sum, VALUE, 1, "the sum of all elements", "sum of x[i]");
const struct sheaf_kernel sheaf_kernel_sumsq_fixed = FIXED(sumsq, SQUARE, 1, "the sum of the squares", "sum of x[i]^2");
const struct sheaf_kernel sheaf_kernel_norm1_fixed =
    FIXED(norm1, ABSOLUTE, 1, "the sum of the absolute values", "sum of |x[i]|");
const struct sheaf_kernel sheaf_kernel_norm2_fixed =
    FIXED(norm2, SQUARE, 1, "the Euclidean norm", "sqrt(sum of x[i]^2)");
const struct sheaf_kernel sheaf_kernel_mean_fixed = FIXED(mean, VALUE, 1, "the arithmetic mean", "sum of x[i] / n");
const struct sheaf_kernel sheaf_kernel_dot_fixed =
    FIXED(dot, PRODUCT, 2, "the dot product of two inputs", "sum of x[i] * y[i]");
