#include "plan/plan.h"

#include "base/cpu.h"
#include "exchange/world.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST_WORKERS = 4096 };

enum sheaf_status sheaf_plan_new(struct sheaf_plan **out, const struct sheaf_source *source, struct sheaf_error *err)
{
    struct sheaf_plan *plan = calloc(1, sizeof *plan);
    if (!plan)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a plan");
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    plan->id = ((uint64_t)now.tv_sec << 32) ^ (uint64_t)now.tv_nsec ^ ((uint64_t)getpid() << 44);
    plan->source = source;
    plan->ranks = 1;
    *out = plan;
    return SHEAF_OK;
}

static void reduction_cleanup(struct reduction *reduction)
{
    free(reduction->values);
    free(reduction->types);
    free(reduction->columns);
}

void sheaf_plan_destroy(struct sheaf_plan *plan)
{
    if (!plan)
        return;
    for (uint32_t i = 0; i < plan->reduction_count; i++)
        reduction_cleanup(&plan->reductions[i]);
    free(plan->reductions);
    char *const texts[] = {plan->strategy_name, plan->merge_name, plan->pin_name, plan->nan_name};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        free(texts[i]);
    free(plan->places);
    sheaf_source_destroy(plan->own_source);
    free(plan);
}

/* ---- reductions ---------------------------------------------------------------------------------------------- */

/* The type in which a kernel gets a column: decimals if that is what all its columns are and all its inputs take, else
 * the doubles they round to. */
static enum sheaf_type role_type(const struct sheaf_source *source, const struct sheaf_kernel *kernel,
                                 const uint32_t *columns, uint32_t role)
{
    enum sheaf_type type = sheaf_source_column_type(source, columns[role]);
    bool decimals = type == SHEAF_DECIMAL;
    for (uint32_t i = 0; i < kernel->role_count && decimals; i++)
        decimals = kernel->roles[i].types & SHEAF_TYPE_BIT(SHEAF_DECIMAL) &&
                   sheaf_source_column_type(source, columns[i]) == SHEAF_DECIMAL;
    return type == SHEAF_DECIMAL && !decimals ? SHEAF_F64 : type;
}

static enum sheaf_status check_roles(const struct sheaf_plan *plan, const struct sheaf_kernel *kernel,
                                     const uint32_t *columns, struct sheaf_error *err)
{
    for (uint32_t i = 0; i < kernel->role_count; i++)
        if (columns[i] >= sheaf_source_column_count(plan->source))
            return sheaf_fail(err, SHEAF_USAGE, "kernel %s: the source has no column %u", kernel->name, columns[i] + 1);
    for (uint32_t i = 0; i < kernel->role_count; i++) {
        enum sheaf_type type = role_type(plan->source, kernel, columns, i);
        if (!(kernel->roles[i].types & SHEAF_TYPE_BIT(type)))
            return sheaf_fail(err, SHEAF_USAGE, "kernel %s does not take %s as its input %s", kernel->name,
                              sheaf_type_name(type), kernel->roles[i].name);
    }
    return SHEAF_OK;
}

static enum sheaf_status fill_values(struct reduction *reduction, const struct sheaf_arg *values, struct sheaf_error *err)
{
    const struct sheaf_kernel *kernel = reduction->kernel;
    for (uint32_t i = 0; i < kernel->param_count; i++) {
        if (values && values[i].set)
            reduction->values[i] = values[i];
        else if (kernel->params[i].fallback) {
            enum sheaf_status status =
                sheaf_param_parse(&kernel->params[i], kernel->params[i].fallback, &reduction->values[i], err);
            if (status != SHEAF_OK)
                return status;
        }
    }
    struct sheaf_args args = {reduction->values, reduction->types, 0, NULL, 0};
    return kernel->check ? failure_explain(err, kernel->check(&args, err), kernel->name, "check") : SHEAF_OK;
}

