/* A row's own process: opens data and plan once, then runs one repetition each time it is asked. */
#ifndef DRIVERS_COMPARE_ROW_H
#define DRIVERS_COMPARE_ROW_H

#include "compare/way.h"
#include "reduction.h"

/* Serves until told to quit or until the parent is gone; the exit code. `request` has all but the execution, which is
 * `way`'s. */
int row_serve(const struct way *way, struct request request, const struct text_list *names);

#endif
