/* The machine and who sits where on it. */
#ifndef SHEAF_TOPO_H
#define SHEAF_TOPO_H

#include <sheaf/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- sets of processors ------------------------------------------------------------------------------------------ */

#define SHEAF_CPUSET_BITS 8192

/* A set of logical processors by the operating system's numbers. Plain data; all zeros is the empty set. */
struct sheaf_cpuset {
    uint64_t word[SHEAF_CPUSET_BITS / 64];
};
/* `cpu` may be any number: those from SHEAF_CPUSET_BITS on are in no set. */
SHEAF_API bool sheaf_cpuset_has(const struct sheaf_cpuset *set, unsigned cpu);
SHEAF_API void sheaf_cpuset_add(struct sheaf_cpuset *set, unsigned cpu);
SHEAF_API unsigned sheaf_cpuset_count(const struct sheaf_cpuset *set);
SHEAF_API bool sheaf_cpuset_equal(const struct sheaf_cpuset *a, const struct sheaf_cpuset *b);
SHEAF_API bool sheaf_cpuset_intersects(const struct sheaf_cpuset *a, const struct sheaf_cpuset *b);
/* The lowest member that is `from` or more; SHEAF_CPUSET_BITS if there is none. */
SHEAF_API unsigned sheaf_cpuset_next(const struct sheaf_cpuset *set, unsigned from);
/* A loop over the members in ascending order: SHEAF_CPUSET_EACH(cpu, &set) { ... } */
#define SHEAF_CPUSET_EACH(cpu, set)                                                                        \
    for (unsigned cpu = sheaf_cpuset_next(set, 0); cpu < SHEAF_CPUSET_BITS; cpu = sheaf_cpuset_next(set, cpu + 1))
/* "0-3,8", as the kernel and taskset write it; "" for the empty set. At most `size` bytes with the NUL: what does
 * not fit is cut off between two numbers and ends in "...". Returns `text`. */
SHEAF_API const char *sheaf_cpuset_text(const struct sheaf_cpuset *set, char *text, size_t size);
/* Reads "0-3,8". SHEAF_USAGE: anything else, the empty text too, or a number from SHEAF_CPUSET_BITS on. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_cpuset_parse(struct sheaf_cpuset *set, const char *text,
                                                              struct sheaf_error *err);

/* ---- what this process may use ----------------------------------------------------------------------------------- */

/* If `preset` is not NULL, sheaf_allowed gives a copy of it from now on (a program that recorded its mask before
 * libgomp could narrow it); NULL ends that. For the start of a program: not while other threads call sheaf_allowed. */
SHEAF_API void sheaf_allowed_preset(const struct sheaf_cpuset *preset);
/* What this process may use: the preset, else the calling thread's affinity mask as the launcher, taskset, a
 * cgroup or sheaf_bind left it. Never empty. Thread safe. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_allowed(struct sheaf_cpuset *allowed, struct sheaf_error *err);
/* The calling thread's affinity mask as it is now: what to bind to again after work on a narrower place. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_bound(struct sheaf_cpuset *bound, struct sheaf_error *err);
/* Binds the calling thread and checks that it holds. SHEAF_IO: the system refused; SHEAF_UNAVAILABLE: it silently
 * gave another set (a cgroup's cpuset shrank), which the message names. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_bind(const struct sheaf_cpuset *place, struct sheaf_error *err);

/* How many workers to use unasked: OMP_NUM_THREADS and OMP_THREAD_LIMIT as nproc reads them, else the number of
 * allowed processors; lowered by the cpu quota of the process's cgroups (a fraction counts as a whole) and by
 * SLURM_CPUS_PER_TASK. At least 1. Reads no topology. */
SHEAF_API unsigned sheaf_default_workers(void);

/* ---- the machine ------------------------------------------------------------------------------------------------- */

/* One logical processor in the tree of the machine; all numbers but `cpu` are logical indices from 0. */
struct sheaf_processor {
    unsigned cpu;     /* operating system's number */
    unsigned core;
    unsigned cache;   /* last-level cache group; the NUMA node where caches are not known */
    unsigned numa;
    unsigned package;
};

/* A machine as placement sees it: plain data, so that the planner is a pure function. `processors` are in
 * topology order: threads of a core side by side, cores of a cache, caches of a NUMA node, nodes of a package.
 * They are all that are online, whether this process may use them or not. */
