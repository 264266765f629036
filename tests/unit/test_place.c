#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sheaf/topo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- machines ---------------------------------------------------------------------------------------------------- */

static struct sheaf_cpuset set_of(const char *text)
{
    struct sheaf_cpuset set;
    assert_int_equal(sheaf_cpuset_parse(&set, text, NULL), SHEAF_OK);
    return set;
}

static struct sheaf_topology machine_of(const char *description)
{
    struct sheaf_topology machine;
    assert_int_equal(sheaf_topology_synthetic(&machine, description, NULL), SHEAF_OK);
    return machine;
}

static struct sheaf_cpuset all_of(const struct sheaf_topology *machine)
{
    struct sheaf_cpuset all = {{0}};
    for (unsigned i = 0; i < machine->count; i++)
        sheaf_cpuset_add(&all, machine->processors[i].cpu);
    return all;
}

/* Takes processors out of a machine, as if they had never been there. */
static void punch(struct sheaf_topology *machine, const struct sheaf_cpuset *gone)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < machine->count; i++)
        if (!sheaf_cpuset_has(gone, machine->processors[i].cpu))
            machine->processors[kept++] = machine->processors[i];
    machine->count = kept;
}

/* Gives the cpus numbers as many firmwares do: the first threads of all cores, then the second ones. */
static void number_by_thread(struct sheaf_topology *machine, unsigned threads)
{
    for (unsigned i = 0; i < machine->count; i++)
        machine->processors[i].cpu = i % threads * (machine->count / threads) + i / threads;
}

enum { MACHINES = 13 };

static struct sheaf_topology machine_number(int i)
{
    static const char *const regular[] = {
        "package:2 numa:4 core:8 pu:2", "core:1", "package:3 core:5",  "package:1 core:6 pu:4",
        "pu:1",                         "numa:3", "core:2",            "package:2 numa:2 cache:3 core:2 pu:2",
        "package:4 numa:8 cache:4 core:8 pu:8",
    };
    int regular_count = sizeof regular / sizeof *regular;
    if (i < regular_count)
        return machine_of(regular[i]);
    static const char *const bases[] = {"package:2 numa:2 core:4 pu:2", "package:2 numa:2 cache:2 core:2 pu:2",
                                        "package:2 numa:2 cache:2 core:2 pu:2", "package:2 core:6"};
    struct sheaf_topology machine = machine_of(bases[i - regular_count]);
    if (i == regular_count) { /* uneven packages, nodes and cores */
        struct sheaf_cpuset gone = set_of("1,6-7,16-21,30");
        punch(&machine, &gone);
    } else if (i == regular_count + 1) {
        number_by_thread(&machine, 2);
    } else if (i == regular_count + 2) { /* one NUMA node over both packages, caches not known */
        for (unsigned p = 0; p < machine.count; p++)
            machine.processors[p].numa = machine.processors[p].cache = 0;
    } else { /* a tree that is none: a node over packages and a cache over nodes, beside smaller ones */
        for (unsigned p = 0; p < machine.count; p++) {
            machine.processors[p].numa = p >= 8;
            machine.processors[p].cache = p >= 10;
        }
    }
    return machine;
}

/* Sets that a launcher may leave: all, the first thread of each core, half a package, odd ones, one, scattered. */
enum { ALLOWED_SETS = 7 };

static struct sheaf_cpuset allowed_number(const struct sheaf_topology *machine, int kind)
{
    struct sheaf_cpuset allowed = {{0}};
    uint64_t x = 7;
    unsigned in_package = 0, last_core = ~0u;
    for (unsigned i = 0; i < machine->count; i++)
        in_package += machine->processors[i].package == 0;
    for (unsigned i = 0; i < machine->count; i++) {
        const struct sheaf_processor *p = &machine->processors[i];
        x = x * 6364136223846793005u + 1442695040888963407u;
        const bool in[ALLOWED_SETS] = {true,       p->core != last_core, i < (in_package + 1) / 2, i % 2 == 0,
                                       i == machine->count / 2, x >> 62 == 0, i >= in_package / 2 && x >> 63};
        if (in[kind])
            sheaf_cpuset_add(&allowed, p->cpu);
        last_core = p->core;
    }
    if (!sheaf_cpuset_count(&allowed))
        sheaf_cpuset_add(&allowed, machine->processors[0].cpu);
    return allowed;
}

