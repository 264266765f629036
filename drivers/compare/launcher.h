/* How a row's process is started: this very program again, by itself or on the ranks of a launcher. */
#ifndef DRIVERS_COMPARE_LAUNCHER_H
#define DRIVERS_COMPARE_LAUNCHER_H

#include "compare/way.h"

struct launcher {
    struct text_list words; /* "mpirun"; empty: there is none */
    const char *missing;    /* why not, or NULL */
};

/* The launcher that `command` names (NULL: mpirun, else mpiexec). SHEAF_USAGE: a named one that is not there. */
SHEAF_MUST_USE enum sheaf_status launcher_find(struct launcher *launcher, const char *command, struct sheaf_error *err);

/* The command line of a way's process: `argv`, as this one was called after the command's name, tells it the rest. Ends
 * with NULL. */
struct text_list launch_words(const struct way *way, const struct launcher *launcher, const char *const *argv,
                              size_t argc);
/* Its environment; ends with NULL. */
struct text_list launch_environment(const struct way *way);

#endif
