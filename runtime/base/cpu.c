#include "base/cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static bool has_portable(void)
{
    return true;
}

#if defined(__x86_64__)
/* The builtins ask the processor and, for the wide registers, the operating system too. */
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static bool has_avx512ifma(void)
{
    return has_avx512() && __builtin_cpu_supports("avx512ifma");
}
#else
static bool has_avx2(void)
{
    return false;
}

static bool has_avx512(void)
{
    return false;
}

static bool has_avx512ifma(void)
{
    return false;
}
#endif

static const struct {
    const char *name;
    bool (*present)(void);
} levels[] = {
    {"portable", has_portable},
    {"avx2", has_avx2},
    {"avx512", has_avx512},
    {"avx512ifma", has_avx512ifma},
};
enum { LEVEL_COUNT = sizeof levels / sizeof levels[0] };

static atomic_int highest = LEVEL_COUNT - 1;

static int level_of(const char *name)
{
    for (int i = 0; i < LEVEL_COUNT; i++)
        if (strcmp(name, levels[i].name) == 0)
            return i;
    return -1;
}

bool cpu_has(const char *name)
{
    int level = level_of(name);
    return level >= 0 && level <= atomic_load(&highest) && levels[level].present();
}

enum sheaf_status cpu_limit(const char *name, struct sheaf_error *err)
{
    int level = name ? level_of(name) : LEVEL_COUNT - 1;
    if (level < 0)
        return sheaf_fail(err, SHEAF_USAGE,
                          "SHEAF_CPU: unknown instruction set \"%s\" (there are portable, avx2, avx512, avx512ifma)", name);
    atomic_store(&highest, level);
    return SHEAF_OK;
}

enum sheaf_status cpu_limit_from_environment(struct sheaf_error *err)
{
    const char *name = getenv("SHEAF_CPU");
    return cpu_limit(name && name[0] ? name : NULL, err);
}
