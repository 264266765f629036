/* Lines of a file that may be anything: a length is asked for before memory is. */
#ifndef DRIVERS_LINE_H
#define DRIVERS_LINE_H

#include <stdio.h>
#include <sheaf/base.h>

struct line {
    char *text; /* ended by NUL beside those that are in it; good until the next line is read */
    size_t length;
    struct sheaf_buffer room;
};

enum line_end {
    LINE_WHOLE,    /* without its end, which the last one may lack */
    LINE_NONE,     /* the file ends, or cannot be read: ferror tells */
    LINE_LONG,     /* its first `most` bytes are in `text` */
    LINE_NO_MEMORY
};

/* The next line of `in`, which ends in the byte `end` and may have up to `most` bytes before it. `line` begins as zeros. */
enum line_end line_next(struct line *line, FILE *in, int end, size_t most);
void line_cleanup(struct line *line);

#endif
