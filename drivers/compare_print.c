#include "compare_print.h"

#include <stdlib.h>
#include <string.h>

#include "compare_fields.h"
#include "keep.h"
#include "number.h"
#include "terminal.h"

/* A column as it will be printed; cells by row. */
struct column {
    const struct field *field;
    const char **cells;
    size_t width;
};

/* Rows in the order of printing: the readings at the end. */
static size_t *order_rows(const struct comparison *c)
{
    size_t *order = keep_bytes((c->count + 1) * sizeof *order), count = 0;
    for (int readings = 0; readings < 2; readings++)
        for (size_t i = 0; i < c->count; i++)
            if ((c->rows[i].way.kind != WAY_PLAN) == readings)
                order[count++] = i;
    return order;
}

static const char *cell_of(const struct comparison *c, const struct row *row, const struct field *field)
{
    struct figure figure = field->get(c, row);
    if (figure.kind == FIGURE_NONE)
        return "";
    return field->show ? field->show(&figure) : figure_text(&figure);
}

/* Fills a column; false if it says nothing. */
static bool make_column(const struct comparison *c, const struct field *field, bool wide, struct column *column)
{
    const char *first = NULL;
    bool differ = false;
    *column = (struct column){field, keep_bytes((c->count + 1) * sizeof *column->cells), strlen(field->title)};
    for (size_t i = 0; i < c->count; i++) {
        const char *cell = cell_of(c, &c->rows[i], field);
        bool shown = *cell && c->rows[i].state == ROW_STANDING;
        differ = differ || (shown && first && strcmp(first, cell) != 0);
        first = shown && !first ? cell : first;
        column->cells[i] = cell;
        if ((shown || field->flags & FIELD_LEFT) && strlen(cell) > column->width)
            column->width = strlen(cell);
    }
    return field->flags & FIELD_IF_DIFFERENT ? differ || (wide && first) : first != NULL;
}

static size_t make_columns(const struct comparison *c, bool wide, struct column **columns)
{
    size_t fields = 0, count = 0;
    while (compare_fields[fields].get)
        fields++;
    *columns = keep_bytes((fields + 1) * sizeof **columns);
    for (const struct field *f = compare_fields; f->get; f++) {
        bool wanted = f->title && !(f->flags & FIELD_DATA_ONLY) && (wide || !(f->flags & FIELD_WIDE));
        if (wanted && make_column(c, f, wide, &(*columns)[count]))
            count++;
    }
    return count;
}

static void print_cell(FILE *out, const struct column *column, const char *text, bool last)
{
    int width = (int)column->width;
    if (column->field->flags & FIELD_LEFT)
        fprintf(out, "%-*s", last ? 0 : width, text);
    else
        fprintf(out, "%*s", width, text);
    fputs(last ? "\n" : " ", out);
}

/* A row without figures: what it would have been, and why it is not. */
static void print_note(FILE *out, const struct column *columns, size_t i, const struct row *row)
{
    print_cell(out, &columns[0], columns[0].cells[i], false);
    print_cell(out, &columns[1], columns[1].cells[i], false);
    if (way_workers(&row->way))
        fprintf(out, "%u worker%s ", way_workers(&row->way), way_workers(&row->way) == 1 ? "" : "s");
    fprintf(out, "%s\n", row_note(row));
}

static const char *input_text(const struct comparison *c)
{
    char bytes[32];
    const char *names = c->inputs.count > 3 ? keep_text("%zu files", c->inputs.count) : "";
    for (size_t i = 0; i < c->inputs.count && c->inputs.count <= 3; i++)
        names = keep_text("%s%s%s", names, i ? ", " : "", c->inputs.items[i]);
    return c->input_bytes ? keep_text("%s (%s)", names, show_bytes((double)c->input_bytes, bytes)) : names;
}

static void print_title(FILE *out, const struct comparison *c)
{
    size_t runs = c->has_base ? c->rows[c->base].count : 0;
    fprintf(out, "%s%s of %s%s", style_bold(out), c->kernels, input_text(c), style_end(out));
    if (runs)
        fprintf(out, ", medians of %zu", runs);
    fputs("\n", out);
}

void print_comparison_text(FILE *out, const struct comparison *c, bool wide)
{
    struct column *columns;
    size_t count = make_columns(c, wide, &columns);
    size_t *order = order_rows(c);
    print_title(out, c);
    for (size_t k = 0; k < count; k++)
        print_cell(out, &columns[k], columns[k].field->title, k + 1 == count);
    for (size_t n = 0; n < c->count; n++) {
        size_t i = order[n];
        if (c->rows[i].state != ROW_STANDING) {
            print_note(out, columns, i, &c->rows[i]);
            continue;
        }
        for (size_t k = 0; k < count; k++)
            print_cell(out, &columns[k], columns[k].cells[i], k + 1 == count);
    }
}
