#include "saved_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "keep.h"
#include "line.h"

enum { MOST_LINE = 64 * 1024 * 1024 }; /* the record of a table that names the columns has no more */

static enum sheaf_status bad_line(const char *path, int64_t number, const char *what, struct sheaf_error *err)
{
    if (number <= 1)
        sheaf_fail(err, SHEAF_INPUT, "is not %s that --save has written", what);
    else
        sheaf_fail(err, SHEAF_INPUT, "is no line of %s that --save has written", what);
    sheaf_error_at(err, path, SHEAF_UNKNOWN, number > 1 ? number : SHEAF_UNKNOWN, NULL);
    return SHEAF_INPUT;
}

static enum sheaf_status unreadable(const char *path, int cause, struct sheaf_error *err)
{
    sheaf_fail_os(err, cause, "cannot be read");
    sheaf_error_at(err, path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_IO;
}

/* What does not begin as `magic` does is read no further. */
static enum sheaf_status read_lines(FILE *in, const char *path, const char *magic, const char *what,
                                    bool (*take)(void *context, char *line), void *context, struct line *line,
                                    struct sheaf_error *err)
{
    for (int64_t number = 1;; number++) {
        enum line_end end = line_next(line, in, '\n', number == 1 ? strlen(magic) : MOST_LINE);
        if (end == LINE_NO_MEMORY || ferror(in))
            return unreadable(path, end == LINE_NO_MEMORY ? ENOMEM : errno, err);
        if (end == LINE_NONE && number > 1)
            return SHEAF_OK;
        bool good = end == LINE_WHOLE;
        if (good && number == 1)
            good = strcmp(line->text, magic) == 0;
        else if (good)
            good = take(context, memcpy(keep_bytes(line->length + 1), line->text, line->length));
        if (!good)
            return bad_line(path, number, what, err);
    }
}

enum sheaf_status saved_file_read(const char *path, const char *magic, const char *what,
                                  bool (*take)(void *context, char *line), void *context, struct sheaf_error *err)
{
    FILE *in = fopen(path, "re");
    struct line line = {0};
    if (!in)
        return unreadable(path, errno, err);
    enum sheaf_status status = read_lines(in, path, magic, what, take, context, &line, err);
    line_cleanup(&line);
    fclose(in);
    return status;
}