enum sheaf_status sheaf_plan_add(struct sheaf_plan *plan, const struct sheaf_kernel *kernel,
                                 const struct sheaf_arg *values, const uint32_t *columns, struct sheaf_error *err)
{
    sheaf_error_clear(err);
    enum sheaf_status status = kernel_check(kernel, err);
    if (status == SHEAF_OK)
        status = check_roles(plan, kernel, columns, err);
    if (status != SHEAF_OK)
        return status;
    struct reduction *reductions = realloc(plan->reductions, (plan->reduction_count + 1) * sizeof *reductions);
    if (!reductions)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a plan of %u reductions", plan->reduction_count + 1);
    plan->reductions = reductions;
    struct reduction *reduction = &reductions[plan->reduction_count];
    *reduction = (struct reduction){
        .kernel = kernel,
        .values = calloc(kernel->param_count + 1, sizeof *reduction->values),
        .types = calloc(kernel->role_count, sizeof *reduction->types),
        .columns = calloc(kernel->role_count, sizeof *reduction->columns),
    };
    if (!reduction->values || !reduction->types || !reduction->columns) {
        reduction_cleanup(reduction);
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a reduction");
    }
    for (uint32_t i = 0; i < kernel->role_count; i++) {
        reduction->columns[i] = columns[i];
        reduction->types[i] = role_type(plan->source, kernel, columns, i);
    }
    status = fill_values(reduction, values, err);
    if (status != SHEAF_OK)
        reduction_cleanup(reduction);
    else
        plan->reduction_count++;
    return status;
}

/* ---- what is asked for ------------------------------------------------------------------------------------------ */

/* What could not be kept is found out by seal: it must not turn into a default. */
static void keep(struct sheaf_plan *plan, char **field, const char *text)
{
    free(*field);
    *field = text ? strdup(text) : NULL;
    plan->forgetful = plan->forgetful || (text && !*field);
}

void sheaf_plan_set_strategy(struct sheaf_plan *plan, const char *strategy, const char *merge)
{
    keep(plan, &plan->strategy_name, strategy);
    keep(plan, &plan->merge_name, merge);
}

void sheaf_plan_set_workers(struct sheaf_plan *plan, unsigned workers)
{
    plan->workers_asked = workers;
}

void sheaf_plan_set_block(struct sheaf_plan *plan, uint64_t bytes)
{
    plan->block_bytes = bytes;
}

void sheaf_plan_set_each(struct sheaf_plan *plan)
{
    plan->each = true;
}

void sheaf_plan_set_pin(struct sheaf_plan *plan, const char *policy)
{
    keep(plan, &plan->pin_name, policy);
}

void sheaf_plan_set_nan(struct sheaf_plan *plan, const char *policy)
{
    keep(plan, &plan->nan_name, policy);
}

enum sheaf_status sheaf_plan_add_filter(struct sheaf_plan *plan, const char *expression, struct sheaf_error *err)
{
    struct sieve *sieve = &plan->sieve;
    if (sieve->filter_count == MOST_FILTERS)
        return sheaf_fail(err, SHEAF_USAGE, "more than %d filters", MOST_FILTERS);
    enum sheaf_status status = filter_parse(&sieve->filters[sieve->filter_count], expression, plan->source, err);
    sieve->filter_count += status == SHEAF_OK;
    return status;
}

void sheaf_plan_set_world(struct sheaf_plan *plan, struct sheaf_world *world)
{
    plan->world = world;
}

/* ---- seal ----------------------------------------------------------------------------------------------------------- */

/* What one run of passes reads: the source, or an input of it. */
static int64_t bytes_at_once(const struct sheaf_plan *plan)
{
    int64_t bytes = sheaf_source_bytes(plan->source);
    if (bytes == SHEAF_UNKNOWN || !plan->each)
        return bytes;
    return bytes / (int64_t)sheaf_source_input_count(plan->source);
}

static enum sheaf_status find_strategy(struct sheaf_plan *plan, struct sheaf_error *err)
{
    unsigned workers = plan->workers_asked ? plan->workers_asked : world_default_workers(plan->world);
    const char *name = plan->strategy_name ? plan->strategy_name : "auto";
    if (strcmp(name, "auto") == 0)
        name = strategy_choose(bytes_at_once(plan), plan->workers_asked, workers, plan->world != NULL);
    plan->strategy = sheaf_strategy_find(name);
    if (!plan->strategy)
        return sheaf_fail(err, SHEAF_USAGE, "unknown strategy \"%s\" (sheaf strategies lists them)", name);
    if (plan->strategy->unavailable)
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "strategy %s: %s", name, plan->strategy->unavailable);
    plan->engine = strategy_parts(plan->strategy).engine;
    plan->exchange = strategy_parts(plan->strategy).exchange;
    bool ranks = plan->exchange->spaces == SPACES_RANKS;
    if (ranks && !plan->world)
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "strategy %s runs on the ranks of a launcher: mpirun -n %u sheaf ...",
                          name, workers);
    plan->ranks = ranks ? (unsigned)sheaf_world_size(plan->world) : 1;
    bool one = plan->engine->single && plan->exchange->spaces != SPACES_FORKED;
    plan->workers = one ? 1 : workers;
    if (plan->workers > MOST_WORKERS)
        return sheaf_fail(err, SHEAF_USAGE, "%u workers are more than the %d that sheaf starts on one machine",
                          plan->workers, MOST_WORKERS);
    return SHEAF_OK;
}

