#include "input_options.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "nearest.h"
#include "number.h"

/* const char *: an element type. */
static enum sheaf_status read_type(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    enum sheaf_type type;
    struct nearest nearest = nearest_to(text);
    if (sheaf_type_parse(text, &type)) {
        *(const char **)field = text;
        return SHEAF_OK;
    }
    for (int i = 0; i < SHEAF_TYPE_COUNT; i++)
        nearest_offer(&nearest, sheaf_type_name((enum sheaf_type)i));
    return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not an element type%s", text,
                      nearest_hint(&nearest, "", " (i8 i16 i32 i64 u8 u16 u32 u64 f32 f64)"));
}

/* char: one character, or its name. */
static enum sheaf_status read_delimiter(const struct option *option, void *field, const char *text,
                                        struct sheaf_error *err)
{
    static const struct {
        const char *name;
        char delimiter;
    } names[] = {{"tab", '\t'}, {"\\t", '\t'}, {"comma", ','}, {"semicolon", ';'}, {"space", ' '}, {"pipe", '|'}};
    (void)option;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i].name) == 0) {
            *(char *)field = names[i].delimiter;
            return SHEAF_OK;
        }
    }
    if (strlen(text) != 1 || text[0] == '\n' || text[0] == '\r' || text[0] == '"')
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not one character (or tab, comma, semicolon, space, pipe)", text);
    *(char *)field = text[0];
    return SHEAF_OK;
}

static bool read_line_number(const char *text, uint64_t *line)
{
    *line = 0;
    return !*text || (parse_count(text, line) && *line > 0);
}

/* struct line_range: "A:B", "A:", ":B". */
static enum sheaf_status read_lines(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    struct line_range *lines = field;
    const char *colon = strchr(text, ':');
    lines->given = text;
    if (!colon || !text[1] || !read_line_number(keep_text("%.*s", (int)(colon - text), text), &lines->first) ||
        !read_line_number(colon + 1, &lines->last))
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not a range of lines from 1 (A:B, A: or :B)", text);
    if (lines->last && lines->first > lines->last)
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" ends before it begins", text);
    return SHEAF_OK;
}

#define FIELD(name) offsetof(struct input_options, name)
const struct option_table input_table = {
    "Input",
    (const struct option[]){
        {"input-format", 0, false, "raw|npy|csv|tsv|space", option_choice, FIELD(format),
         "How the input is written (otherwise found out from its content)"},
        {"type", 0, false, "TYPE", read_type, FIELD(type),
         "Element type of raw data: i8 to i64, u8 to u64, f32, f64; says that the input is raw"},
        {"endian", 0, false, "little|big", option_choice, FIELD(endian), "Byte order of raw data (this machine's)"},
        {"offset", 0, false, "SIZE", option_size, FIELD(offset),
         "Bytes before the first element of raw data; the first element of a generator"},
        {"count", 0, false, "N", option_count, FIELD(count), "Elements to read; elements that a generator makes"},
        {"seed", 0, false, "N", option_count, FIELD(seed), "Seed of a generator (0)"},
        {"column", 0, false, "NAME,...", option_pieces, FIELD(columns),
         "Columns to use, by name or by number from 1; X,Y for kernels with two inputs (text: every numeric one; an array "
         "of several axes: all of it as one sequence, or with --column the table of its last axis)"},
        {"delimiter", 0, false, "CHAR", read_delimiter, FIELD(delimiter),
         "What stands between cells: a character, or tab, comma, semicolon, space, pipe"},
        {"header", 0, false, NULL, option_on, FIELD(header), "The first row names the columns"},
        {"no-header", 0, false, NULL, option_off, FIELD(header), "The first row is data"},
        {"skip-lines", 0, false, "N", option_count, FIELD(skip_lines), "Lines to pass over before anything else"},
        {"lines", 0, false, "A:B", read_lines, FIELD(lines), "Only data on lines A to B of each file"},
        {"na", 0, false, "TEXT,...", option_pieces, FIELD(na), "Cells that mean \"missing\", besides the empty one"},
        {"as", 0, false, "decimal|f64", option_choice, FIELD(as),
         "What numbers in text are: decimals, every digit of which counts (the default), or the doubles nearest to them"},
        {"files-from", 0, false, "FILE", option_text, FIELD(files_from),
         "Read the names of the inputs from FILE (-: standard input), one a line"},
        {"files0-from", 0, false, "FILE", option_text, FIELD(files0_from), "The same, names ended by NUL"},
        {"nan", 0, false, "propagate|skip|fail", option_choice, FIELD(nan), "What a NaN value does (propagate)"},
        {"where", 0, false, "EXPR", option_list, FIELD(where),
         "Use only rows for which COLUMN < <= == != >= > NUMBER holds; all of them, if given several times. COLUMN is a "
         "name or a number from 1. Rows of an array are its elements (1 is their column), with --column those of its "
         "table"},
        {0},
    },
};
#undef FIELD

