/* The leader of a job: passes until no kernel wants another, then the answer. */
#include "job/lead.h"

#include "base/clock.h"
#include "base/fpenv.h"

#include "exchange/world.h"
#include "job/seats.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static bool report(void *context, uint64_t done_bytes)
{
    struct lead *lead = context;
    done_bytes += lead->before_bytes;
    return lead->progress(lead->progress_context, done_bytes, lead->total_bytes, lead->run.map_passes);
}

/* ---- one step, announced ------------------------------------------------------------------------------------- */

static void note_times(struct lead *lead, enum step what)
{
    const struct board *board = lead->run.board;
    int64_t first = atomic_load(&board->first_ns), last = atomic_load(&board->last_ns);
    if (first == INT64_MAX)
        return;
    if (!lead->first_ns)
        lead->first_ns = first;
    lead->map_ns += last - first;
    if (what == STEP_MAP) /* a survey reads the same bytes once more, for itself */
        lead->answer->bytes += atomic_load(&board->done_bytes);
    uint64_t children = atomic_load(&board->peak_bytes);
    if (children > lead->answer->peak_bytes)
        lead->answer->peak_bytes = children;
}

static enum sheaf_status step(struct lead *lead, enum step what, struct sheaf_error *err)
{
    struct run *run = &lead->run;
    run_pass_cleanup(run);
    enum sheaf_status status = run_announce(run, what, err);
    if (status == SHEAF_OK)
        status = what == STEP_SURVEY ? run_survey(run, err) : run_map(run, err);
    note_times(lead, what);
    return status;
}

/* A map pass; where it turns out that the text must be surveyed, the survey and then the pass again. */
enum sheaf_status lead_map(struct lead *lead, struct sheaf_error *err)
{
    struct run *run = &lead->run;
    bool wanted = run->cuttable && !run->entry && source_wants_survey(run->plan->source);
    enum sheaf_status status = wanted ? SHEAF_SURVEY : step(lead, STEP_MAP, err);
    if (status != SHEAF_SURVEY || run->entry)
        return status;
    status = step(lead, STEP_SURVEY, err);
    return status == SHEAF_OK ? step(lead, STEP_MAP, err) : status;
}

/* ---- results --------------------------------------------------------------------------------------------------- */

static enum sheaf_status locate(const struct sheaf_finish *finish, const struct sheaf_position *position,
                                struct sheaf_location *place, struct sheaf_error *err)
{
    const struct sheaf_source *source = finish->context;
    return source_locate(source, position, place, err);
}

static enum sheaf_status finish_member(struct lead *lead, uint32_t member, struct sheaf_error *err)
{
    const struct run *run = &lead->run;
    const struct bundle *bundle = &run->bundle;
    const struct reduction *reduction = bundle->members[member].reduction;
    struct sheaf_answer_part *part = &lead->answer->parts[reduction - run->plan->reductions];
    struct sheaf_finish finish = {
        .tally = *bundle_tally(bundle, run->total.state, member),
        .locate = locate,
        .context = (void *)run->plan->source,
    };
    part->tally = finish.tally;
    enum sheaf_status status = reduction->kernel->finish(bundle_state(bundle, run->total.state, member),
                                                         &bundle->members[member].args, &finish, &part->result, err);
    return failure_explain(err, status, reduction->kernel->name, "finish");
}

/* Asks a kernel whether it wants another pass. */
static enum sheaf_status ask_next(struct lead *lead, uint32_t member, bool *again, struct sheaf_error *err)
{
    struct run *run = &lead->run;
    const struct bundle *bundle = &run->bundle;
    const struct reduction *reduction = bundle->members[member].reduction;
    size_t index = (size_t)(reduction - run->plan->reductions);
    *again = false;
    if (!reduction->kernel->next)
        return SHEAF_OK;
    struct sheaf_buffer carry = {0};
    enum sheaf_status status = reduction->kernel->next(bundle_state(bundle, run->total.state, member),
                                                       &bundle->members[member].args, again, &carry, err);
    failure_explain(err, status, reduction->kernel->name, "next");
    if (status != SHEAF_OK || !*again) {
        sheaf_buffer_cleanup(&carry);
        return status;
    }
    sheaf_buffer_cleanup(&run->carries[index]);
    run->carries[index] = carry;
    return SHEAF_OK;
}

