/* The columns of a source: which were meant, and that every input has the same. */
#include "base/nearest.h"
#include "source/format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum sheaf_status source_leave_out(struct sheaf_source *source, const char *name, struct sheaf_error *err)
{
    char **grown = realloc(source->left_out, (source->left_out_count + 1) * sizeof *grown);
    char *copy = strdup(name);
    if (grown)
        source->left_out = grown;
    if (!grown || !copy) {
        free(copy);
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a column's name");
    }
    source->left_out[source->left_out_count++] = copy;
    return SHEAF_OK;
}

static enum sheaf_status columns_copy(struct sheaf_source *source, const struct source_column *columns, size_t count,
                                      struct sheaf_error *err)
{
    source->columns = calloc(count ? count : 1, sizeof *source->columns);
    if (!source->columns)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu columns", count);
    for (size_t i = 0; i < count; i++) {
        source->columns[i] = columns[i];
        source->columns[i].name = strdup(columns[i].name);
        if (!source->columns[i].name)
            return sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu columns", count);
        source->column_count = i + 1;
    }
    return SHEAF_OK;
}

/* Names the first difference between an input's columns and those of the first input. */
static enum sheaf_status columns_agree(const struct sheaf_source *source, const char *name,
                                       const struct source_column *columns, size_t count, struct sheaf_error *err)
{
    const char *first = source->inputs[0].name;
    if (count != source->column_count)
        return source_fail(err, SHEAF_INPUT, name, SHEAF_UNKNOWN,
                           "has %zu columns to read where %s has %zu; all inputs of one run need the same", count,
                           first, source->column_count);
    for (size_t i = 0; i < count; i++) {
        const struct source_column *mine = &columns[i], *theirs = &source->columns[i];
        if (strcmp(mine->name, theirs->name) != 0)
            return source_fail(err, SHEAF_INPUT, name, SHEAF_UNKNOWN,
                               "has a column \"%s\" where %s has \"%s\"; all inputs of one run need the same",
                               mine->name, first, theirs->name);
        if (mine->type != theirs->type)
            return source_fail(err, SHEAF_INPUT, name, SHEAF_UNKNOWN,
                               "holds %s where %s holds %s; all inputs of one run need the same type",
                               sheaf_type_name(mine->type), first, sheaf_type_name(theirs->type));
    }
    return SHEAF_OK;
}

enum sheaf_status source_set_columns(struct sheaf_source *source, size_t input, const struct source_column *columns,
                                     size_t count, struct sheaf_error *err)
{
    if (input == 0)
        return columns_copy(source, columns, count, err);
    return columns_agree(source, source->inputs[input].name, columns, count, err);
}

/* A number from 1 to count, written as a plain numeral. */
static bool column_number(const char *text, size_t count, size_t *index)
{
    uint64_t number = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9' || number > UINT64_MAX / 16)
            return false;
        number = number * 10 + (uint64_t)(*c - '0');
    }
    *index = (size_t)number - 1;
    return number >= 1 && number <= count;
}

static bool column_find(const char *wanted, const char *const *names, size_t count, size_t *index)
{
    for (size_t i = 0; names && i < count; i++) {
        if (strcmp(names[i], wanted) == 0) {
            *index = i;
            return true;
        }
    }
    return column_number(wanted, count, index);
}

/* A column whose name a list or a filter would cut where it has a comma or a comparison, and of which `wanted` is a
 * part; `count` if there is none. */
static size_t cut_name(const char *wanted, const char *const *names, size_t count)
{
    size_t i = 0;
    while (i < count && !(*wanted && strpbrk(names[i], ",<>=!") && strstr(names[i], wanted)))
        i++;
    return i;
}

static enum sheaf_status no_such_name(const char *wanted, const char *const *names, size_t count, struct sheaf_error *err)
{
    char list[256] = "";
    size_t used = 0, i = 0, whole = cut_name(wanted, names, count);
    for (; i < count && used < sizeof list - 48; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%.40s", i ? ", " : "", names[i]);
    const char *more = i < count ? ", ..." : "", *nearest = nearest_name(wanted, names, count);
    if (whole < count)
        return sheaf_fail(err, SHEAF_USAGE, "there is no column \"%.64s\"; for \"%.64s\" say its number, %zu", wanted,
                          names[whole], whole + 1);
    if (nearest)
        return sheaf_fail(err, SHEAF_USAGE, "there is no column \"%.64s\" (did you mean \"%.64s\"?); there are: %s%s",
                          wanted, nearest, list, more);
    return sheaf_fail(err, SHEAF_USAGE, "there is no column \"%.64s\"; there are: %s%s", wanted, list, more);
}

static enum sheaf_status no_such_column(const char *wanted, const char *input, const char *const *names, size_t count,
                                        struct sheaf_error *err)
{
    enum sheaf_status status =
        names ? no_such_name(wanted, names, count, err)
              : sheaf_fail(err, SHEAF_USAGE, "there is no column \"%.64s\"; columns here have numbers only, 1 to %zu",
                           wanted, count);
    sheaf_error_at(err, input, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return status;
}

enum sheaf_status source_pick_columns(const struct sheaf_reading *reading, const char *input,
                                      const char *const *names, size_t count, size_t *picked, struct sheaf_error *err)
{
    for (size_t k = 0; k < reading->column_count; k++)
        if (!column_find(reading->columns[k], names, count, &picked[k]))
            return no_such_column(reading->columns[k], input, names, count, err);
    return SHEAF_OK;
}
