/* Sets of block numbers as sorted, disjoint, non-adjacent ranges. Memory grows with the number of ranges: one for
 * a static deal, at most (blocks / 2) for a worker that takes every other block. */
#ifndef SHEAF_RUNTIME_BLOCKSET_H
#define SHEAF_RUNTIME_BLOCKSET_H

#include <sheaf/base.h>

struct block_range {
    uint64_t first, end; /* [first, end) */
};

/* All zeros is the empty set. */
struct blockset {
    struct block_range *ranges;
    size_t count, capacity;
};

void blockset_cleanup(struct blockset *set);
void blockset_clear(struct blockset *set);
/* Adds [first, end); SHEAF_OVERLAP (set unchanged) if any of it is there, SHEAF_MEMORY. O(1) at the end of the set. */
enum sheaf_status blockset_add(struct blockset *set, uint64_t first, uint64_t end);
/* Adds all of `from`; SHEAF_OVERLAP (into unchanged) if they share a block. Linear; a few ranges that come nearly in
 * order take about constant time each. */
enum sheaf_status blockset_merge(struct blockset *into, const struct blockset *from);
uint64_t blockset_size(const struct blockset *set);
/* Is it exactly [0, blocks)? If not, *missing is the first block that is not there (blocks if there are too many). */
bool blockset_covers(const struct blockset *set, uint64_t blocks, uint64_t *missing);

#endif
