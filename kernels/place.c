#include "place.h"

#include <stdio.h>

static enum sheaf_status report_line(const char *name, int64_t line, struct sheaf_result *result)
{
    char full_name[48];
    snprintf(full_name, sizeof full_name, "%s_line", name);
    return line == SHEAF_UNKNOWN ? sheaf_result_null(result, full_name) : sheaf_result_int(result, full_name, line);
}

static enum sheaf_status report_file(const char *name, const char *file, struct sheaf_result *result)
{
    char full_name[48];
    snprintf(full_name, sizeof full_name, "%s_file", name);
    return sheaf_result_text(result, full_name, file);
}

enum sheaf_status place_report(const char *name, const struct sheaf_position *position,
                               const struct sheaf_finish *finish, struct sheaf_result *result,
                               struct sheaf_error *err)
{
    if (!position)
        return sheaf_result_null(result, name);
    struct sheaf_location place;
    enum sheaf_status status = finish->locate(finish, position, &place, err);
    if (status == SHEAF_OK)
        status = sheaf_result_uint(result, name, place.row + (place.text ? 1 : 0));
    if (status == SHEAF_OK && place.text)
        status = report_line(name, place.line, result);
    if (status == SHEAF_OK && !place.alone)
        status = report_file(name, place.file, result);
    return status;
}
