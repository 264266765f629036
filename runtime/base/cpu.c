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
    return __builtin_cpu_supports("avx512ifma");
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
} levels[CPU_LEVEL_COUNT] = {
#define X(name) {#name, has_##name},
    CPU_LEVELS(X)
#undef X
};

enum { UNKNOWN_YET = -1 };
static atomic_int usable = UNKNOWN_YET;

/* The highest up to `limit` that is there with all those before it. */
static enum cpu_level find_level(enum cpu_level limit)
{
    enum cpu_level level = CPU_portable;
    while (level < limit && levels[level + 1].present())
        level++;
    return level;
}

enum cpu_level cpu_level(void)
{
    int level = atomic_load_explicit(&usable, memory_order_relaxed);
    if (level == UNKNOWN_YET) {
        int known = UNKNOWN_YET;
        level = (int)find_level(CPU_LEVEL_COUNT - 1);
        if (!atomic_compare_exchange_strong(&usable, &known, level))
            level = known; /* a limit was set meanwhile */
    }
    return (enum cpu_level)level;
}

static int level_of(const char *name)
{
    for (int i = 0; i < CPU_LEVEL_COUNT; i++)
        if (strcmp(name, levels[i].name) == 0)
            return i;
    return -1;
}

bool cpu_has(const char *name)
{
    int level = level_of(name);
    return level >= 0 && level <= (int)cpu_level();
}

enum sheaf_status cpu_limit(const char *name, struct sheaf_error *err)
{
    int level = name ? level_of(name) : CPU_LEVEL_COUNT - 1;
    if (level < 0)
        return sheaf_fail(err, SHEAF_USAGE,
                          "SHEAF_CPU: unknown instruction set \"%s\" (there are portable, avx2, avx512, avx512ifma)", name);
    atomic_store(&usable, (int)find_level((enum cpu_level)level));
    return SHEAF_OK;
}

enum sheaf_status cpu_limit_from_environment(struct sheaf_error *err)
{
    const char *name = getenv("SHEAF_CPU");
    return cpu_limit(name && name[0] ? name : NULL, err);
}
