/* A comparison for programs: CSV, TSV, JSON. */
#include "compare/fields.h"
#include "compare/table.h"
#include "compare/verdict.h"
#include "json.h"
#include "print.h"

static bool is_data(const struct field *field)
{
    return field->key && !(field->flags & FIELD_TEXT_ONLY);
}

void print_comparison_separated(FILE *out, const struct comparison *c, char separator)
{
    const char *between = "";
    const char mark[2] = {separator, 0};
    for (const struct field *f = compare_fields; f->get; f++) {
        if (!is_data(f))
            continue;
        fprintf(out, "%s%s", between, f->key);
        between = mark;
    }
    fputc('\n', out);
    for (size_t i = 0; i < c->count; i++) {
        between = "";
        for (const struct field *f = compare_fields; f->get; f++) {
            if (!is_data(f))
                continue;
            struct figure figure = f->get(c, &c->rows[i]);
            fputs(between, out);
            print_cell(out, figure_text(&figure), separator);
            between = mark;
        }
        fputc('\n', out);
    }
}

/* ---- JSON ------------------------------------------------------------------------------------------------------ */

static void json_figure(struct json *json, const char *key, const struct figure *figure)
{
    switch (figure->kind) {
    case FIGURE_WORD:
        json_text(json, key, figure->word);
        break;
    case FIGURE_COUNT:
        json_uint(json, key, figure->count);
        break;
    case FIGURE_REAL:
        json_real(json, key, figure->real);
        break;
    case FIGURE_YES:
        json_bool(json, key, figure->yes);
        break;
    default:
        json_null(json, key);
    }
}

static void json_row(struct json *json, const struct comparison *c, const struct row *row)
{
    json_object(json, NULL, JSON_INLINE);
    for (const struct field *f = compare_fields; f->get; f++) {
        if (!is_data(f))
            continue;
        struct figure figure = f->get(c, row);
        json_figure(json, f->key, &figure);
    }
    json_array(json, "elapsed_s", JSON_INLINE);
    for (size_t i = 0; i < row->count; i++)
        json_real(json, NULL, row->repetitions[i].elapsed_s);
    json_close(json);
    json_close(json);
}

static void json_list(struct json *json, const char *key, const struct comparison *c, bool readings)
{
    json_array(json, key, JSON_LINES);
    for (size_t i = 0; i < c->count; i++)
        if ((c->rows[i].way.kind != WAY_PLAN) == readings)
            json_row(json, c, &c->rows[i]);
    json_close(json);
}

static bool all_agree(const struct comparison *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->rows[i].differs)
            return false;
    return true;
}

static void json_result(struct json *json, const struct comparison *c)
{
    json_object(json, "result", JSON_LINES);
    json_bool(json, "agrees", all_agree(c));
    json_close(json);
    json_object(json, "rows", JSON_INLINE);
    json_tally(json, &c->tally);
    json_close(json);
}

void print_comparison_json(FILE *out, const struct comparison *c)
{
    struct json json;
    json_begin(&json, out);
    json_object(&json, NULL, JSON_LINES);
    json_text(&json, "kernel", c->kernels);
    json_result(&json, c);
    json_object(&json, "run", JSON_LINES);
    json_verdict(&json, c);
    json_list(&json, "comparison", c, false);
    json_list(&json, "readings", c, true);
    json_array(&json, "inputs", JSON_INLINE);
    for (size_t i = 0; i < c->inputs.count; i++)
        json_text(&json, NULL, c->inputs.items[i]);
    json_close(&json);
    json_uint(&json, "bytes", c->input_bytes);
    json_program(&json);
    json_close(&json);
    json_close(&json);
    json_end(&json);
}
