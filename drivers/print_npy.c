/* The answer as a NumPy array file. */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "keep.h"
#include "message.h"
#include "npy.h"
#include "number.h"
#include "print.h"

/* What a column becomes. */
enum cell_type { CELL_INT, CELL_UINT, CELL_REAL, CELL_TEXT };

struct npy_column {
    enum cell_type type;
    size_t width; /* of text, in characters */
};

/* ---- types ------------------------------------------------------------------------------------------------------- */

static size_t characters(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* The narrowest type that holds every cell of a column. No value is NaN, so it makes a column real. */
static struct npy_column column_of(const struct grid *grid, size_t c)
{
    struct npy_column column = {CELL_INT, 1};
    bool all_signed = true, all_unsigned = true, numbers = true;
    for (size_t r = 0; r < grid->row_count; r++) {
        const struct sheaf_value *cell = grid->cells[r * grid->column_count + c];
        bool integer = cell && cell->kind == SHEAF_INTEGER;
        numbers = numbers && !(cell && cell->kind == SHEAF_TEXT);
        all_signed = all_signed && integer && integer_fits_signed(cell->text);
        all_unsigned = all_unsigned && integer && integer_fits_unsigned(cell->text);
    }
    column.type = !numbers ? CELL_TEXT : all_signed ? CELL_INT : all_unsigned ? CELL_UINT : CELL_REAL;
    for (size_t r = 0; column.type == CELL_TEXT && r < grid->row_count; r++) {
        char real[32];
        size_t width = characters(grid_cell_text(grid->cells[r * grid->column_count + c], real));
        column.width = width > column.width ? width : column.width;
    }
    return column;
}

static const char *dtype(const struct npy_column *column)
{
    if (column->type == CELL_TEXT)
        return keep_text("'<U%zu'", column->width);
    return column->type == CELL_INT ? "'<i8'" : column->type == CELL_UINT ? "'<u8'" : "'<f8'";
}

/* ---- names ------------------------------------------------------------------------------------------------------- */

/* A Python string literal. */
static const char *literal(const char *text)
{
    char *out = keep_bytes(2 * strlen(text) + 3), *end = out;
    *end++ = '\'';
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            *end++ = '\\';
        *end++ = *text == '\n' ? ' ' : *text;
    }
    *end++ = '\'';
    return out;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static void write_word(FILE *out, uint64_t word)
{
    word = htole64(word);
    fwrite(&word, sizeof word, 1, out);
}

/* UTF-8 as four bytes a character, filled up with zeros. */
static void write_text(FILE *out, const char *text, size_t width)
{
    const unsigned char *s = (const unsigned char *)text;
    for (size_t i = 0; i < width; i++) {
        uint32_t code = 0;
        if (*s) {
            code = *s < 0x80 ? *s : *s < 0xe0 ? *s & 0x1f : *s < 0xf0 ? *s & 0x0f : *s & 0x07;
            for (s++; (*s & 0xc0) == 0x80; s++)
                code = code << 6 | (*s & 0x3f);
        }
        code = htole32(code);
        fwrite(&code, sizeof code, 1, out);
    }
}

static void write_cell(FILE *out, const struct npy_column *column, const struct sheaf_value *cell)
{
    char real[32];
    double value = cell && cell->kind != SHEAF_NULL ? cell->real : __builtin_nan("");
    uint64_t word;
    memcpy(&word, &value, sizeof word);
    if (column->type == CELL_TEXT)
        write_text(out, grid_cell_text(cell, real), column->width);
    else if (column->type == CELL_INT)
        write_word(out, (uint64_t)strtoll(cell->text, NULL, 10));
    else if (column->type == CELL_UINT)
        write_word(out, strtoull(cell->text, NULL, 10));
    else
        write_word(out, word);
}

static void write_grid(FILE *out, const struct grid *grid, bool bare)
{
    struct npy_column *columns = keep_bytes(grid->column_count * sizeof *columns);
    const char *descr = "";
    for (size_t c = 0; c < grid->column_count; c++) {
        columns[c] = column_of(grid, c);
        descr = bare ? dtype(&columns[c])
                     : keep_text("%s%s(%s, %s)", descr, c ? ", " : "", literal(grid->names[c]), dtype(&columns[c]));
    }
    npy_header(out, bare ? descr : keep_text("[%s]", descr), bare ? "()" : keep_text("(%zu,)", grid->row_count));
    for (size_t i = 0; i < grid->row_count * grid->column_count; i++)
        write_cell(out, &columns[i % grid->column_count], grid->cells[i]);
}

void print_npy(FILE *out, const struct report *report)
{
    struct grids grids = grids_make(report);
    const struct grid *grid = grids.table_count ? &grids.tables[0] : &grids.scalars;
    bool bare = !grids.table_count && grid->column_count == 1 && grid->row_count == 1;
    if (grids.table_count > 1 || (grids.table_count && grids.scalars.row_count))
        note("npy holds the table \"%s\" only; text and json have the rest", grid->title);
    write_grid(out, grid, bare);
}