/* ---- an independent look at places ------------------------------------------------------------------------------- */

static unsigned core_of(const struct sheaf_topology *machine, unsigned cpu)
{
    for (unsigned i = 0; i < machine->count; i++)
        if (machine->processors[i].cpu == cpu)
            return machine->processors[i].core;
    fail_msg("cpu %u is not in the machine", cpu);
    return 0;
}

static const struct sheaf_processor *processor_of(const struct sheaf_topology *machine,
                                                  const struct sheaf_cpuset *place)
{
    for (unsigned i = 0; i < machine->count; i++)
        if (sheaf_cpuset_has(place, machine->processors[i].cpu))
            return &machine->processors[i];
    fail_msg("an empty place");
    return NULL;
}

/* Allowed cores, or those of them in the same object as `p`: level 0 machine, 1 package, 2 node in it, 3 cache. */
static unsigned cores_in(const struct sheaf_topology *machine, const struct sheaf_cpuset *allowed,
                         const struct sheaf_processor *p, int level)
{
    static struct sheaf_cpuset seen;
    memset(&seen, 0, sizeof seen);
    for (unsigned i = 0; i < machine->count; i++) {
        const struct sheaf_processor *q = &machine->processors[i];
        if (sheaf_cpuset_has(allowed, q->cpu) && (level < 1 || p->package == q->package) &&
            (level < 2 || p->numa == q->numa) && (level < 3 || p->cache == q->cache))
            sheaf_cpuset_add(&seen, q->core);
    }
    return sheaf_cpuset_count(&seen);
}

static bool inside(const struct sheaf_cpuset *a, const struct sheaf_cpuset *b)
{
    SHEAF_CPUSET_EACH(cpu, a)
        if (!sheaf_cpuset_has(b, cpu))
            return false;
    return true;
}

struct deal {
    struct sheaf_topology machine;
    struct sheaf_cpuset allowed;
    const char *policy;
    unsigned workers;
    struct sheaf_cpuset *place;
};

static void deal(struct deal *d)
{
    d->place = malloc(d->workers * sizeof *d->place);
    assert_non_null(d->place);
    assert_int_equal(sheaf_place(&d->machine, &d->allowed, d->policy, d->workers, d->place, NULL), SHEAF_OK);
}

/* Calls `check` for every machine, allowed set and worker count of the policy. */
static void for_all(const char *policy, void (*check)(const struct deal *))
{
    static const unsigned counts[] = {1, 2, 3, 4, 5, 7, 8, 16, 17, 31, 64, 65, 128, 129, 300};
    for (int m = 0; m < MACHINES; m++) {
        struct deal d = {.machine = machine_number(m), .policy = policy};
        bool huge = d.machine.count > 1000;
        for (int a = 0; a < ALLOWED_SETS; a++) {
            d.allowed = allowed_number(&d.machine, a);
            for (size_t w = huge ? 10 : 0; w < sizeof counts / sizeof *counts; w += huge ? 4 : 1) {
                d.workers = counts[w];
                deal(&d);
                check(&d);
                free(d.place);
            }
        }
        sheaf_topology_cleanup(&d.machine);
    }
}

/* ---- properties -------------------------------------------------------------------------------------------------- */

static void check_inside(const struct deal *d)
{
    for (unsigned w = 0; w < d->workers; w++) {
        assert_true(sheaf_cpuset_count(&d->place[w]) > 0);
        assert_true(inside(&d->place[w], &d->allowed));
    }
}

static void inside_allowed(void **state)
{
    (void)state;
    size_t count;
    const char *const *policies = sheaf_pin_policies(&count);
    for (size_t i = 0; i < count; i++)
        for_all(policies[i], check_inside);
}

