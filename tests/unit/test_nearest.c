/* The name that was meant. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "base/nearest.h"

static const char *const names[] = {"uniform", "uniform32", "normal", "seq", "x", "Price", "price"};

static void meant(const char *typed, const char *expected)
{
    const char *found = nearest_name(typed, names, sizeof names / sizeof names[0]);
    if (expected)
        assert_non_null(found);
    else
        assert_null(found);
    if (expected)
        assert_string_equal(found, expected);
}

static void slips_are_forgiven(void **state)
{
    (void)state;
    meant("unifrom", "uniform");   /* a swap */
    meant("unifom", "uniform");    /* left out */
    meant("uuniform", "uniform");  /* put in */
    meant("unifurm", "uniform");   /* changed */
    meant("uniform23", "uniform32");
    meant("NORMAL", "normal");     /* another case */
    meant("X", "x");
    meant("sqe", "seq");
    meant("priCe", "price");       /* the nearer of two */
    meant("PRice", "Price");
}

static void strangers_are_not(void **state)
{
    (void)state;
    meant("poisson", NULL);
    meant("4", NULL);
    meant("", NULL);
    meant("abc", NULL);
    char longer[200];
    memset(longer, 'u', sizeof longer);
    longer[199] = 0;
    meant(longer, NULL);
    assert_null(nearest_name("a", NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_forgiven),
        cmocka_unit_test(strangers_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
