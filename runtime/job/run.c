#include "job/run.h"

#include "exchange/world.h"

#include <stdlib.h>
#include <string.h>

enum sheaf_status run_init(struct run *run, const struct sheaf_plan *plan, struct sheaf_error *err)
{
    memset(run, 0, sizeof *run);
    run->plan = plan;
    run->cast = plan_cast(plan);
    run->cuttable = source_access(plan->source) == SOURCE_CUTTABLE;
    run->input = ALL_INPUTS;
    run->board = board_new();
    run->carries = calloc(plan->reduction_count, sizeof *run->carries);
    run->active = calloc(plan->reduction_count, sizeof *run->active);
    if (!run->board || !run->carries || !run->active)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a job");
    for (uint32_t i = 0; i < plan->reduction_count; i++)
        run->active[i] = &run->carries[i];
    return run->cuttable ? cut_init(&run->cut, plan->source, plan->block_bytes, err) : SHEAF_OK;
}

void run_cleanup(struct run *run)
{
    run_pass_cleanup(run);
    board_destroy(run->board);
    for (uint32_t i = 0; run->carries && i < run->plan->reduction_count; i++)
        sheaf_buffer_cleanup(&run->carries[i]);
    free(run->carries);
    free(run->active);
    free(run->entry);
    cut_cleanup(&run->cut);
}

void run_pass_cleanup(struct run *run)
{
    partial_cleanup(&run->total);
    bundle_cleanup(&run->bundle);
}

static void choose_input(struct run *run, int64_t input)
{
    if (input == run->input)
        return;
    run->input = input;
    if (run->cuttable)
        cut_choose(&run->cut, input);
    free(run->entry); /* of other blocks */
    run->entry = NULL;
}

void run_choose(struct run *run, int64_t input)
{
    choose_input(run, input);
    run->map_passes = 0;
    for (uint32_t i = 0; i < run->plan->reduction_count; i++) {
        sheaf_buffer_cleanup(&run->carries[i]);
        run->active[i] = &run->carries[i];
    }
}

static struct pass make_pass(struct run *run, const struct work *work)
{
    board_reset(run->board);
    return (struct pass){
        .work = work,
        .source = run->plan->source,
        .cut = run->cuttable ? &run->cut : NULL,
        .entry = run->entry,
        .input = run->input,
        .plan_id = run->plan->id,
        .number = run->number++,
        .block_bytes = run->plan->block_bytes,
        .most_blocks = plan_most_blocks(run->plan),
        .board = run->board,
        .progress = run->progress,
        .progress_context = run->progress_context,
        .progress_interval_ns = PROGRESS_INTERVAL_NS,
        .next_progress_ns = &run->next_progress_ns,
    };
}

/* "Never lost": the total must hold every block of the pass, once. */
static enum sheaf_status check_coverage(const struct run *run, struct sheaf_error *err)
{
    uint64_t missing;
    if (blockset_covers(&run->total.blocks, run->blocks, &missing))
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_INTERNAL, "block %llu of %llu is not in the total: this is a bug, please report it",
                      (unsigned long long)missing, (unsigned long long)run->blocks);
}

static bool leads(const struct run *run)
{
    return !run->cast.world || sheaf_world_rank(run->cast.world) == 0;
}

static enum sheaf_status run_work(struct run *run, const struct work *work, const struct cast *cast,
                                  struct sheaf_error *err)
{
    struct sheaf_error failure;
    sheaf_error_clear(&failure);
    struct pass pass = make_pass(run, work);
    failure_explain(&failure, partial_init(&run->total, work, &failure), "a state", "init");
    enum sheaf_status status = run_agree(run, &failure);
    if (status == SHEAF_OK) {
        sheaf_error_clear(&failure);
        status = run->plan->exchange->run(cast, &pass, &run->total, &run->blocks, &failure);
        failure_explain(&failure, status, "a pass", run->plan->exchange->name);
    }
    if (status == SHEAF_OK && leads(run))
        status = check_coverage(run, &failure);
    if (status != SHEAF_OK && err)
        *err = failure;
    return status;
}

enum sheaf_status run_map(struct run *run, struct sheaf_error *err)
{
    const struct sheaf_plan *plan = run->plan;
    struct sheaf_error failure;
    sheaf_error_clear(&failure);
    (void)bundle_init(&run->bundle, plan->source, &plan->sieve, plan->reductions, run->active, plan->reduction_count,
                      run->map_passes, &failure);
    enum sheaf_status status = run_agree(run, &failure);
    if (status != SHEAF_OK) {
        if (err)
            *err = failure;
        return status;
    }
    return run_work(run, &run->bundle.work, &run->cast, err);
}

