#include "compare/fields.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "compare/timings.h"
#include "keep.h"
#include "number.h"

static struct figure none(void)
{
    return (struct figure){.kind = FIGURE_NONE};
}

static struct figure word(const char *text)
{
    return text && *text ? (struct figure){.kind = FIGURE_WORD, .word = text} : none();
}

static struct figure count_or_none(uint64_t count)
{
    return count ? (struct figure){.kind = FIGURE_COUNT, .count = count} : none();
}

static struct figure real_or_none(bool known, double real)
{
    return known ? (struct figure){.kind = FIGURE_REAL, .real = real} : none();
}

/* ---- what it is ------------------------------------------------------------------------------------------------ */

static struct figure get_strategy(const struct comparison *c, const struct row *row)
{
    (void)c;
    if (row->way.kind != WAY_PLAN)
        return word("read");
    return word(row->plan.strategy[0] ? row->plan.strategy : row->way.strategy);
}

static struct figure get_merge(const struct comparison *c, const struct row *row)
{
    (void)c;
    if (row->way.kind != WAY_PLAN)
        return word(way_kind_name(row->way.kind));
    return word(row->plan.merge[0] ? row->plan.merge : row->way.merge);
}

static struct figure get_ranks(const struct comparison *c, const struct row *row)
{
    (void)c;
    return count_or_none(row->way.ranks);
}

static struct figure get_workers(const struct comparison *c, const struct row *row)
{
    (void)c;
    return count_or_none(way_workers(&row->way));
}

/* "4", or "2x2" where ranks have several. */
static struct figure get_shape(const struct comparison *c, const struct row *row)
{
    const struct way *way = &row->way;
    if (way->ranks && strcmp(way->strategy, "hybrid") == 0)
        return word(keep_text("%ux%u", way->ranks, way->workers));
    return get_workers(c, row);
}

static struct figure get_block(const struct comparison *c, const struct row *row)
{
    (void)c;
    if (row->way.kind == WAY_MEMORY)
        return none();
    return count_or_none(row->plan.block_bytes ? row->plan.block_bytes : row->way.block_bytes);
}

static struct figure get_pin(const struct comparison *c, const struct row *row)
{
    (void)c;
    if (row->way.kind != WAY_PLAN)
        return none();
    return word(row->plan.pin[0] ? row->plan.pin : row->way.pin);
}

static struct figure get_sums(const struct comparison *c, const struct row *row)
{
    (void)c;
    if (row->way.kind != WAY_PLAN)
        return none();
    return word(row->way.sums ? row->way.sums : "exact");
}

/* ---- how long it took ------------------------------------------------------------------------------------------ */

static struct figure get_repetitions(const struct comparison *c, const struct row *row)
{
    (void)c;
    return count_or_none(row->count);
}

static struct figure get_median(const struct comparison *c, const struct row *row)
{
    (void)c;
    return real_or_none(row->count, row_elapsed(row).median);
}

static struct figure get_least(const struct comparison *c, const struct row *row)
{
    (void)c;
    return real_or_none(row->count, row_elapsed(row).least);
}

static struct figure get_q1(const struct comparison *c, const struct row *row)
{
    (void)c;
    return real_or_none(row->count, row_elapsed(row).q1);
}

static struct figure get_q3(const struct comparison *c, const struct row *row)
{
    (void)c;
    return real_or_none(row->count, row_elapsed(row).q3);
}

static struct figure get_spread(const struct comparison *c, const struct row *row)
{
    struct spread s = row_elapsed(row);
    (void)c;
    return real_or_none(s.median > 0, spread_share(&s));
}

static struct figure get_rate(const struct comparison *c, const struct row *row)
{
    (void)c;
    return real_or_none(row_rate(row) > 0, row_rate(row));
}

static struct figure get_share(const struct comparison *c, const struct row *row)
{
    double reading = comparison_read_rate(c, row);
    return real_or_none(reading > 0 && row->count, row_rate(row) / reading);
}

static struct figure get_speedup(const struct comparison *c, const struct row *row)
{
    double speedup = comparison_speedup(c, row);
    return real_or_none(speedup > 0, speedup);
}

static struct figure get_efficiency(const struct comparison *c, const struct row *row)
{
    double speedup = comparison_speedup(c, row);
    return real_or_none(speedup > 0, speedup / way_workers(&row->way));
}

/* Readings have one phase only. */
static struct figure phase(const struct row *row, size_t field)
{
    return real_or_none(row->count && row->way.kind == WAY_PLAN, row_spread(row, field).median);
}

static struct figure get_start(const struct comparison *c, const struct row *row)
{
    (void)c;
    return phase(row, offsetof(struct repetition, start_s));
}

static struct figure get_map(const struct comparison *c, const struct row *row)
{
    (void)c;
    return phase(row, offsetof(struct repetition, map_s));
}

static struct figure get_merge_time(const struct comparison *c, const struct row *row)
{
    (void)c;
    return phase(row, offsetof(struct repetition, merge_s));
}

static struct figure get_peak(const struct comparison *c, const struct row *row)
{
    (void)c;
    return count_or_none(row_peak_bytes(row));
}

static struct figure get_reproducible(const struct comparison *c, const struct row *row)
{
    (void)c;
    if (row->way.kind != WAY_PLAN)
        return none();
    return (struct figure){.kind = FIGURE_YES, .yes = !way_is_rounded(&row->way)};
}

static struct figure get_agrees(const struct comparison *c, const struct row *row)
{
    (void)c;
    if (row->way.kind != WAY_PLAN || !row->count || way_is_rounded(&row->way))
        return none();
    return (struct figure){.kind = FIGURE_YES, .yes = !row->differs};
}

