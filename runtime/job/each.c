/* An answer for each input, and one for all of them, from one reading: the total begins with what the first passes over
 * the inputs have given, merged. */
#include "job/lead.h"
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

struct each {
    struct lead lead;          /* first, so that a lead is the start of an each */
    struct sheaf_answer **answers, *total;
    struct bundle bundle;      /* of the total's first pass */
    struct partial whole;      /* what has been merged; its blocks are not kept: each input's total has been checked */
    uint64_t bytes;            /* read so far */
    int64_t first_ns, map_ns;
};

static enum sheaf_status keep_first_pass(struct lead *lead, struct sheaf_error *err)
{
    struct each *each = (struct each *)lead;
    if (lead->run.map_passes > 0)
        return SHEAF_OK;
    const struct work *work = &each->bundle.work;
    enum sheaf_status status = work->ops->merge(work, each->whole.state, lead->run.total.state, err);
    return failure_explain(err, status, "a state", "merge");
}

static enum sheaf_status do_input(struct each *each, size_t input, struct sheaf_error *err)
{
    struct lead *lead = &each->lead;
    lead->answer = each->answers[input];
    lead->first_ns = lead->map_ns = 0;
    lead->begin_ns = clock_ns();
    run_choose(&lead->run, (int64_t)input);
    enum sheaf_status status = lead_passes(lead, err);
    if (status != SHEAF_OK)
        return status;
    lead_sum_up(lead);
    lead->before_bytes += lead->answer->bytes / lead->answer->passes;
    each->bytes += lead->answer->bytes;
    each->map_ns += lead->map_ns;
    if (!each->first_ns)
        each->first_ns = lead->first_ns;
    return SHEAF_OK;
}

/* The merged first passes become the run's current pass, as if they had been one. */
static enum sheaf_status do_total(struct each *each, struct sheaf_error *err)
{
    struct lead *lead = &each->lead;
    bool again;
    lead->answer = each->total;
    lead->answer->bytes = each->bytes;
    lead->first_ns = each->first_ns;
    lead->map_ns = each->map_ns;
    lead->before_bytes = 0;
    run_pass_cleanup(&lead->run);
    run_choose(&lead->run, ALL_INPUTS);
    lead->run.bundle = each->bundle;
    lead->run.total = each->whole;
    lead->run.total.work = &lead->run.bundle.work;
    each->bundle = (struct bundle){0};
    each->whole = (struct partial){0};
    enum sheaf_status status = lead_settle(lead, &again, err);
    lead->run.map_passes++;
    lead->mapped = NULL;
    if (status == SHEAF_OK && again)
        status = lead_passes(lead, err);
    return status;
}

static enum sheaf_status lead_each(struct lead *lead, struct sheaf_error *err)
{
    struct each *each = (struct each *)lead;
    const struct sheaf_plan *plan = lead->run.plan;
    int64_t begin_ns = lead->begin_ns;
    enum sheaf_status status = bundle_init(&each->bundle, plan->source, &plan->sieve, plan->reductions, lead->run.active,
                                           plan->reduction_count, 0, err);
    if (status == SHEAF_OK)
        status = partial_init(&each->whole, &each->bundle.work, err);
    lead->mapped = keep_first_pass;
    for (size_t i = 0; i < sheaf_source_input_count(plan->source) && status == SHEAF_OK; i++)
        status = do_input(each, i, err);
    if (status == SHEAF_OK)
        status = do_total(each, err);
    lead->begin_ns = begin_ns;
    if (status == SHEAF_OK)
        lead_sum_up(lead);
    partial_cleanup(&each->whole);
    bundle_cleanup(&each->bundle);
    return status;
}

static void destroy(struct sheaf_answer **answers, size_t count)
{
    for (size_t i = 0; answers && i < count; i++)
        sheaf_answer_destroy(answers[i]);
    free(answers);
}

enum sheaf_status sheaf_job_run_each(const struct sheaf_plan *plan, struct sheaf_answer ***answers,
                                     struct sheaf_answer **total, sheaf_progress *progress, void *context,
                                     struct sheaf_error *err)
{
    size_t count = sheaf_source_input_count(plan->source);
    if (!plan->sealed)
        return sheaf_fail(err, SHEAF_USAGE, "a plan must be sealed before it is run");
    if (strcmp(sheaf_source_format(plan->source), "pair") == 0)
        return sheaf_fail(err, SHEAF_USAGE, "the two sides of a pair have one result together, none for each");
    sheaf_error_clear(err);
    struct each each = {.lead = {.progress = progress, .progress_context = context}};
    each.answers = calloc(count, sizeof *each.answers);
    enum sheaf_status status = each.answers ? answer_new(&each.total, plan, err)
                                            : sheaf_fail(err, SHEAF_MEMORY, "no memory for %zu answers", count);
    for (size_t i = 0; i < count && status == SHEAF_OK; i++)
        status = answer_new(&each.answers[i], plan, err);
    each.lead.answer = each.total; /* what the job notes before its first pass is about all */
    if (status == SHEAF_OK)
        status = lead_job(&each.lead, plan, lead_each, err);
    if (status != SHEAF_OK) {
        destroy(each.answers, count);
        sheaf_answer_destroy(each.total);
        return status;
    }
    *answers = each.answers;
    *total = each.total;
    return SHEAF_OK;
}
