/* A comparison on paper. */
#ifndef DRIVERS_COMPARE_TABLE_H
#define DRIVERS_COMPARE_TABLE_H

#include <stdio.h>

#include "compare/comparison.h"

/* A title line, a table as wide as it must be (some 100 columns, more if `wide`), and the verdict. */
void print_comparison_text(FILE *out, const struct comparison *comparison, bool wide);
/* A header and a line per row, readings among them (strategy "read"). */
void print_comparison_separated(FILE *out, const struct comparison *comparison, char separator);
/* {"kernel", "result", "rows", "run"}, as `run` prints: what is measured is under run. */
void print_comparison_json(FILE *out, const struct comparison *comparison);

#endif
