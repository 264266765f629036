#include "saved.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "output_file.h"
#include "print.h"
#include "saved_file.h"

#define FIELD(name) offsetof(struct saved_options, name)
const struct option_table saved_table = {
    "Comparing answers",
    (const struct option[]){
        {"save", 0, true, "FILE", option_text, FIELD(save), "Keep the answer in FILE, exactly"},
        {"against", 0, true, "FILE", option_text, FIELD(against),
         "Compare with the answer kept in FILE (the same bits; a decimal and a double are the same if their values are): "
         "tell each value that moved, exit 3"},
        {"ulp", 0, false, "N", option_count, FIELD(tolerance.ulp), "A real may move by N units in the last place"},
        {"rtol", 0, false, "X", option_real, FIELD(tolerance.rtol), "A number may move by X times its size"},
        {"atol", 0, false, "X", option_real, FIELD(tolerance.atol), "A number may move by X"},
        {0},
    },
};
#undef FIELD

static const char *const kind_names[] = {
    [SHEAF_NULL] = "null", [SHEAF_INTEGER] = "integer", [SHEAF_REAL] = "real", [SHEAF_TEXT] = "text",
    [SHEAF_NUMERAL] = "decimal"};
enum { KIND_COUNT = sizeof kind_names / sizeof kind_names[0] };
static const char magic[] = "sheaf-answer 1", last_line[] = "end";

static struct saved_value *saved_add(struct saved *saved)
{
    saved->values = keep_room(saved->values, saved->count, &saved->capacity, sizeof *saved->values);
    return &saved->values[saved->count++];
}

/* ---- from a report --------------------------------------------------------------------------------------------- */

static void add_entry(struct saved *saved, const char *file, const char *column, const struct report_value *value)
{
    const struct sheaf_entry *entry = value->entry;
    if (!entry->column_count)
        *saved_add(saved) = (struct saved_value){file, column, value->name, entry->value};
    for (uint64_t i = 0; i < entry->cell_count; i++)
        *saved_add(saved) = (struct saved_value){
            file,
            column,
            keep_text("%s[%llu].%s", value->name, (unsigned long long)(i / entry->column_count),
                      entry->column_names[i % entry->column_count]),
            entry->cells[i],
        };
}

struct saved saved_make(const struct report *report)
{
    struct saved saved = {0};
    for (size_t s = 0; s < report_section_count(report); s++) {
        const struct report_section *section = report_section_at(report, s);
        for (size_t i = 0; i < section->count; i++)
            for (size_t v = 0; v < section->items[i].count; v++)
                add_entry(&saved, section->file ? section->file : "",
                          report_is_single(report) ? "" : section->items[i].label, &section->items[i].values[v]);
    }
    return saved;
}

/* ---- writing --------------------------------------------------------------------------------------------------- */

static void print_saved(FILE *out, const struct saved_value *v)
{
    char real[32];
    const char *fields[] = {kind_names[v->value.kind], v->file, v->column, v->name};
    for (size_t i = 0; i < 4; i++) {
        print_escaped(out, fields[i]);
        fputc('\t', out);
    }
    if (v->value.kind == SHEAF_REAL)
        fprintf(out, "%a\t%s", v->value.real, sheaf_real_text(v->value.real, real));
    else
        print_escaped(out, v->value.kind == SHEAF_NULL ? "" : v->value.text);
    fputc('\n', out);
}

enum sheaf_status saved_write(const struct saved *saved, struct output_file *file, struct sheaf_error *err)
{
    fprintf(file->stream, "%s\n", magic);
    for (size_t i = 0; i < saved->count; i++)
        print_saved(file->stream, &saved->values[i]);
    fprintf(file->stream, "%s\n", last_line);
    return output_commit(file, err);
}

/* ---- reading --------------------------------------------------------------------------------------------------- */

/* Cuts the next field off *line in place. NULL at the end. */
static char *next_field(char **line)
{
    char *field = *line, *from = field, *to = field;
    if (!field)
        return NULL;
    for (; *from && *from != '\t'; from++, to++) {
        if (*from == '\\' && from[1]) {
            from++;
            *to = *from == 't' ? '\t' : *from == 'n' ? '\n' : *from == 'r' ? '\r' : *from;
        } else {
            *to = *from;
        }
    }
    *line = *from ? from + 1 : NULL;
    *to = 0;
    return field;
}

static bool read_value(struct sheaf_value *value, const char *kind, char *text)
{
    int k = 0;
    while (k < KIND_COUNT && strcmp(kind_names[k], kind) != 0)
        k++;
    char *end = text;
    *value = (struct sheaf_value){.kind = (enum sheaf_value_kind)k, .text = text};
    bool number = k == SHEAF_REAL || k == SHEAF_INTEGER || k == SHEAF_NUMERAL;
    if (number)
        value->real = strtod(text, &end);
    return k < KIND_COUNT && (!number || (*text && !*end));
}

struct reading {
    struct saved *saved;
    bool complete;
};

static bool take_line(void *context, char *line)
{
    struct reading *reading = context;
    struct sheaf_value value;
    reading->complete = strcmp(line, last_line) == 0;
    if (reading->complete)
        return true;
    const char *kind = next_field(&line), *file = next_field(&line), *column = next_field(&line);
    const char *name = next_field(&line);
    char *text = next_field(&line);
    if (!text || !read_value(&value, kind, text))
        return false;
    *saved_add(reading->saved) = (struct saved_value){file, column, name, value};
    return true;
}

enum sheaf_status saved_read(struct saved *saved, const char *path, struct sheaf_error *err)
{
    struct reading reading = {.saved = saved};
    *saved = (struct saved){0};
    enum sheaf_status status = saved_file_read(path, magic, "an answer", take_line, &reading, err);
    if (status != SHEAF_OK || reading.complete)
        return status;
    sheaf_fail(err, SHEAF_INPUT, "is cut short: save the answer again");
    sheaf_error_at(err, path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_INPUT;
}