/* The same again, and fewer workers get the first of the places. */
static void check_determined(const struct deal *d)
{
    struct deal again = *d;
    deal(&again);
    assert_memory_equal(again.place, d->place, d->workers * sizeof *d->place);
    free(again.place);
    again.workers = (d->workers + 1) / 2;
    deal(&again);
    assert_memory_equal(again.place, d->place, again.workers * sizeof *d->place);
    free(again.place);
}

static void determined(void **state)
{
    (void)state;
    size_t count;
    const char *const *policies = sheaf_pin_policies(&count);
    for (size_t i = 0; i < count; i++)
        for_all(policies[i], check_determined);
}

static void check_start_again(const struct deal *d)
{
    unsigned period = strcmp(d->policy, "compact") == 0 ? sheaf_cpuset_count(&d->allowed)
                                                        : cores_in(&d->machine, &d->allowed, NULL, 0);
    for (unsigned w = period; w < d->workers; w++)
        assert_true(sheaf_cpuset_equal(&d->place[w], &d->place[w - period]));
}

static void start_again(void **state)
{
    (void)state;
    for_all("compact", check_start_again);
    for_all("core", check_start_again);
    for_all("scatter", check_start_again);
    for_all("numa", check_start_again);
}

static void check_none(const struct deal *d)
{
    for (unsigned w = 0; w < d->workers; w++)
        assert_true(sheaf_cpuset_equal(&d->place[w], &d->allowed));
}

static void none_is_everything(void **state)
{
    (void)state;
    for_all("none", check_none);
}

/* Worker w's place is one core, all of its allowed threads, and no earlier worker's before all are in use. */
static void check_own_cores(const struct deal *d)
{
    unsigned cores = cores_in(&d->machine, &d->allowed, NULL, 0);
    for (unsigned w = 0; w < d->workers && w < cores; w++) {
        unsigned core = processor_of(&d->machine, &d->place[w])->core;
        for (unsigned i = 0; i < d->machine.count; i++) {
            const struct sheaf_processor *p = &d->machine.processors[i];
            assert_int_equal(sheaf_cpuset_has(&d->place[w], p->cpu),
                             p->core == core && sheaf_cpuset_has(&d->allowed, p->cpu));
        }
        for (unsigned earlier = 0; earlier < w; earlier++)
            assert_false(sheaf_cpuset_intersects(&d->place[earlier], &d->place[w]));
    }
}

static void own_cores(void **state)
{
    (void)state;
    for_all("core", check_own_cores);
    for_all("scatter", check_own_cores);
}

static void check_core_order(const struct deal *d)
{
    unsigned cores = cores_in(&d->machine, &d->allowed, NULL, 0);
    for (unsigned w = 1; w < d->workers && w < cores; w++)
        assert_true(processor_of(&d->machine, &d->place[w - 1]) < processor_of(&d->machine, &d->place[w]));
}

static void core_goes_in_order(void **state)
{
    (void)state;
    for_all("core", check_core_order);
}

static void check_compact(const struct deal *d)
{
    unsigned cpus = sheaf_cpuset_count(&d->allowed);
    for (unsigned w = 0; w < d->workers && w < cpus; w++) {
        assert_int_equal(sheaf_cpuset_count(&d->place[w]), 1);
        if (w)
            assert_true(processor_of(&d->machine, &d->place[w - 1]) < processor_of(&d->machine, &d->place[w]));
    }
}

static void compact_fills_threads(void **state)
{
    (void)state;
    for_all("compact", check_compact);
}

/* Of the objects of one level (inside what the outer levels chose), scatter always goes to one that has a free core
 * and the fewest workers of those that have. */
