/* The ranks of a world: a pass on all of them, whose total is on rank 0. */
#include "exchange/ranks.h"

/* This rank's part of the pass. */
static enum sheaf_status compute(struct rank_pass *run, const struct crew *crew, struct sheaf_error *err)
{
    const struct pass *pass = run->pass;
    const struct sheaf_world *world = run->world;
    if (world->size == 1)
        return run_alone(crew, run->cast->engine, pass, run->mine, run->blocks, err);
    if (!pass->cut)
        return is_root(run) ? feed_ranks(run, err) : compute_fed(run, crew, err);
    struct counter_dealer share;
    uint64_t first, end;
    static_share(pass->cut->block_count, (uint64_t)world->rank, (uint64_t)world->size, &first, &end);
    atomic_store(&pass->board->cursor, first);
    counter_dealer_init(&share, pass, &pass->board->cursor, end);
    *run->blocks = pass->cut->block_count;
    return run->cast->engine->run(crew, pass, &share.base, run->mine, err);
}

/* Computes, and waits for all others to have done so. Every rank has the same status. */
static enum sheaf_status compute_together(struct rank_pass *run, const struct rank_method *method,
                                          struct sheaf_error *failure)
{
    struct crew crew = {.workers = run->cast->workers, .places = run->cast->places};
    if (method->after_block)
        crew.delivery = (struct delivery){method->after_block, run};
    failure_explain(failure, compute(run, &crew, failure), "a pass", "mpi");
    return pulse_end(&run->pulse, failure);
}

static enum sheaf_status combine_together(struct rank_pass *run, const struct rank_method *method,
                                          struct sheaf_error *failure)
{
    run->empty = run->mine->blocks.count == 0;
    failure_explain(failure, method->combine(run, failure), "a merge", "mpi");
    return world_agree(run->world, failure);
}

static enum sheaf_status run_pass(const struct cast *cast, const struct pass *pass, struct partial *total,
                                  uint64_t *blocks, struct sheaf_error *err)
{
    const struct rank_method *method = cast->merge ? cast->merge->method : rank_merges[0].method;
    struct rank_pass run = {.cast = cast, .pass = &run.pulse.own, .world = cast->world, .mine = total, .blocks = blocks,
                            .lock = PTHREAD_MUTEX_INITIALIZER};
    /* Of a fed source rank 0 has counted every byte itself. */
    pulse_init(&run.pulse, run.world, &run.lock, pass, pass->cut || is_root(&run));
    enum sheaf_status status = method->before ? method->before(&run, err) : SHEAF_OK;
    if (status != SHEAF_OK)
        return status;
    struct sheaf_error late;
    sheaf_error_clear(&late);
    status = compute_together(&run, method, err);
    /* What `before` opened is closed by `combine`, also after a failure, which is then the one to report. */
    if (status == SHEAF_OK)
        status = combine_together(&run, method, err);
    else if (method->before)
        (void)combine_together(&run, method, &late);
    blockset_cleanup(&run.added);
    return status;
}

const struct exchange exchange_mpi = {"mpi", SPACES_RANKS, "MPI", rank_merges, run_pass};
