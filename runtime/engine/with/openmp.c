/* Threads by OpenMP, and four ways to bring their states together. */
#include "engine/engine.h"

#include <omp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct team {
    const struct crew *crew;
    const struct pass *pass;
    struct dealer *dealer;
    struct partial *total;     /* what in-place methods add to, and where worker 0 works otherwise */
    struct partial *partials;  /* per worker */
    unsigned char *side_by_side;
    pthread_mutex_t lock;
    struct sheaf_error failure;
    _Atomic bool failed;
};

/* How the workers' states become one. */
struct method {
    enum sheaf_status (*start)(struct team *team, unsigned worker, struct partial *partial, struct sheaf_error *err);
    enum sheaf_status (*after_block)(void *team, unsigned worker, struct partial *partial, struct sheaf_error *err);
    bool tree;
};

static enum sheaf_status start_padded(struct team *team, unsigned worker, struct partial *partial,
                                      struct sheaf_error *err)
{
    (void)worker;
    return partial_init(partial, team->pass->work, err); /* by the worker itself: first touch is its own */
}

static enum sheaf_status start_unpadded(struct team *team, unsigned worker, struct partial *partial,
                                        struct sheaf_error *err)
{
    const struct work *work = team->pass->work;
    return partial_init_in(partial, work, team->side_by_side + (size_t)worker * work->state_size, err);
}

static enum sheaf_status join_blocks(struct team *team, struct partial *partial, struct sheaf_error *err)
{
    if (blockset_merge(&team->total->blocks, &partial->blocks) == SHEAF_OK)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_OVERLAP, "a block was done twice");
}

static enum sheaf_status add_atomic(void *context, unsigned worker, struct partial *partial, struct sheaf_error *err)
{
    (void)worker;
    struct team *team = context;
    add64_atomic(team->total->state, partial->state, partial->work->state_size);
    pthread_mutex_lock(&team->lock); /* for the block numbers only */
    enum sheaf_status status = join_blocks(team, partial, err);
    pthread_mutex_unlock(&team->lock);
    return status == SHEAF_OK ? partial_reset(partial, err) : status;
}

static enum sheaf_status merge_locked(void *context, unsigned worker, struct partial *partial, struct sheaf_error *err)
{
    (void)worker;
    struct team *team = context;
    pthread_mutex_lock(&team->lock);
    enum sheaf_status status = partial_merge(team->total, partial, err);
    pthread_mutex_unlock(&team->lock);
    return status == SHEAF_OK ? partial_reset(partial, err) : status;
}

static const struct method private = {start_padded, NULL, true}, atomic = {start_padded, add_atomic, false},
                           critical = {start_padded, merge_locked, false}, unpadded = {start_unpadded, NULL, true};

static const struct sheaf_merge merges[] = {
    {"private", "a padded state per thread, merged as a tree at the end", 0, false, &private},
    {"atomic", "each block's state added to one total by atomic additions", SHEAF_LAW_ADD64, true, &atomic},
    {"critical", "each block's state merged into one total inside a lock", 0, true, &critical},
    {"unpadded", "as private, but the states share cache lines (false sharing)", SHEAF_LAW_FLAT, false, &unpadded},
    {0},
};

static void note(struct team *team, const struct sheaf_error *failure)
{
    pthread_mutex_lock(&team->lock);
    failure_note(&team->failure, failure);
    pthread_mutex_unlock(&team->lock);
    team->failed = true;
}

static void one_thread(struct team *team, const struct method *method, unsigned worker)
{
    struct sheaf_error err;
    sheaf_error_clear(&err);
    struct crew crew = *team->crew;
    if (method->after_block)
        crew.delivery = (struct delivery){method->after_block, team};
    enum sheaf_status status = method->start(team, worker, &team->partials[worker], &err);
    if (status == SHEAF_OK)
        status = worker_run(&crew, team->pass, team->dealer, worker, &team->partials[worker], &err);
    if (status != SHEAF_OK) {
        err.worker = (int32_t)worker;
        note(team, &err);
    }
}

static void merge_pair(struct team *team, unsigned into, unsigned from)
{
    struct sheaf_error err;
    sheaf_error_clear(&err);
    if (partial_merge(&team->partials[into], &team->partials[from], &err) != SHEAF_OK)
        note(team, &err);
}

static void run_team(struct team *team, const struct method *method)
{
    unsigned workers = team->crew->workers;
    /* A thread limit may give us fewer threads than asked for: then some do several workers' share of nothing. */
#pragma omp parallel num_threads((int)workers)
    {
        unsigned threads = (unsigned)omp_get_num_threads(), me = (unsigned)omp_get_thread_num();
        for (unsigned worker = me; worker < workers; worker += threads)
            one_thread(team, method, worker);
#pragma omp barrier
        for (unsigned step = 1; method->tree && step < workers; step *= 2) {
#pragma omp for schedule(static)
            for (unsigned i = 0; i < workers; i += 2 * step)
                if (i + step < workers && !team->failed)
                    merge_pair(team, i, i + step);
        }
    }
}

static enum sheaf_status run(const struct crew *crew, const struct pass *pass, struct dealer *dealer,
                             struct partial *into, struct sheaf_error *err)
{
    struct team team = {.crew = crew, .pass = pass, .dealer = dealer, .total = into};
    sheaf_error_clear(&team.failure);
    const struct method *method = crew->merge ? crew->merge->method : merges[0].method;
    team.partials = calloc(crew->workers, sizeof *team.partials);
    if (method->start == start_unpadded)
        team.side_by_side = aligned_alloc(64, (crew->workers * pass->work->state_size + 63) & ~(size_t)63);
    if (!team.partials || (method->start == start_unpadded && !team.side_by_side)) {
        free(team.partials);
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for the states of %u threads", crew->workers);
    }
    if (team.side_by_side)
        memset(team.side_by_side, 0, crew->workers * pass->work->state_size);
    pthread_mutex_init(&team.lock, NULL);

    run_team(&team, method);

    if (!team.failed && method->tree && partial_merge(into, &team.partials[0], err) != SHEAF_OK)
        note(&team, err);
    for (unsigned i = 0; i < crew->workers; i++)
        partial_cleanup(&team.partials[i]);
    free(team.partials);
    free(team.side_by_side);
    pthread_mutex_destroy(&team.lock);
    if (team.failed)
        *err = team.failure;
    return (enum sheaf_status)team.failure.status;
}

const struct engine engine_openmp = {"openmp", false, "OpenMP", merges, run};