enum sheaf_status run_survey(struct run *run, struct sheaf_error *err)
{
    survey_init(&run->survey, &run->cut);
    free(run->entry);
    run->entry = NULL;
    struct cast cast = run->cast;
    cast.merge = NULL; /* a survey's state grows with the blocks: it is not to be handed on after each of them */
    enum sheaf_status status = run_work(run, &run->survey.work, &cast, err);
    if (status != SHEAF_OK || !leads(run))
        return status;
    run->entry = malloc(run->cut.block_count + 1);
    if (!run->entry)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a survey of %llu blocks",
                          (unsigned long long)run->cut.block_count);
    survey_finish(&run->survey, run->total.state, run->entry);
    return SHEAF_OK;
}

enum sheaf_status run_agree(const struct run *run, struct sheaf_error *err)
{
    return run->cast.world ? world_agree(run->cast.world, err) : (enum sheaf_status)err->status;
}

enum sheaf_status run_announce(struct run *run, enum step step, struct sheaf_error *err)
{
    if (!run->cast.world)
        return SHEAF_OK;
    struct sheaf_buffer bytes = {0};
    if (step == STEP_END)
        return world_tell(run->cast.world, &bytes, err); /* nothing more: no memory can be short for that */
    struct packer packer = {&bytes, SHEAF_OK};
    pack_u64(&packer, step);
    pack_u64(&packer, run->map_passes);
    pack_u64(&packer, (uint64_t)run->input);
    for (uint32_t i = 0; i < run->plan->reduction_count; i++) {
        pack_u64(&packer, run->active[i] != NULL);
        pack_bytes(&packer, run->carries[i].data, run->carries[i].size);
    }
    pack_bytes(&packer, run->entry, run->entry ? run->cut.block_count : 0);
    enum sheaf_status status = packer.status == SHEAF_OK ? world_tell(run->cast.world, &bytes, err)
                                                         : sheaf_fail(err, packer.status, "no memory to tell the ranks");
    sheaf_buffer_cleanup(&bytes);
    return status;
}

static enum sheaf_status hear(struct run *run, struct unpacker *unpacker, enum step *step, struct sheaf_error *err)
{
    *step = (enum step)unpack_u64(unpacker);
    run->map_passes = (uint32_t)unpack_u64(unpacker);
    int64_t input = (int64_t)unpack_u64(unpacker);
    if (input != ALL_INPUTS && (uint64_t)input >= sheaf_source_input_count(run->plan->source))
        return sheaf_fail(err, SHEAF_INTERNAL, "a message from rank 0 arrived damaged");
    choose_input(run, input);
    for (uint32_t i = 0; i < run->plan->reduction_count; i++) {
        run->active[i] = unpack_u64(unpacker) ? &run->carries[i] : NULL;
        size_t size;
        const void *carry = unpack_bytes(unpacker, &size);
        run->carries[i].size = 0;
        if (sheaf_buffer_append(&run->carries[i], carry, size) != SHEAF_OK)
            return sheaf_fail(err, SHEAF_MEMORY, "no memory for what a pass carries on");
    }
    size_t entries;
    const void *entry = unpack_bytes(unpacker, &entries);
    if (unpacker->bad || (entries && (!run->cuttable || entries != run->cut.block_count)))
        return sheaf_fail(err, SHEAF_INTERNAL, "a message from rank 0 arrived damaged");
    if (!entries)
        return SHEAF_OK;
    free(run->entry);
    run->entry = malloc(entries);
    if (!run->entry)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a survey of %zu blocks", entries);
    memcpy(run->entry, entry, entries);
    return SHEAF_OK;
}

enum sheaf_status run_listen(struct run *run, enum step *step, struct sheaf_error *err)
{
    struct sheaf_buffer bytes = {0};
    *step = STEP_END;
    enum sheaf_status status = world_tell(run->cast.world, &bytes, err);
    if (status == SHEAF_MEMORY)
        *step = STEP_MAP; /* whichever it was: this rank cannot go along, and says so */
    if (status == SHEAF_OK && bytes.size) {
        struct unpacker unpacker = {bytes.data, bytes.data + bytes.size, false};
        status = hear(run, &unpacker, step, err);
    }
    sheaf_buffer_cleanup(&bytes);
    return status;
}
