#include "compare/launcher.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the launcher ---------------------------------------------------------------------------------------------- */

static bool is_program(const char *name)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/'))
        return access(name, X_OK) == 0;
    while (path && *path) {
        size_t length = strcspn(path, ":");
        if (access(keep_text("%.*s/%s", (int)length, path, name), X_OK) == 0)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

enum sheaf_status launcher_find(struct launcher *launcher, const char *command, struct sheaf_error *err)
{
    static const char *const usual[] = {"mpirun", "mpiexec"};
    *launcher = (struct launcher){0};
    for (size_t i = 0; !command && i < sizeof usual / sizeof usual[0] && !launcher->words.count; i++)
        if (is_program(usual[i]))
            text_list_add(&launcher->words, usual[i]);
    if (!command && !launcher->words.count)
        launcher->missing = "there is no mpirun in PATH (--launcher names another)";
    for (char *save = NULL, *word = command ? strtok_r((char *)keep_text("%s", command), " ", &save) : NULL; word;
         word = strtok_r(NULL, " ", &save))
        text_list_add(&launcher->words, word);
    if (command && (!launcher->words.count || !is_program(launcher->words.items[0])))
        return sheaf_fail(err, SHEAF_USAGE, "--launcher: there is no program \"%s\"", command);
    return SHEAF_OK;
}

/* ---- a row's process ------------------------------------------------------------------------------------------- */

/* Ranks may be on other machines, so they are told the name; here the kernel's link always is this program, even if it
 * has been replaced. */
static const char *own_path(bool launched)
{
    static const char link[] = "/proc/self/exe";
    char path[PATH_MAX];
    ssize_t length = launched ? readlink(link, path, sizeof path - 1) : -1;
    if (length < 0)
        return link;
    path[length] = 0;
    return keep_text("%s", path);
}

struct text_list launch_words(const struct way *way, const struct launcher *launcher, const char *const *argv,
                              size_t argc)
{
    struct text_list words = {0};
    for (size_t i = 0; way->ranks && i < launcher->words.count; i++)
        text_list_add(&words, launcher->words.items[i]);
    if (way->ranks) {
        text_list_add(&words, "-n");
        text_list_add(&words, keep_text("%u", way->ranks));
    }
    text_list_add(&words, own_path(way->ranks > 0));
    text_list_add(&words, "compare");
    text_list_add(&words, "--row");
    text_list_add(&words, way_text(way));
    for (size_t i = 0; i < argc; i++)
        text_list_add(&words, argv[i]);
    text_list_add(&words, NULL);
    return words;
}

/* What lets ranks start as root in a container, on fewer cores than ranks, and where the rows' own placement says: by
 * environment, because each launcher has other options. Open MPI up to 4 reads OMPI_, from 5 on PRTE_; others read
 * neither. */
static const char *const launcher_settings[] = {
    "OMPI_ALLOW_RUN_AS_ROOT=1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1",
    "PRTE_ALLOW_RUN_AS_ROOT=1",
    "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1",
    "OMPI_MCA_rmaps_base_oversubscribe=1",
    "PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe",
    "OMPI_MCA_hwloc_base_binding_policy=none",
    "PRTE_MCA_hwloc_default_binding_policy=none",
};
enum { SETTINGS = sizeof launcher_settings / sizeof launcher_settings[0] };

static bool is_set(const char *setting)
{
    return getenv(keep_text("%.*s", (int)strcspn(setting, "="), setting)) != NULL;
}

struct text_list launch_environment(const struct way *way)
{
    extern char **environ;
    struct text_list list = {0};
    for (char **variable = environ; *variable; variable++)
        if (strncmp(*variable, "SHEAF_SOLO=", 11) != 0) /* ranks of a row belong together */
            text_list_add(&list, *variable);
    for (size_t i = 0; way->ranks && i < SETTINGS; i++)
        if (!is_set(launcher_settings[i]))
            text_list_add(&list, launcher_settings[i]);
    text_list_add(&list, NULL);
    return list;
}
