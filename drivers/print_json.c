/* The answer as JSON. */
#include <string.h>
#include <unistd.h>

#include "keep.h"
#include "number.h"
#include "print.h"
#include "saved.h"

/* Readers of JSON take no wider integer. */
static bool fits(const char *digits)
{
    bool integer = !digits[strspn(digits, "-0123456789")];
    return integer && (integer_fits_signed(digits) || integer_fits_unsigned(digits));
}

static void print_value(struct json *json, const char *key, const struct sheaf_value *value)
{
    if (value->kind == SHEAF_NULL)
        json_null(json, key);
    else if (value->kind == SHEAF_TEXT)
        json_text(json, key, value->text);
    else if (value->kind != SHEAF_REAL && fits(value->text))
        json_digits(json, key, value->text);
    else
        json_real(json, key, value->real);
}

static void print_table(struct json *json, const char *key, const struct sheaf_entry *entry)
{
    json_array(json, key, JSON_LINES);
    for (uint64_t cell = 0; cell + entry->column_count <= entry->cell_count; cell += entry->column_count) {
        json_object(json, NULL, JSON_INLINE);
        for (uint32_t c = 0; c < entry->column_count; c++)
            print_value(json, entry->column_names[c], &entry->cells[cell + c]);
        json_close(json);
    }
    json_close(json);
}

static void print_values(struct json *json, const char *key, const struct report_item *item)
{
    json_object(json, key, JSON_LINES);
    for (size_t v = 0; v < item->count; v++) {
        const struct sheaf_entry *entry = item->values[v].entry;
        if (entry->column_count)
            print_table(json, item->values[v].name, entry);
        else
            print_value(json, item->values[v].name, &entry->value);
    }
    json_close(json);
}

/* ---- exact: what is more than a number holds ------------------------------------------------------------------ */

/* A double stands for a decimal that its shortest text gives back. */
static bool is_wide(const struct sheaf_value *value)
{
    char shortest[32];
    if ((value->kind != SHEAF_INTEGER && value->kind != SHEAF_NUMERAL) || fits(value->text))
        return false;
    return value->kind == SHEAF_INTEGER || !same_number(value->text, sheaf_real_text(value->real, shortest));
}

static bool has_wide(const struct report_item *item)
{
    for (size_t v = 0; v < item->count; v++) {
        const struct sheaf_entry *entry = item->values[v].entry;
        if (!entry->column_count && is_wide(&entry->value))
            return true;
        for (uint64_t i = 0; i < entry->cell_count; i++)
            if (is_wide(&entry->cells[i]))
                return true;
    }
    return false;
}

static void print_wide(struct json *json, const char *key, const struct report_item *item)
{
    json_object(json, key, JSON_LINES);
    for (size_t v = 0; v < item->count; v++) {
        const struct report_value *value = &item->values[v];
        const struct sheaf_entry *entry = value->entry;
        if (!entry->column_count && is_wide(&entry->value))
            json_text(json, value->name, entry->value.text);
        for (uint64_t i = 0; i < entry->cell_count; i++)
            if (is_wide(&entry->cells[i]))
                json_text(json,
                          keep_text("%s[%llu].%s", value->name, (unsigned long long)(i / entry->column_count),
                                    entry->column_names[i % entry->column_count]),
                          entry->cells[i].text);
    }
    json_close(json);
}

/* ---- a section -------------------------------------------------------------------------------------------------- */

typedef void item_printer(struct json *json, const char *key, const struct report_item *item);

/* {name: value} for one column, {column: {name: value}} for several. */
static void print_items(struct json *json, const char *key, const struct report_section *section,
                        bool (*wanted)(const struct report_item *), item_printer *print)
{
    if (section->count == 1) {
        print(json, key, &section->items[0]);
        return;
    }
    json_object(json, key, JSON_LINES);
    for (size_t i = 0; i < section->count; i++)
        if (!wanted || wanted(&section->items[i]))
            print(json, section->items[i].label, &section->items[i]);
    json_close(json);
}

void json_tally(struct json *json, const struct sheaf_tally *tally)
{
    json_uint(json, "read", tally->read);
    json_uint(json, "used", tally->used);
    json_uint(json, "missing", tally->missing);
    json_uint(json, "nan", tally->nan);
    json_uint(json, "rejected", tally->rejected);
}

static void print_left_out(struct json *json, const struct text_list *columns)
{
    json_array(json, "left_out", JSON_INLINE);
    for (size_t i = 0; i < columns->count; i++)
        json_text(json, NULL, columns->items[i]);
    json_close(json);
}

static void print_rows(struct json *json, const struct report_section *section, const struct text_list *left_out)
{
    json_object(json, "rows", section->count > 1 ? JSON_LINES : JSON_INLINE);
    json_tally(json, &section->rows);
    if (left_out && left_out->count)
        print_left_out(json, left_out);
    if (section->count > 1) {
        json_object(json, "columns", JSON_LINES);
        for (size_t i = 0; i < section->count; i++) {
            json_object(json, section->items[i].label, JSON_INLINE);
            json_tally(json, &section->items[i].tally);
            json_close(json);
        }
        json_close(json);
    }
    json_close(json);
}

