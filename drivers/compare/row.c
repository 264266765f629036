#include "compare/row.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <time.h>

#include "compare/digest.h"
#include "compare/reading.h"
#include "compare/wire.h"
#include "message.h"

/* ---- a plan ---------------------------------------------------------------------------------------------------- */

/* A sheaf_progress. Signs of life are rare, so that they do not show in what is measured. */
static bool live(void *context, uint64_t done_bytes, int64_t total_bytes, unsigned pass)
{
    time_t *said = context, now = time(NULL);
    (void)total_bytes;
    (void)pass;
    if (now != *said)
        wire_at(done_bytes);
    *said = now;
    return !wire_is_cut();
}

static enum sheaf_status run_once(struct reduction *reduction, struct sheaf_error *err)
{
    time_t said = time(NULL);
    sheaf_answer_destroy(reduction->answer);
    reduction->answer = NULL;
    enum sheaf_status status = sheaf_job_run(reduction->plan, &reduction->answer, live, &said, err);
    if (status != SHEAF_OK)
        return status;
    const struct sheaf_answer *answer = reduction->answer;
    wire_repetition(&(struct repetition){
        .elapsed_s = answer->elapsed_s,
        .start_s = answer->start_s,
        .map_s = answer->map_s,
        .merge_s = answer->merge_s,
        .bytes = answer->bytes,
        .peak_bytes = answer->peak_bytes,
        .passes = answer->passes,
        .rows = answer->rows,
        .digest = answer_digest(answer),
    });
    return SHEAF_OK;
}

static void say_plan(const struct sheaf_plan *plan, const struct way *way)
{
    struct sheaf_plan_view view;
    struct row_plan said = {0};
    sheaf_plan_view(plan, &view);
    snprintf(said.strategy, sizeof said.strategy, "%s", view.strategy);
    snprintf(said.merge, sizeof said.merge, "%s", view.merge);
    snprintf(said.pin, sizeof said.pin, "%s", view.pin);
    said.ranks = way->ranks ? view.ranks : 0;
    said.workers = view.workers;
    said.block_bytes = view.block_bytes;
    said.blocks = view.blocks;
    wire_plan(&said);
}

static enum sheaf_status serve_plan(struct reduction *reduction, struct sheaf_error *err)
{
    enum wire_order order;
    while ((order = wire_next_order()) != ORDER_QUIT) {
        if (order == ORDER_RUN) {
            enum sheaf_status status = run_once(reduction, err);
            if (status != SHEAF_OK)
                return status;
        } else if (reduction->answer) {
            answer_say(reduction->answer, reduction->data.source);
        }
    }
    return SHEAF_OK;
}

static enum sheaf_status serve_reduction(const struct way *way, struct request request, const struct text_list *names,
                                         struct sheaf_error *err)
{
    struct reduction reduction;
    struct execution execution = {.strategy = way->strategy, .merge = way->merge, .pin = way->pin,
                                  .workers = way->workers, .block_bytes = way->block_bytes};
    request.execution = &execution;
    enum sheaf_status status = reduction_prepare(&reduction, &request, names, err);
    if (status != SHEAF_OK)
        return status;
    say_plan(reduction.plan, way);
    status = serve_plan(&reduction, err);
    reduction_close(&reduction);
    return status;
}

/* ---- a reading ------------------------------------------------------------------------------------------------- */

/* The plan is not run: it only opens the same data in the same way. */
static enum sheaf_status serve_reading(const struct way *way, struct request request, const struct text_list *names,
                                       struct sheaf_error *err)
{
    const struct execution serial = {.strategy = "serial"};
    struct reduction reduction = {0};
    struct reading *reading = NULL;
    request.execution = &serial;
    enum sheaf_status status = reduction_prepare(&reduction, &request, names, err);
    if (status == SHEAF_OK)
        status = reading_open(&reading, way, reduction.data.source, request.input->offset.value, err);
    if (status == SHEAF_OK)
        wire_plan(&(struct row_plan){.strategy = "read", .merge = "-", .pin = "none", .workers = way->workers,
                                     .block_bytes = way->block_bytes});
    while (status == SHEAF_OK && wire_next_order() == ORDER_RUN) {
        struct repetition repetition = {0};
        status = reading_run(reading, &repetition, err);
        if (status == SHEAF_OK)
            wire_repetition(&repetition);
    }
    reading_close(reading);
    reduction_close(&reduction);
    return status;
}

int row_serve(const struct way *way, struct request request, const struct text_list *names)
{
    struct sheaf_error err;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* for a parent that could not say goodbye */
    enum sheaf_status status = way->kind == WAY_PLAN ? serve_reduction(way, request, names, &err)
                                                     : serve_reading(way, request, names, &err);
    if (status != SHEAF_OK)
        wire_error(&err);
    return exit_code(status);
}
