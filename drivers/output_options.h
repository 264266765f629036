/* How the answer is shown, and where it goes: the Output options. */
#ifndef DRIVERS_OUTPUT_OPTIONS_H
#define DRIVERS_OUTPUT_OPTIONS_H

#include "option.h"

struct output_options {
    const char *format; /* NULL: by the file's ending */
    const char *path;
    int progress;       /* 1 yes, -1 no, 0 on a terminal */
    bool dry_run;
};
extern const struct option_table output_table;

/* "text", "json", "csv", "tsv" or "npy". */
const char *output_format(const struct output_options *options);

/* For commands that only list. */
struct listing_options {
    bool json;
};
extern const struct option_table listing_table;

#endif
