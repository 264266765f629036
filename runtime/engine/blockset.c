#include "engine/blockset.h"

#include <stdlib.h>
#include <string.h>

void blockset_cleanup(struct blockset *set)
{
    if (!set)
        return;
    free(set->ranges);
    memset(set, 0, sizeof *set);
}

void blockset_clear(struct blockset *set)
{
    set->count = 0;
}

static enum sheaf_status reserve(struct blockset *set, size_t count)
{
    if (count <= set->capacity)
        return SHEAF_OK;
    size_t capacity = set->capacity ? set->capacity * 2 : 4;
    while (capacity < count)
        capacity *= 2;
    struct block_range *ranges = realloc(set->ranges, capacity * sizeof *ranges);
    if (!ranges)
        return SHEAF_MEMORY;
    set->ranges = ranges;
    set->capacity = capacity;
    return SHEAF_OK;
}

/* The number of ranges that begin at or before `first`. */
static size_t count_before(const struct blockset *set, uint64_t first)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->ranges[middle].first <= first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool overlaps(const struct blockset *set, struct block_range range)
{
    size_t i = count_before(set, range.first);
    return (i > 0 && set->ranges[i - 1].end > range.first) || (i < set->count && set->ranges[i].first < range.end);
}

/* There is room, and no overlap. Moves the ranges behind it: few, where blocks come nearly in order. */
static void insert(struct blockset *set, struct block_range range)
{
    size_t i = count_before(set, range.first);
    struct block_range *left = i > 0 ? &set->ranges[i - 1] : NULL, *right = i < set->count ? &set->ranges[i] : NULL;
    bool joins_left = left && left->end == range.first, joins_right = right && right->first == range.end;
    if (joins_left && joins_right) {
        left->end = right->end;
        memmove(right, right + 1, (set->count - i - 1) * sizeof *right);
        set->count--;
    } else if (joins_left) {
        left->end = range.end;
    } else if (joins_right) {
        right->first = range.first;
    } else {
        memmove(set->ranges + i + 1, set->ranges + i, (set->count - i) * sizeof *set->ranges);
        set->ranges[i] = range;
        set->count++;
    }
}

enum sheaf_status blockset_add(struct blockset *set, uint64_t first, uint64_t end)
{
    struct block_range range = {first, end};
    struct blockset one = {&range, first < end, 1};
    return blockset_merge(set, &one);
}

static enum sheaf_status insert_all(struct blockset *into, const struct blockset *from)
{
    for (size_t i = 0; i < from->count; i++)
        if (overlaps(into, from->ranges[i]))
            return SHEAF_OVERLAP;
    enum sheaf_status status = reserve(into, into->count + from->count);
    for (size_t i = 0; status == SHEAF_OK && i < from->count; i++)
        insert(into, from->ranges[i]);
    return status;
}

static enum sheaf_status zip(struct blockset *into, const struct blockset *from)
{
    struct blockset merged = {0};
    enum sheaf_status status = reserve(&merged, into->count + from->count);
    size_t i = 0, j = 0;
    while (status == SHEAF_OK && (i < into->count || j < from->count)) {
        bool ours = j == from->count || (i < into->count && into->ranges[i].first < from->ranges[j].first);
        struct block_range next = ours ? into->ranges[i++] : from->ranges[j++];
        struct block_range *last = merged.count ? &merged.ranges[merged.count - 1] : NULL;
        if (last && next.first < last->end)
            status = SHEAF_OVERLAP;
        else if (last && next.first == last->end)
            last->end = next.end;
        else
            merged.ranges[merged.count++] = next;
    }
    if (status != SHEAF_OK) {
        blockset_cleanup(&merged);
        return status;
    }
    blockset_cleanup(into);
    *into = merged;
    return SHEAF_OK;
}

enum sheaf_status blockset_merge(struct blockset *into, const struct blockset *from)
{
    enum { FEW = 8 };
    return from->count <= FEW ? insert_all(into, from) : zip(into, from);
}

uint64_t blockset_size(const struct blockset *set)
{
    uint64_t size = 0;
    for (size_t i = 0; i < set->count; i++)
        size += set->ranges[i].end - set->ranges[i].first;
    return size;
}

bool blockset_covers(const struct blockset *set, uint64_t blocks, uint64_t *missing)
{
    if (blocks == 0 || (set->count == 1 && set->ranges[0].first == 0 && set->ranges[0].end == blocks)) {
        *missing = blocks;
        return set->count == (blocks ? 1 : 0);
    }
    *missing = set->count && set->ranges[0].first == 0 ? set->ranges[0].end : 0;
    return false;
}
