#include "execution_options.h"

#include <string.h>

#include "nearest.h"
#include "number.h"

/* ---- checks ------------------------------------------------------------------------------------------------------ */

enum sheaf_status execution_check_strategy(const char *name, struct sheaf_error *err)
{
    if (strcmp(name, "auto") == 0 || sheaf_strategy_find(name))
        return SHEAF_OK;
    size_t count;
    const struct sheaf_strategy *strategies = sheaf_strategies(&count);
    struct nearest nearest = nearest_to(name);
    nearest_offer(&nearest, "auto");
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, strategies[i].name);
    return sheaf_fail(err, SHEAF_USAGE, "there is no strategy \"%s\"%s", name,
                      nearest_hint(&nearest, "", " (sheaf strategies lists them)"));
}

static bool has_merge(const struct sheaf_strategy *strategy, const char *name, struct nearest *nearest)
{
    for (const struct sheaf_merge *m = strategy->merges; m->name; m++) {
        nearest_offer(nearest, m->name);
        if (strcmp(m->name, name) == 0)
            return true;
    }
    return false;
}

enum sheaf_status execution_check_merge(const char *strategy, const char *name, struct sheaf_error *err)
{
    if (!name)
        return SHEAF_OK;
    bool any = !strategy || strcmp(strategy, "auto") == 0;
    size_t count;
    const struct sheaf_strategy *strategies = sheaf_strategies(&count);
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < count; i++)
        if ((any || strcmp(strategies[i].name, strategy) == 0) && has_merge(&strategies[i], name, &nearest))
            return SHEAF_OK;
    return sheaf_fail(err, SHEAF_USAGE, "%s%s has %s merge method \"%s\"%s",
                      any ? "no strategy" : "strategy ", any ? "" : strategy, any ? "a" : "no", name,
                      nearest_hint(&nearest, "", " (sheaf strategies lists them)"));
}

enum sheaf_status execution_check_pin(const char *policy, struct sheaf_error *err)
{
    if (policy[0] >= '0' && policy[0] <= '9')
        return SHEAF_OK; /* a list is checked against the machine when the workers are placed */
    size_t count;
    const char *const *policies = sheaf_pin_policies(&count);
    struct nearest nearest = nearest_to(policy);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(policies[i], policy) == 0)
            return SHEAF_OK;
        nearest_offer(&nearest, policies[i]);
    }
    return sheaf_fail(err, SHEAF_USAGE, "there is no policy \"%s\"%s", policy,
                      nearest_hint(&nearest, "", " (none, compact, core, scatter, numa, or processors: 0,2,4-7)"));
}

enum sheaf_status execution_read_workers(const char *text, unsigned *workers, struct sheaf_error *err)
{
    uint64_t count;
    if (!parse_count(text, &count))
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not a count", text);
    if (count == 0)
        return sheaf_fail(err, SHEAF_USAGE, "0 workers compute nothing; give 1 or more");
    if (count > MOST_WORKERS)
        return sheaf_fail(err, SHEAF_USAGE, "%s is too many; at most %d", text, MOST_WORKERS);
    *workers = (unsigned)count;
    return SHEAF_OK;
}

enum sheaf_status execution_read_block(const char *text, uint64_t *bytes, struct sheaf_error *err)
{
    if (!parse_size(text, bytes))
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not a size in bytes (64K, 8MiB, 1.5GB)", text);
    if (*bytes == 0)
        return sheaf_fail(err, SHEAF_USAGE, "a block of 0 bytes holds nothing; give 1 or more");
    return SHEAF_OK;
}

/* ---- the options: one value each -------------------------------------------------------------------------------- */

static enum sheaf_status refuse_list(const char *text, struct sheaf_error *err)
{
    if (strchr(text, ','))
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is a list, and this command takes one; sheaf compare takes lists",
                          text);
    return SHEAF_OK;
}

static enum sheaf_status option_strategy(const struct option *option, void *field, const char *text,
                                         struct sheaf_error *err)
{
    (void)option;
    *(const char **)field = text;
    enum sheaf_status status = refuse_list(text, err);
    return status == SHEAF_OK ? execution_check_strategy(text, err) : status;
}

static enum sheaf_status option_merge(const struct option *option, void *field, const char *text,
                                      struct sheaf_error *err)
{
    (void)option;
    *(const char **)field = text;
    enum sheaf_status status = refuse_list(text, err);
    return status == SHEAF_OK ? execution_check_merge(NULL, text, err) : status;
}

static enum sheaf_status option_block(const struct option *option, void *field, const char *text,
                                      struct sheaf_error *err)
{
    (void)option;
    enum sheaf_status status = refuse_list(text, err);
    return status == SHEAF_OK ? execution_read_block(text, field, err) : status;
}

enum sheaf_status option_workers(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    enum sheaf_status status = refuse_list(text, err);
    return status == SHEAF_OK ? execution_read_workers(text, field, err) : status;
}

enum sheaf_status option_pin(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    *(const char **)field = text;
    return execution_check_pin(text, err);
}

#define FIELD(name) offsetof(struct execution_options, name)
const struct option_table execution_table = {
    "Execution",
    (const struct option[]){
        {"strategy", 0, false, "NAME", option_strategy, FIELD(way.strategy),
         "serial, threads, processes, shared, mpi, hybrid or auto (auto); see sheaf strategies"},
        {"merge", 0, false, "METHOD", option_merge, FIELD(way.merge),
         "How partial answers are merged (the strategy's first method)"},
        {"workers", 'j', false, "N", option_workers, FIELD(way.workers),
         "Workers; per rank under hybrid (what nproc prints, within cgroup and Slurm limits)"},
        {"pin", 0, false, "POLICY", option_pin, FIELD(way.pin),
         "none, compact, core, scatter, numa, or processors such as 0,2,4-7"},
        {"block", 0, false, "SIZE", option_block, FIELD(way.block_bytes), "Bytes of input in one block of work (8M)"},
        {"load", 0, false, "KERNELS.so", option_list, FIELD(load), "Load kernels from a shared object"},
        {"solo", 0, false, NULL, option_switch, FIELD(solo),
         "Under a launcher: every copy computes the full answer by itself"},
        {0},
    },
};
#undef FIELD

/* ---- one way to compute ------------------------------------------------------------------------------------------ */

void execution_apply(const struct execution *execution, struct sheaf_plan *plan)
{
    if (execution->strategy || execution->merge)
        sheaf_plan_set_strategy(plan, execution->strategy, execution->merge);
    if (execution->workers)
        sheaf_plan_set_workers(plan, execution->workers);
    if (execution->block_bytes)
        sheaf_plan_set_block(plan, execution->block_bytes);
    if (execution->pin)
        sheaf_plan_set_pin(plan, execution->pin);
}
