/* The planner. A policy turns the allowed processors into an order of slots; worker i gets slot i, and again from
 * the first. A slot is dealt by one processor that stands for it; the place is all there is around that processor:
 * itself, its core's threads, or its NUMA node. */
#include <sheaf/topo.h>

#include <stdlib.h>
#include <string.h>

#include "topo/cpulist.h"

struct slot {
    const struct sheaf_processor *at; /* the first processor of the slot */
    unsigned group, rank;             /* while slots are being ordered: object, and turn in it */
};

struct planner {
    struct sheaf_processor *processors; /* the allowed ones, in topology order */
    unsigned count;
    struct slot *slots; /* room for `count` */
    unsigned slot_count;
};

/* Are two neighbours in topology order in one object? */
typedef bool same_object(const struct sheaf_processor *a, const struct sheaf_processor *b);

static bool same_processor(const struct sheaf_processor *a, const struct sheaf_processor *b)
{
    return a->cpu == b->cpu;
}

static bool same_core(const struct sheaf_processor *a, const struct sheaf_processor *b)
{
    return a->core == b->core;
}

static bool same_node(const struct sheaf_processor *a, const struct sheaf_processor *b)
{
    return a->numa == b->numa;
}

static bool same_package(const struct sheaf_processor *a, const struct sheaf_processor *b)
{
    return a->package == b->package;
}

/* A cache may span nodes, and a node packages; scatter sees a strict tree. */
static bool same_node_and_package(const struct sheaf_processor *a, const struct sheaf_processor *b)
{
    return same_node(a, b) && same_package(a, b);
}

static bool same_cache_in_node(const struct sheaf_processor *a, const struct sheaf_processor *b)
{
    return a->cache == b->cache && same_node_and_package(a, b);
}

static bool same_machine(const struct sheaf_processor *a, const struct sheaf_processor *b)
{
    (void)a, (void)b;
    return true;
}

/* ---- ordering slots ---------------------------------------------------------------------------------------------- */

static void cut(struct planner *planner, same_object *same)
{
    for (unsigned i = 0; i < planner->count; i++) {
        const struct sheaf_processor *at = &planner->processors[i];
        if (i == 0 || !same(at - 1, at))
            planner->slots[planner->slot_count++].at = at;
    }
}

/* Numbers the objects, and the slots in each by their present order. */
static void number(struct planner *planner, same_object *same)
{
    unsigned group = 0, rank = 0;
    for (unsigned i = 0; i < planner->slot_count; i++, rank++) {
        struct slot *slot = &planner->slots[i];
        if (i && !same(slot[-1].at, slot->at)) {
            group++;
            rank = 0;
        }
        slot->group = group;
        slot->rank = rank;
    }
}

static int by_turn(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

/* Within each `outer` object: the first slots of the objects inside it in turn, then the second ones, and so on. */
static void interleave(struct planner *planner, same_object *inner, same_object *outer)
{
    number(planner, inner);
    unsigned group = 0;
    for (unsigned i = 0; i < planner->slot_count; i++) {
        struct slot *slot = &planner->slots[i];
        group += i && !outer(slot[-1].at, slot->at);
        slot->group = group;
    }
    qsort(planner->slots, planner->slot_count, sizeof *planner->slots, by_turn);
}

static void order_scatter(struct planner *planner)
{
    interleave(planner, same_cache_in_node, same_node_and_package);
    interleave(planner, same_node_and_package, same_package);
    interleave(planner, same_package, same_machine);
}

static void order_numa(struct planner *planner)
{
    interleave(planner, same_node, same_machine);
}

/* ---- policies ---------------------------------------------------------------------------------------------------- */

struct policy {
    same_object *slot; /* what is dealt */
    void (*order)(struct planner *planner);
    same_object *place; /* what its worker gets */
};
static const char *const policy_names[] = {"none", "compact", "core", "scatter", "numa"};
static const struct policy policies[] = {
    {NULL, NULL, NULL}, /* none needs no planner */
    {same_processor, NULL, same_processor},
    {same_core, NULL, same_core},
    {same_core, order_scatter, same_core},
    {same_core, order_numa, same_node},
};
enum { POLICY_COUNT = sizeof policies / sizeof *policies };
_Static_assert(POLICY_COUNT == sizeof policy_names / sizeof *policy_names, "a name for each policy");

const char *const *sheaf_pin_policies(size_t *count)
{
    *count = POLICY_COUNT;
    return policy_names;
}

static enum sheaf_status planner_init(struct planner *planner, const struct sheaf_topology *topology,
                                      const struct sheaf_cpuset *allowed, struct sheaf_error *err)
{
    memset(planner, 0, sizeof *planner);
    planner->processors = calloc(topology->count + 1, sizeof *planner->processors);
    planner->slots = calloc(topology->count + 1, sizeof *planner->slots);
    if (!planner->processors || !planner->slots)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory to place workers on %u processors", topology->count);
    for (unsigned i = 0; i < topology->count; i++)
        if (sheaf_cpuset_has(allowed, topology->processors[i].cpu))
            planner->processors[planner->count++] = topology->processors[i];
    if (!planner->count) {
        char text[128];
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "%s knows none of the allowed cpus \"%s\"", topology->source,
                          sheaf_cpuset_text(allowed, text, sizeof text));
    }
    return SHEAF_OK;
}

