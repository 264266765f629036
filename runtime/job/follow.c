/* The other ranks of a world: they do what rank 0 announces. */
#include "exchange/world.h"
#include "job/run.h"

static void follow_steps(struct run *run, struct sheaf_error *err)
{
    enum step step;
    while (run_listen(run, &step, err) == SHEAF_OK && step != STEP_END) {
        run_pass_cleanup(run);
        /* A pass that fails fails on every rank; rank 0 decides what comes next, and reports. */
        if (step == STEP_SURVEY)
            (void)run_survey(run, err);
        else
            (void)run_map(run, err);
    }
}

static enum sheaf_status follow_job(struct sheaf_world *world, const struct sheaf_buffer *bytes, struct sheaf_error *err)
{
    struct sheaf_plan *plan = NULL;
    struct run run = {0};
    struct sheaf_error ready;
    sheaf_error_clear(&ready);
    enum sheaf_status status = plan_unpack(&plan, bytes->data, bytes->size, world, &ready);
    if (status == SHEAF_OK)
        status = run_init(&run, plan, &ready);
    status = world_agree(world, &ready);
    if (status == SHEAF_OK)
        follow_steps(&run, err);
    if (plan && run.plan)
        run_cleanup(&run);
    sheaf_plan_destroy(plan);
    return status;
}

enum sheaf_status sheaf_world_follow(struct sheaf_world *world, struct sheaf_error *err)
{
    struct sheaf_buffer bytes = {0};
    enum sheaf_status status;
    while ((status = world_tell(world, &bytes, err)) == SHEAF_OK && bytes.size > 0)
        (void)follow_job(world, &bytes, err);
    sheaf_buffer_cleanup(&bytes);
    return status;
}
