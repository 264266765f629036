/* Help, made from the tables of commands and options. */
#ifndef DRIVERS_HELP_H
#define DRIVERS_HELP_H

#include <stdio.h>

#include "command.h"

/* `sheaf` alone: ten lines. */
void help_short(FILE *out);
/* `sheaf help`: what there is. */
void help_program(FILE *out);
/* `sheaf COMMAND --help`. */
void help_command(FILE *out, const struct command *command, const struct option_target *targets, size_t count);

#endif