static void check_scatter(const struct deal *d)
{
    unsigned cores = cores_in(&d->machine, &d->allowed, NULL, 0);
    for (unsigned w = 0; w < d->workers && w < cores; w++) {
        struct sheaf_cpuset taken = {{0}};
        for (unsigned e = 0; e < w; e++)
            SHEAF_CPUSET_EACH(cpu, &d->place[e])
                sheaf_cpuset_add(&taken, cpu);
        const struct sheaf_processor *chosen = processor_of(&d->machine, &d->place[w]);
        for (int level = 1; level <= 3; level++) {
            unsigned there = cores_in(&d->machine, &taken, chosen, level);
            const struct sheaf_processor *last = NULL;
            for (unsigned i = 0; i < d->machine.count; i++) {
                const struct sheaf_processor *p = &d->machine.processors[i];
                bool sibling = level == 1 || (p->package == chosen->package && (level == 2 || p->numa == chosen->numa));
                bool seen = last && last->package == p->package && last->numa == p->numa && last->cache == p->cache;
                last = p;
                if (!sibling || seen)
                    continue;
                unsigned other = cores_in(&d->machine, &taken, p, level);
                assert_true(there <= other || other == cores_in(&d->machine, &d->allowed, p, level));
            }
        }
    }
}

static void scatter_spreads(void **state)
{
    (void)state;
    static const unsigned counts[] = {2, 5, 13, 70};
    for (int m = 0; m < MACHINES; m++) {
        struct deal d = {.machine = machine_number(m), .policy = "scatter"};
        for (int a = 0; a < ALLOWED_SETS; a++) {
            d.allowed = allowed_number(&d.machine, a);
            for (size_t w = 0; w < sizeof counts / sizeof *counts && (w < 2 || d.machine.count < 1000); w++) {
                d.workers = counts[w];
                deal(&d);
                check_scatter(&d);
                free(d.place);
            }
        }
        sheaf_topology_cleanup(&d.machine);
    }
}

/* A place is all that is allowed of one node; no node has more workers than cores before all are full; nodes with
 * room differ by one worker at most. */
static void check_numa(const struct deal *d)
{
    unsigned cores = cores_in(&d->machine, &d->allowed, NULL, 0), nodes = d->machine.numa_count;
    unsigned *dealt = calloc(nodes, sizeof *dealt), *room = calloc(nodes, sizeof *room);
    assert_true(dealt && room);
    for (unsigned i = 0; i < d->machine.count; i++) {
        struct sheaf_cpuset of_node = {{0}};
        const struct sheaf_processor *p = &d->machine.processors[i];
        if (i && p[-1].numa == p->numa)
            continue;
        for (unsigned j = i; j < d->machine.count; j++)
            if (d->machine.processors[j].numa == p->numa && sheaf_cpuset_has(&d->allowed, d->machine.processors[j].cpu))
                sheaf_cpuset_add(&of_node, d->machine.processors[j].cpu);
        room[p->numa] = cores_in(&d->machine, &of_node, NULL, 0);
        for (unsigned w = 0; w < d->workers; w++)
            assert_true(!sheaf_cpuset_intersects(&d->place[w], &of_node) || sheaf_cpuset_equal(&d->place[w], &of_node));
    }
    for (unsigned w = 0; w < d->workers && w < cores; w++) {
        unsigned chosen = processor_of(&d->machine, &d->place[w])->numa;
        assert_true(dealt[chosen] < room[chosen]);
        for (unsigned n = 0; n < nodes; n++)
            assert_true(dealt[chosen] < dealt[n] || (dealt[chosen] == dealt[n] && chosen <= n) || dealt[n] == room[n]);
        dealt[chosen]++;
    }
    free(dealt);
    free(room);
}

static void numa_in_turn(void **state)
{
    (void)state;
    for_all("numa", check_numa);
}

/* ---- known answers ----------------------------------------------------------------------------------------------- */

/* Places as texts, blank between workers. */
static void assert_places(const struct sheaf_topology *machine, const char *allowed_text, const char *policy,
                          unsigned workers, const char *expected)
{
    struct sheaf_cpuset place[32], allowed = set_of(allowed_text);
    char text[1024] = "", one[128];
    assert_true(workers <= 32);
    assert_int_equal(sheaf_place(machine, &allowed, policy, workers, place, NULL), SHEAF_OK);
    for (unsigned w = 0; w < workers; w++) {
        strcat(text, w ? " " : "");
        strcat(text, sheaf_cpuset_text(&place[w], one, sizeof one));
    }
    assert_string_equal(text, expected);
}

