#include "plan/survey.h"

#include "engine/partial.h"

#include <string.h>

static enum sheaf_status init(const struct work *work, void *state, struct sheaf_error *err)
{
    (void)work, (void)state, (void)err;
    return SHEAF_OK;
}

static void cleanup(const struct work *work, void *state)
{
    (void)work, (void)state;
}

/* No byte ever carries into its neighbour: of two states, one has 0 there. */
static enum sheaf_status merge(const struct work *work, void *into, const void *from, struct sheaf_error *err)
{
    (void)err;
    add64(into, from, work->state_size);
    return SHEAF_OK;
}

static enum sheaf_status partition(const struct work *work, const void *state, uint32_t part, uint32_t parts,
                                   struct sheaf_buffer *out, struct sheaf_error *err)
{
    (void)parts;
    if (part == 0 && sheaf_buffer_append(out, state, work->state_size) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory to pack a survey of %zu blocks", work->state_size);
    return SHEAF_OK;
}

static enum sheaf_status pack(const struct work *work, const void *state, struct sheaf_buffer *out,
                              struct sheaf_error *err)
{
    return partition(work, state, 0, 1, out, err);
}

static enum sheaf_status unpack(const struct work *work, void *state, const void *bytes, size_t size,
                                struct sheaf_error *err)
{
    if (size != work->state_size)
        return sheaf_fail(err, SHEAF_INTERNAL, "a packed survey has %zu bytes, not %zu", size, work->state_size);
    uint8_t *into = state;
    const uint8_t *from = bytes;
    for (size_t i = 0; i < size; i++)
        into[i] = (uint8_t)(into[i] + from[i]);
    return SHEAF_OK;
}

static enum sheaf_status block(const struct work *work, struct worker_scratch *scratch, const struct pass *pass,
                               unsigned worker, const struct span *span, void *state, struct sheaf_error *err)
{
    (void)work, (void)scratch;
    uint8_t *transitions = state;
    enum sheaf_status status = source_survey_block(pass->source, span, &transitions[span->block], err);
    return status == SHEAF_OK ? pass_tick(pass, worker, span->hi - span->lo) : status;
}

static const struct work_ops ops = {.init = init, .cleanup = cleanup, .merge = merge, .pack = pack, .unpack = unpack,
                                    .partition = partition, .block = block};

void survey_init(struct survey *survey, const struct cut *cut)
{
    survey->work.ops = &ops;
    survey->work.state_size = (size_t)(cut->block_count + 15) & ~(size_t)15;
    survey->work.laws = SHEAF_LAW_ADD64 | SHEAF_LAW_FLAT;
    survey->cut = cut;
}

void survey_finish(const struct survey *survey, const void *state, uint8_t *entry)
{
    source_survey_scan(survey->cut, state, entry);
}
