/* bench/decimals: a one-column file of decimals with two places, such as 12.34, and what they sum to.
 *
 * usage: decimals COUNT FILE
 *
 * Numbers are 0.00 to 99.99, a line each; the sum is printed with all its digits. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPAN = 10000, LONGEST = 6 /* "12.34" and a line end */ };

/* SplitMix64 (Steele, Lea, Flood, OOPSLA 2014). */
static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

int main(int argc, char **argv)
{
    static char lines[SPAN][LONGEST + 1];
    static unsigned char lengths[SPAN];
    uint64_t count = argc == 3 ? strtoull(argv[1], NULL, 10) : 0, state = 7, hundredths = 0;
    if (count == 0) {
        fputs("usage: decimals COUNT FILE\n", stderr);
        return 2;
    }
    FILE *out = fopen(argv[2], "we");
    for (unsigned v = 0; v < SPAN; v++)
        lengths[v] = (unsigned char)snprintf(lines[v], sizeof lines[v], "%u.%02u\n", v / 100 % 100, v % 100);
    for (uint64_t i = 0; out && i < count; i++) {
        unsigned v = (unsigned)(next(&state) % SPAN);
        hundredths += v;
        fwrite(lines[v], 1, lengths[v], out);
    }
    if (!out || fclose(out) != 0) {
        fprintf(stderr, "decimals: %s: %s\n", argv[2], strerror(errno));
        return 1;
    }
    printf("%" PRIu64 ".%02" PRIu64 "\n", hundredths / 100, hundredths % 100);
    return 0;
}