static void known_places(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("package:2 numa:2 core:2 pu:2");
    assert_places(&m, "0-15", "none", 2, "0-15 0-15");
    assert_places(&m, "0-15", "compact", 5, "0 1 2 3 4");
    assert_places(&m, "0-15", "core", 10, "0-1 2-3 4-5 6-7 8-9 10-11 12-13 14-15 0-1 2-3");
    assert_places(&m, "0-15", "scatter", 9, "0-1 8-9 4-5 12-13 2-3 10-11 6-7 14-15 0-1");
    assert_places(&m, "0-15", "numa", 6, "0-3 4-7 8-11 12-15 0-3 4-7");
    assert_places(&m, "1-4,9,15", "compact", 7, "1 2 3 4 9 15 1");
    assert_places(&m, "1-4,9,15", "core", 6, "1 2-3 4 9 15 1");
    assert_places(&m, "1-4,9,15", "scatter", 6, "1 9 4 15 2-3 1");
    assert_places(&m, "1-4,9,15", "numa", 6, "1-3 4 9 15 1-3 1-3");
    assert_places(&m, "0-15", "3,0,9-11", 7, "3 0 9 10 11 3 0");
    assert_places(&m, "7", "7", 2, "7 7");
    assert_places(&m, "0-15", "5,5,6", 4, "5 5 6 5");
    sheaf_topology_cleanup(&m);

    m = machine_of("package:2 cache:2 core:2"); /* four caches of two cores */
    assert_places(&m, "0-7", "scatter", 8, "0 4 2 6 1 5 3 7");
    sheaf_topology_cleanup(&m);

    m = machine_of("core:4 pu:2");
    number_by_thread(&m, 2);
    assert_places(&m, "0-7", "core", 4, "0,4 1,5 2,6 3,7");
    assert_places(&m, "0-7", "compact", 4, "0 4 1 5");
    assert_places(&m, "0-3", "compact", 4, "0 1 2 3");
    sheaf_topology_cleanup(&m);
}

static void without_a_topology(void **state)
{
    (void)state;
    assert_places(NULL, "2-5", "none", 2, "2-5 2-5");
    assert_places(NULL, "2-5", "5,2", 3, "5 2 5");
}

static void the_largest_machine(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("package:32 numa:4 cache:4 core:8 pu:2");
    struct sheaf_cpuset allowed = all_of(&m), used = {{0}};
    unsigned workers = SHEAF_CPUSET_BITS / 2;
    assert_int_equal(m.count, SHEAF_CPUSET_BITS);
    assert_int_equal(sheaf_cpuset_count(&allowed), SHEAF_CPUSET_BITS);
    struct sheaf_cpuset *place = malloc(workers * sizeof *place);
    assert_non_null(place);
    static const char *const policies[] = {"core", "scatter"};
    for (int i = 0; i < 2; i++) {
        memset(&used, 0, sizeof used);
        assert_int_equal(sheaf_place(&m, &allowed, policies[i], workers, place, NULL), SHEAF_OK);
        for (unsigned w = 0; w < workers; w++)
            SHEAF_CPUSET_EACH(cpu, &place[w])
                sheaf_cpuset_add(&used, cpu);
        assert_true(sheaf_cpuset_equal(&used, &allowed));
    }
    for (unsigned w = 0; w < 32; w++) /* scatter, still */
        assert_int_equal(sheaf_cpuset_next(&place[w], 0), w * 256);
    free(place);
    sheaf_topology_cleanup(&m);
}

