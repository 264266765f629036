#include "compare/digest.h"

#include <inttypes.h>
#include <string.h>

#include "compare/wire.h"
#include "keep.h"
#include "report.h"
#include "saved.h"

/* FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923). */
static void add(uint64_t *digest, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++)
        *digest = (*digest ^ byte[i]) * 0x100000001b3u;
}

static void add_text(uint64_t *digest, const char *text)
{
    add(digest, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void add_value(uint64_t *digest, const struct sheaf_value *value)
{
    int32_t kind = value->kind;
    add(digest, &kind, sizeof kind);
    if (value->kind == SHEAF_REAL)
        add(digest, &value->real, sizeof value->real);
    else
        add_text(digest, value->text);
}

static void add_entry(uint64_t *digest, const struct sheaf_entry *entry)
{
    add_text(digest, entry->name);
    add_value(digest, &entry->value);
    for (uint32_t i = 0; i < entry->column_count; i++)
        add_text(digest, entry->column_names[i]);
    for (uint64_t i = 0; i < entry->cell_count; i++)
        add_value(digest, &entry->cells[i]);
}

uint64_t answer_digest(const struct sheaf_answer *answer)
{
    uint64_t digest = 0xcbf29ce484222325u;
    add(&digest, &answer->rows, sizeof answer->rows);
    for (size_t p = 0; p < answer->count; p++) {
        const struct sheaf_answer_part *part = &answer->parts[p];
        add_text(&digest, part->kernel->name);
        add(&digest, &part->tally, sizeof part->tally);
        for (size_t i = 0; i < part->result.count; i++)
            add_entry(&digest, &part->result.entries[i]);
    }
    return digest;
}

/* ---- one by one ------------------------------------------------------------------------------------------------ */

static void say_tally(const char *of, const struct sheaf_tally *tally)
{
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {{"read", tally->read}, {"used", tally->used}, {"missing", tally->missing}, {"nan", tally->nan},
                  {"rejected", tally->rejected}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        wire_value(keep_text("rows.%s%s", of, counts[i].name), keep_text("%" PRIu64, counts[i].count));
}

static const char *value_text(const struct sheaf_value *value)
{
    char text[32];
    uint64_t bits;
    memcpy(&bits, &value->real, sizeof bits);
    switch (value->kind) {
    case SHEAF_NULL:
        return "no value";
    case SHEAF_REAL:
        if (value->real != value->real)
            return keep_text("NaN 0x%016" PRIx64, bits);
        return keep_text("%s", sheaf_real_text(value->real, text));
    default:
        return value->text;
    }
}

void answer_say(const struct sheaf_answer *answer, const struct sheaf_source *source)
{
    struct report report = {0};
    report_section_init(&report.total, NULL, answer, source);
    struct saved values = saved_make(&report);
    for (size_t i = 0; i < values.count; i++) {
        const struct saved_value *v = &values.values[i];
        wire_value(*v->column ? keep_text("%s of %s", v->name, v->column) : v->name, value_text(&v->value));
    }
    say_tally("", &answer->rows);
    for (size_t p = 0; p < answer->count; p++)
        say_tally(keep_text("%s.", answer->parts[p].kernel->name), &answer->parts[p].tally);
    wire_end();
}
