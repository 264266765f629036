#include <sheaf/topo.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACKAGE, NUMA, CACHE, CORE, PU, LEVELS };
static const char *const level_names[LEVELS] = {"package", "numa", "cache", "core", "pu"};

static enum sheaf_status refuse(const char *description, struct sheaf_error *err)
{
    return sheaf_fail(err, SHEAF_USAGE,
                      "\"%s\" describes no machine; use for instance \"package:2 numa:4 cache:1 core:8 pu:2\" (in "
                      "this order, at most %d processors)",
                      description, SHEAF_CPUSET_BITS);
}

/* Reads "name:count" words into arity[], leaving 1 for levels not named. False: not of that form. */
static bool parse(const char *description, unsigned arity[LEVELS])
{
    for (unsigned i = 0; i < LEVELS; i++)
        arity[i] = 1;
    unsigned level = 0, product = 1;
    const char *p = description + strspn(description, " ");
    while (*p) {
        size_t length = strcspn(p, ":");
        while (level < LEVELS && !(strlen(level_names[level]) == length && strncmp(p, level_names[level], length) == 0))
            level++;
        if (level == LEVELS || p[length] != ':' || p[length + 1] < '0' || p[length + 1] > '9')
            return false;
        char *end;
        unsigned long count = strtoul(p + length + 1, &end, 10);
        if ((*end && *end != ' ') || count == 0 || count > SHEAF_CPUSET_BITS / product)
            return false;
        product *= (unsigned)count;
        arity[level++] = (unsigned)count;
        p = end + strspn(end, " ");
    }
    return level > 0;
}

enum sheaf_status sheaf_topology_synthetic(struct sheaf_topology *topology, const char *description,
                                           struct sheaf_error *err)
{
    unsigned arity[LEVELS], size[LEVELS]; /* size: processors in one object of the level */
    if (!parse(description, arity))
        return refuse(description, err);
    size[PU] = 1;
    for (unsigned level = PU; level > PACKAGE; level--)
        size[level - 1] = size[level] * arity[level];

    memset(topology, 0, sizeof *topology);
    topology->count = size[PACKAGE] * arity[PACKAGE];
    topology->numa_count = topology->count / size[NUMA];
    topology->processors = calloc(topology->count, sizeof *topology->processors);
    topology->numa_bytes = calloc(topology->numa_count, sizeof *topology->numa_bytes);
    if (!topology->processors || !topology->numa_bytes) {
        sheaf_topology_cleanup(topology);
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a machine of %u processors", topology->count);
    }
    for (unsigned cpu = 0; cpu < topology->count; cpu++)
        topology->processors[cpu] = (struct sheaf_processor){.cpu = cpu,
                                                             .core = cpu / size[CORE],
                                                             .cache = cpu / size[CACHE],
                                                             .numa = cpu / size[NUMA],
                                                             .package = cpu / size[PACKAGE]};
    snprintf(topology->source, sizeof topology->source, "synthetic");
    return SHEAF_OK;
}
