/* Subnormal numbers flushed to zero: what -ffast-math at the link does to a process. For tests of what stands it. */
#ifndef SHEAF_RUNTIME_BASE_FLUSH_H
#define SHEAF_RUNTIME_BASE_FLUSH_H

#include <fenv.h>
#include <stdbool.h>

/* Makes this thread flush results and operands, until its environment is restored; false where sheaf does not know how. */
static inline bool flush_begin(void)
{
#if defined(__x86_64__) && defined(__GLIBC__)
    fenv_t environment;
    fegetenv(&environment);
    environment.__mxcsr |= 0x8040; /* FTZ and DAZ */
    return fesetenv(&environment) == 0;
#elif defined(__aarch64__) && defined(__GLIBC__)
    fenv_t environment;
    fegetenv(&environment);
    environment.__fpcr |= 1u << 24; /* FZ */
    return fesetenv(&environment) == 0;
#else
    return false;
#endif
}

#endif
