#include "comparison.h"

#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "number.h"

void row_add_repetition(struct row *row, const struct repetition *repetition)
{
    if (row->count == row->capacity) {
        size_t capacity = row->capacity ? 2 * row->capacity : 16;
        struct repetition *repetitions = keep_bytes(capacity * sizeof *repetitions);
        if (row->count)
            memcpy(repetitions, row->repetitions, row->count * sizeof *repetitions);
        row->repetitions = repetitions;
        row->capacity = capacity;
    }
    row->repetitions[row->count++] = *repetition;
}

/* ---- figures --------------------------------------------------------------------------------------------------- */

struct spread row_spread(const struct row *row, size_t field)
{
    double *values = malloc((row->count + 1) * sizeof *values);
    struct spread spread = {0};
    for (size_t i = 0; values && i < row->count; i++)
        memcpy(&values[i], (const char *)&row->repetitions[i] + field, sizeof *values);
    if (values)
        spread = spread_of(values, row->count);
    free(values);
    return spread;
}

static double median_seconds(const struct row *row)
{
    return row_spread(row, offsetof(struct repetition, elapsed_s)).median;
}

double row_rate(const struct row *row)
{
    double seconds = median_seconds(row);
    return seconds > 0 ? (double)row->repetitions[0].bytes / seconds : 0;
}

double comparison_read_rate(const struct comparison *comparison, const struct row *row)
{
    double best = 0;
    for (size_t i = 0; i < comparison->count; i++) {
        const struct row *reading = &comparison->rows[i];
        bool files = reading->way.kind == WAY_PREAD || reading->way.kind == WAY_MMAP;
        if (files && reading->way.workers == way_workers(&row->way) && row_rate(reading) > best)
            best = row_rate(reading);
    }
    return best;
}

double comparison_speedup(const struct comparison *comparison, const struct row *row)
{
    double mine = median_seconds(row);
    if (!comparison->has_base || row->way.kind != WAY_PLAN || mine <= 0)
        return 0;
    return median_seconds(&comparison->rows[comparison->base]) / mine;
}

uint64_t row_peak_bytes(const struct row *row)
{
    uint64_t peak = 0;
    for (size_t i = 0; i < row->count; i++)
        if (row->repetitions[i].peak_bytes > peak)
            peak = row->repetitions[i].peak_bytes;
    return peak;
}

/* ---- words ----------------------------------------------------------------------------------------------------- */

const char *row_label(const struct row *row)
{
    const struct way *way = &row->way;
    unsigned workers = way_workers(way);
    char size[32];
    const char *name = way->kind == WAY_PLAN
                           ? keep_text("%s %s", way->strategy, row->plan.merge[0] ? row->plan.merge
                                                               : way->merge       ? way->merge
                                                                                  : "")
                           : keep_text("read %s", way_kind_name(way->kind));
    if (workers == 0)
        return name;
    uint64_t block = row->plan.block_bytes ? row->plan.block_bytes : way->block_bytes;
    const char *blocks = way->kind == WAY_PLAN && block ? keep_text(", blocks of %s", show_size(block, size)) : "";
    return keep_text("%s, %u worker%s%s", name, workers, workers == 1 ? "" : "s", blocks);
}
