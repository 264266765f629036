/* Which instruction sets tuned code may use in this process. */
#ifndef SHEAF_RUNTIME_BASE_CPU_H
#define SHEAF_RUNTIME_BASE_CPU_H

#include <sheaf/base.h>

/* X(name): each implies those before it. "avx2" is AVX2 and FMA, "avx512" F, BW, DQ and VL. */
#define CPU_LEVELS(X) X(portable) X(avx2) X(avx512) X(avx512ifma)
enum cpu_level {
#define X(name) CPU_##name,
    CPU_LEVELS(X)
#undef X
    CPU_LEVEL_COUNT
};

/* The highest that the machine, with its operating system, has and that may be used (cpu_limit). As cheap as a load:
 * for code that chooses at every call. Thread safe. */
enum cpu_level cpu_level(void);

/* Is cpu_level at least the one called `name`? False for a name that is not known. Thread safe. */
bool cpu_has(const char *name);

/* Uses nothing beyond `name`; NULL: everything there is. A set that the machine lacks is a limit like any other.
 * Changes no result, only speed. SHEAF_USAGE: no such name. Thread safe; meant to be called before work starts. */
SHEAF_MUST_USE enum sheaf_status cpu_limit(const char *name, struct sheaf_error *err);

/* cpu_limit by the environment variable SHEAF_CPU. */
SHEAF_MUST_USE enum sheaf_status cpu_limit_from_environment(struct sheaf_error *err);

#endif
