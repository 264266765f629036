#include <sheaf/topo.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topo/machine.h"

void sheaf_topology_cleanup(struct sheaf_topology *topology)
{
    if (!topology)
        return;
    free(topology->processors);
    free(topology->numa_bytes);
    memset(topology, 0, sizeof *topology);
}

enum sheaf_status machine_init(struct sheaf_topology *machine, unsigned count, struct sheaf_error *err)
{
    memset(machine, 0, sizeof *machine);
    machine->processors = calloc(count, sizeof *machine->processors);
    if (!machine->processors)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a machine of %u processors", count);
    machine->count = count;
    return SHEAF_OK;
}

/* Numbers given out so far for one kind of object. */
struct numbering {
    unsigned next;
    unsigned logical[SHEAF_CPUSET_BITS]; /* + 1; 0: not yet */
};

static unsigned renumber(struct numbering *numbering, unsigned raw)
{
    unsigned *logical = &numbering->logical[raw % SHEAF_CPUSET_BITS];
    if (!*logical)
        *logical = ++numbering->next;
    return *logical - 1;
}

enum sheaf_status machine_finish(struct sheaf_topology *machine, const uint64_t *bytes, unsigned count,
                                 struct sheaf_error *err)
{
    struct numbering *numberings = calloc(4, sizeof *numberings);
    machine->numa_bytes = calloc(machine->count, sizeof *machine->numa_bytes); /* no more nodes than processors */
    if (!numberings || !machine->numa_bytes) {
        free(numberings);
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a machine of %u processors", machine->count);
    }
    struct numbering *package = numberings, *numa = numberings + 1, *cache = numberings + 2, *core = numberings + 3;
    for (unsigned i = 0; i < machine->count; i++) {
        struct sheaf_processor *p = &machine->processors[i];
        uint64_t node_bytes = p->numa < count ? bytes[p->numa] : 0;
        p->package = renumber(package, p->package);
        p->numa = renumber(numa, p->numa);
        p->cache = renumber(cache, p->cache);
        p->core = renumber(core, p->core);
        machine->numa_bytes[p->numa] = node_bytes;
    }
    machine->numa_count = numa->next;
    free(numberings);
    return SHEAF_OK;
}

/* Nothing is known but the mask. */
static enum sheaf_status machine_flat(struct sheaf_topology *machine, struct sheaf_error *err)
{
    struct sheaf_cpuset allowed;
    enum sheaf_status status = sheaf_allowed(&allowed, err);
    if (status == SHEAF_OK)
        status = machine_init(machine, sheaf_cpuset_count(&allowed), err);
    if (status != SHEAF_OK)
        return status;
    unsigned i = 0;
    SHEAF_CPUSET_EACH(cpu, &allowed)
        machine->processors[i++] = (struct sheaf_processor){.cpu = cpu, .core = cpu};
    snprintf(machine->source, sizeof machine->source, "affinity");
    return machine_finish(machine, NULL, 0, err);
}

enum sheaf_status sheaf_topology_load(struct sheaf_topology *topology, struct sheaf_error *err)
{
    enum sheaf_status status = machine_read(topology, err);
    if (status == SHEAF_UNAVAILABLE)
        status = machine_flat(topology, err);
    if (status != SHEAF_OK)
        sheaf_topology_cleanup(topology);
    return status;
}
