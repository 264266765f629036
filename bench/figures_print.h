/* Figures as a table, as CSV, as JSON. */
#ifndef BENCH_FIGURES_PRINT_H
#define BENCH_FIGURES_PRINT_H

#include <stdio.h>

#include "trial.h"

/* A line at a time, so that a table grows while it is measured. `figure` NULL: the head. */
typedef void figure_printer(FILE *out, const struct figure *figure);
figure_printer figure_print_text;
figure_printer figure_print_csv;

void figures_print_json(FILE *out, const struct figure *figures, size_t count);

#endif