static struct figure get_bits(const struct comparison *c, const struct row *row)
{
    if (row->count && way_is_rounded(&row->way))
        return word("not reproducible");
    return get_agrees(c, row);
}

/* ---- against --------------------------------------------------------------------------------------------------- */

static struct figure get_before(const struct comparison *c, const struct row *row)
{
    (void)c;
    return real_or_none(row->before.count > 0, row->before.median);
}

static struct figure get_change(const struct comparison *c, const struct row *row)
{
    (void)c;
    struct figure change = real_or_none(row->before.count > 0, row->before.count ? timings_change(row) : 0);
    change.yes = row->moved;
    return change;
}

static struct figure get_moved(const struct comparison *c, const struct row *row)
{
    (void)c;
    return row->before.count ? (struct figure){.kind = FIGURE_YES, .yes = row->moved} : none();
}

const char *row_note(const struct row *row)
{
    if (row->state == ROW_STANDING)
        return NULL;
    return keep_text("%s: %s", row->state == ROW_FAILED ? "FAILED" : "skipped", row->why);
}

static struct figure get_note(const struct comparison *c, const struct row *row)
{
    (void)c;
    return word(row_note(row));
}

/* ---- how it is shown ------------------------------------------------------------------------------------------- */

static const char *three_digits(double value, const char *unit)
{
    return keep_text("%.*f%s", value < 9.995 ? 2 : value < 99.95 ? 1 : 0, value, unit);
}

static const char *show_time(const struct figure *f)
{
    if (f->real < 1e-3)
        return three_digits(f->real * 1e6, "us");
    return f->real < 1 ? three_digits(f->real * 1e3, "ms") : three_digits(f->real, "s");
}

static const char *show_rate(const struct figure *f)
{
    return three_digits(f->real * 1e-9, "");
}

static const char *show_percent(const struct figure *f)
{
    return keep_text("%.0f%%", 100 * f->real);
}

static const char *show_change(const struct figure *f)
{
    return keep_text("%+.1f%%%s", 100 * f->real, f->yes ? "" : " noise");
}

static const char *show_factor(const struct figure *f)
{
    return keep_text("%.2f", f->real);
}

static const char *show_yes(const struct figure *f)
{
    return f->kind == FIGURE_WORD ? f->word : f->yes ? "yes" : "NO";
}

static const char *show_block(const struct figure *f)
{
    char text[32];
    return keep_text("%s", show_size_option(f->count, text));
}

static const char *show_memory(const struct figure *f)
{
    double megabytes = (double)f->count / 1e6;
    return megabytes < 1000 ? three_digits(megabytes, "M") : three_digits(megabytes / 1000, "G");
}

const struct field compare_fields[] = {
    {"strategy", "strategy", FIELD_WHAT | FIELD_LEFT, get_strategy, NULL},
    {"merge", "merge", FIELD_WHAT | FIELD_LEFT, get_merge, NULL},
    {"ranks", NULL, FIELD_DATA_ONLY, get_ranks, NULL},
    {"workers", NULL, FIELD_DATA_ONLY, get_workers, NULL},
    {NULL, "workers", FIELD_WHAT | FIELD_TEXT_ONLY, get_shape, NULL},
    {"block_bytes", "block", FIELD_WHAT, get_block, show_block},
    {NULL, "sums", FIELD_WHAT | FIELD_TEXT_ONLY | FIELD_LEFT | FIELD_IF_DIFFERENT, get_sums, NULL},
    {"pin", "pin", FIELD_WHAT | FIELD_LEFT | FIELD_IF_DIFFERENT, get_pin, NULL},
    {"repetitions", "runs", FIELD_WIDE, get_repetitions, NULL},
    {"median_s", "time", 0, get_median, show_time},
    {NULL, "spread", FIELD_TEXT_ONLY, get_spread, show_percent},
    {"least_s", "least", FIELD_WIDE, get_least, show_time},
    {"q1_s", "q1", FIELD_WIDE, get_q1, show_time},
    {"q3_s", "q3", FIELD_WIDE, get_q3, show_time},
    {"bytes_per_s", "GB/s", 0, get_rate, show_rate},
    {"read_share", "read", 0, get_share, show_percent},
    {"speedup", "speed-up", 0, get_speedup, show_factor},
    {"efficiency", "eff", 0, get_efficiency, show_percent},
    {"start_s", "start", 0, get_start, show_time},
    {"map_s", "map", FIELD_WIDE, get_map, show_time},
    {"merge_s", "merge", 0, get_merge_time, show_time},
    {"peak_bytes", "peak", 0, get_peak, show_memory},
    {"agrees", NULL, FIELD_DATA_ONLY, get_agrees, NULL},
    {"sums", NULL, FIELD_DATA_ONLY, get_sums, NULL},
    {"reproducible", NULL, FIELD_DATA_ONLY, get_reproducible, NULL},
    {NULL, "bits", FIELD_TEXT_ONLY, get_bits, show_yes},
    {"before_s", "before", 0, get_before, show_time},
    {"change", "change", FIELD_LEFT, get_change, show_change},
    {"moved", NULL, FIELD_DATA_ONLY, get_moved, NULL},
    {"note", NULL, FIELD_DATA_ONLY, get_note, NULL},
    {0},
};

const char *figure_text(const struct figure *figure)
{
    char real[32];
    switch (figure->kind) {
    case FIGURE_WORD:
        return figure->word;
    case FIGURE_COUNT:
        return keep_text("%" PRIu64, figure->count);
    case FIGURE_REAL:
        return keep_text("%s", sheaf_real_text(figure->real, real));
    case FIGURE_YES:
        return figure->yes ? "true" : "false";
    default:
        return "";
    }
}
