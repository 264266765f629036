/* Strategy = engine x exchange. A row here and nothing else makes a strategy. */
#include "plan/plan.h"

#include <pthread.h>
#include <string.h>

static const struct row {
    const char *name;
    struct strategy_parts parts;
    const char *summary, *isolation;
} rows[] = {
    {"serial", {&engine_serial, &exchange_none}, "one worker", "none: a crash ends the run"},
    {"threads", {&engine_openmp, &exchange_none}, "threads of this process (OpenMP)",
     "none: threads share everything, a crash ends the run"},
    {"processes", {&engine_serial, &exchange_pipe}, "forked workers, partials as messages",
     "a worker's memory is its own; its death is an error that names it"},
    {"shared", {&engine_serial, &exchange_shm}, "forked workers, partials in shared memory",
     "only the partials are shared; a worker's death is an error that names it"},
    {"mpi", {&engine_serial, &exchange_mpi}, "one worker per rank, across nodes (MPI)",
     "a rank's memory is its own; its death ends the launch"},
    {"hybrid", {&engine_openmp, &exchange_mpi}, "threads in each rank, across nodes (OpenMP and MPI)",
     "between ranks as mpi, inside a rank as threads"},
};
enum { STRATEGIES = sizeof rows / sizeof rows[0] };

/* The rows as programs see them: what the parts offer is theirs to say, so it is put together once, at run time. */
static struct sheaf_strategy strategies[STRATEGIES];
static pthread_once_t strategies_made = PTHREAD_ONCE_INIT;

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

static void make_strategies(void)
{
    for (size_t i = 0; i < STRATEGIES; i++) {
        const struct row *row = &rows[i];
        const struct engine *engine = row->parts.engine;
        const struct exchange *exchange = row->parts.exchange;
        const char *engine_lacks = lacking(engine->feature), *exchange_lacks = lacking(exchange->feature);
        strategies[i] = (struct sheaf_strategy){
            .name = row->name,
            .summary = row->summary,
            .isolation = row->isolation,
            .engine = engine->name,
            .exchange = exchange->name,
            .merges = exchange->merges ? exchange->merges : engine->merges,
            .unavailable = exchange_lacks ? exchange_lacks : engine_lacks,
        };
    }
}

const struct sheaf_strategy *sheaf_strategies(size_t *count)
{
    pthread_once(&strategies_made, make_strategies);
    *count = STRATEGIES;
    return strategies;
}

struct strategy_parts strategy_parts(const struct sheaf_strategy *strategy)
{
    return rows[strategy - strategies].parts;
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
