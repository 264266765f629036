#include "preinit.h"

#include <sheaf/job.h>

#include <stdlib.h>
#include <unistd.h>

static struct sheaf_cpuset started_with;
static bool recorded;

#if defined(__linux__) && defined(__GLIBC__)
/* Ranks that share cores: libgomp's threads spin at the end of every region, each rank believing that it is alone, and
 * keep the others from the very work they are waiting for (a hundred times slower was seen). libgomp reads its
 * environment once, before main, so under a launcher the program starts itself anew with the right one. */
static void wait_passively(char **argv, char **envp)
{
    enum { MOST = 4096 };
    static char policy[] = "OMP_WAIT_POLICY=passive";
    char *changed[MOST], path[4096];
    size_t count = 0;
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (!sheaf_world_launched() || getenv("OMP_WAIT_POLICY") || getenv("GOMP_SPINCOUNT") || length <= 0)
        return;
    path[length] = '\0';
    for (; envp[count] && count < MOST - 2; count++)
        changed[count] = envp[count];
    if (envp[count])
        return;
    changed[count] = policy;
    changed[count + 1] = NULL;
    execve(path, argv, changed); /* if it fails, things are as they were */
}

/* System V ABI: functions in .preinit_array of the executable run after relocation and before the constructors of
 * all shared objects. Only an executable may have one, so this cannot live in the library. */
static void record(int argc, char **argv, char **envp)
{
    (void)argc;
    environ = envp; /* the C library sets it later, to the same */
    wait_passively(argv, envp);
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
