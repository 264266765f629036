#include "data.h"

#include <string.h>
#include <unistd.h>

#include <sheaf/job.h>

#include "message.h"

/* ---- names ----------------------------------------------------------------------------------------------------- */

enum sheaf_status data_names(struct text_list *names, const struct input_options *options,
                             const char *const *operands, size_t operand_count, const char *example,
                             struct sheaf_error *err)
{
    bool lists = options->files_from || options->files0_from;
    for (size_t i = 0; i < operand_count; i++) {
        if (!*operands[i])
            return sheaf_fail(err, SHEAF_USAGE, "a FILE is named by an empty word (a variable that is not set?)");
        text_list_add(names, operands[i]);
    }
    enum sheaf_status status = input_names(options, names, err);
    if (status != SHEAF_OK || names->count || lists)
        return status;
    if (isatty(STDIN_FILENO))
        return sheaf_fail(err, SHEAF_USAGE, "no FILE is named, and standard input is a terminal; for example: %s",
                          example);
    text_list_add(names, "-");
    return SHEAF_OK;
}

/* ---- columns ---------------------------------------------------------------------------------------------------- */

/* The columns to select: those named, then those that only a filter looks at. Returns how many the latter are. */
static uint32_t choose_columns(struct text_list *columns, const struct input_options *options, bool pair)
{
    uint32_t extra = 0;
    for (size_t i = 0; i < options->columns.count; i++)
        text_list_add(columns, options->columns.items[i]);
    for (size_t i = 0; options->columns.count && !pair && i < options->where.count; i++) {
        size_t length;
        const char *name = sheaf_filter_column(options->where.items[i], &length);
        name = keep_text("%.*s", (int)length, name);
        if (*name && !text_list_has(columns, name)) {
            text_list_add(columns, name);
            extra++;
        }
    }
    return extra;
}

/* ---- seed -------------------------------------------------------------------------------------------------------- */

/* A seed that no input has a use for would be ignored without a word. */
static enum sheaf_status check_seed(const struct input_options *options, const struct text_list *names,
                                    struct sheaf_error *err)
{
    bool generated = false;
    for (size_t i = 0; i < names->count; i++)
        generated |= strncmp(names->items[i], "gen:", 4) == 0;
    if (generated || !options->seed.set)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_USAGE, "--seed makes no sense here: it chooses the numbers that a generator makes "
                                        "(gen:uniform --count 100M --seed 7), and no input is one");
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
    struct sheaf_header header = sheaf_source_header(source, 0);
    if (count && header.is_text && !header.present && !header.said)
        note("the first row is taken for data; if it names the columns, say --header");
}

/* A first row of data that is not read would not show. */
static void tell_doubtful_header(const struct sheaf_source *source)
{
    bool told = false;
    for (size_t i = 0; i < sheaf_source_input_count(source) && !told; i++) {
        const char *name = sheaf_source_header(source, i).doubtful;
        const char *input = sheaf_source_input_name(source, i);
        told = name != NULL;
        input = strcmp(input, "-") == 0 ? "standard input" : input;
        if (name)
            note("%s: the first row is taken for the names of columns, though \"%.64s\" looks like data; say --no-header "
                 "if it is, --header if it is not", input, name);
    }
}

enum sheaf_status data_open(struct data *data, const struct input_options *options, bool two,
                            const struct text_list *names, struct sheaf_error *err)
{
    struct text_list columns = {0};
    bool pair = two && names->count == 2 && options->columns.count < 2;
    uint32_t extra = choose_columns(&columns, options, pair);
    *data = (struct data){0};
    enum sheaf_status status = check_seed(options, names, err);
    if (status == SHEAF_OK)
        status = pair ? open_pair(&data->source, options, &columns, names->items, err)
                      : open_one(&data->source, options, &columns, names->items, names->count, err);
    if (status != SHEAF_OK) {
        data->source = NULL;
        return status;
    }
    data->column_count = (uint32_t)sheaf_source_column_count(data->source) - extra;
    tell_doubtful_header(data->source);
    tell_left_out(data->source);
    return SHEAF_OK;
}

void data_close(struct data *data)
{
    sheaf_source_destroy(data->source);
    data->source = NULL;
}
