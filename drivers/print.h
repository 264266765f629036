/* Printers: a report in each format. The order is fixed; nothing that may differ between two runs is outside `run`. */
#ifndef DRIVERS_PRINT_H
#define DRIVERS_PRINT_H

#include <stdio.h>

#include "json.h"
#include "report.h"

/* One scalar as the bare number, several as `name<TAB>value`, tables with a header. */
void print_text(FILE *out, const struct report *report);
/* {"kernel", "result", "rows", "run"}; "exact" and "files" where they apply. */
void print_json(FILE *out, const struct report *report);
/* A header and one row per file and column; where there are tables, their rows instead. ',' quotes as RFC 4180,
 * '\t' escapes tabs and line ends by a backslash. */
void print_separated(FILE *out, const struct report *report, char separator);
/* One scalar as a 0-d array, otherwise a 1-D structured array with the columns that CSV has. */
void print_npy(FILE *out, const struct report *report);

/* A text in one line and one field: tabs, line ends and backslashes escaped by a backslash. */
void print_escaped(FILE *out, const char *text);

/* A cell of a line whose cells are parted by ',' (RFC 4180) or '\t' (escaped). */
void print_cell(FILE *out, const char *text, char separator);

/* By the name of a format. */
void print_report(FILE *out, const char *format, const struct report *report);

/* The plan without an answer: what --dry-run shows. */
void print_plan_text(FILE *out, const struct sheaf_plan_view *plan, const char *kernels);
void print_plan_json(FILE *out, const struct sheaf_plan_view *plan, const char *kernels);
/* The members of a plan, into an open object. */
void json_plan(struct json *json, const struct sheaf_plan_view *plan);
/* What was done with the rows, into an open object. */
void json_tally(struct json *json, const struct sheaf_tally *tally);
/* Host and version, into an open object. */
void json_program(struct json *json);

#endif
