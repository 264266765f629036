#include "plan/registry.h"

#include "base/cpu.h"
#include "base/fpenv.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* All kernels once some are loaded: the built-in ones, then those of shared objects in the order loaded. NULL before. */
static struct {
    const struct sheaf_kernel **kernels;
    size_t count;
} registered;

const struct sheaf_kernel *const *sheaf_kernels(size_t *count)
{
    *count = registered.kernels ? registered.count : sheaf_builtin_kernel_count;
    return registered.kernels ? registered.kernels : sheaf_builtin_kernels;
}

const struct sheaf_kernel *sheaf_kernel_find(const char *name)
{
    size_t count;
    const struct sheaf_kernel *const *kernels = sheaf_kernels(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(kernels[i]->name, name) == 0)
            return kernels[i];
    return NULL;
}

const char *sheaf_kernel_nearest(const char *name)
{
    size_t count;
    const struct sheaf_kernel *const *kernels = sheaf_kernels(&count);
    const char *best = NULL;
    unsigned least = SHEAF_NOT_MEANT;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = sheaf_name_distance(name, kernels[i]->name);
        if (distance < least) {
            least = distance;
            best = kernels[i]->name;
        }
    }
    return best;
}

kernel_map *kernel_map_select(const struct sheaf_kernel *kernel)
{
    kernel_map *map = kernel->map;
    for (const struct sheaf_variant *variant = kernel->variants; variant && variant->cpu; variant++)
        if (cpu_has(variant->cpu))
            map = variant->map;
    return map;
}

/* ---- shared objects ------------------------------------------------------------------------------------- */

/* Is it there already, from an earlier load of the same file? */
static bool is_loaded(const struct sheaf_kernel *kernel)
{
    for (size_t i = sheaf_builtin_kernel_count; i < registered.count; i++)
        if (registered.kernels[i] == kernel)
            return true;
    return false;
}

static enum sheaf_status table_check(const struct sheaf_kernel *const *table, struct sheaf_error *err)
{
    for (const struct sheaf_kernel *const *kernel = table; *kernel; kernel++) {
        if (is_loaded(*kernel))
            continue;
        enum sheaf_status status = kernel_check(*kernel, err);
        if (status != SHEAF_OK)
            return status;
        bool twice = false;
        for (const struct sheaf_kernel *const *before = table; before < kernel; before++)
            twice = twice || strcmp((*before)->name, (*kernel)->name) == 0;
        if (twice || sheaf_kernel_find((*kernel)->name))
            return sheaf_fail(err, SHEAF_USAGE, "kernel \"%s\": there is another kernel of that name already",
                              (*kernel)->name);
    }
    return SHEAF_OK;
}

static enum sheaf_status table_add(const struct sheaf_kernel *const *table, struct sheaf_error *err)
{
    size_t extra = 0, known;
    while (table[extra])
        extra++;
    const struct sheaf_kernel *const *before = sheaf_kernels(&known);
    const struct sheaf_kernel **kernels = malloc((known + extra) * sizeof *kernels);
    if (!kernels)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory");
    memcpy(kernels, before, known * sizeof *kernels);
    for (; *table; table++)
        if (!is_loaded(*table))
            kernels[known++] = *table;
    free(registered.kernels);
    registered.kernels = kernels;
    registered.count = known;
    return SHEAF_OK;
}

/* dlopen looks a bare name up in the system's folders; a kernel is a file. */
static void *open_object(const char *path, struct sheaf_error *err)
{
    char *file = NULL;
    if (asprintf(&file, "%s%s", strchr(path, '/') ? "" : "./", path) < 0) {
        sheaf_fail(err, SHEAF_MEMORY, "out of memory");
        return NULL;
    }
    fpenv callers = fpenv_enter(); /* an object linked with -ffast-math changes it for good */
    void *object = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    fpenv_leave(callers);
    if (!object)
        sheaf_fail(err, SHEAF_USAGE, "not a shared object of kernels: %s", dlerror());
    free(file);
    return object;
}

enum sheaf_status sheaf_kernel_load(const char *path, struct sheaf_error *err)
{
    struct sheaf_error own;
    err = err ? err : &own; /* its status is used below */
    void *object = open_object(path, err);
    if (!object) {
        sheaf_error_at(err, path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
        return (enum sheaf_status)err->status;
    }
    const struct sheaf_kernel *const *table = dlsym(object, "sheaf_kernel_table");
    enum sheaf_status status =
        table ? table_check(table, err)
              : sheaf_fail(err, SHEAF_USAGE,
                           "exports no sheaf_kernel_table (is it declared SHEAF_API const sheaf_kernel_table_t?)");
    if (status == SHEAF_OK)
        status = table_add(table, err);
    if (status != SHEAF_OK) {
        dlclose(object);
        sheaf_error_at(err, path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    }
    return status;
}

const char *kernel_origin(const struct sheaf_kernel *kernel)
{
    Dl_info info;
    return is_loaded(kernel) && dladdr(kernel, &info) ? info.dli_fname : NULL;
}
