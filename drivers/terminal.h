/* What the terminal can do. */
#ifndef DRIVERS_TERMINAL_H
#define DRIVERS_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

/* Columns of the terminal behind `out`; else COLUMNS, else 80. */
unsigned terminal_width(FILE *out);
/* A person's terminal: not the one that a launcher gives its ranks to pass on what they write. */
bool terminal_is(FILE *out);
/* One that can draw: not TERM=dumb. */
bool terminal_can_draw(FILE *out);

/* "auto", "always", "never", or NULL for auto. */
void terminal_set_color(const char *when);
/* The escape sequence if `out` shows colours, else "". */
const char *style_bold(FILE *out);
const char *style_dim(FILE *out);
const char *style_end(FILE *out);

/* Prints `text` in lines of at most `width` columns, the first one starting at column `at`, the others indented by
 * `indent`, and ends the last. */
void print_wrapped(FILE *out, const char *text, unsigned at, unsigned indent, unsigned width);

#endif
