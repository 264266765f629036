/* Which columns of a text are read, and where each input has them. */
#include "source/text_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT = 24 };

static enum sheaf_status no_memory(struct sheaf_error *err)
{
    return sheaf_fail(err, SHEAF_MEMORY, "out of memory for the columns of a text");
}

/* A column for a person: the header's name, else its number from 1. */
static const char *column_name(const struct schema *schema, size_t cell, char number[NUMBER_TEXT])
{
    if (schema->header && schema->names[cell][0])
        return schema->names[cell];
    snprintf(number, NUMBER_TEXT, "%zu", cell + 1);
    return number;
}

/* A name that two columns bear tells nothing. */
static enum sheaf_status check_unique(const char *input, const struct schema *schema, const char *wanted,
                                      size_t picked, struct sheaf_error *err)
{
    if (!schema->header || strcmp(schema->names[picked], wanted) != 0)
        return SHEAF_OK;
    for (size_t c = 0; c < schema->count; c++)
        if (c != picked && strcmp(schema->names[c], wanted) == 0)
            return source_fail(err, SHEAF_USAGE, input, SHEAF_UNKNOWN,
                               "columns %zu and %zu are both called \"%.64s\"; say which by its number", picked + 1,
                               c + 1, wanted);
    return SHEAF_OK;
}

/* The columns that were asked for. */
static enum sheaf_status pick_named(const char *input, const struct sheaf_reading *reading,
                                    const struct schema *schema, uint64_t *cells, struct sheaf_error *err)
{
    size_t *picked = calloc(reading->column_count, sizeof *picked);
    if (!picked)
        return no_memory(err);
    const char *const *names = schema->header ? (const char *const *)schema->names : NULL;
    enum sheaf_status status = source_pick_columns(reading, input, names, schema->count, picked, err);
    for (size_t k = 0; k < reading->column_count && status == SHEAF_OK; k++) {
        cells[k] = picked[k];
        status = check_unique(input, schema, reading->columns[k], picked[k], err);
    }
    free(picked);
    return status;
}

/* Every numeric column; the others are reported as left out. */
static enum sheaf_status pick_numeric(struct sheaf_source *source, const struct schema *schema, uint64_t *cells,
                                      size_t *count, struct sheaf_error *err)
{
    char number[NUMBER_TEXT];
    for (size_t c = 0; c < schema->count; c++) {
        if (schema->numeric[c]) {
            cells[(*count)++] = c;
            continue;
        }
        enum sheaf_status status = source_leave_out(source, column_name(schema, c, number), err);
        if (status != SHEAF_OK)
            return status;
    }
    if (*count)
        return SHEAF_OK;
    return source_fail(err, SHEAF_INPUT, source->inputs[0].name, SHEAF_UNKNOWN,
                       "none of its columns (%zu) holds numbers; if a delimiter, a header or a word for missing "
                       "values is special, say so (--delimiter, --header, --na), or name a column (--column)",
                       schema->count);
}

/* The columns of the first input: in the same place, or wherever the header has that name. */
static enum sheaf_status pick_same(const struct sheaf_source *source, const char *input, const struct schema *schema,
                                   uint64_t *cells, struct sheaf_error *err)
{
    for (size_t k = 0; k < source->column_count; k++) {
        const char *wanted = source->columns[k].name;
        char number[NUMBER_TEXT];
        size_t c = text_input_of(source, 0)->cell[k];
        if (strcmp(column_name(schema, c, number), wanted) != 0)
            for (c = 0; c < schema->count && strcmp(column_name(schema, c, number), wanted) != 0; c++)
                ;
        if (c == schema->count)
            return source_fail(err, SHEAF_INPUT, input, SHEAF_UNKNOWN,
                               "has no column \"%.64s\" where %s has one; all inputs of one run need the same", wanted,
                               source->inputs[0].name);
        cells[k] = c;
    }
    return SHEAF_OK;
}

static enum sheaf_status declare(struct sheaf_source *source, size_t input, const struct schema *schema,
                                 const uint64_t *cells, size_t count, enum sheaf_type type, struct sheaf_error *err)
{
    struct source_column *columns = calloc(count, sizeof *columns);
    char(*numbers)[NUMBER_TEXT] = calloc(count, sizeof *numbers);
    enum sheaf_status status = columns && numbers ? SHEAF_OK : no_memory(err);
    for (size_t k = 0; k < count && status == SHEAF_OK; k++)
        columns[k] = (struct source_column){(char *)column_name(schema, cells[k], numbers[k]), type, cells[k] + 1};
    if (status == SHEAF_OK)
        status = source_set_columns(source, input, columns, count, err);
    free(columns);
    free(numbers);
    return status;
}

enum sheaf_status text_choose_columns(struct sheaf_source *source, size_t input, const struct sheaf_reading *reading,
                                      const struct schema *schema, struct sheaf_error *err)
{
    struct text *text = source->detail;
    struct text_input *detail = source->inputs[input].detail;
    const char *name = source->inputs[input].name;
    if (input == 0)
        text->cells = schema->count;
    else if (text->cells != schema->count)
        return source_fail(err, SHEAF_INPUT, name, SHEAF_UNKNOWN,
                           "has %zu columns where %s has %llu; all inputs of one run need the same", schema->count,
                           source->inputs[0].name, (unsigned long long)text->cells);
    size_t named = reading->column_count, count = named ? named : source->column_count;
    detail->cell = calloc(named > schema->count ? named : schema->count, sizeof *detail->cell);
    if (!detail->cell)
        return no_memory(err);
    enum sheaf_status status;
    if (named)
        status = pick_named(name, reading, schema, detail->cell, err);
    else if (input == 0)
        status = pick_numeric(source, schema, detail->cell, &count, err);
    else
        status = pick_same(source, name, schema, detail->cell, err);
    enum sheaf_type type = reading->as && strcmp(reading->as, "f64") == 0 ? SHEAF_F64 : SHEAF_DECIMAL;
    return status == SHEAF_OK ? declare(source, input, schema, detail->cell, count, type, err) : status;
}
