/* Optimal string alignment (Damerau 1964, restricted edit distance) over three rows of the table. Another case of the
 * same letter costs so little that a whole name of them is less than one step. */
#include "base/nearest.h"

#include <sheaf/base.h>

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

unsigned sheaf_name_distance(const char *name, const char *known)
{
    size_t length = strlen(name), other = strlen(known), longer = length > other ? length : other;
    if (length == 0 || longer > LONGEST)
        return SHEAF_NOT_MEANT;
    unsigned d = distance((const unsigned char *)name, length, (const unsigned char *)known, other);
    if (length >= 2 && strncmp(name, known, length) == 0)
        return other == length + 1 ? STEP / 2 : least(d, STEP + 1); /* a name begun */
    unsigned limit = longer > 1 ? STEP * least((unsigned)(longer + 1) / 3, 3) : 1;
    return d <= limit ? d : SHEAF_NOT_MEANT;
}

const char *nearest_name(const char *name, const char *const *names, size_t count)
{
    const char *best = NULL;
    unsigned least_distance = SHEAF_NOT_MEANT;
    for (size_t i = 0; i < count; i++) {
        unsigned d = sheaf_name_distance(name, names[i]);
        if (d < least_distance) {
            best = names[i];
            least_distance = d;
        }
    }
    return best;
}
