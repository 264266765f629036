#include <sheaf/topo.h>

#include <errno.h>
#include <sched.h>
#include <string.h>

/* As the system calls take it: as many words as the largest Linux needs. */
struct mask {
    cpu_set_t part[SHEAF_CPUSET_BITS / CPU_SETSIZE];
};

static struct sheaf_cpuset preset;
static bool has_preset;

void sheaf_allowed_preset(const struct sheaf_cpuset *set)
{
    has_preset = set != NULL;
    if (set)
        preset = *set;
}

enum sheaf_status sheaf_bound(struct sheaf_cpuset *bound, struct sheaf_error *err)
{
    struct mask mask;
    memset(&mask, 0, sizeof mask);
    memset(bound, 0, sizeof *bound);
    if (sched_getaffinity(0, sizeof mask, mask.part) != 0)
        return sheaf_fail_os(err, errno, "cannot read the affinity mask (up to %d cpus are understood)",
                             SHEAF_CPUSET_BITS);
    for (unsigned cpu = 0; cpu < SHEAF_CPUSET_BITS; cpu++)
        if (CPU_ISSET_S(cpu, sizeof mask, mask.part))
            sheaf_cpuset_add(bound, cpu);
    return SHEAF_OK;
}

enum sheaf_status sheaf_allowed(struct sheaf_cpuset *allowed, struct sheaf_error *err)
{
    if (!has_preset)
        return sheaf_bound(allowed, err);
    *allowed = preset;
    return SHEAF_OK;
}

enum sheaf_status sheaf_bind(const struct sheaf_cpuset *place, struct sheaf_error *err)
{
    struct sheaf_cpuset bound;
    struct mask mask;
    char wanted[128], got[128];
    memset(&mask, 0, sizeof mask);
    SHEAF_CPUSET_EACH(cpu, place)
        CPU_SET_S(cpu, sizeof mask, mask.part);
    if (sched_setaffinity(0, sizeof mask, mask.part) != 0)
        return sheaf_fail_os(err, errno, "cannot bind a worker to cpus \"%s\" (the policy \"none\" leaves it unbound)",
                             sheaf_cpuset_text(place, wanted, sizeof wanted));
    enum sheaf_status status = sheaf_bound(&bound, err);
    if (status == SHEAF_OK && !sheaf_cpuset_equal(&bound, place))
        return sheaf_fail(err, SHEAF_UNAVAILABLE,
                          "a worker was to be bound to cpus %s but got %s: its cpuset has changed since it was read",
                          sheaf_cpuset_text(place, wanted, sizeof wanted), sheaf_cpuset_text(&bound, got, sizeof got));
    return status;
}
