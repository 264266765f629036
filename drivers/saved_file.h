/* Files that --save has written: text, the first line of which says what they are. */
#ifndef DRIVERS_SAVED_FILE_H
#define DRIVERS_SAVED_FILE_H

#include <stdbool.h>
#include <sheaf/base.h>

/* Gives each line after the first, without its end, to `take`, which may change and keep it (it lives until the program
 * ends); false: it is not such a line. SHEAF_IO; SHEAF_INPUT, with the line: no file whose first line is `magic`, or
 * not what `what` ("an answer") looks like. */
SHEAF_MUST_USE enum sheaf_status saved_file_read(const char *path, const char *magic, const char *what,
                                                 bool (*take)(void *context, char *line), void *context,
                                                 struct sheaf_error *err);

#endif
