/* Options of a reading that make no sense for what is read. */
#include "source/format.h"

enum sheaf_status source_refuse_option(const char *input, const char *option, const char *why, struct sheaf_error *err)
{
    return source_fail(err, SHEAF_USAGE, input, SHEAF_UNKNOWN, "%s makes no sense here: %s", option, why);
}

enum sheaf_status source_refuse_text_options(const char *input, const struct sheaf_reading *reading,
                                             struct sheaf_error *err)
{
    const char *option = NULL;
    if (reading->delimiter)
        option = "--delimiter";
    else if (reading->header)
        option = reading->header > 0 ? "--header" : "--no-header";
    else if (reading->skip_lines)
        option = "--skip-lines";
    else if (reading->first_line || reading->last_line)
        option = "--lines";
    else if (reading->na_count)
        option = "--na";
    else if (reading->as)
        option = "--as";
    return option ? source_refuse_option(input, option, "this input is not text", err) : SHEAF_OK;
}