static void print_section(struct json *json, const struct report_section *section, const struct text_list *left_out)
{
    bool wide = false;
    for (size_t i = 0; i < section->count; i++)
        wide = wide || has_wide(&section->items[i]);
    print_items(json, "result", section, NULL, print_values);
    if (wide)
        print_items(json, "exact", section, has_wide, print_wide);
    print_rows(json, section, left_out);
}

/* ---- the whole -------------------------------------------------------------------------------------------------- */

void json_plan(struct json *json, const struct sheaf_plan_view *plan)
{
    char text[512];
    json_text(json, "strategy", plan->strategy);
    json_text(json, "merge", plan->merge);
    json_text(json, "engine", plan->engine);
    json_text(json, "exchange", plan->exchange);
    json_uint(json, "workers", plan->workers);
    json_uint(json, "ranks", plan->ranks);
    json_text(json, "pin", plan->pin);
    if (plan->places) {
        json_array(json, "places", JSON_INLINE);
        for (unsigned w = 0; w < plan->workers; w++)
            json_text(json, NULL, sheaf_cpuset_text(&plan->places[w], text, sizeof text));
        json_close(json);
    }
    json_text(json, "access", plan->access);
    if (plan->as)
        json_text(json, "as", plan->as);
    if (plan->header_by) {
        if (plan->header)
            json_bool(json, "header", plan->header > 0);
        else
            json_null(json, "header");
        json_text(json, "header_by", plan->header_by);
    }
    json_uint(json, "block_bytes", plan->block_bytes);
    if (plan->blocks == SHEAF_UNKNOWN)
        json_null(json, "blocks");
    else
        json_int(json, "blocks", plan->blocks);
}

/* To the microsecond. */
static void print_seconds(struct json *json, const char *key, double seconds)
{
    json_real(json, key, (double)(int64_t)(seconds * 1e6 + 0.5) / 1e6);
}

/* Where each rank of a world sat; where there are very many, each node. */
static void print_seats(struct json *json, const struct sheaf_answer *answer)
{
    if (!answer->seat_count)
        return;
    json_array(json, "seats", JSON_LINES);
    for (size_t i = 0; i < answer->seat_count; i++) {
        const struct sheaf_seat *seat = &answer->seats[i];
        json_object(json, NULL, JSON_INLINE);
        json_uint(json, "rank", seat->rank);
        json_uint(json, "ranks", seat->ranks);
        json_text(json, "node", seat->node);
        json_uint(json, "workers", seat->workers);
        json_text(json, "cpus", seat->cpus);
        json_bool(json, "bound", seat->bound);
        json_close(json);
    }
    json_close(json);
}

void json_program(struct json *json)
{
    char host[256] = "";
    gethostname(host, sizeof host - 1);
    json_text(json, "host", host);
    json_text(json, "version", sheaf_version());
}

static void print_run(struct json *json, const struct report *report)
{
    const struct report_run *run = &report->run;
    const struct sheaf_answer *answer = run->answer;
    json_object(json, "run", JSON_LINES);
    json_plan(json, &run->plan);
    print_seats(json, answer);
    json_bool(json, "reproducible", !report_rounded(report));
    json_uint(json, "passes", answer->passes);
    json_uint(json, "bytes", answer->bytes);
    print_seconds(json, "start_s", answer->start_s);
    print_seconds(json, "elapsed_s", answer->elapsed_s);
    print_seconds(json, "map_s", answer->map_s);
    print_seconds(json, "merge_s", answer->merge_s);
    json_uint(json, "peak_bytes", answer->peak_bytes);
    json_program(json);
    json_close(json);
}

void print_json(FILE *out, const struct report *report)
{
    struct json json;
    json_begin(&json, out);
    json_object(&json, NULL, JSON_LINES);
    json_text(&json, "kernel", report->kernels);
    print_section(&json, &report->total, &report->left_out);
    if (report->file_count) {
        json_array(&json, "files", JSON_LINES);
        for (size_t f = 0; f < report->file_count; f++) {
            json_object(&json, NULL, JSON_LINES);
            json_text(&json, "file", report->files[f].file);
            print_section(&json, &report->files[f], NULL);
            json_close(&json);
        }
        json_close(&json);
    }
    if (report->against)
        json_against(&json, report->against);
    print_run(&json, report);
    json_close(&json);
    json_end(&json);
}

void print_plan_json(FILE *out, const struct sheaf_plan_view *plan, const char *kernels)
{
    struct json json;
    json_begin(&json, out);
    json_object(&json, NULL, JSON_LINES);
    json_text(&json, "kernel", kernels);
    json_object(&json, "plan", JSON_LINES);
    json_plan(&json, plan);
    json_close(&json);
    json_close(&json);
    json_end(&json);
}
