#include "command.h"

#include <string.h>

#include "nearest.h"

const struct command *const commands[] = {
#define X(name) &command_##name,
    COMMANDS(X)
#undef X
    NULL,
};

const struct option_table common_table = {
    "General",
    (const struct option[]){
        {"help", 'h', true, NULL, option_switch, offsetof(struct common, help), "Show this help and exit"},
        {"version", 'V', true, NULL, option_switch, offsetof(struct common, version),
         "Show the version and exit; with -v what this build has and has not"},
        {"verbose", 'v', false, NULL, option_switch, offsetof(struct common, verbose),
         "Say on standard error what is done, by whom and how long it took"},
        {"quiet", 'q', false, NULL, option_switch, offsetof(struct common, quiet),
         "No notes and no progress on standard error; errors stay"},
        {"color", 0, false, "auto|always|never", option_choice, offsetof(struct common, color),
         "Colours (auto: on a terminal, unless NO_COLOR is set)"},
        {0},
    },
};

enum sheaf_status command_find(const char *name, const struct command **command, struct sheaf_error *err)
{
    struct nearest nearest = nearest_to(name);
    for (const struct command *const *c = commands; *c; c++) {
        nearest_offer(&nearest, (*c)->name);
        if (strcmp((*c)->name, name) == 0) {
            *command = *c;
            return SHEAF_OK;
        }
    }
    for (const struct option *o = common_table.options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return sheaf_fail(err, SHEAF_USAGE, "there is no command \"%s\" (did you mean sheaf --%s?)", name, name);
    if (sheaf_kernel_find(name))
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is a kernel, not a command: sheaf run %s FILE", name, name);
    return sheaf_fail(err, SHEAF_USAGE, "there is no command \"%s\"%s", name,
                      nearest_hint(&nearest, "", " (sheaf help lists them)"));
}

enum sheaf_status command_targets(const struct command *command, void *options, const char *const *argv, size_t argc,
                                  struct option_target **targets, size_t *count, struct sheaf_error *err)
{
    size_t n = 0;
    while (command->sections[n].table || command->sections[n].make)
        n++;
    *targets = keep_bytes(n * sizeof **targets);
    *count = n;
    for (size_t i = 0; i < n; i++) {
        const struct option_section *section = &command->sections[i];
        struct option_target *target = &(*targets)[i];
        target->into = (char *)options + section->offset;
        target->table = section->table;
        if (section->make) {
            enum sheaf_status status = section->make(&target->table, argv, argc, err);
            if (status != SHEAF_OK)
                return status;
        }
    }
    return SHEAF_OK;
}
