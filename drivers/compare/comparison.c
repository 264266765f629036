#include "compare/comparison.h"

#include <stdlib.h>
#include <string.h>

#include "keep.h"
#include "number.h"

void row_add_repetition(struct row *row, const struct repetition *repetition)
{
    row->repetitions = keep_room(row->repetitions, row->count, &row->capacity, sizeof *row->repetitions);
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

struct spread row_elapsed(const struct row *row)
{
    return row_spread(row, offsetof(struct repetition, elapsed_s));
}

double row_rate(const struct row *row)
{
    double seconds = row_elapsed(row).median;
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
    double mine = row_elapsed(row).median;
    if (!comparison->has_base || row->way.kind != WAY_PLAN || mine <= 0)
        return 0;
    return row_elapsed(&comparison->rows[comparison->base]).median / mine;
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
    if (way->sums)
        name = keep_text("%s, sums %s", name, way->sums);
    if (workers == 0)
        return name;
    uint64_t block = row->plan.block_bytes ? row->plan.block_bytes : way->block_bytes;
    const char *blocks = way->kind == WAY_PLAN && block ? keep_text(", blocks of %s", show_size(block, size)) : "";
    return keep_text("%s, %u worker%s%s", name, workers, workers == 1 ? "" : "s", blocks);
}
