/* Subcommands as a table.
 *
 * To add one, say `frob`:
 *  1. drivers/frob.c: a struct for its options, whose first member is `struct common`; a list of sections, each an
 *     option table and where its struct lies in yours; a function; and
 *         const struct command command_frob = {.name = "frob", ...};
 *     Take tables that exist (input_options.h, execution_options.h, output_options.h, kernel_options.h) before you
 *     write one of your own: an option means the same everywhere.
 *  2. The line X(frob) in COMMANDS below.
 * Parsing, presets, --help, `sheaf help frob`, -v and -q, the launcher and the exit of ranks other than 0 are done
 * by main before `run` is called. Report errors by `return complain(&err)`. */
#ifndef DRIVERS_COMMAND_H
#define DRIVERS_COMMAND_H

#include <sheaf/job.h>

#include "option.h"

/* In the order in which help lists them. */
#define COMMANDS(X)                                                                                        \
    X(run)                                                                                                 \
    X(compare)                                                                                             \
    X(kernels)                                                                                             \
    X(strategies)                                                                                          \
    X(topo)                                                                                                \
    X(gen)                                                                                                 \
    X(selftest)                                                                                            \
    X(help)

/* Options of every command. */
struct common {
    bool help, version, verbose, quiet;
    const char *color;
};
extern const struct option_table common_table;

struct option_section {
    const struct option_table *table;
    /* Instead of `table`: makes one that depends on the command line, which may be looked at with option_peek. */
    enum sheaf_status (*make)(const struct option_table **table, const char *const *argv, size_t count,
                              struct sheaf_error *err);
    size_t offset; /* of its struct in the command's options */
};

/* A command as it was called. */
struct invocation {
    const struct command *command;
    const void *options;       /* the command's struct, filled */
    struct text_list operands;
    struct sheaf_world *world; /* NULL: this process alone. Closed by main. */
    const char *const *argv;   /* everything after the command's name, unparsed */
    size_t argc;
};

struct command {
    const char *name;
    const char *operands;    /* "KERNEL[,KERNEL...] [FILE...]" */
    const char *summary;     /* one line, without full stop */
    const char *description; /* paragraphs for --help, without line breaks inside */
    const char *examples;    /* lines, each ended by '\n' */
    const struct option_section *sections; /* ended by table and make both NULL */
    size_t options_size;
    enum operand_rule rule;
    bool computes; /* runs jobs: joins the world under a launcher, refuses N copies under a bare srun */
    bool judges_host; /* is shown the floating-point environment as it is; others compute in the default one */
    int (*run)(const struct invocation *invocation); /* the exit code */
};

#define X(name) extern const struct command command_##name;
COMMANDS(X)
#undef X

/* NULL-ended. */
extern const struct command *const commands[];
/* The command called `name`, or SHEAF_USAGE with the nearest one. */
SHEAF_MUST_USE enum sheaf_status command_find(const char *name, const struct command **command,
                                              struct sheaf_error *err);

/* Makes the option targets of `command` for `options`; *count of them. */
enum sheaf_status command_targets(const struct command *command, void *options, const char *const *argv, size_t argc,
                                  struct option_target **targets, size_t *count, struct sheaf_error *err);

#endif
