/* What to read: the Input options, and the source they make. */
#ifndef DRIVERS_INPUT_OPTIONS_H
#define DRIVERS_INPUT_OPTIONS_H

#include <sheaf/source.h>

#include "option.h"

struct line_range {
    const char *given;    /* NULL: no range was */
    uint64_t first, last; /* 0: no limit */
};

struct input_options {
    const char *format, *type, *endian, *as;
    struct option_number offset, count, seed, skip_lines;
    struct line_range lines;
    char delimiter;
    int header;
    struct text_list columns, na;
    const char *files_from, *files0_from;
    struct text_list where;
    const char *nan;
};
extern const struct option_table input_table;

/* Adds the names in --files-from or --files0-from to `names`. SHEAF_IO, SHEAF_INPUT (no name in it). */
SHEAF_MUST_USE enum sheaf_status input_names(const struct input_options *options, struct text_list *names,
                                             struct sheaf_error *err);

/* How to read, for sheaf_source_open. `columns` instead of the named ones; borrowed. */
struct sheaf_reading input_reading(const struct input_options *options, const struct text_list *columns);

#endif
