#include "saved_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"

static enum sheaf_status bad_line(const char *path, int64_t number, const char *what, struct sheaf_error *err)
{
    if (number <= 1)
        sheaf_fail(err, SHEAF_INPUT, "is not %s that --save has written", what);
    else
        sheaf_fail(err, SHEAF_INPUT, "is no line of %s that --save has written", what);
    sheaf_error_at(err, path, SHEAF_UNKNOWN, number > 1 ? number : SHEAF_UNKNOWN, NULL);
    return SHEAF_INPUT;
}

enum sheaf_status saved_file_read(const char *path, const char *magic, const char *what,
                                  bool (*take)(void *context, char *line), void *context, struct sheaf_error *err)
{
    FILE *in = fopen(path, "re");
    char *line = NULL;
    size_t capacity = 0;
    int64_t number = 0;
    bool good = true;
    if (!in) {
        sheaf_fail_os(err, errno, "cannot be read");
        sheaf_error_at(err, path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
        return SHEAF_IO;
    }
    for (ssize_t length; good && (length = getline(&line, &capacity, in)) >= 0;) {
        if (length && line[length - 1] == '\n')
            line[--length] = 0;
        char *kept = keep_bytes((size_t)length + 1);
        memcpy(kept, line, (size_t)length);
        good = number++ == 0 ? strcmp(kept, magic) == 0 : take(context, kept);
    }
    free(line);
    fclose(in);
    return good && number > 0 ? SHEAF_OK : bad_line(path, number, what, err);
}