/* The first kernel whose state is not lawful in that way; NULL: all are. */
static const struct sheaf_kernel *lawless(const struct sheaf_plan *plan, uint32_t law)
{
    for (uint32_t i = 0; i < plan->reduction_count; i++) {
        const struct sheaf_kernel *kernel = plan->reductions[i].kernel;
        if ((sheaf_kernel_laws(kernel) & law) != law)
            return kernel;
    }
    return NULL;
}

static enum sheaf_status find_merge(struct sheaf_plan *plan, struct sheaf_error *err)
{
    const struct sheaf_merge *merge = plan->strategy->merges;
    while (plan->merge_name && merge->name && strcmp(merge->name, plan->merge_name) != 0)
        merge++;
    if (!merge->name) {
        char known[256] = "";
        for (const struct sheaf_merge *m = plan->strategy->merges; m->name; m++) {
            strncat(known, *known ? ", " : "", sizeof known - strlen(known) - 1);
            strncat(known, m->name, sizeof known - strlen(known) - 1);
        }
        return sheaf_fail(err, SHEAF_USAGE, "strategy %s has no merge method \"%s\" (it has: %s)", plan->strategy->name,
                          plan->merge_name, known);
    }
    const struct sheaf_kernel *unfit = lawless(plan, merge->law);
    if (unfit)
        return sheaf_fail(err, SHEAF_USAGE, "merge method %s needs a state that %s, and that of %s is not (use %s)",
                          merge->name, merge->law & SHEAF_LAW_ADD64 ? "merges by adding integers" : "is flat",
                          unfit->name, plan->strategy->merges->name);
    plan->merge = merge;
    return SHEAF_OK;
}

/* 8 MiB, less for a small source, so that every worker gets some; always a multiple of the least. The result cannot depend
 * on it. */
static uint64_t choose_block(const struct sheaf_plan *plan)
{
    enum { MOST = 8 << 20, LEAST = 64 << 10, BLOCKS_PER_WORKER = 4 };
    int64_t bytes = bytes_at_once(plan);
    if (bytes == SHEAF_UNKNOWN)
        return 1 << 20;
    uint64_t share = (uint64_t)bytes / ((uint64_t)plan->workers * plan->ranks * BLOCKS_PER_WORKER);
    return share > MOST ? MOST : share < LEAST ? LEAST : share - share % LEAST;
}

uint64_t plan_most_blocks(const struct sheaf_plan *plan)
{
    return plan->merge->in_place ? (uint64_t)1 << 30 : UINT64_MAX; /* what SHEAF_LAW_ADD64 promises to stand */
}

/* Of a stream the workers see to it, as it goes. */
static enum sheaf_status check_blocks(const struct sheaf_plan *plan, struct sheaf_error *err)
{
    int64_t bytes = sheaf_source_bytes(plan->source);
    if (bytes != SHEAF_UNKNOWN && (uint64_t)bytes / plan->block_bytes >= plan_most_blocks(plan))
        return sheaf_fail(err, SHEAF_USAGE, "blocks of %llu bytes are too small for merge method %s on %lld bytes",
                          (unsigned long long)plan->block_bytes, plan->merge->name, (long long)bytes);
    return SHEAF_OK;
}

/* Places this process's workers. Reads the topology only if a policy needs it. */
static enum sheaf_status find_places(struct sheaf_plan *plan, struct sheaf_error *err)
{
    struct sheaf_cpuset allowed;
    struct sheaf_topology topology = {0};
    enum sheaf_status status = sheaf_allowed(&allowed, err);
    bool shared = plan->world && plan->world->peers > 1;
    bool may_pin = plan->pin_name ? strcmp(plan->pin_name, "none") != 0 : plan->workers > 1 || plan->world;
    if (status == SHEAF_OK && may_pin)
        status = sheaf_topology_load(&topology, err);
    if (status != SHEAF_OK)
        return status;
    if (may_pin && shared) {
        struct sheaf_cpuset all = allowed;
        sheaf_place_share(&topology, &all, plan->world->peer_index, plan->world->peers, &allowed);
    }
    plan->pin = plan->pin_name ? plan->pin_name
                : !may_pin || (plan->world && plan->world->entangled) ? "none"
                               : sheaf_default_pin(&topology, &allowed, plan->workers, plan->world && !shared);
    free(plan->places);
    plan->places = calloc(plan->workers, sizeof *plan->places);
    if (!plan->places)
        status = sheaf_fail(err, SHEAF_MEMORY, "no memory for %u places", plan->workers);
    if (status == SHEAF_OK)
        status = sheaf_place(&topology, &allowed, plan->pin, plan->workers, plan->places, err);
    sheaf_topology_cleanup(&topology);
    return status;
}

