/* Runs a kernel through its struct alone, as any engine may: tiles of any length behind guard pages, any number of
 * states, tiles and merges in any order. */
#ifndef SHEAF_TESTS_DRIVE_H
#define SHEAF_TESTS_DRIVE_H

#include "base/isa.h"
#include "random.h"

/* A kernel's inputs in memory. */
struct drive_input {
    uint32_t roles; /* 1 or 2 */
    enum sheaf_type types[2];
    const void *data[2];
    uint64_t rows;
    uint64_t file_rows; /* rows of each input file but the last; 0: all in one */
    bool text;          /* positions are bytes, 100 + 7 * row; line = row + 2 */
};

struct drive {
    kernel_map *map;   /* NULL: the kernel's portable one */
    uint64_t seed;     /* 0: one state, one tile per file, or of at most tile_rows */
    uint64_t tile_rows; /* at most; 0: 8192 */
};

/* Runs every pass and finishes into the empty *result. `values` may be NULL: the parameters' defaults. Failures of the
 * kernel's are returned; failures of its laws (padding read, state moved, guard page touched) end the test program. */
enum sheaf_status drive(const struct sheaf_kernel *kernel, const struct sheaf_arg *values,
                        const struct drive_input *input, const struct drive *how, struct sheaf_result *result,
                        struct sheaf_error *err);

/* As drive, which must succeed. The caller cleans up. */
struct sheaf_result drive_result(const struct sheaf_kernel *kernel, const struct sheaf_arg *values,
                                 const struct drive_input *input, const struct drive *how);

/* Whatever the cut, the grouping, the order and the map: the result of the plainest run. */
void drive_assert_law(const struct sheaf_kernel *kernel, const struct sheaf_arg *values,
                      const struct drive_input *input, unsigned repetitions);

/* Parameters' defaults. */
void drive_defaults(const struct sheaf_kernel *kernel, struct sheaf_arg *values);

/* Element i, which a long double holds exactly where it has 64 bits. */
long double drive_element(enum sheaf_type type, const void *data, uint64_t i);

/* Fills `count` elements: numbers of all sizes with runs of equal ones, extremes, and for floating-point types zeros of
 * both signs, subnormals, infinities; NaN only if `nan`. */
void drive_fill(enum sheaf_type type, void *data, uint64_t count, bool nan, uint64_t seed);

#endif
