/* What lowers the number of workers. */
#ifndef SHEAF_RUNTIME_DEFAULTS_H
#define SHEAF_RUNTIME_DEFAULTS_H

/* Processors' worth of time that the cgroups of this process grant it, rounded up, the least along their paths;
 * UINT_MAX without a quota. /proc and /sys are looked for below `root`, "" for the real ones. */
unsigned cgroup_cpus(const char *root);

/* sheaf_default_workers from its parts: texts may be NULL (unset). Pure. */
unsigned workers_from(unsigned allowed, const char *omp_num_threads, const char *omp_thread_limit, unsigned quota,
                      const char *slurm_cpus_per_task);

#endif
