/* Which instruction sets tuned code may use in this process. */
#ifndef SHEAF_RUNTIME_BASE_CPU_H
#define SHEAF_RUNTIME_BASE_CPU_H

#include <sheaf/base.h>

/* Names, each implying those before it: "portable", "avx2" (AVX2 and FMA), "avx512" (F, BW, DQ and VL), "avx512ifma". */

/* Does the machine, with its operating system, have all of `name`, and may it be used (cpu_limit)? False for a name
 * that is not known. Thread safe. */
bool cpu_has(const char *name);

/* Uses nothing beyond `name`; NULL: everything there is. A set that the machine lacks is a limit like any other.
 * Changes no result, only speed. SHEAF_USAGE: no such name. Thread safe; meant to be called before work starts. */
SHEAF_MUST_USE enum sheaf_status cpu_limit(const char *name, struct sheaf_error *err);

/* cpu_limit by the environment variable SHEAF_CPU. */
SHEAF_MUST_USE enum sheaf_status cpu_limit_from_environment(struct sheaf_error *err);

#endif
