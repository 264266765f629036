/* What a kernel's struct must fulfil before anything calls its functions. A built-in one does (a test says so); one
 * from a shared object may not. */
#include "plan/registry.h"

#include <sheaf/job.h>
#include <string.h>

static bool is_name(const char *name)
{
    size_t length = name ? strlen(name) : 0;
    if (length == 0 || length >= 32 || !(name[0] >= 'a' && name[0] <= 'z'))
        return false;
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

static enum sheaf_status fail(const struct sheaf_kernel *kernel, struct sheaf_error *err, const char *what)
{
    return sheaf_fail(err, SHEAF_USAGE, "kernel \"%s\": %s", kernel->name, what);
}

static enum sheaf_status functions_check(const struct sheaf_kernel *kernel, struct sheaf_error *err)
{
    if (!kernel->summary || !kernel->state_size || !kernel->map || !kernel->finish)
        return fail(kernel, err, "summary, state_size, map and finish must be given");
    bool add64 = kernel->laws & SHEAF_LAW_ADD64;
    if (!kernel->merge && !add64)
        return fail(kernel, err, "merge must be given, except under SHEAF_LAW_ADD64");
    int owning = !!kernel->cleanup + !!kernel->pack + !!kernel->unpack;
    if (owning != 0 && owning != 3)
        return fail(kernel, err, "a state that owns memory gives all of cleanup, pack and unpack; a flat one, none");
    if (kernel->partition && !owning)
        return fail(kernel, err, "partition needs cleanup, pack and unpack");
    if (add64 && owning)
        return fail(kernel, err, "SHEAF_LAW_ADD64 is for flat states: an array of int64 owns no memory");
    if ((kernel->laws & SHEAF_LAW_EXACT) && (kernel->laws & SHEAF_LAW_FIXED_ORDER))
        return fail(kernel, err, "SHEAF_LAW_EXACT and SHEAF_LAW_FIXED_ORDER exclude each other");
    if ((kernel->laws & SHEAF_LAW_ROUNDED) && (kernel->laws & (SHEAF_LAW_EXACT | SHEAF_LAW_FIXED_ORDER)))
        return fail(kernel, err, "SHEAF_LAW_ROUNDED contradicts SHEAF_LAW_EXACT and SHEAF_LAW_FIXED_ORDER");
    for (const struct sheaf_variant *variant = kernel->variants; variant && variant->cpu; variant++)
        if (!variant->map)
            return fail(kernel, err, "a variant has no map");
    return SHEAF_OK;
}

static enum sheaf_status roles_check(const struct sheaf_kernel *kernel, struct sheaf_error *err)
{
    if (kernel->role_count == 0 || !kernel->roles || kernel->role_count > SHEAF_MOST_ROLES)
        return fail(kernel, err, "it needs 1 to 8 roles");
    for (uint32_t i = 0; i < kernel->role_count; i++) {
        const struct sheaf_role *role = &kernel->roles[i];
        if (!role->name || role->types == 0 || (role->types & ~(SHEAF_ALL_TYPES | SHEAF_TYPE_BIT(SHEAF_DECIMAL))))
            return fail(kernel, err, "each role needs a name and some of the element types");
    }
    return SHEAF_OK;
}

static enum sheaf_status params_check(const struct sheaf_kernel *kernel, struct sheaf_error *err)
{
    if (kernel->param_count > SHEAF_MOST_PARAMS)
        return fail(kernel, err, "more than 64 parameters");
    if (kernel->param_count && !kernel->params)
        return fail(kernel, err, "param_count without params");
    for (uint32_t i = 0; i < kernel->param_count; i++) {
        const struct sheaf_param *param = &kernel->params[i];
        if (!is_name(param->name) || !param->metavar || !param->help || (unsigned)param->type > SHEAF_PARAM_WORD)
            return fail(kernel, err, "each parameter needs a name (a-z, 0-9, _ and -), a type, a metavar and help");
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(param->name, kernel->params[j].name) == 0)
                return fail(kernel, err, "two parameters have the same name");
        struct sheaf_arg value;
        if (param->fallback && sheaf_param_parse(param, param->fallback, &value, NULL) != SHEAF_OK)
            return fail(kernel, err, "a parameter's default is not of its type");
    }
    return SHEAF_OK;
}

enum sheaf_status kernel_check(const struct sheaf_kernel *kernel, struct sheaf_error *err)
{
    if (kernel->abi != SHEAF_KERNEL_ABI || kernel->size != sizeof *kernel)
        return sheaf_fail(err, SHEAF_USAGE,
                          "built for another sheaf: a kernel of ABI %u and %u bytes, where this one has ABI %u and %zu "
                          "bytes (compile it again with this version's headers)",
                          kernel->abi, kernel->size, SHEAF_KERNEL_ABI, sizeof *kernel);
    if (!is_name(kernel->name))
        return sheaf_fail(err, SHEAF_USAGE, "a kernel's name \"%.40s\" is not of the letters a-z, 0-9, _ and -, a letter "
                          "first, at most 31", kernel->name ? kernel->name : "");
    enum sheaf_status status = functions_check(kernel, err);
    if (status == SHEAF_OK)
        status = roles_check(kernel, err);
    if (status == SHEAF_OK)
        status = params_check(kernel, err);
    return status;
}