/* ---- lists of inputs ------------------------------------------------------------------------------------------- */

enum {
    MOST_NAME = PATH_MAX - 1,
    MOST_NAMES = 10000000 /* a pipe may bring names for ever */
};

/* A list being read: names ended by newline or NUL. */
struct list {
    const char *path;
    FILE *in;
    int end;
    uint64_t number; /* of the name or line read last, from 1 */
    struct line line;
};

static enum sheaf_status list_at(const struct list *list, enum sheaf_status status, struct sheaf_error *err)
{
    sheaf_error_at(err, strcmp(list->path, "-") == 0 ? "standard input" : list->path, SHEAF_UNKNOWN, SHEAF_UNKNOWN,
                   NULL);
    return status;
}

static enum sheaf_status list_unreadable(const struct list *list, int cause, struct sheaf_error *err)
{
    return list_at(list, sheaf_fail_os(err, cause, "cannot read the list of inputs"), err);
}

static enum sheaf_status bad_name(const struct list *list, const char *what, struct sheaf_error *err)
{
    return list_at(list, sheaf_fail(err, SHEAF_INPUT, "%s %" PRIu64 " %s", list->end ? "line" : "name", list->number,
                                    what), err);
}

static enum sheaf_status take_name(const struct list *list, enum line_end end, struct text_list *names,
                                   struct sheaf_error *err)
{
    const struct line *line = &list->line;
    if (strlen(line->text) < line->length)
        return bad_name(list, "has a NUL in it (names ended by NUL are read by --files0-from)", err);
    if (end == LINE_LONG)
        return bad_name(list, keep_text("is longer than a path can be (%d bytes)", MOST_NAME), err);
    if (list->number > MOST_NAMES)
        return bad_name(list, keep_text("is one too many: a list may name %d inputs", MOST_NAMES), err);
    if (line->length)
        text_list_add(names, keep_text("%s", line->text));
    return line->length || list->end ? SHEAF_OK : bad_name(list, "is empty", err);
}

static enum sheaf_status take_names(struct list *list, struct text_list *names, struct sheaf_error *err)
{
    size_t before = names->count;
    for (;;) {
        enum line_end end = line_next(&list->line, list->in, list->end, MOST_NAME);
        if (end == LINE_NO_MEMORY || ferror(list->in))
            return list_unreadable(list, end == LINE_NO_MEMORY ? ENOMEM : errno, err);
        if (end == LINE_NONE)
            break;
        list->number++;
        enum sheaf_status status = take_name(list, end, names, err);
        if (status != SHEAF_OK)
            return status;
    }
    return names->count > before ? SHEAF_OK : list_at(list, sheaf_fail(err, SHEAF_INPUT, "names no input"), err);
}

static enum sheaf_status read_names(const char *path, int end, struct text_list *names, struct sheaf_error *err)
{
    struct list list = {.path = path, .end = end};
    list.in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!list.in)
        return list_unreadable(&list, errno, err);
    enum sheaf_status status = take_names(&list, names, err);
    line_cleanup(&list.line);
    if (list.in != stdin)
        fclose(list.in);
    return status;
}

enum sheaf_status input_names(const struct input_options *options, struct text_list *names, struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    if (options->files_from)
        status = read_names(options->files_from, '\n', names, err);
    if (options->files0_from && status == SHEAF_OK)
        status = read_names(options->files0_from, '\0', names, err);
    return status;
}

struct sheaf_reading input_reading(const struct input_options *options, const struct text_list *columns)
{
    return (struct sheaf_reading){
        .format = options->format,
        .type = options->type,
        .endian = options->endian,
        .offset = options->offset.value,
        .count_set = options->count.set,
        .count = options->count.value,
        .seed = options->seed.value,
        .delimiter = options->delimiter,
        .header = options->header,
        .skip_lines = options->skip_lines.value,
        .first_line = options->lines.first,
        .last_line = options->lines.last,
        .columns = columns->items,
        .column_count = columns->count,
        .na = options->na.items,
        .na_count = options->na.count,
        .as = options->as,
    };
}