static void refused(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("core:8");
    struct sheaf_cpuset place[2], allowed = set_of("0-3"), elsewhere = set_of("100-101");
    struct sheaf_error err;
    static const char *const unknown[] = {"", "cores", "Core", "packed", "-1", " core", "core "};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_int_equal(sheaf_place(&m, &allowed, unknown[i], 2, place, &err), SHEAF_USAGE);
        size_t count;
        const char *const *policies = sheaf_pin_policies(&count);
        for (size_t p = 0; p < count; p++)
            assert_non_null(strstr(err.message, policies[p]));
    }
    static const char *const lists[] = {"0,", "0-", "3-1", "0;1", "0,x", "9999"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        assert_int_equal(sheaf_place(&m, &allowed, lists[i], 2, place, &err), SHEAF_USAGE);
    assert_int_equal(sheaf_place(&m, &allowed, "0,2-5", 1, place, &err), SHEAF_USAGE);
    assert_non_null(strstr(err.message, "cpu 4 "));
    assert_non_null(strstr(err.message, "0-3"));
    assert_int_equal(sheaf_place(&m, &elsewhere, "core", 1, place, &err), SHEAF_UNAVAILABLE);
    assert_non_null(strstr(err.message, "100-101"));
    assert_int_equal(sheaf_place(&m, &allowed, "core", 0, place, &err), SHEAF_OK);
    sheaf_topology_cleanup(&m);
}

static void bad_descriptions(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " ", "core", "core:", "core:0", "core:-1", "core:x", "core:1x", "pu:2 core:2",
                                      "core:2 core:2", "socket:2", "core:8193", "package:100 core:100", "core:2,pu:2",
                                      "core:99999999999999999999", ":2", "core:2:3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sheaf_topology m;
        struct sheaf_error err;
        assert_int_equal(sheaf_topology_synthetic(&m, bad[i], &err), SHEAF_USAGE);
        assert_non_null(strstr(err.message, "package:2"));
    }
}

/* ---- defaults, sharing ------------------------------------------------------------------------------------------- */

static void four_independent_runs(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("core:4");
    struct sheaf_cpuset allowed = all_of(&m);
    for (int run = 0; run < 4; run++) {
        const char *pin = sheaf_default_pin(&m, &allowed, 1, false);
        struct sheaf_cpuset place;
        assert_string_equal(pin, "none");
        assert_int_equal(sheaf_place(&m, &allowed, pin, 1, &place, NULL), SHEAF_OK);
        assert_true(sheaf_cpuset_equal(&place, &allowed)); /* free to keep apart */
    }
    sheaf_topology_cleanup(&m);
}

static void default_pins(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("package:2 core:4 pu:2");
    struct sheaf_cpuset all = all_of(&m), threads = set_of("0,2,4,6"), one_core = set_of("6-7"), none = set_of("99");
    assert_string_equal(sheaf_default_pin(&m, &all, 7, false), "none");
    assert_string_equal(sheaf_default_pin(&m, &all, 8, false), "core");
    assert_string_equal(sheaf_default_pin(&m, &all, 16, false), "core");
    assert_string_equal(sheaf_default_pin(&m, &threads, 3, false), "none");
    assert_string_equal(sheaf_default_pin(&m, &threads, 4, false), "core");
    assert_string_equal(sheaf_default_pin(&m, &one_core, 1, false), "core");
    assert_string_equal(sheaf_default_pin(&m, &all, 1, true), "core");
    assert_string_equal(sheaf_default_pin(&m, &none, 1, true), "none"); /* the machine does not know it */
    sheaf_topology_cleanup(&m);
}

