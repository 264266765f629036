/* The guard of mapped files in tests: cmocka puts a handler of its own in front before each, and the library installs
 * its handler only once. */
#ifndef SHEAF_TESTS_GUARD_H
#define SHEAF_TESTS_GUARD_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>

#include <sheaf/source.h>

/* To be called in every test that maps files. */
static inline void guard(void)
{
    static struct sigaction ours;
    static bool stands;
    if (stands) {
        sigaction(SIGBUS, &ours, NULL);
        return;
    }
    stands = sheaf_guard_mappings(NULL) == SHEAF_OK;
    assert_true(stands);
    sigaction(SIGBUS, NULL, &ours);
}

#endif
