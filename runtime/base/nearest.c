/* Optimal string alignment (Damerau 1964, restricted edit distance) over three rows of the table. Another case of the
 * same letter costs so little that a whole name of them is less than one step. */
#include "base/nearest.h"

#include <string.h>

enum { LONGEST = 63, STEP = 64 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static unsigned change(unsigned char a, unsigned char b)
{
    return a == b ? 0 : lower(a) == lower(b) ? 1 : STEP;
}

/* Both shorter than LONGEST. */
static unsigned distance(const unsigned char *a, size_t a_length, const unsigned char *b, size_t b_length)
{
    unsigned table[3][LONGEST + 1];
    for (size_t j = 0; j <= b_length; j++)
        table[0][j] = STEP * (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *row = table[i % 3], *above = table[(i + 2) % 3], *before = table[(i + 1) % 3];
        row[0] = STEP * (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(least(above[j], row[j - 1]) + STEP, above[j - 1] + change(a[i - 1], b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + STEP);
        }
    }
    return table[a_length % 3][b_length];
}

const char *nearest_name(const char *name, const char *const *names, size_t count)
{
    size_t length = strlen(name);
    if (length == 0 || length > LONGEST)
        return NULL;
    const char *best = NULL;
    unsigned best_distance = 0;
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(names[i]), longer = length > other ? length : other;
        if (other > LONGEST)
            continue;
        unsigned d = distance((const unsigned char *)name, length, (const unsigned char *)names[i], other);
        unsigned limit = longer > 1 ? STEP * least((unsigned)(longer + 1) / 3, 3) : 1;
        if (d <= limit && (!best || d < best_distance)) {
            best = names[i];
            best_distance = d;
        }
    }
    return best;
}