static void planner_cleanup(struct planner *planner)
{
    free(planner->processors);
    free(planner->slots);
}

/* All that is around `at`. */
static void add_around(struct sheaf_cpuset *place, const struct planner *planner, const struct sheaf_processor *at,
                       same_object *same)
{
    const struct sheaf_processor *end = planner->processors + planner->count;
    while (at > planner->processors && same(at - 1, at))
        at--;
    do
        sheaf_cpuset_add(place, at->cpu);
    while (++at < end && same(at - 1, at));
}

static enum sheaf_status place_by_policy(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                                         const struct policy *policy, unsigned workers, struct sheaf_cpuset *place,
                                         struct sheaf_error *err)
{
    struct planner planner;
    enum sheaf_status status = planner_init(&planner, topology, allowed, err);
    if (status == SHEAF_OK) {
        cut(&planner, policy->slot);
        if (policy->order)
            policy->order(&planner);
        for (unsigned i = 0; i < workers; i++)
            add_around(&place[i], &planner, planner.slots[i % planner.slot_count].at, policy->place);
    }
    planner_cleanup(&planner);
    return status;
}

static enum sheaf_status check_list(const struct sheaf_cpuset *allowed, const char *list, struct sheaf_error *err)
{
    char text[256];
    do {
        unsigned first, last;
        enum sheaf_status status = cpulist_next(&list, &first, &last, err);
        if (status != SHEAF_OK)
            return status;
        for (unsigned cpu = first; cpu <= last; cpu++)
            if (!sheaf_cpuset_has(allowed, cpu))
                return sheaf_fail(err, SHEAF_USAGE, "cpu %u is not allowed for this process; allowed: %s", cpu,
                                  sheaf_cpuset_text(allowed, text, sizeof text));
    } while (*list);
    return SHEAF_OK;
}

static enum sheaf_status place_by_list(const struct sheaf_cpuset *allowed, const char *list, unsigned workers,
                                       struct sheaf_cpuset *place, struct sheaf_error *err)
{
    enum sheaf_status status = check_list(allowed, list, err);
    const char *rest = list;
    for (unsigned i = 0; status == SHEAF_OK && i < workers; rest = *rest ? rest : list) {
        unsigned first, last;
        status = cpulist_next(&rest, &first, &last, err);
        for (; first <= last && i < workers; first++)
            sheaf_cpuset_add(&place[i++], first);
    }
    return status;
}

static enum sheaf_status unknown_policy(const char *policy, struct sheaf_error *err)
{
    char known[128] = "";
    for (size_t i = 0; i < POLICY_COUNT; i++)
        strcat(strcat(known, policy_names[i]), ", ");
    return sheaf_fail(err, SHEAF_USAGE, "unknown pin policy \"%s\"; there are %sand lists of cpus such as 0,2,4-7",
                      policy, known);
}

enum sheaf_status sheaf_place(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                              const char *policy, unsigned workers, struct sheaf_cpuset *place,
                              struct sheaf_error *err)
{
    memset(place, 0, workers * sizeof *place);
    if (*policy >= '0' && *policy <= '9')
        return place_by_list(allowed, policy, workers, place, err);
    size_t i = 0;
    while (i < POLICY_COUNT && strcmp(policy, policy_names[i]) != 0)
        i++;
    if (i == POLICY_COUNT)
        return unknown_policy(policy, err);
    if (policies[i].slot)
        return place_by_policy(topology, allowed, &policies[i], workers, place, err);
    for (unsigned w = 0; w < workers; w++)
        place[w] = *allowed;
    return SHEAF_OK;
}
