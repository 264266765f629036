/* Strategy = engine x exchange. A row here and nothing else makes a strategy. */
#include "plan/plan.h"

#include <string.h>

static const struct strategy_parts parts[] = {
    {&engine_serial, &exchange_none}, {&engine_openmp, &exchange_none}, {&engine_serial, &exchange_pipe},
    {&engine_serial, &exchange_shm},  {&engine_serial, &exchange_mpi},  {&engine_openmp, &exchange_mpi},
};
enum { STRATEGIES = sizeof parts / sizeof parts[0] }; /* in the order of the names below */

static struct sheaf_strategy strategies[STRATEGIES] = {
    {.name = "serial", .summary = "one worker", .isolation = "none: a crash ends the run"},
    {.name = "threads", .summary = "threads of this process (OpenMP)",
     .isolation = "none: threads share everything, a crash ends the run"},
    {.name = "processes", .summary = "forked workers, partials as messages",
     .isolation = "a worker's memory is its own; its death is an error that names it"},
    {.name = "shared", .summary = "forked workers, partials in shared memory",
     .isolation = "only the partials are shared; a worker's death is an error that names it"},
    {.name = "mpi", .summary = "one worker per rank, across nodes (MPI)",
     .isolation = "a rank's memory is its own; its death ends the launch"},
    {.name = "hybrid", .summary = "threads in each rank, across nodes (OpenMP and MPI)",
     .isolation = "between ranks as mpi, inside a rank as threads"},
};

const struct strategy_parts *strategy_parts(const struct sheaf_strategy *strategy)
{
    return &parts[strategy - strategies];
}

/* NULL, or why this build has it not. */
static const char *lacking(const char *feature)
{
    size_t count;
    const struct sheaf_feature *features = sheaf_features(&count);
    for (size_t i = 0; feature && i < count; i++)
        if (strcmp(features[i].name, feature) == 0 && !features[i].version)
            return strcmp(feature, "MPI") == 0 ? "this build has no MPI" : "this build has no OpenMP";
    return NULL;
}

/* The parts know what they offer; the table only joins them. Idempotent, so that racing first calls are harmless. */
const struct sheaf_strategy *sheaf_strategies(size_t *count)
{
    for (size_t i = 0; i < STRATEGIES; i++) {
        const struct engine *engine = parts[i].engine;
        const struct exchange *exchange = parts[i].exchange;
        strategies[i].engine = engine->name;
        strategies[i].exchange = exchange->name;
        strategies[i].merges = exchange->merges ? exchange->merges : engine->merges;
        const char *engine_lacks = lacking(engine->feature), *exchange_lacks = lacking(exchange->feature);
        strategies[i].unavailable = exchange_lacks ? exchange_lacks : engine_lacks;
    }
    *count = STRATEGIES;
    return strategies;
}

const struct sheaf_strategy *sheaf_strategy_find(const char *name)
{
    size_t count;
    const struct sheaf_strategy *all = sheaf_strategies(&count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}

const char *strategy_choose(int64_t source_bytes, unsigned workers_asked, unsigned workers, bool world)
{
    enum { SMALL = 1000 * 1000 };
    if (world)
        return workers > 1 && !lacking(engine_openmp.feature) ? "hybrid" : "mpi";
    bool small = source_bytes != SHEAF_UNKNOWN && source_bytes < SMALL && workers_asked == 0;
    if (small || workers == 1 || lacking(engine_openmp.feature))
        return "serial";
    return "threads";
}
