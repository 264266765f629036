#include <sheaf/topo.h>

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "topo/defaults.h"

static const char blanks[] = " \t\n\v\f\r";

/* A positive decimal number, blanks around it, then nothing or (where lists are allowed) a comma and the rest; 0 if
 * it is no such thing. Too large a number is the largest. */
static unsigned positive(const char *text, bool list)
{
    if (!text)
        return 0;
    text += strspn(text, blanks);
    if (*text < '0' || *text > '9')
        return 0;
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    end += strspn(end, blanks);
    if (*end && !(list && *end == ','))
        return 0;
    return value > UINT_MAX ? UINT_MAX : (unsigned)value;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned workers_from(unsigned allowed, const char *omp_num_threads, const char *omp_thread_limit, unsigned quota,
                      const char *slurm_cpus_per_task)
{
    /* As nproc: OMP_NUM_THREADS stands for the processors, even where it is more of them. */
    unsigned threads = positive(omp_num_threads, true), limit = positive(omp_thread_limit, true);
    unsigned granted = positive(slurm_cpus_per_task, false);
    unsigned workers = least(threads ? threads : allowed, quota);
    if (limit)
        workers = least(workers, limit);
    if (granted)
        workers = least(workers, granted);
    return workers ? workers : 1;
}

unsigned sheaf_default_workers(void)
{
    struct sheaf_cpuset allowed;
    unsigned count = sheaf_allowed(&allowed, NULL) == SHEAF_OK ? sheaf_cpuset_count(&allowed) : 1;
    return workers_from(count, getenv("OMP_NUM_THREADS"), getenv("OMP_THREAD_LIMIT"), cgroup_cpus(""),
                        getenv("SLURM_CPUS_PER_TASK"));
}
