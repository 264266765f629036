#include "base/module.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

/* Is the code at `own` part of the program, not of a library? The program's entry point is. */
static bool in_program(const Dl_info *own)
{
    Dl_info entry;

    return dladdr((void *)getauxval(AT_ENTRY), &entry) && entry.dli_fbase == own->dli_fbase;
}

/* The folder of the modules, seen from the program or library that holds this very function; the build folder is laid
 * out as the installation. dladdr knows a program by its argv[0] only, which may be no path. */
static const char *beside(char folder[PATH_MAX])
{
    static const char anchor;
    char self[PATH_MAX];
    Dl_info own;
    int length;

    if (!dladdr(&anchor, &own) || !realpath(in_program(&own) ? "/proc/self/exe" : own.dli_fname, self))
        return NULL;
    *strrchr(self, '/') = 0;
    length = snprintf(folder, PATH_MAX, "%s/%s", self, in_program(&own) ? SHEAF_MODULES_FROM_BIN : "sheaf");
    return length < PATH_MAX ? folder : NULL;
}

enum sheaf_status module_load(const char *name, const char *symbol, void **address, struct sheaf_error *err)
{
    char folder[PATH_MAX];
    char path[PATH_MAX + 64];
    const char *place = getenv("SHEAF_MODULE_PATH");
    void *handle;

    if (!place || !*place)
        place = beside(folder);
    if (!place)
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "cannot tell where the modules of sheaf are; SHEAF_MODULE_PATH says so");
    snprintf(path, sizeof path, "%s/sheaf-%s.so", place, name);
    /* Global: the MPI library loads parts of its own, which look for its symbols. */
    handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    *address = handle ? dlsym(handle, symbol) : NULL;
    if (!*address)
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "cannot load the module %s (%s); SHEAF_MODULE_PATH names another folder",
                          name, dlerror());
    return SHEAF_OK;
}