struct sheaf_topology {
    unsigned count;
    struct sheaf_processor *processors;
    unsigned numa_count;
    uint64_t *numa_bytes;        /* memory of each NUMA node; 0: not known */
    struct sheaf_cpuset offline; /* processors that are there but switched off */
    char source[32];             /* "hwloc 2.9.0", "sysfs", "synthetic", "affinity" (nothing known but the mask) */
};
/* Reads this machine (hwloc where the build has it, else sysfs; where neither tells, each allowed processor counts
 * as a core). Takes some milliseconds. hwloc's environment (HWLOC_XMLFILE, HWLOC_SYNTHETIC) applies. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_topology_load(struct sheaf_topology *topology,
                                                               struct sheaf_error *err);
/* "package:2 numa:4 core:8 pu:2": a regular machine, cpus numbered in topology order. Levels are package, numa,
 * cache, core, pu, in this order; one that is left out counts 1. SHEAF_USAGE: another text, or over
 * SHEAF_CPUSET_BITS processors. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_topology_synthetic(struct sheaf_topology *topology,
                                                                    const char *description, struct sheaf_error *err);
SHEAF_API void sheaf_topology_cleanup(struct sheaf_topology *topology);

/* Appends a drawing of the machine to `out`, lines of text for a person: package, NUMA node, cache, core, cpu, what
 * is not allowed, and the workers that sit there. An object that is used alike in all its parts takes one line; on
 * machines of more than 16 cores, neighbouring cores that are used alike share it. `place` is as from sheaf_place,
 * NULL with workers == 0. The flat form of the same (for JSON) is topology->processors, allowed and place.
 * SHEAF_MEMORY. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_topology_draw(const struct sheaf_topology *topology,
                                                               const struct sheaf_cpuset *allowed,
                                                               const struct sheaf_cpuset *place, unsigned workers,
                                                               struct sheaf_buffer *out);

/* ---- who sits where: pure functions of their arguments ----------------------------------------------------------- */

/* Policies, besides an explicit list "0,2,4-7" of cpus that are dealt in turn, as written:
 *   none     every worker may run on all of `allowed`
 *   compact  one processor each: fill a core's threads, then the next core
 *   core     one core each (all its allowed threads), in topology order
 *   scatter  one core each, as far apart as the machine allows: packages in turn, in each NUMA nodes in turn,
 *            in each caches in turn
 *   numa     all allowed processors of one NUMA node each, nodes in turn; a node with as many workers as cores is
 *            passed over until all have
 * No two workers get one core before every core is in use, but by compact and by a list. */
SHEAF_API const char *const *sheaf_pin_policies(size_t *count);

/* Fills place[i] for each of `workers` workers. Places lie inside `allowed`; more workers than places start again
 * from the first. `topology` may be NULL for "none" and for a list.
 * SHEAF_USAGE: unknown policy, or a list with a cpu that is not allowed (named). SHEAF_UNAVAILABLE: the topology
 * has none of the allowed processors. SHEAF_MEMORY. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_place(const struct sheaf_topology *topology,
                                                       const struct sheaf_cpuset *allowed, const char *policy,
                                                       unsigned workers, struct sheaf_cpuset *place,
                                                       struct sheaf_error *err);

/* The part of `allowed` for process `index` of the `count` processes of one node that all have this same allowed
 * set (ranks that a launcher left unbound, or bound to a socket together). Parts cover `allowed` and are disjoint:
 * whole neighbouring cores while there are as many cores as processes, else single processors, on different cores
 * first; only with more processes than processors some get the same one. index < count. */
SHEAF_API void sheaf_place_share(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                                 unsigned index, unsigned count, struct sheaf_cpuset *part);

/* Who has the same set: of the processes of one node, where allowed[i] is the allowed set of process i, those whose
 * set equals that of process `mine` are its peers. Sets *count to their number (itself included) and *index to its
 * turn among them, as sheaf_place_share takes them. False if another process's set overlaps without being equal:
 * then shares may still meet, and only "none" leaves it to the system to keep processes apart. */
SHEAF_API bool sheaf_place_peers(const struct sheaf_cpuset *allowed, unsigned processes, unsigned mine,
                                 unsigned *index, unsigned *count);

/* Which workers cannot each have a core of their own within their places. Returns how many there are; with[i],
 * unless `with` is NULL, becomes the lowest other worker that i must share with, or SHEAF_ALONE. */
#define SHEAF_ALONE (~0u)
SHEAF_API unsigned sheaf_place_sharing(const struct sheaf_topology *topology, const struct sheaf_cpuset *place,
                                       unsigned workers, unsigned *with);

/* The policy used when none is named: "none", unless the workers use every core that is allowed, or the process
 * has a set of its own from a launcher (known by its environment), then "core". So independent runs on one node
 * never choose the same core unasked. */
SHEAF_API const char *sheaf_default_pin(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                                        unsigned workers, bool own_set);

#ifdef __cplusplus
}
#endif
#endif
