#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "keep.h"

/* A column without a name is called by the file it comes from in a pair, else by its number from 1. */
static const char *column_name(const struct sheaf_source *source, uint32_t column)
{
    const char *name = sheaf_source_column_name(source, column);
    if (*name)
        return name;
    if (strcmp(sheaf_source_format(source), "pair") == 0 && column < sheaf_source_input_count(source))
        return sheaf_source_input_name(source, column);
    return keep_text("%u", column + 1);
}

struct named {
    const char *name;
    uint32_t column;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

/* Of all columns. The sides of a pair may bear the same name. Sorted, because tables have tens of thousands of them. */
static const char *const *column_labels(const struct sheaf_source *source)
{
    uint32_t count = (uint32_t)sheaf_source_column_count(source);
    struct named *named = keep_bytes(count * sizeof *named);
    const char **labels = keep_bytes(count * sizeof *labels);
    for (uint32_t c = 0; c < count; c++)
        named[c] = (struct named){column_name(source, c), c};
    qsort(named, count, sizeof *named, by_name);
    for (uint32_t i = 0; i < count; i++) {
        bool shared = (i > 0 && by_name(&named[i - 1], &named[i]) == 0) ||
                      (i + 1 < count && by_name(&named[i], &named[i + 1]) == 0);
        labels[named[i].column] = shared ? keep_text("%s#%u", named[i].name, named[i].column + 1) : named[i].name;
    }
    return labels;
}

static const char *part_label(const char *const *labels, const struct sheaf_answer_part *part)
{
    const char *label = labels[part->columns[0]];
    for (uint32_t r = 1; r < part->kernel->role_count; r++)
        label = keep_text("%s,%s", label, labels[part->columns[r]]);
    return label;
}

static bool same_columns(const struct sheaf_answer_part *a, const struct sheaf_answer_part *b)
{
    return a->columns[0] == b->columns[0] && a->kernel->role_count == b->kernel->role_count &&
           memcmp(a->columns, b->columns, a->kernel->role_count * sizeof *a->columns) == 0;
}

static bool same_value(const struct sheaf_entry *a, const struct sheaf_entry *b)
{
    struct sheaf_entry first = *a, second = *b;
    struct sheaf_result one = {.count = 1, .entries = &first}, other = {.count = 1, .entries = &second};
    return sheaf_result_equal(&one, &other);
}

/* Several kernels may report the same count: it is shown once. */
static void add_value(struct report_item *item, const struct sheaf_kernel *kernel, const struct sheaf_entry *entry)
{
    const char *name = entry->name;
    for (size_t i = 0; i < item->count; i++) {
        if (strcmp(item->values[i].name, name) != 0)
            continue;
        if (same_value(item->values[i].entry, entry))
            return;
        name = keep_text("%s.%s", kernel->name, entry->name);
    }
    item->values[item->count++] = (struct report_value){name, entry};
}

static void add_part(struct report_item *item, const struct sheaf_answer_part *part)
{
    struct report_value *values = keep_bytes((item->count + part->result.count) * sizeof *values);
    if (item->count)
        memcpy(values, item->values, item->count * sizeof *values);
    item->values = values;
    for (size_t i = 0; i < part->result.count; i++)
        add_value(item, part->kernel, &part->result.entries[i]);
}

void report_section_init(struct report_section *section, const char *file, const struct sheaf_answer *answer,
                         const struct sheaf_source *source)
{
    *section = (struct report_section){.file = file, .rows = answer->rows};
    section->items = keep_bytes(answer->count * sizeof *section->items);
    const char *const *labels = column_labels(source);
    const struct sheaf_answer_part **first = keep_bytes(answer->count * sizeof *first);
    for (size_t p = 0; p < answer->count; p++) {
        const struct sheaf_answer_part *part = &answer->parts[p];
        size_t i = 0;
        while (i < section->count && !same_columns(first[i], part))
            i++;
        if (i == section->count) {
            first[i] = part;
            section->items[i] = (struct report_item){.label = part_label(labels, part), .tally = part->tally};
            section->count++;
        }
        add_part(&section->items[i], part);
    }
}

bool report_is_single(const struct report *report)
{
    return report->total.count == 1;
}

const char *report_rounded(const struct report *report)
{
    const struct sheaf_answer *answer = report->run.answer;
    struct text_list names = {0};
    for (size_t p = 0; p < answer->count; p++) {
        const char *name = answer->parts[p].kernel->name;
        bool known = false;
        for (size_t i = 0; i < names.count; i++)
            known = known || strcmp(names.items[i], name) == 0;
        if (!known && answer->parts[p].kernel->laws & SHEAF_LAW_ROUNDED)
            text_list_add(&names, name);
    }
    const char *text = names.count ? names.items[0] : NULL;
    for (size_t i = 1; i < names.count; i++)
        text = keep_text("%s, %s", text, names.items[i]);
    return text;
}

size_t report_section_count(const struct report *report)
{
    return report->file_count + 1;
}

const struct report_section *report_section_at(const struct report *report, size_t index)
{
    return index < report->file_count ? &report->files[index] : &report->total;
}
