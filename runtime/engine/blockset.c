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

enum sheaf_status blockset_add(struct blockset *set, uint64_t first, uint64_t end)
{
    if (first >= end)
        return SHEAF_OK;
    struct block_range *last = set->count ? &set->ranges[set->count - 1] : NULL;
    if (last && first == last->end) {
        last->end = end;
        return SHEAF_OK;
    }
    struct block_range range = {first, end};
    if (!last || first > last->end) {
        enum sheaf_status status = reserve(set, set->count + 1);
        if (status == SHEAF_OK)
            set->ranges[set->count++] = range;
        return status;
    }
    struct blockset one = {&range, 1, 1};
    return blockset_merge(set, &one);
}

enum sheaf_status blockset_merge(struct blockset *into, const struct blockset *from)
{
    if (!from->count)
        return SHEAF_OK;
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
