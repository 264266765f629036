#include <sheaf/selftest.h>

#include "base/cpu.h"
#include "base/flush.h"
#include "exact/hard.h"
#include "exact/limbs.h" /* refuses fast math */

#include <fenv.h>
#include <stdio.h>
#include <sheaf/result.h>
#include <string.h>

struct selftest {
    sheaf_check_report *report;
    void *context;
    unsigned failed;
};

static void tell(struct selftest *test, const char *name, bool passed, const char *text)
{
    struct sheaf_check check = {.name = name, .passed = passed};
    snprintf(check.text, sizeof check.text, "%s", text);
    test->failed += !passed;
    test->report(test->context, &check);
}

/* ---- the caller's environment ------------------------------------------------------------------------------- */

/* Volatile: the compiler has an environment of its own. */
static bool keeps_subnormals(void)
{
    volatile double least_normal = 0x1p-1022, subnormal = 0x1p-1074, scale = 0x1p100, half = 0.5;
    volatile double result = least_normal * half, operand = subnormal * scale;
    return result > 0 && operand > 0;
}

static void check_flush(struct selftest *test)
{
    if (keeps_subnormals())
        tell(test, "flush to zero", true, "off: subnormal numbers are kept");
    else
        tell(test, "flush to zero", false,
             "on: this process takes subnormal numbers for zero, since some library was linked with -ffast-math or has "
             "set the mode. Exact sums stand it, other arithmetic does not: link without -ffast-math (-Ofast)");
}

static void check_rounding(struct selftest *test)
{
    if (fegetround() == FE_TONEAREST)
        tell(test, "rounding", true, "to nearest");
    else
        tell(test, "rounding", false,
             "this thread does not round to nearest. Exact sums stand it, other arithmetic does not: "
             "fesetround(FE_TONEAREST)");
}

/* ---- sums with known answers -------------------------------------------------------------------------------- */

static const struct {
    int rounding;
    const char *name;
} roundings[] = {
    {FE_TONEAREST, "rounding to nearest"},
    {FE_UPWARD, "rounding upwards"},
    {FE_DOWNWARD, "rounding downwards"},
    {FE_TOWARDZERO, "rounding towards zero"},
};
enum { ROUNDINGS = sizeof roundings / sizeof roundings[0] };

/* In one environment; false if it cannot be made. */
static bool check_in(int rounding, bool flush, const struct hard_failure **failed, struct hard_failure *failure)
{
    fenv_t callers;
    *failed = NULL;
    fegetenv(&callers);
    bool made = fesetenv(FE_DFL_ENV) == 0 && fesetround(rounding) == 0 && (!flush || flush_begin());
    if (made)
        *failed = hard_check(failure);
    fesetenv(&callers);
    return made;
}

static void describe(char *text, size_t size, unsigned rounding, bool flush, const struct hard_failure *failure)
{
    char got[32], expected[32];
    snprintf(text, size, "%s is %s, but should be %s (%s, subnormal numbers %s): this build of sheaf gives wrong answers "
                         "here; SHEAF_CPU=portable may avoid it", failure->name, sheaf_real_text(failure->got, got),
             sheaf_real_text(failure->expected, expected), roundings[rounding].name, flush ? "flushed" : "kept");
}

/* With the instruction set that is the limit now. */
static void check_sums(struct selftest *test, const char *isa)
{
    char name[64], text[256];
    unsigned environments = 0;
    struct hard_failure failure;
    const struct hard_failure *failed = NULL;
    for (unsigned i = 0; i < 2 * ROUNDINGS && !failed; i++) {
        bool flush = i >= ROUNDINGS;
        environments += check_in(roundings[i % ROUNDINGS].rounding, flush, &failed, &failure);
        if (failed)
            describe(text, sizeof text, i % ROUNDINGS, flush, failed);
    }
    if (!failed)
        snprintf(text, sizeof text, "%u known answers in %u floating-point environments", hard_count(), environments);
    snprintf(name, sizeof name, "hard sums, %s", isa);
    tell(test, name, !failed, text);
}

unsigned sheaf_selftest(sheaf_check_report *report, void *context)
{
    static const char *const isas[] = {
#define X(isa) #isa,
        CPU_LEVELS(X)
#undef X
    };
    struct selftest test = {report, context, 0};
    struct sheaf_error err;
    check_flush(&test);
    check_rounding(&test);
    if (cpu_limit_from_environment(&err) != SHEAF_OK)
        tell(&test, "instruction sets", false, err.message);
    enum cpu_level most = cpu_level();
    for (enum cpu_level level = CPU_portable; level <= most; level++)
        if (cpu_limit(isas[level], NULL) == SHEAF_OK)
            check_sums(&test, isas[level]);
    if (cpu_limit(isas[most], &err) != SHEAF_OK)
        tell(&test, "instruction sets", false, err.message);
    return test.failed;
}
