/* From names and Input options to a source: pairs of files, columns, and the column that --where looks at. */
#ifndef DRIVERS_DATA_H
#define DRIVERS_DATA_H

#include "input_options.h"

struct data {
    struct sheaf_source *source;
    uint32_t column_count; /* the first ones of the source: those to compute over. The rest is for the filter. */
};

/* Opens `names` as one sequence of rows; as the two sides of a pair where a kernel wants two inputs (`two`), there
 * are two names and no two columns were named. Tells on standard error which columns of text were left out. */
SHEAF_MUST_USE enum sheaf_status data_open(struct data *data, const struct input_options *options, bool two,
                                           const struct text_list *names, struct sheaf_error *err);
void data_close(struct data *data);

/* The inputs that a command line names: `operands`, then the lists; standard input if there is none. SHEAF_USAGE if
 * that is a terminal, with `example`. */
SHEAF_MUST_USE enum sheaf_status data_names(struct text_list *names, const struct input_options *options,
                                            const char *const *operands, size_t operand_count, const char *example,
                                            struct sheaf_error *err);

#endif
