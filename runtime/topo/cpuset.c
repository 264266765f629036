#include <sheaf/topo.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "topo/cpulist.h"

enum { WORDS = SHEAF_CPUSET_BITS / 64 };

bool sheaf_cpuset_has(const struct sheaf_cpuset *set, unsigned cpu)
{
    return cpu < SHEAF_CPUSET_BITS && (set->word[cpu / 64] >> (cpu % 64) & 1);
}

void sheaf_cpuset_add(struct sheaf_cpuset *set, unsigned cpu)
{
    if (cpu < SHEAF_CPUSET_BITS)
        set->word[cpu / 64] |= UINT64_C(1) << (cpu % 64);
}

unsigned sheaf_cpuset_count(const struct sheaf_cpuset *set)
{
    unsigned count = 0;
    for (unsigned i = 0; i < WORDS; i++)
        count += (unsigned)__builtin_popcountll(set->word[i]);
    return count;
}

bool sheaf_cpuset_equal(const struct sheaf_cpuset *a, const struct sheaf_cpuset *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

bool sheaf_cpuset_intersects(const struct sheaf_cpuset *a, const struct sheaf_cpuset *b)
{
    for (unsigned i = 0; i < WORDS; i++)
        if (a->word[i] & b->word[i])
            return true;
    return false;
}

unsigned sheaf_cpuset_next(const struct sheaf_cpuset *set, unsigned from)
{
    if (from >= SHEAF_CPUSET_BITS)
        return SHEAF_CPUSET_BITS;
    unsigned i = from / 64;
    uint64_t word = set->word[i] & (~UINT64_C(0) << (from % 64));
    while (!word && ++i < WORDS)
        word = set->word[i];
    return word ? i * 64 + (unsigned)__builtin_ctzll(word) : SHEAF_CPUSET_BITS;
}

/* The end of the run of members that starts at `first`. */
static unsigned run_last(const struct sheaf_cpuset *set, unsigned first)
{
    unsigned last = first;
    while (sheaf_cpuset_has(set, last + 1))
        last++;
    return last;
}

const char *sheaf_cpuset_text(const struct sheaf_cpuset *set, char *text, size_t size)
{
    static const char more[] = "...";
    size_t used = 0;
    if (size)
        text[0] = 0;
    for (unsigned cpu = sheaf_cpuset_next(set, 0); cpu < SHEAF_CPUSET_BITS;) {
        char range[32];
        unsigned last = run_last(set, cpu);
        int length = snprintf(range, sizeof range, last > cpu ? "%s%u-%u" : "%s%u", used ? "," : "", cpu, last);
        cpu = sheaf_cpuset_next(set, last + 1);
        /* Room for "..." is kept until nothing can follow. */
        if (used + (size_t)length + (cpu < SHEAF_CPUSET_BITS ? sizeof more : 1) > size) {
            if (used + sizeof more <= size)
                memcpy(text + used, more, sizeof more);
            break;
        }
        memcpy(text + used, range, (size_t)length + 1);
        used += (size_t)length;
    }
    return text;
}

/* A decimal number below SHEAF_CPUSET_BITS off the front of *text; no sign, no blanks. */
static bool number(const char **text, unsigned *value)
{
    const char *p = *text;
    unsigned n = 0;
    for (; isdigit((unsigned char)*p); p++) {
        n = n * 10 + (unsigned)(*p - '0');
        if (n >= SHEAF_CPUSET_BITS)
            return false;
    }
    if (p == *text)
        return false;
    *text = p;
    *value = n;
    return true;
}

enum sheaf_status cpulist_next(const char **text, unsigned *first, unsigned *last, struct sheaf_error *err)
{
    const char *p = *text;
    bool good = number(&p, first);
    *last = *first;
    if (good && *p == '-') {
        p++;
        good = number(&p, last) && *first <= *last;
    }
    if (good && *p == ',')
        good = *++p != 0;
    else
        good = good && *p == 0;
    if (!good)
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is no list of cpus; they look like 0-3,8, each below %d", *text,
                          SHEAF_CPUSET_BITS);
    *text = p;
    return SHEAF_OK;
}

enum sheaf_status sheaf_cpuset_parse(struct sheaf_cpuset *set, const char *text, struct sheaf_error *err)
{
    memset(set, 0, sizeof *set);
    const char *rest = text;
    do {
        unsigned first, last;
        enum sheaf_status status = cpulist_next(&rest, &first, &last, err);
        if (status != SHEAF_OK)
            return status;
        for (unsigned cpu = first; cpu <= last; cpu++)
            sheaf_cpuset_add(set, cpu);
    } while (*rest);
    return SHEAF_OK;
}
