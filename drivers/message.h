/* What a person reads on standard error: errors, warnings, notes and the status line. Standard output carries the
 * answer and nothing else. */
#ifndef DRIVERS_MESSAGE_H
#define DRIVERS_MESSAGE_H

#include <stdbool.h>
#include <sheaf/base.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* input, I/O, a worker */
    EXIT_USAGE = 2,  /* nothing was started */
    EXIT_MOVED = 3   /* complete, but --against did not hold */
};

/* The exit code of a command that ended with `status`. */
int exit_code(enum sheaf_status status);

/* Prints "sheaf: " and the error in one line; returns its exit code. */
int complain(const struct sheaf_error *err);
/* Prints "sheaf: " and a line, unless -q was given: what the person should know although all went well. */
void note(const char *format, ...) SHEAF_PRINTF(1, 2);
/* Prints a line as it stands, if -v was given: plan, places, timings. */
void detail(const char *format, ...) SHEAF_PRINTF(1, 2);

/* Set once from -q and -v. */
void message_level(bool quiet, bool verbose);
bool message_is_verbose(void);
/* While mute, nothing is printed: another process speaks for this one. */
void message_mute(bool mute);

/* The status line: the last line of the terminal, drawn again and again. Every other message clears it first. */
void status_line_show(const char *text);
void status_line_clear(void);

#endif
