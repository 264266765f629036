#include "compare/verdict.h"

#include <string.h>

#include "keep.h"
#include "number.h"
#include "terminal.h"

static bool has_answer(const struct row *row)
{
    return row->way.kind == WAY_PLAN && row->state == ROW_STANDING && row->count;
}

static size_t count_as_fast(const struct comparison *c, const struct row *fastest)
{
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        const struct row *row = &c->rows[i];
        if (row != fastest && has_answer(row) && !row->differs && !row->way.sums)
            count += row_elapsed(row).q1 <= row_elapsed(fastest).q3;
    }
    return count;
}

bool verdict_make(struct verdict *verdict, const struct comparison *c)
{
    *verdict = (struct verdict){0};
    for (size_t i = 0; i < c->count; i++) {
        const struct row *row = &c->rows[i];
        verdict->lost += row->way.kind == WAY_PLAN && row->state == ROW_FAILED;
        if (!has_answer(row))
            continue;
        if (row->way.sums && !row->differs) {
            verdict->inexact++;
            continue;
        }
        verdict->answers++;
        if (row->differs) {
            text_list_add(&verdict->differing, row_label(row));
            continue;
        }
        verdict->agreeing++;
        if (!verdict->fastest || row_elapsed(row).median < row_elapsed(verdict->fastest).median)
            verdict->fastest = row;
    }
    if (verdict->fastest)
        verdict->as_fast = count_as_fast(c, verdict->fastest);
    return verdict->fastest;
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static void print_fastest(FILE *out, const struct comparison *c, const struct verdict *verdict)
{
    const struct row *row = verdict->fastest;
    double rate = row_rate(row), reading = comparison_read_rate(c, row), speedup = comparison_speedup(c, row);
    char text[32];
    fprintf(out, "%s%s%s: %s", style_bold(out), verdict->as_fast ? "no clear winner, least median" : "fastest",
            style_end(out), row_label(row));
    if (rate > 0)
        fprintf(out, ": %s/s", show_bytes(rate, text));
    if (strcmp(row->plan.strategy, "serial") != 0 && speedup > 0)
        fprintf(out, ", %.2f times as fast as serial", speedup);
    if (rate > 0 && reading > 0)
        fprintf(out, ", %.0f%% of the read bandwidth", 100 * rate / reading);
    if (verdict->as_fast)
        fprintf(out, " (within the spread %zu other row%s as fast)", verdict->as_fast,
                verdict->as_fast == 1 ? " is" : "s are");
    fputc('\n', out);
}

static void print_bits(FILE *out, const struct verdict *verdict)
{
    fprintf(out, "%sbits%s: ", style_bold(out), style_end(out));
    if (verdict->answers == 1)
        fputs("one row, which has nothing to agree with", out);
    else if (verdict->agreeing == verdict->answers)
        fprintf(out, "all %zu rows agree, bit for bit", verdict->answers);
    else
        fprintf(out, "%zu of %zu rows agree; NOT:", verdict->agreeing, verdict->answers);
    for (size_t i = 0; i < verdict->differing.count; i++)
        fprintf(out, "%s %s", i ? ";" : "", verdict->differing.items[i]);
    if (verdict->inexact)
        fprintf(out, "; apart from %zu row%s of inexact sums", verdict->inexact, verdict->inexact == 1 ? "" : "s");
    if (verdict->lost)
        fprintf(out, "; LOST: %zu row%s", verdict->lost, verdict->lost == 1 ? "" : "s");
    fputc('\n', out);
}

void print_verdict_text(FILE *out, const struct comparison *c)
{
    struct verdict verdict;
    if (!verdict_make(&verdict, c))
        return;
    print_fastest(out, c, &verdict);
    print_bits(out, &verdict);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void json_known(struct json *json, const char *key, double value)
{
    if (value > 0)
        json_real(json, key, value);
    else
        json_null(json, key);
}

static void json_fastest(struct json *json, const struct comparison *c, const struct row *row)
{
    double rate = row_rate(row), reading = comparison_read_rate(c, row);
    json_object(json, "fastest", JSON_INLINE);
    json_text(json, "strategy", row->plan.strategy);
    json_text(json, "merge", row->plan.merge);
    json_uint(json, "workers", way_workers(&row->way));
    json_uint(json, "block_bytes", row->plan.block_bytes);
    json_text(json, "pin", row->plan.pin);
    json_known(json, "median_s", row_elapsed(row).median);
    json_known(json, "bytes_per_s", rate);
    json_known(json, "speedup", comparison_speedup(c, row));
    json_known(json, "read_share", reading > 0 ? rate / reading : 0);
    json_close(json);
}

void json_verdict(struct json *json, const struct comparison *c)
{
    struct verdict verdict;
    if (!verdict_make(&verdict, c)) {
        json_null(json, "verdict");
        return;
    }
    json_object(json, "verdict", JSON_LINES);
    json_fastest(json, c, verdict.fastest);
    json_uint(json, "as_fast", verdict.as_fast);
    json_uint(json, "rows", verdict.answers);
    json_uint(json, "agreeing", verdict.agreeing);
    json_array(json, "differing", JSON_INLINE);
    for (size_t i = 0; i < verdict.differing.count; i++)
        json_text(json, NULL, verdict.differing.items[i]);
    json_close(json);
    json_uint(json, "inexact", verdict.inexact);
    json_uint(json, "lost", verdict.lost);
    json_close(json);
}
