/* A row, reported for a person. */
#ifndef SHEAF_KERNELS_PLACE_H
#define SHEAF_KERNELS_PLACE_H

#include <sheaf/kernel.h>

/* Adds `name`: element from 0, or record from 1 of text; for text `name`_line too, and `name`_file when the source has
 * several inputs. NULL for `position`: null. `name` has at most 32 letters. */
enum sheaf_status place_report(const char *name, const struct sheaf_position *position,
                               const struct sheaf_finish *finish, struct sheaf_result *result,
                               struct sheaf_error *err);

#endif
