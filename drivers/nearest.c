#include "nearest.h"

#include <stdint.h>
#include <string.h>

#include "keep.h"

enum { NAME_LIMIT = 64 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits between two names: insert, delete, replace, or swap two neighbours (optimal string alignment). */
static size_t distance(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b);
    if (n > NAME_LIMIT || m > NAME_LIMIT)
        return SIZE_MAX;
    size_t row[3][NAME_LIMIT + 1];
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *last = row[(i - 1) % 3];
        const size_t *before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[n % 3][m];
}

struct nearest nearest_to(const char *wanted)
{
    return (struct nearest){.wanted = wanted, .distance = SIZE_MAX};
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t length = strlen(nearest->wanted);
    size_t limit = length < 4 ? 1 : length / 3 + 1;
    size_t edits = distance(nearest->wanted, name);
    if (length >= 2 && strncmp(nearest->wanted, name, length) == 0)
        edits = least(edits, 1); /* a name begun */
    if (edits <= limit && edits < nearest->distance) {
        nearest->best = name;
        nearest->distance = edits;
    }
}

const char *nearest_hint(const struct nearest *nearest, const char *prefix, const char *otherwise)
{
    return nearest->best ? keep_text(" (did you mean %s%s?)", prefix, nearest->best) : otherwise;
}
