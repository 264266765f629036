/* Options as tables. One table says everything about a group of options: how they are read, preset and explained.
 * Parsing, --help at every level, and whatever else wants to know (manual page, completion) walk the same tables.
 *
 * Manners: `--name=value` or `--name value`, `-n value` or `-nvalue`, switches bundled (`-vq`), options and operands
 * in any order, `--` ends options, `-` alone is an operand. Names are not abbreviated: kernels bring options of their
 * own, so that what is unambiguous today would not be tomorrow; the error names the option that was meant.
 * SHEAF_NAME in the environment presets --name ('-' becomes '_'); the command line beats it. */
#ifndef DRIVERS_OPTION_H
#define DRIVERS_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sheaf/base.h>

#include "keep.h"

struct option;

/* Reads `text` into the option's field. A switch gets "yes" from the command line and any text from a preset.
 * The message on failure says what is wrong with `text`; the caller puts the option's name before it. */
typedef enum sheaf_status option_reader(const struct option *option, void *field, const char *text,
                                        struct sheaf_error *err);

struct option {
    const char *name;      /* "workers" */
    char letter;           /* 'j', or 0 */
    bool no_preset;        /* SHEAF_NAME means nothing */
    const char *metavar;   /* "N"; NULL: a switch, without value. option_choice: the choices, "a|b|c" */
    option_reader *read;
    size_t offset;         /* of the field in the struct that goes with the table */
    const char *help;      /* what it does, without full stop; wrapped when printed. NULL: not shown */
};

struct option_table {
    const char *title;            /* "Input" */
    const struct option *options; /* ended by name == NULL */
};

/* A table and the struct that its offsets point into. */
struct option_target {
    const struct option_table *table;
    void *into;
};

/* ---- readers, and the fields they fill -------------------------------------------------------------------- */

struct option_number {
    bool set;
    uint64_t value;
};
struct option_real {
    bool set;
    double value;
};

option_reader option_switch;   /* bool */
option_reader option_on;       /* int: 1, or -1 if a preset says no; 0 stays "not given" */
option_reader option_off;      /* int: the opposite; for the --no-name beside --name */
option_reader option_text;     /* const char * */
option_reader option_choice;   /* const char *: one of the metavar's choices */
option_reader option_own_name; /* const char *: the switch's own name, a choice of the option that it stands for */
option_reader option_size;     /* struct option_number: bytes */
option_reader option_count;    /* struct option_number */
option_reader option_real;     /* struct option_real: 0 or more */
option_reader option_seconds;  /* struct option_real */
option_reader option_list;     /* struct text_list: one item per use */
option_reader option_pieces;   /* struct text_list: items between commas */

/* ---- parsing ------------------------------------------------------------------------------------------------ */

enum operand_rule {
    OPERANDS_ANYWHERE,   /* options may follow operands */
    OPERANDS_END_OPTIONS /* the first operand ends the options: what follows belongs to another command */
};

/* Reads `argv[0]` up to `argv[count - 1]` (no program name among them): first the presets of options that are not
 * on the command line, then the command line in its order. SHEAF_USAGE names the option and the nearest known one, or
 * two that choose different things for one field (option_own_name). */
SHEAF_MUST_USE enum sheaf_status options_parse(const struct option_target *targets, size_t target_count,
                                               const char *const *argv, size_t count, enum operand_rule rule,
                                               struct text_list *operands, struct sheaf_error *err);

/* The next value of `--name` on a command line that has not been parsed, looking from argv[*cursor] on, or NULL; ""
 * for a switch. For the few options that decide what the other options are. */
const char *option_peek(const char *name, const char *const *argv, size_t count, size_t *cursor);

/* Presets as the environment has them: "SHEAF_" and the name in capitals. */
const char *option_preset(const struct option *option);

#endif
