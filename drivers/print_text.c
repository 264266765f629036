/* Text for people and shells, CSV and TSV for other programs. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "grid.h"
#include "keep.h"
#include "message.h"
#include "print.h"

void print_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\t')
            fputs("\\t", out);
        else if (*text == '\n')
            fputs("\\n", out);
        else if (*text == '\r')
            fputs("\\r", out);
        else if (*text == '\\')
            fputs("\\\\", out);
        else
            fputc(*text, out);
    }
}

/* RFC 4180. */
static void print_quoted(FILE *out, const char *text)
{
    size_t length = strlen(text);
    bool plain = !text[strcspn(text, ",\"\r\n")] && (length == 0 || (text[0] != ' ' && text[length - 1] != ' '));
    if (plain) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

void print_cell(FILE *out, const char *text, char separator)
{
    if (separator == ',')
        print_quoted(out, text);
    else
        print_escaped(out, text);
}

/* `null` stands for a value that there is not; a value that was not asked for is empty. */
static void print_grid(FILE *out, const struct grid *grid, char separator, const char *null)
{
    char real[32];
    for (size_t c = 0; c < grid->column_count; c++) {
        if (c)
            fputc(separator, out);
        print_cell(out, grid->names[c], separator);
    }
    fputc('\n', out);
    for (size_t i = 0; i < grid->row_count * grid->column_count; i++) {
        const struct sheaf_value *cell = grid->cells[i];
        print_cell(out, cell && cell->kind == SHEAF_NULL ? null : grid_cell_text(cell, real), separator);
        fputc((i + 1) % grid->column_count ? separator : '\n', out);
    }
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

/* One file, one column: a line for each value. */
static void print_scalars_down(FILE *out, const struct grids *grids)
{
    const struct grid *grid = &grids->scalars;
    char real[32];
    if (grid->row_count == 0)
        return;
    bool bare = grid->column_count == 1 && grids->table_count == 0;
    for (size_t c = 0; c < grid->column_count; c++) {
        if (!bare) {
            print_escaped(out, grid->names[c]);
            fputc('\t', out);
        }
        print_escaped(out, grid->cells[c]->kind == SHEAF_NULL ? "null" : grid_cell_text(grid->cells[c], real));
        fputc('\n', out);
    }
}

void print_text(FILE *out, const struct report *report)
{
    struct grids grids = grids_make(report);
    bool printed = grids.scalars.row_count > 0;
    if (report_is_single(report) && report->file_count == 0)
        print_scalars_down(out, &grids);
    else if (printed)
        print_grid(out, &grids.scalars, '\t', "null");
    for (size_t t = 0; t < grids.table_count; t++) {
        if (printed)
            fputc('\n', out);
        print_grid(out, &grids.tables[t], '\t', "null");
        printed = true;
    }
}

/* ---- CSV and TSV ------------------------------------------------------------------------------------------------ */

static void tell_left_out(const struct grid *scalars)
{
    const char *names = "";
    for (size_t c = scalars->key_count; c < scalars->column_count; c++)
        names = keep_text("%s%s%s", names, *names ? ", " : "", scalars->names[c]);
    note("csv and tsv hold tables only; text and json have %s too", names);
}

void print_separated(FILE *out, const struct report *report, char separator)
{
    struct grids grids = grids_make(report);
    if (grids.table_count == 0) {
        print_grid(out, &grids.scalars, separator, "");
        return;
    }
    if (grids.scalars.row_count)
        tell_left_out(&grids.scalars);
    for (size_t t = 0; t < grids.table_count; t++) {
        if (t)
            fputc('\n', out);
        print_grid(out, &grids.tables[t], separator, "");
    }
}

void print_report(FILE *out, const char *format, const struct report *report)
{
    if (strcmp(format, "json") == 0)
        print_json(out, report);
    else if (strcmp(format, "csv") == 0)
        print_separated(out, report, ',');
    else if (strcmp(format, "tsv") == 0)
        print_separated(out, report, '\t');
    else if (strcmp(format, "npy") == 0)
        print_npy(out, report);
    else
        print_text(out, report);
}
