/* Where an answer goes: standard output, or a file that appears under its name only when it is complete. */
#ifndef DRIVERS_OUTPUT_FILE_H
#define DRIVERS_OUTPUT_FILE_H

#include <stdio.h>
#include <sheaf/base.h>

struct output_file {
    FILE *stream;     /* to print to */
    const char *path; /* as it was named; NULL: standard output */
    const char *target; /* where it ends up: `path` without symbolic links */
    const char *temporary; /* the file's name until it is complete; NULL while it has none */
    int directory;    /* open, or -1: the target is no regular file and is written as it is */
};

/* `path` NULL or "-": standard output. A regular or new file is written beside its place, without a name where the
 * file system can do that, so that a run that is killed leaves nothing. SHEAF_IO names the file. */
SHEAF_MUST_USE enum sheaf_status output_open(struct output_file *file, const char *path, struct sheaf_error *err);
/* SHEAF_USAGE: what is written to `path` in `format` would spoil a terminal; `instead` is a format that would not. */
SHEAF_MUST_USE enum sheaf_status output_check_binary(const char *path, const char *format, const char *instead,
                                                     struct sheaf_error *err);
/* Makes sure that everything is on disk, then gives it its name. On failure the file that was there is untouched. */
SHEAF_MUST_USE enum sheaf_status output_commit(struct output_file *file, struct sheaf_error *err);
/* Forgets what was written. For a file that was not committed; harmless otherwise. */
void output_discard(struct output_file *file);

/* Flushes standard output at the program's end: `code`, or 1 with a message if something could not be written. */
int output_close_stdout(int code);

#endif