static void sharing(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("package:2 numa:1 core:2 pu:2");
    struct sheaf_cpuset place[9], all = all_of(&m);
    unsigned with[9];
    static const struct {
        const char *policy;
        unsigned workers, sharing;
        unsigned with[9];
    } cases[] = {
        {"core", 4, 0, {SHEAF_ALONE, SHEAF_ALONE, SHEAF_ALONE, SHEAF_ALONE}},
        {"core", 5, 2, {4, SHEAF_ALONE, SHEAF_ALONE, SHEAF_ALONE, 0}},
        {"core", 8, 8, {4, 5, 6, 7, 0, 1, 2, 3}},
        {"core", 9, 9, {4, 5, 6, 7, 0, 1, 2, 3, 0}},
        {"compact", 3, 2, {1, 0, SHEAF_ALONE}},
        {"numa", 4, 0, {SHEAF_ALONE, SHEAF_ALONE, SHEAF_ALONE, SHEAF_ALONE}},
        {"numa", 5, 3, {2, SHEAF_ALONE, 0, SHEAF_ALONE, 0}},
        {"none", 4, 0, {SHEAF_ALONE, SHEAF_ALONE, SHEAF_ALONE, SHEAF_ALONE}},
        {"none", 5, 5, {1, 0, 0, 0, 0}},
        {"0,1,2,4,0", 5, 3, {1, 0, SHEAF_ALONE, SHEAF_ALONE, 0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned workers = cases[i].workers;
        assert_int_equal(sheaf_place(&m, &all, cases[i].policy, workers, place, NULL), SHEAF_OK);
        assert_int_equal(sheaf_place_sharing(&m, place, workers, with), cases[i].sharing);
        assert_memory_equal(with, cases[i].with, workers * sizeof *with);
        assert_int_equal(sheaf_place_sharing(&m, place, workers, NULL), cases[i].sharing);
    }
    sheaf_topology_cleanup(&m);
}

/* ---- processes of one node --------------------------------------------------------------------------------------- */

static void check_share(const struct sheaf_topology *machine, const struct sheaf_cpuset *allowed, unsigned count)
{
    unsigned cores = cores_in(machine, allowed, NULL, 0), cpus = sheaf_cpuset_count(allowed);
    struct sheaf_cpuset *part = malloc(count * sizeof *part), together = {{0}};
    assert_non_null(part);
    for (unsigned i = 0; i < count; i++) {
        sheaf_place_share(machine, allowed, i, count, &part[i]);
        assert_true(sheaf_cpuset_count(&part[i]) > 0);
        assert_true(inside(&part[i], allowed));
        SHEAF_CPUSET_EACH(cpu, &part[i]) {
            assert_true(count > cpus || !sheaf_cpuset_has(&together, cpu));
            sheaf_cpuset_add(&together, cpu);
        }
        if (count <= cores) {
            unsigned has = cores_in(machine, &part[i], NULL, 0);
            assert_true(has == cores / count || has == (cores + count - 1) / count);
        }
    }
    assert_true(sheaf_cpuset_equal(&together, allowed));
    for (unsigned a = 0; a < machine->count && count <= cores; a++) /* no core in two parts */
        for (unsigned b = a + 1; b < machine->count && machine->processors[b].core == machine->processors[a].core; b++)
            for (unsigned i = 0; i < count; i++)
                if (sheaf_cpuset_has(allowed, machine->processors[a].cpu) &&
                    sheaf_cpuset_has(allowed, machine->processors[b].cpu))
                    assert_int_equal(sheaf_cpuset_has(&part[i], machine->processors[a].cpu),
                                     sheaf_cpuset_has(&part[i], machine->processors[b].cpu));
    free(part);
}

static void shares(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 2, 3, 4, 5, 7, 8, 13, 64, 100};
    for (int m = 0; m < MACHINES; m++) {
        struct sheaf_topology machine = machine_number(m);
        for (int a = 0; a < ALLOWED_SETS && machine.count < 1000; a++) {
            struct sheaf_cpuset allowed = allowed_number(&machine, a);
            for (size_t c = 0; c < sizeof counts / sizeof *counts; c++)
                check_share(&machine, &allowed, counts[c]);
        }
        sheaf_topology_cleanup(&machine);
    }
}

static void known_shares(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("numa:2 core:2 pu:2");
    static const struct {
        const char *allowed;
        unsigned count;
        const char *parts;
    } cases[] = {
        {"0-7", 1, "0-7"},
        {"0-7", 2, "0-3 4-7"},
        {"0-7", 3, "0-1 2-3 4-7"},
        {"0-7", 4, "0-1 2-3 4-5 6-7"},
        {"0-7", 5, "0 2-3 4-5 6-7 1"},
        {"0-7", 8, "0 2 4 6 1 3 5 7"},
        {"0-7", 10, "0 2 4 6 1 3 5 7 0 2"},
        {"0,2-3", 3, "0 2 3"},
        {"5", 2, "5 5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sheaf_cpuset allowed = set_of(cases[i].allowed), part;
        char text[256] = "", one[64];
        for (unsigned p = 0; p < cases[i].count; p++) {
            sheaf_place_share(&m, &allowed, p, cases[i].count, &part);
            strcat(text, p ? " " : "");
            strcat(text, sheaf_cpuset_text(&part, one, sizeof one));
        }
        assert_string_equal(text, cases[i].parts);
    }
    sheaf_topology_cleanup(&m);
}

/* Two ranks that were left with one set, four workers each on eight cores, all policies that pin. */
static void two_ranks_on_a_node(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("package:2 core:4 pu:2");
    struct sheaf_cpuset allowed = all_of(&m), place[8];
    static const char *const policies[] = {"core", "scatter", "numa"};
    for (size_t p = 0; p < 3; p++) {
        for (unsigned rank = 0; rank < 2; rank++) {
            struct sheaf_cpuset part;
            sheaf_place_share(&m, &allowed, rank, 2, &part);
            assert_string_equal(sheaf_default_pin(&m, &part, 4, false), "core");
            assert_int_equal(sheaf_place(&m, &part, policies[p], 4, place + 4 * rank, NULL), SHEAF_OK);
        }
        for (int a = 0; a < 4; a++)
            for (int b = 4; b < 8; b++)
                assert_int_not_equal(core_of(&m, sheaf_cpuset_next(&place[a], 0)),
                                     core_of(&m, sheaf_cpuset_next(&place[b], 0)));
        assert_int_equal(sheaf_place_sharing(&m, place, 8, NULL), 0);
    }
    sheaf_topology_cleanup(&m);
}

/* Four ranks that a launcher bound to a package, two on each. */
static void ranks_bound_to_packages(void **state)
{
    (void)state;
    struct sheaf_topology m = machine_of("package:2 core:4 pu:2");
    struct sheaf_cpuset allowed[5] = {set_of("0-7"), set_of("8-15"), set_of("0-7"), set_of("8-15"), set_of("7-8")};
    static const char *const parts[] = {"0-3", "8-11", "4-7", "12-15"};
    for (unsigned rank = 0; rank < 4; rank++) {
        unsigned index, count;
        struct sheaf_cpuset part;
        char text[32];
        assert_true(sheaf_place_peers(allowed, 4, rank, &index, &count));
        assert_int_equal(count, 2);
        assert_int_equal(index, rank / 2);
        sheaf_place_share(&m, &allowed[rank], index, count, &part);
        assert_string_equal(sheaf_cpuset_text(&part, text, sizeof text), parts[rank]);
        assert_false(sheaf_place_peers(allowed, 5, rank, &index, &count)); /* the fifth overlaps with all */
        assert_int_equal(count, 2);
    }
    sheaf_topology_cleanup(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inside_allowed),       cmocka_unit_test(determined),
        cmocka_unit_test(start_again),          cmocka_unit_test(none_is_everything),
        cmocka_unit_test(own_cores),            cmocka_unit_test(core_goes_in_order),
        cmocka_unit_test(compact_fills_threads), cmocka_unit_test(scatter_spreads),
        cmocka_unit_test(numa_in_turn),         cmocka_unit_test(known_places),
        cmocka_unit_test(without_a_topology),   cmocka_unit_test(the_largest_machine),
        cmocka_unit_test(refused),              cmocka_unit_test(bad_descriptions),
        cmocka_unit_test(four_independent_runs), cmocka_unit_test(default_pins),
        cmocka_unit_test(sharing),              cmocka_unit_test(shares),
        cmocka_unit_test(known_shares),         cmocka_unit_test(two_ranks_on_a_node),
        cmocka_unit_test(ranks_bound_to_packages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
