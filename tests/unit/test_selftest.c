/* The self-test passes here, and sees what a host has changed. */
#include <sheaf/selftest.h>

#include "base/cpu.h"
#include "base/flush.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct seen {
    unsigned count;
    char failed[512]; /* names, each behind a comma */
};

static void see(void *context, const struct sheaf_check *check)
{
    struct seen *seen = context;
    seen->count++;
    assert_true(check->text[0]);
    if (!check->passed)
        strcat(strcat(seen->failed, ","), check->name);
}

static struct seen run(unsigned failures)
{
    struct seen seen = {0};
    assert_int_equal(sheaf_selftest(see, &seen), failures);
    return seen;
}

static void passes_here(void **state)
{
    (void)state;
    struct seen seen = run(0);
    assert_int_equal(seen.count, 2 + (unsigned)cpu_level() + 1);
}

static void sees_flush_to_zero(void **state)
{
    (void)state;
    fenv_t callers;
    fegetenv(&callers);
    if (!flush_begin())
        skip(); /* sheaf does not know how to flush on this machine */
    struct seen seen = run(1);
    struct seen again = run(1); /* it was left as it was */
    fesetenv(&callers);
    assert_string_equal(seen.failed, ",flush to zero");
    assert_string_equal(again.failed, ",flush to zero");
}

static void sees_directed_rounding(void **state)
{
    (void)state;
    assert_int_equal(fesetround(FE_UPWARD), 0);
    struct seen seen = run(1);
    int left = fegetround();
    fesetround(FE_TONEAREST);
    assert_int_equal(left, FE_UPWARD);
    assert_string_equal(seen.failed, ",rounding");
}

static void keeps_the_limit(void **state)
{
    (void)state;
    setenv("SHEAF_CPU", "portable", 1);
    struct seen seen = run(0);
    assert_int_equal(seen.count, 3);
    assert_int_equal(cpu_level(), CPU_portable);
    setenv("SHEAF_CPU", "nonsense", 1);
    seen = run(1);
    assert_string_equal(seen.failed, ",instruction sets");
    unsetenv("SHEAF_CPU");
    assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_here),
        cmocka_unit_test(sees_flush_to_zero),
        cmocka_unit_test(sees_directed_rounding),
        cmocka_unit_test(keeps_the_limit),
    };
    return cmocka_run_group_tests_name("selftest", tests, NULL, NULL);
}
