#include "grid.h"

#include <string.h>

#include "keep.h"

static size_t column_add(struct grid *grid, const char *name)
{
    for (size_t c = 0; c < grid->column_count; c++)
        if (strcmp(grid->names[c], name) == 0)
            return c;
    const char **names = keep_bytes((grid->column_count + 1) * sizeof *names);
    if (grid->column_count)
        memcpy(names, grid->names, grid->column_count * sizeof *names);
    names[grid->column_count] = name;
    grid->names = names;
    return grid->column_count++;
}

/* A row of empty cells. The columns are known by now. */
static const struct sheaf_value **row_add(struct grid *grid)
{
    size_t row_bytes = grid->column_count * sizeof *grid->cells;
    grid->cells = keep_room(grid->cells, grid->row_count, &grid->row_capacity, row_bytes);
    return grid->cells + grid->column_count * grid->row_count++;
}

static const struct sheaf_value *text_value(const char *text)
{
    struct sheaf_value *value = keep_bytes(sizeof *value);
    value->kind = SHEAF_TEXT;
    value->text = (char *)text;
    return value;
}

/* The columns that say which file and which column a row is about, where that is not plain. */
static void add_key_columns(struct grid *grid, const struct report *report)
{
    if (report->file_count)
        column_add(grid, "file");
    if (!report_is_single(report))
        column_add(grid, "column");
    grid->key_count = grid->column_count;
}

/* Fills them; returns the number of the first cell behind. */
static size_t fill_keys(const struct report *report, const struct report_section *section,
                        const struct report_item *item, const struct sheaf_value **row)
{
    size_t c = 0;
    if (report->file_count)
        row[c++] = text_value(section->file ? section->file : "");
    if (!report_is_single(report))
        row[c++] = text_value(item->label);
    return c;
}

static bool is_table(const struct report_value *value)
{
    return value->entry->column_count > 0;
}

/* ---- scalars ------------------------------------------------------------------------------------------------- */

static void add_scalar_row(struct grid *grid, const struct report *report, const struct report_section *section,
                           const struct report_item *item)
{
    const struct sheaf_value **row = NULL;
    for (size_t v = 0; v < item->count; v++) {
        if (is_table(&item->values[v]))
            continue;
        if (!row) {
            row = row_add(grid);
            fill_keys(report, section, item, row);
        }
        row[column_add(grid, item->values[v].name)] = &item->values[v].entry->value;
    }
}

static void add_scalar_names(struct grid *grid, const struct report_section *section)
{
    for (size_t i = 0; i < section->count; i++)
        for (size_t v = 0; v < section->items[i].count; v++)
            if (!is_table(&section->items[i].values[v]))
                column_add(grid, section->items[i].values[v].name);
}

static struct grid make_scalars(const struct report *report)
{
    struct grid grid = {0};
    add_key_columns(&grid, report);
    for (size_t s = 0; s < report_section_count(report); s++)
        add_scalar_names(&grid, report_section_at(report, s));
    for (size_t s = 0; s < report_section_count(report); s++) {
        const struct report_section *section = report_section_at(report, s);
        for (size_t i = 0; i < section->count; i++)
            add_scalar_row(&grid, report, section, &section->items[i]);
    }
    return grid;
}

/* ---- tables -------------------------------------------------------------------------------------------------- */

static void add_table_rows(struct grid *grid, const struct report *report, const struct report_section *section,
                           const struct report_item *item, const struct sheaf_entry *entry)
{
    for (uint64_t cell = 0; cell + entry->column_count <= entry->cell_count; cell += entry->column_count) {
        const struct sheaf_value **row = row_add(grid);
        size_t first = fill_keys(report, section, item, row);
        for (uint32_t c = 0; c < entry->column_count; c++)
            row[first + c] = &entry->cells[cell + c];
    }
}

static const struct sheaf_entry *find_table(const struct report_item *item, const char *name)
{
    for (size_t v = 0; v < item->count; v++)
        if (is_table(&item->values[v]) && strcmp(item->values[v].name, name) == 0)
            return item->values[v].entry;
    return NULL;
}

/* A table's own column may be called "file" or "column" as well; names are positions here, not keys. */
static void add_own_columns(struct grid *grid, const struct sheaf_entry *entry)
{
    const char **names = keep_bytes((grid->column_count + entry->column_count) * sizeof *names);
    if (grid->column_count)
        memcpy(names, grid->names, grid->column_count * sizeof *names);
    for (uint32_t c = 0; c < entry->column_count; c++)
        names[grid->column_count + c] = entry->column_names[c];
    grid->names = names;
    grid->column_count += entry->column_count;
}

static struct grid make_table(const struct report *report, const struct report_value *value)
{
    struct grid grid = {.title = value->name};
    add_key_columns(&grid, report);
    add_own_columns(&grid, value->entry);
    for (size_t s = 0; s < report_section_count(report); s++) {
        const struct report_section *section = report_section_at(report, s);
        for (size_t i = 0; i < section->count; i++) {
            const struct sheaf_entry *entry = find_table(&section->items[i], value->name);
            if (entry)
                add_table_rows(&grid, report, section, &section->items[i], entry);
        }
    }
    return grid;
}

static bool has_table(const struct grids *grids, const char *title)
{
    for (size_t t = 0; t < grids->table_count; t++)
        if (strcmp(grids->tables[t].title, title) == 0)
            return true;
    return false;
}

struct grids grids_make(const struct report *report)
{
    struct grids grids = {.scalars = make_scalars(report)};
    size_t most = 0;
    for (size_t i = 0; i < report->total.count; i++)
        most += report->total.items[i].count;
    grids.tables = keep_bytes(most * sizeof *grids.tables);
    for (size_t i = 0; i < report->total.count; i++) {
        const struct report_item *item = &report->total.items[i];
        for (size_t v = 0; v < item->count; v++)
            if (is_table(&item->values[v]) && !has_table(&grids, item->values[v].name))
                grids.tables[grids.table_count++] = make_table(report, &item->values[v]);
    }
    return grids;
}

const char *grid_cell_text(const struct sheaf_value *cell, char real[32])
{
    if (!cell || cell->kind == SHEAF_NULL)
        return "";
    return cell->kind == SHEAF_REAL ? sheaf_real_text(cell->real, real) : cell->text;
}
