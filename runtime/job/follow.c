/* The other ranks of a world: they do what rank 0 announces. */
#include "exchange/world.h"
#include "job/run.h"
#include "job/seats.h"

/* A pass that fails fails on every rank; rank 0 decides what comes next, and reports. */
static void follow_step(struct run *run, enum step step, struct sheaf_error *heard)
{
    run_pass_cleanup(run);
    if (heard->status != SHEAF_OK)
        (void)run_agree(run, heard); /* in place of the first thing that every rank agrees on in a pass */
    else if (step == STEP_SURVEY)
        (void)run_survey(run, NULL);
    else
        (void)run_map(run, NULL);
}

static void follow_steps(struct run *run)
{
    for (;;) {
        enum step step;
        struct sheaf_error heard;
        sheaf_error_clear(&heard);
        (void)run_listen(run, &step, &heard);
        if (step == STEP_END)
            return;
        follow_step(run, step, &heard);
    }
}

/* `heard`: did the plan come through? */
static void follow_job(struct sheaf_world *world, const struct sheaf_buffer *bytes, const struct sheaf_error *heard)
{
    struct sheaf_plan *plan = NULL;
    struct run run = {0};
    struct sheaf_error ready = *heard;
    enum sheaf_status status = (enum sheaf_status)ready.status;
    if (status == SHEAF_OK)
        status = plan_unpack(&plan, bytes->data, bytes->size, world, &ready);
    if (status == SHEAF_OK)
        status = run_init(&run, plan, &ready);
    status = world_agree(world, &ready);
    if (status == SHEAF_OK) {
        (void)seats_gather(&run, NULL, NULL, NULL);
        follow_steps(&run);
    }
    if (plan && run.plan)
        run_cleanup(&run);
    sheaf_plan_destroy(plan);
}

enum sheaf_status sheaf_world_follow(struct sheaf_world *world, struct sheaf_error *err)
{
    struct sheaf_buffer bytes = {0};
    struct sheaf_error heard;
    for (;;) {
        sheaf_error_clear(&heard);
        enum sheaf_status status = world_tell(world, &bytes, &heard);
        if (world->broken || (status == SHEAF_OK && bytes.size == 0))
            break;
        follow_job(world, &bytes, &heard);
    }
    sheaf_buffer_cleanup(&bytes);
    if (world->broken && err)
        *err = heard;
    return world->broken ? SHEAF_INTERNAL : SHEAF_OK;
}
