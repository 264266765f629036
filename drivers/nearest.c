#include "nearest.h"

#include <sheaf/base.h>

#include "keep.h"

struct nearest nearest_to(const char *wanted)
{
    return (struct nearest){.wanted = wanted, .distance = SHEAF_NOT_MEANT};
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    unsigned distance = sheaf_name_distance(nearest->wanted, name);
    if (distance < nearest->distance) {
        nearest->best = name;
        nearest->distance = distance;
    }
}

const char *nearest_hint(const struct nearest *nearest, const char *prefix, const char *otherwise)
{
    return nearest->best ? keep_text(" (did you mean %s%s?)", prefix, nearest->best) : otherwise;
}
