/* The machine and who sits where on it. */
#ifndef SHEAF_TOPO_H
#define SHEAF_TOPO_H

#include <sheaf/base.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHEAF_CPUSET_BITS 8192

/* A set of logical processors by the operating system's numbers. Plain data. */
struct sheaf_cpuset {
    uint64_t word[SHEAF_CPUSET_BITS / 64];
};
SHEAF_API bool sheaf_cpuset_has(const struct sheaf_cpuset *set, unsigned cpu);
SHEAF_API void sheaf_cpuset_add(struct sheaf_cpuset *set, unsigned cpu);
SHEAF_API unsigned sheaf_cpuset_count(const struct sheaf_cpuset *set);
SHEAF_API bool sheaf_cpuset_intersects(const struct sheaf_cpuset *a, const struct sheaf_cpuset *b);
/* "0-3,8"; at most `size` bytes with the NUL; returns `text`. */
SHEAF_API const char *sheaf_cpuset_text(const struct sheaf_cpuset *set, char *text, size_t size);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_cpuset_parse(struct sheaf_cpuset *set, const char *text,
                                                              struct sheaf_error *err);

/* What this process may use: its affinity mask as the launcher, taskset or a cgroup left it. If `preset` is not
 * NULL it is taken instead and remembered (a program that recorded its mask before libgomp could narrow it). */
SHEAF_API void sheaf_allowed_preset(const struct sheaf_cpuset *preset);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_allowed(struct sheaf_cpuset *allowed, struct sheaf_error *err);

/* How many workers to use unasked: the allowed processors and OMP_NUM_THREADS as nproc reads them, lowered by a
 * cgroup's cpu quota and SLURM_CPUS_PER_TASK. At least 1. Reads no topology. */
SHEAF_API unsigned sheaf_default_workers(void);

/* One logical processor in the tree of the machine; all numbers are logical indices from 0. */
struct sheaf_processor {
    unsigned cpu;     /* operating system's number */
    unsigned core;
    unsigned cache;   /* last-level cache group */
    unsigned numa;
    unsigned package;
};

/* A machine as placement sees it: plain data, so that the planner is a pure function. `processors` are in
 * topology order: threads of a core side by side, cores of a cache, caches of a NUMA node, nodes of a package. */
struct sheaf_topology {
    unsigned count;
    struct sheaf_processor *processors;
    char source[32]; /* "hwloc 2.9.0", "sysfs", "synthetic" */
};
/* Reads this machine (hwloc where the build has it, else sysfs). */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_topology_load(struct sheaf_topology *topology, struct sheaf_error *err);
/* "package:2 numa:4 core:8 pu:2": a regular machine, cpus numbered in topology order. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_topology_synthetic(struct sheaf_topology *topology,
                                                                    const char *description, struct sheaf_error *err);
SHEAF_API void sheaf_topology_cleanup(struct sheaf_topology *topology);

/* Policies: "none", "compact" (fill a core's threads, then the next core), "core" (one worker a core, in order),
 * "scatter" (as far apart as the machine allows, packages first), "numa" (one NUMA node's cpus per worker, nodes
 * in turn), or an explicit list "0,2,4-7" dealt in turn. */
SHEAF_API const char *const *sheaf_pin_policies(size_t *count);

/* Fills place[i] for each of `workers` workers: a pure function of its arguments. Places lie inside `allowed`;
 * more workers than places start again from the first. "none" gives each the whole of `allowed`.
 * SHEAF_USAGE: unknown policy, or a list with a cpu that is not allowed (named). */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_place(const struct sheaf_topology *topology,
                                                       const struct sheaf_cpuset *allowed, const char *policy,
                                                       unsigned workers, struct sheaf_cpuset *place,
                                                       struct sheaf_error *err);

/* The policy used when none is named: "none", unless the workers use every core that is allowed, or the process
 * has a set of its own from a launcher (known by its environment), then "core". */
SHEAF_API const char *sheaf_default_pin(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                                        unsigned workers, bool own_set);

/* Binds the calling thread and checks that it holds. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_bind(const struct sheaf_cpuset *place, struct sheaf_error *err);

#ifdef __cplusplus
}
#endif
#endif