enum sheaf_status sheaf_plan_seal(struct sheaf_plan *plan, struct sheaf_error *err)
{
    if (plan->forgetful)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a plan");
    if (plan->reduction_count == 0)
        return sheaf_fail(err, SHEAF_USAGE, "nothing to compute: add a kernel first");
    enum sheaf_status status = cpu_limit_from_environment(err);
    if (status == SHEAF_OK)
        status = nan_policy_parse(&plan->sieve.nan, plan->nan_name ? plan->nan_name : "propagate", err);
    if (status == SHEAF_OK)
        status = find_strategy(plan, err);
    if (status == SHEAF_OK)
        status = find_merge(plan, err);
    if (status == SHEAF_OK && plan->block_bytes == 0)
        plan->block_bytes = choose_block(plan);
    if (status == SHEAF_OK)
        status = check_blocks(plan, err);
    if (status == SHEAF_OK)
        status = find_places(plan, err);
    plan->sealed = status == SHEAF_OK;
    return status;
}

struct cast plan_cast(const struct sheaf_plan *plan)
{
    bool forked = plan->exchange->spaces == SPACES_FORKED;
    return (struct cast){
        .engine = plan->engine,
        .spaces = forked ? plan->workers : plan->ranks,
        .workers = forked ? 1 : plan->workers,
        .places = strcmp(plan->pin, "none") == 0 ? NULL : plan->places,
        .merge = plan->merge,
        .world = plan->world,
    };
}

static const char *access_name(enum source_access access)
{
    static const char *const names[] = {[SOURCE_CUTTABLE] = "cuttable", [SOURCE_FED] = "fed", [SOURCE_ONCE] = "once"};
    return names[access];
}

/* What the kernels get of numbers in text. */
static const char *text_as(const struct sheaf_plan *plan)
{
    bool decimals = false, reals = false;
    for (uint32_t i = 0; i < plan->reduction_count; i++)
        for (uint32_t role = 0; role < plan->reductions[i].kernel->role_count; role++) {
            bool decimal = plan->reductions[i].types[role] == SHEAF_DECIMAL;
            decimals |= decimal;
            reals |= !decimal;
        }
    return !decimals ? "f64" : reals ? "decimal, f64" : "decimal";
}

static void view_text(const struct sheaf_plan *plan, struct sheaf_plan_view *view)
{
    bool said = true, present = false, absent = false;
    for (size_t i = 0; i < sheaf_source_input_count(plan->source); i++) {
        struct sheaf_header header = sheaf_source_header(plan->source, i);
        if (!header.is_text)
            continue;
        said &= header.said;
        present |= header.present;
        absent |= !header.present;
    }
    if (!present && !absent)
        return;
    view->as = text_as(plan);
    view->header = present - absent;
    view->header_by = said ? "option" : "content";
}

void sheaf_plan_view(const struct sheaf_plan *plan, struct sheaf_plan_view *view)
{
    enum source_access access = source_access(plan->source);
    *view = (struct sheaf_plan_view){
        .strategy = plan->strategy->name,
        .merge = plan->merge->name,
        .engine = plan->engine->name,
        .exchange = plan->exchange->name,
        .pin = plan->pin,
        .workers = plan->workers,
        .ranks = plan->ranks,
        .block_bytes = plan->block_bytes,
        .blocks = SHEAF_UNKNOWN,
        .access = access_name(access),
        .places = strcmp(plan->pin, "none") == 0 ? NULL : plan->places,
        .reduction_count = plan->reduction_count,
    };
    view_text(plan, view);
    struct cut cut;
    if (access == SOURCE_CUTTABLE && cut_init(&cut, plan->source, plan->block_bytes, NULL) == SHEAF_OK) {
        view->blocks = (int64_t)cut.block_count;
        cut_cleanup(&cut);
    }
}
