/* The floating-point environment that exact code computes in: round to nearest, subnormals as they are, no traps.
 * The caller's may be any other: a library that was linked with -ffast-math flushes subnormals for the whole process. */
#ifndef SHEAF_RUNTIME_BASE_FPENV_H
#define SHEAF_RUNTIME_BASE_FPENV_H

/* fpenv_enter sets that environment for this thread, its flags clear, and returns the caller's; fpenv_leave puts it
 * back, flags included. The compiler does not know that arithmetic depends on it: call them around calls of other
 * files' functions, not around arithmetic. */
#if defined(__x86_64__)

#include <xmmintrin.h>

enum { FPENV_DEFAULT = 0x1f80 }; /* MXCSR: all exceptions masked, all else zero */
typedef unsigned fpenv;

static inline fpenv fpenv_enter(void)
{
    fpenv callers = _mm_getcsr();
    _mm_setcsr(FPENV_DEFAULT);
    return callers;
}

static inline void fpenv_leave(fpenv callers)
{
    _mm_setcsr(callers);
}

#else

#include <fenv.h>

typedef fenv_t fpenv;

static inline fpenv fpenv_enter(void)
{
    fpenv callers;
    fegetenv(&callers);
    fesetenv(FE_DFL_ENV);
    return callers;
}

static inline void fpenv_leave(fpenv callers)
{
    fesetenv(&callers);
}

#endif
#endif
