/* Checks that exact answers are exact in this process, on this machine. */
#ifndef SHEAF_SELFTEST_H
#define SHEAF_SELFTEST_H

#include <sheaf/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sheaf_check {
    const char *name; /* "flush to zero", "hard sums, avx512" */
    bool passed;
    char text[512];   /* what was found, and what to do about it where it failed */
};

/* Called after each check; `check` is valid until it returns. */
typedef void sheaf_check_report(void *context, const struct sheaf_check *check);

/* Looks at the floating-point environment of the calling thread (a library that was linked with -ffast-math changes it
 * for a whole process), then computes sums and statistics whose answers are known with every instruction set that the
 * machine has and SHEAF_CPU allows, in every rounding mode, with subnormal numbers flushed and kept. Returns how many
 * checks failed. Takes less than a second; restores what it changes; not while another thread uses the library. */
SHEAF_API SHEAF_MUST_USE unsigned sheaf_selftest(sheaf_check_report *report, void *context);

#ifdef __cplusplus
}
#endif
#endif
