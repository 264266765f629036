#include "compare/timings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "message.h"
#include "number.h"
#include "output_file.h"
#include "saved_file.h"

static const char magic[] = "sheaf-timings 1";

/* ---- the file -------------------------------------------------------------------------------------------------- */

enum sheaf_status timings_write(const struct comparison *comparison, const char *path, struct sheaf_error *err)
{
    struct output_file file;
    enum sheaf_status status = output_open(&file, path, err);
    if (status != SHEAF_OK)
        return status;
    fprintf(file.stream, "%s\nkernel\t%s\nbytes\t%" PRIu64 "\n", magic, comparison->kernels, comparison->input_bytes);
    for (size_t i = 0; i < comparison->count; i++) {
        const struct row *row = &comparison->rows[i];
        const struct row_plan *plan = &row->plan;
        struct spread s = row_elapsed(row);
        if (row->way.kind == WAY_PLAN && row->state == ROW_STANDING && row->count)
            fprintf(file.stream, "row\t%s\t%s\t%u\t%u\t%" PRIu64 "\t%s\t%s\t%zu\t%.9f\t%.9f\t%.9f\t%.9f\n",
                    plan->strategy, plan->merge, plan->ranks, plan->workers, plan->block_bytes, plan->pin, plan->sums,
                    s.count, s.least, s.q1, s.median, s.q3);
    }
    return output_commit(&file, err);
}

static bool read_row(struct timings *timings, const char *line)
{
    struct timing t = {0};
    int end = 0;
    int got = sscanf(line, "row %15s %15s %u %u %" SCNu64 " %511s %15s %zu %lf %lf %lf %lf%n", t.plan.strategy,
                     t.plan.merge, &t.plan.ranks, &t.plan.workers, &t.plan.block_bytes, t.plan.pin, t.plan.sums,
                     &t.spread.count, &t.spread.least, &t.spread.q1, &t.spread.median, &t.spread.q3, &end);
    if (got != 12 || line[end] || t.spread.count == 0 || !(t.spread.median > 0))
        return false;
    timings->items = keep_room(timings->items, timings->count, &timings->capacity, sizeof *timings->items);
    timings->items[timings->count++] = t;
    return true;
}

static bool take_line(void *context, char *line)
{
    struct timings *timings = context;
    int end = 0;
    if (strncmp(line, "kernel\t", 7) == 0) {
        timings->kernels = line + 7;
        return true;
    }
    if (sscanf(line, "bytes %" SCNu64 "%n", &timings->bytes, &end) == 1 && !line[end])
        return true;
    return read_row(timings, line);
}

enum sheaf_status timings_read(struct timings *timings, const char *path, struct sheaf_error *err)
{
    *timings = (struct timings){0};
    enum sheaf_status status = saved_file_read(path, magic, "a list of timings", take_line, timings, err);
    if (status != SHEAF_OK || timings->kernels)
        return status;
    sheaf_fail(err, SHEAF_INPUT, "does not say of which kernel its timings are: save them again");
    sheaf_error_at(err, path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_INPUT;
}

/* ---- comparing ------------------------------------------------------------------------------------------------- */

enum sheaf_status timings_check(const struct timings *before, const struct comparison *comparison, const char *path,
                                struct sheaf_error *err)
{
    char then[32], now[32];
    if (strcmp(before->kernels, comparison->kernels) != 0)
        return sheaf_fail(err, SHEAF_USAGE, "--against %s: those are timings of %s, not of %s", path, before->kernels,
                          comparison->kernels);
    if (before->bytes != comparison->input_bytes)
        return sheaf_fail(err, SHEAF_USAGE, "--against %s: those are timings of %s of input (%" PRIu64
                          " bytes), this is %s (%" PRIu64 ")", path, show_bytes((double)before->bytes, then),
                          before->bytes, show_bytes((double)comparison->input_bytes, now), comparison->input_bytes);
    return SHEAF_OK;
}

static bool same_row(const struct row_plan *a, const struct row_plan *b)
{
    return strcmp(a->strategy, b->strategy) == 0 && strcmp(a->merge, b->merge) == 0 && strcmp(a->pin, b->pin) == 0 &&
           strcmp(a->sums, b->sums) == 0 && a->ranks == b->ranks && a->workers == b->workers &&
           a->block_bytes == b->block_bytes;
}

double timings_change(const struct row *row)
{
    return row_elapsed(row).median / row->before.median - 1;
}

/* Quartiles that overlap are noise, however far the medians. */
static bool has_moved(const struct row *row, double rtol)
{
    struct spread now = row_elapsed(row);
    bool apart = now.q1 > row->before.q3 || now.q3 < row->before.q1;
    double change = timings_change(row);
    return apart && (change > rtol || change < -rtol);
}

void timings_join(const struct timings *before, struct comparison *comparison, const struct timings_options *options)
{
    double rtol = options->rtol.set ? options->rtol.value : 0.05;
    for (size_t i = 0; i < comparison->count; i++) {
        struct row *row = &comparison->rows[i];
        for (size_t k = 0; k < before->count && row->way.kind == WAY_PLAN && row->count; k++)
            if (same_row(&row->plan, &before->items[k].plan))
                row->before = before->items[k].spread;
        row->moved = row->before.count && has_moved(row, rtol);
    }
}

static const char *show_ms(double seconds)
{
    return keep_text("%.3f ms", 1e3 * seconds);
}

static size_t missing_rows(const struct timings *before, const struct comparison *comparison)
{
    size_t missing = 0;
    for (size_t k = 0; k < before->count; k++) {
        bool found = false;
        for (size_t i = 0; i < comparison->count && !found; i++)
            found = comparison->rows[i].count && same_row(&comparison->rows[i].plan, &before->items[k].plan);
        missing += !found;
    }
    return missing;
}

bool timings_hold(const struct timings *before, const struct comparison *comparison, const char *path)
{
    size_t slower = 0, fresh = 0, missing = missing_rows(before, comparison);
    for (size_t i = 0; i < comparison->count; i++) {
        const struct row *row = &comparison->rows[i];
        fresh += row->way.kind == WAY_PLAN && row->count && !row->before.count;
        if (!row->moved)
            continue;
        double change = timings_change(row);
        slower += change > 0;
        note("%s: %s, was %s: %.1f%% %s", row_label(row), show_ms(row_elapsed(row).median), show_ms(row->before.median),
             100 * (change < 0 ? -change : change), change > 0 ? "slower" : "faster");
    }
    if (fresh || missing)
        note("%s: %zu row%s of this comparison %s not in it, %zu of its rows %s not measured now", path, fresh,
             fresh == 1 ? "" : "s", fresh == 1 ? "is" : "are", missing, missing == 1 ? "was" : "were");
    return slower == 0;
}