/* After a pass: each of its reductions is finished or goes on. */
enum sheaf_status lead_settle(struct lead *lead, bool *again, struct sheaf_error *err)
{
    struct run *run = &lead->run;
    enum sheaf_status status = SHEAF_OK;
    *again = false;
    for (uint32_t i = 0; i < run->bundle.member_count && status == SHEAF_OK; i++) {
        bool more;
        size_t index = (size_t)(run->bundle.members[i].reduction - run->plan->reductions);
        status = ask_next(lead, i, &more, err);
        if (status == SHEAF_OK && !more) {
            status = finish_member(lead, i, err);
            run->active[index] = NULL;
        }
        *again = *again || more;
    }
    if (status == SHEAF_OK && run->map_passes == 0)
        lead->answer->rows = *bundle_rows(run->total.state);
    return status;
}

/* Rows of the whole command: with several sets of columns, what any kernel used and all cells that were missing. */
static void sum_up(struct sheaf_answer *answer)
{
    struct sheaf_tally *rows = &answer->rows;
    for (size_t i = 0; i < answer->count; i++) {
        const struct sheaf_answer_part *part = &answer->parts[i];
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = part->columns[0] == answer->parts[j].columns[0] &&
                   part->kernel->role_count == answer->parts[j].kernel->role_count &&
                   memcmp(part->columns, answer->parts[j].columns, part->kernel->role_count * sizeof *part->columns) == 0;
        if (seen)
            continue;
        rows->used = part->tally.used > rows->used ? part->tally.used : rows->used;
        rows->missing += part->tally.missing;
        rows->nan += part->tally.nan;
    }
}

enum sheaf_status answer_new(struct sheaf_answer **out, const struct sheaf_plan *plan, struct sheaf_error *err)
{
    struct sheaf_answer *answer = calloc(1, sizeof *answer);
    if (answer)
        answer->parts = calloc(plan->reduction_count, sizeof *answer->parts);
    if (!answer || !answer->parts) {
        free(answer);
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for an answer");
    }
    answer->count = plan->reduction_count;
    for (uint32_t i = 0; i < plan->reduction_count; i++) {
        answer->parts[i].kernel = plan->reductions[i].kernel;
        answer->parts[i].columns = plan->reductions[i].columns;
    }
    *out = answer;
    return SHEAF_OK;
}

void sheaf_answer_destroy(struct sheaf_answer *answer)
{
    if (!answer)
        return;
    for (size_t i = 0; i < answer->count; i++)
        sheaf_result_cleanup(&answer->parts[i].result);
    free(answer->parts);
    free(answer->seats);
    free(answer);
}

static uint64_t own_peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (uint64_t)usage.ru_maxrss * 1024 : 0;
}

void lead_sum_up(struct lead *lead)
{
    struct sheaf_answer *answer = lead->answer;
    int64_t now = clock_ns(), first = lead->first_ns ? lead->first_ns : now;
    answer->passes = lead->run.map_passes;
    answer->start_s = (double)(first - lead->begin_ns) * 1e-9;
    answer->map_s = (double)lead->map_ns * 1e-9;
    answer->elapsed_s = (double)(now - first) * 1e-9;
    answer->merge_s = answer->elapsed_s > answer->map_s ? answer->elapsed_s - answer->map_s : 0;
    answer->peak_bytes += own_peak_bytes();
    sum_up(answer);
}

/* ---- the job ------------------------------------------------------------------------------------------------------ */

static enum sheaf_status tell_plan(const struct sheaf_plan *plan, struct sheaf_error *err)
{
    struct sheaf_buffer bytes = {0};
    enum sheaf_status status = plan_pack(plan, &bytes, err);
    if (status == SHEAF_OK)
        status = world_tell(plan->world, &bytes, err);
    sheaf_buffer_cleanup(&bytes);
    return status;
}

static bool goes_on(const struct reduction *reduction, uint32_t pass)
{
    const struct sheaf_kernel *kernel = reduction->kernel;
    struct sheaf_args args = {reduction->values, reduction->types, pass, NULL, 0};
    return kernel->next && !(kernel->one_pass && kernel->one_pass(&args));
}

