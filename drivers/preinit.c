#include "preinit.h"

#include <sheaf/topo.h>

static struct sheaf_cpuset started_with;
static bool recorded;

#if defined(__linux__) && defined(__GLIBC__)
/* System V ABI: functions in .preinit_array of the executable run after relocation and before the constructors of
 * all shared objects. Only an executable may have one, so this cannot live in the library. */
static void record(int argc, char **argv, char **envp)
{
    (void)argc, (void)argv, (void)envp;
    recorded = sheaf_bound(&started_with, NULL) == SHEAF_OK;
}
__attribute__((used, section(".preinit_array"))) static void (*recorder)(int, char **, char **) = record;
#endif

void preinit_restore(void)
{
    struct sheaf_cpuset now;
    if (!recorded)
        return;
    sheaf_allowed_preset(&started_with);
    if (sheaf_bound(&now, NULL) == SHEAF_OK && sheaf_cpuset_equal(&now, &started_with))
        return;
    /* A refusal leaves the main thread narrow, which costs speed and nothing else. */
    enum sheaf_status status = sheaf_bind(&started_with, NULL);
    (void)status;
}
