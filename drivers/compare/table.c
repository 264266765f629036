#include "compare/table.h"

#include <stdlib.h>
#include <string.h>

#include "compare/fields.h"
#include "compare/verdict.h"
#include "keep.h"
#include "number.h"
#include "terminal.h"

/* A column as it will be printed. */
struct column {
    const struct field *field;
    const char **cells; /* by row; after them the title */
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
        if ((shown || field->flags & FIELD_WHAT) && strlen(cell) > column->width)
            column->width = strlen(cell);
    }
    column->cells[c->count] = field->title;
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

/* Blanks that a line would end in are only printed when something follows them. */
static void print_cell(FILE *out, const struct column *column, const char *text, unsigned *blanks)
{
    int room = (int)(column->width > strlen(text) ? column->width - strlen(text) : 0);
    bool left = column->field->flags & FIELD_LEFT;
    if (*text)
        fprintf(out, "%*s%s", (int)*blanks + (left ? 0 : room), "", text);
    *blanks = (*text ? (left ? (unsigned)room : 0) : *blanks + (unsigned)column->width) + 1;
}

static void print_line(FILE *out, const struct column *columns, size_t count, size_t row)
{
    unsigned blanks = 0;
    for (size_t k = 0; k < count; k++)
        print_cell(out, &columns[k], columns[k].cells[row], &blanks);
    fputc('\n', out);
}

/* A row without figures: what it would have been, and why it is not. */
static void print_note(FILE *out, const struct column *columns, size_t count, size_t i, const struct row *row)
{
    enum { NAME_COLUMNS = 2 };
    unsigned blanks = 0;
    for (size_t k = 0; k < count; k++)
        if (columns[k].field->flags & FIELD_WHAT && (k < NAME_COLUMNS || way_workers(&row->way)))
            print_cell(out, &columns[k], columns[k].cells[i], &blanks);
    fprintf(out, "%*s%s\n", (int)blanks, "", row_note(row));
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
    size_t count = make_columns(c, wide, &columns), *order = order_rows(c);
    print_title(out, c);
    print_line(out, columns, count, c->count);
    for (size_t n = 0; n < c->count; n++) {
        if (c->rows[order[n]].state == ROW_STANDING)
            print_line(out, columns, count, order[n]);
        else
            print_note(out, columns, count, order[n], &c->rows[order[n]]);
    }
    print_verdict_text(out, c);
}