/* May another pass follow the next one? */
static bool may_go_on(const struct run *run)
{
    for (uint32_t i = 0; i < run->plan->reduction_count; i++)
        if (run->active[i] && goes_on(&run->plan->reductions[i], run->map_passes))
            return true;
    return false;
}

enum sheaf_status lead_passes(struct lead *lead, struct sheaf_error *err)
{
    bool again = true;
    enum sheaf_status status = SHEAF_OK;
    while (again && status == SHEAF_OK) {
        if (may_go_on(&lead->run))
            source_keep(lead->run.plan->source);
        status = lead_map(lead, err);
        if (status == SHEAF_OK && lead->mapped)
            status = lead->mapped(lead, err);
        if (status == SHEAF_OK)
            status = lead_settle(lead, &again, err);
        lead->run.map_passes++;
    }
    return status;
}

static enum sheaf_status lead_world(struct lead *lead, lead_body *body, struct sheaf_error *err)
{
    struct sheaf_error ready;
    sheaf_error_clear(&ready);
    enum sheaf_status status = run_agree(&lead->run, &ready); /* has every rank understood the plan? */
    if (status != SHEAF_OK) {
        if (err)
            *err = ready;
        return status;
    }
    status = seats_gather(&lead->run, &lead->seats, &lead->seat_count, err);
    if (status == SHEAF_OK)
        status = body(lead, err);
    if (status == SHEAF_OK) {
        lead->answer->seats = lead->seats;
        lead->answer->seat_count = lead->seat_count;
    } else {
        free(lead->seats);
    }
    /* Whatever happened, the followers are waiting for a word. */
    enum sheaf_status told = run_announce(&lead->run, STEP_END, status == SHEAF_OK ? err : NULL);
    return status == SHEAF_OK ? told : status;
}

static enum sheaf_status lead_all(struct lead *lead, const struct sheaf_plan *plan, lead_body *body,
                                  struct sheaf_error *err)
{
    bool ranks = plan->exchange->spaces == SPACES_RANKS;
    lead->begin_ns = clock_ns();
    lead->total_bytes = sheaf_source_bytes(plan->source);
    enum sheaf_status status = run_init(&lead->run, plan, err);
    if (status == SHEAF_OK && ranks)
        status = tell_plan(plan, err);
    if (status == SHEAF_OK) {
        lead->run.cast.world = ranks ? plan->world : NULL;
        if (lead->progress) {
            lead->run.progress = report;
            lead->run.progress_context = lead;
        }
        status = ranks ? lead_world(lead, body, err) : body(lead, err);
    }
    run_cleanup(&lead->run);
    if (status != SHEAF_OK)
        source_locate_error(plan->source, err);
    return status;
}

enum sheaf_status lead_job(struct lead *lead, const struct sheaf_plan *plan, lead_body *body, struct sheaf_error *err)
{
    fpenv callers = fpenv_enter();
    enum sheaf_status status = lead_all(lead, plan, body, err);
    fpenv_leave(callers);
    return status;
}

static enum sheaf_status lead_whole(struct lead *lead, struct sheaf_error *err)
{
    enum sheaf_status status = lead_passes(lead, err);
    if (status == SHEAF_OK)
        lead_sum_up(lead);
    return status;
}

enum sheaf_status sheaf_job_run(const struct sheaf_plan *plan, struct sheaf_answer **out, sheaf_progress *progress,
                                void *context, struct sheaf_error *err)
{
    if (!plan->sealed)
        return sheaf_fail(err, SHEAF_USAGE, "a plan must be sealed before it is run");
    sheaf_error_clear(err);
    struct lead lead = {.progress = progress, .progress_context = context};
    enum sheaf_status status = answer_new(&lead.answer, plan, err);
    if (status == SHEAF_OK)
        status = lead_job(&lead, plan, lead_whole, err);
    if (status != SHEAF_OK) {
        sheaf_answer_destroy(lead.answer);
        return status;
    }
    *out = lead.answer;
    return SHEAF_OK;
}
