/* The cut: which units a block covers. A pure function of the recipe and block_bytes. */
#include "source/format.h"

#include <stdlib.h>
#include <string.h>

uint64_t cut_block_units(const struct cut *cut, uint64_t input)
{
    uint64_t units = cut->block_bytes / cut->source->inputs[input].unit_bytes;
    return units ? units : 1;
}

enum sheaf_status cut_init(struct cut *cut, const struct sheaf_source *source, uint64_t block_bytes,
                           struct sheaf_error *err)
{
    memset(cut, 0, sizeof *cut);
    if (source->access != SOURCE_CUTTABLE)
        return sheaf_fail(err, SHEAF_INTERNAL, "%s is a stream and cannot be cut ahead", source->inputs[0].name);
    cut->source = source;
    cut->block_bytes = block_bytes;
    cut->first_block = malloc((source->input_count + 1) * sizeof *cut->first_block);
    if (!cut->first_block)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu inputs", source->input_count);
    uint64_t count = 0;
    for (size_t i = 0; i < source->input_count; i++) {
        uint64_t units = source->inputs[i].units, block_units = cut_block_units(cut, i);
        cut->first_block[i] = count;
        if (__builtin_add_overflow(count, units / block_units + (units % block_units != 0), &count)) {
            cut_cleanup(cut);
            return sheaf_fail(err, SHEAF_USAGE, "more than 2^64 blocks; use larger ones (--block)");
        }
    }
    cut->first_block[source->input_count] = cut->block_count = count;
    return SHEAF_OK;
}

void cut_cleanup(struct cut *cut)
{
    if (!cut)
        return;
    free(cut->first_block);
    memset(cut, 0, sizeof *cut);
}

void cut_choose(struct cut *cut, int64_t input)
{
    const uint64_t *first = cut->first_block;
    cut->base = input == ALL_INPUTS ? 0 : first[input];
    cut->block_count = first[input == ALL_INPUTS ? (int64_t)cut->source->input_count : input + 1] - cut->base;
}

/* The last input that begins at or before `block` and is not empty. */
static size_t input_of(const struct cut *cut, uint64_t block)
{
    size_t lo = 0, hi = cut->source->input_count;
    while (hi - lo > 1) {
        size_t middle = lo + (hi - lo) / 2;
        if (cut->first_block[middle] <= block)
            lo = middle;
        else
            hi = middle;
    }
    return lo;
}

struct span cut_span(const struct cut *cut, uint64_t block)
{
    uint64_t number = cut->base + block;
    size_t input = input_of(cut, number);
    uint64_t units = cut->source->inputs[input].units, block_units = cut_block_units(cut, input);
    uint64_t lo = (number - cut->first_block[input]) * block_units;
    uint64_t hi = units - lo > block_units ? lo + block_units : units;
    return (struct span){.block = block, .input = input, .lo = lo, .hi = hi};
}

void source_survey_scan(const struct cut *cut, const uint8_t *transition, uint8_t *entry)
{
    unsigned state = 0;
    for (uint64_t b = 0; b < cut->block_count; b++) {
        struct span span = cut_span(cut, b);
        state = span.lo == 0 ? 0 : state; /* a quote does not reach into the next input */
        entry[b] = (uint8_t)state;
        state = (unsigned)transition[b] >> (2 * state) & 3;
    }
}
