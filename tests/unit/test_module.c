#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/module.h"
#include <stdlib.h>
#include <string.h>

static void loads_from_the_named_folder(void **state)
{
    void *address = NULL;
    int (*answer)(void);
    (void)state;

    assert_int_equal(setenv("SHEAF_MODULE_PATH", TOY_FOLDER, 1), 0);
    assert_int_equal(module_load("toy", "sheaf_toy_answer", &address, NULL), SHEAF_OK);
    memcpy(&answer, &address, sizeof answer);
    assert_int_equal(answer(), 42);
}

static void says_what_is_not_there(void **state)
{
    struct sheaf_error err;
    void *address = NULL;
    (void)state;

    assert_int_equal(setenv("SHEAF_MODULE_PATH", TOY_FOLDER, 1), 0);
    assert_int_equal(module_load("nothing", "sheaf_nothing", &address, &err), SHEAF_UNAVAILABLE);
    assert_non_null(strstr(err.message, TOY_FOLDER "/sheaf-nothing.so"));
    assert_non_null(strstr(err.message, "SHEAF_MODULE_PATH"));
    assert_int_equal(module_load("toy", "sheaf_absent", &address, &err), SHEAF_UNAVAILABLE);
    assert_non_null(strstr(err.message, "sheaf_absent"));
}

static void looks_beside_the_program_unasked(void **state)
{
    struct sheaf_error err;
    void *address = NULL;
    (void)state;

    assert_int_equal(unsetenv("SHEAF_MODULE_PATH"), 0);
    assert_int_equal(module_load("nothing", "sheaf_nothing", &address, &err), SHEAF_UNAVAILABLE);
    assert_non_null(strstr(err.message, "/sheaf/sheaf-nothing.so"));
    assert_null(strstr(err.message, TOY_FOLDER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loads_from_the_named_folder),
        cmocka_unit_test(says_what_is_not_there),
        cmocka_unit_test(looks_beside_the_program_unasked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
