#include "data.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

/* ---- names ----------------------------------------------------------------------------------------------------- */

enum sheaf_status data_names(struct text_list *names, const struct input_options *options,
                             const char *const *operands, size_t operand_count, const char *example,
                             struct sheaf_error *err)
{
    bool lists = options->files_from || options->files0_from;
    for (size_t i = 0; i < operand_count; i++)
        text_list_add(names, operands[i]);
    enum sheaf_status status = input_names(options, names, err);
    if (status != SHEAF_OK || names->count || lists)
        return status;
    if (isatty(STDIN_FILENO))
        return sheaf_fail(err, SHEAF_USAGE, "no FILE is named, and standard input is a terminal; for example: %s",
                          example);
    text_list_add(names, "-");
    return SHEAF_OK;
}

/* ---- the filter's column ---------------------------------------------------------------------------------------- */

/* "COLUMN OP NUMBER" taken apart. */
struct where {
    const char *column; /* NULL: one that only the plan can complain about */
    const char *rest;   /* from the operator on */
};

static struct where where_split(const char *expression)
{
    struct where where = {NULL, NULL};
    size_t length = strcspn(expression, "<>=!");
    where.rest = expression + length;
    while (length && expression[length - 1] == ' ')
        length--;
    for (; length && *expression == ' '; length--)
        expression++;
    if (length)
        where.column = keep_text("%.*s", (int)length, expression);
    return where;
}

static bool is_among(const char *text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, list[i]) == 0)
            return true;
    return false;
}

static bool is_numeral(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static bool has_column(const struct sheaf_source *source, const char *name)
{
    for (size_t i = 0; i < sheaf_source_column_count(source); i++)
        if (strcmp(sheaf_source_column_name(source, i), name) == 0)
            return true;
    return false;
}

/* A numeral in --where counts the columns of the input, but the plan counts those in use. Where text columns are left
 * out the two differ, so the input is asked for the name that goes with the number. */
static enum sheaf_status name_of_number(const struct text_list *names, const struct input_options *options,
                                        const char **column, struct sheaf_error *err)
{
    if (is_among("-", names->items, names->count))
        return sheaf_fail(err, SHEAF_USAGE, "--where: call column %s by its name, or name the columns with --column",
                          *column);
    struct text_list wanted = {0};
    struct sheaf_source *source;
    text_list_add(&wanted, *column);
    struct sheaf_reading reading = input_reading(options, &wanted);
    enum sheaf_status status = sheaf_source_open(&source, names->items, 1, &reading, err);
    if (status != SHEAF_OK)
        return status;
    const char *name = sheaf_source_column_name(source, 0);
    if (*name)
        *column = keep_text("%s", name);
    sheaf_source_destroy(source);
    return SHEAF_OK;
}

static enum sheaf_status find_filter(struct data *data, const struct input_options *options, const char *expression,
                                     const struct text_list *columns, const struct text_list *names,
                                     struct sheaf_error *err)
{
    struct where where = where_split(expression);
    if (!where.column || !*where.rest) {
        text_list_add(&data->filters, expression);
        return SHEAF_OK;
    }
    enum sheaf_status status = SHEAF_OK;
    for (size_t i = 0; i < columns->count; i++)
        if (strcmp(columns->items[i], where.column) == 0 && *sheaf_source_column_name(data->source, i))
            where.column = sheaf_source_column_name(data->source, i);
    bool counts = columns->count == 0 && is_numeral(where.column) && !has_column(data->source, where.column);
    if (counts && sheaf_source_left_out_count(data->source))
        status = name_of_number(names, options, &where.column, err);
    text_list_add(&data->filters, keep_text("%s %s", where.column, where.rest));
    return status;
}

/* The columns to select: those named, then those that only a filter looks at. Returns how many the latter are. */
static uint32_t choose_columns(struct text_list *columns, const struct input_options *options, bool pair)
{
    uint32_t extra = 0;
    for (size_t i = 0; i < options->columns.count; i++)
        text_list_add(columns, options->columns.items[i]);
    for (size_t i = 0; options->columns.count && !pair && i < options->where.count; i++) {
        struct where where = where_split(options->where.items[i]);
        if (!where.column || is_among(where.column, columns->items, columns->count))
            continue;
        text_list_add(columns, where.column);
        extra++;
    }
    return extra;
}

/* ---- opening ---------------------------------------------------------------------------------------------------- */

static enum sheaf_status open_one(struct sheaf_source **source, const struct input_options *options,
                                  const struct text_list *columns, const char *const *names, size_t count,
                                  struct sheaf_error *err)
{
    struct sheaf_reading reading = input_reading(options, columns);
    return sheaf_source_open(source, names, count, &reading, err);
}

static enum sheaf_status open_pair(struct sheaf_source **source, const struct input_options *options,
                                   const struct text_list *columns, const char *const *names, struct sheaf_error *err)
{
    struct sheaf_source *x, *y;
    enum sheaf_status status = open_one(&x, options, columns, names, 1, err);
    if (status != SHEAF_OK)
        return status;
    status = open_one(&y, options, columns, names + 1, 1, err);
    if (status == SHEAF_OK)
        return sheaf_source_pair(source, x, y, err);
    sheaf_source_destroy(x);
    return status;
}

static void tell_left_out(const struct sheaf_source *source)
{
    size_t count = sheaf_source_left_out_count(source);
    const char *list = "";
    for (size_t i = 0; i < count; i++)
        list = keep_text("%s%s%s", list, i ? ", " : "", sheaf_source_left_out_name(source, i));
    if (count)
        note("left out, because %s text: %s", count == 1 ? "it holds" : "they hold", list);
}

enum sheaf_status data_open(struct data *data, const struct input_options *options, bool two,
                            const struct text_list *names, struct sheaf_error *err)
{
    struct text_list columns = {0};
    bool pair = two && names->count == 2 && options->columns.count < 2;
    uint32_t extra = choose_columns(&columns, options, pair);
    *data = (struct data){0};
    enum sheaf_status status = pair ? open_pair(&data->source, options, &columns, names->items, err)
                                    : open_one(&data->source, options, &columns, names->items, names->count, err);
    if (status != SHEAF_OK) {
        data->source = NULL;
        return status;
    }
    data->column_count = (uint32_t)sheaf_source_column_count(data->source) - extra;
    tell_left_out(data->source);
    for (size_t i = 0; i < options->where.count && status == SHEAF_OK; i++)
        status = find_filter(data, options, options->where.items[i], &columns, names, err);
    if (status != SHEAF_OK)
        data_close(data);
    return status;
}

void data_close(struct data *data)
{
    sheaf_source_destroy(data->source);
    data->source = NULL;
}
