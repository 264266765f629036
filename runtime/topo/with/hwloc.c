/* The machine as hwloc 2.1 or later sees it. */
#include "topo/machine.h"

#include <hwloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Loads only what placement asks for: groups among it, since a NUMA node smaller than a package hangs on one.
 * Processors that a cgroup denies are kept: they are drawn, and the allowed set comes from elsewhere. */
static int load(hwloc_topology_t *topology)
{
    static const hwloc_obj_type_t kept[] = {HWLOC_OBJ_PACKAGE, HWLOC_OBJ_CORE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE,
                                            HWLOC_OBJ_L4CACHE, HWLOC_OBJ_L5CACHE};
    if (hwloc_topology_init(topology) != 0)
        return -1;
    hwloc_topology_set_all_types_filter(*topology, HWLOC_TYPE_FILTER_KEEP_NONE);
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        hwloc_topology_set_type_filter(*topology, kept[i], HWLOC_TYPE_FILTER_KEEP_ALL);
    hwloc_topology_set_type_filter(*topology, HWLOC_OBJ_GROUP, HWLOC_TYPE_FILTER_KEEP_STRUCTURE);
    if (hwloc_topology_set_flags(*topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) == 0 &&
        hwloc_topology_load(*topology) == 0)
        return 0;
    hwloc_topology_destroy(*topology);
    return -1;
}

static hwloc_obj_t last_cache(hwloc_obj_t pu)
{
    hwloc_obj_t last = NULL;
    for (hwloc_obj_t obj = pu->parent; obj; obj = obj->parent)
        if (hwloc_obj_type_is_dcache(obj->type))
            last = obj;
    return last;
}

/* The first of the processor's local NUMA nodes: of ordinary and high-bandwidth memory, the ordinary one. */
static unsigned local_node(hwloc_topology_t topology, hwloc_obj_t pu)
{
    hwloc_obj_t node = NULL;
    while ((node = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_NUMANODE, node)))
        if (hwloc_bitmap_isset(pu->nodeset, node->os_index))
            return node->logical_index;
    return 0;
}

static struct sheaf_processor processor(hwloc_topology_t topology, hwloc_obj_t pu)
{
    hwloc_obj_t core = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_CORE, pu);
    hwloc_obj_t package = hwloc_get_ancestor_obj_by_type(topology, HWLOC_OBJ_PACKAGE, pu);
    hwloc_obj_t cache = last_cache(pu);
    unsigned numa = local_node(topology, pu);
    return (struct sheaf_processor){.cpu = pu->os_index,
                                    .core = (core ? core : pu)->logical_index,
                                    .cache = cache ? (unsigned)hwloc_bitmap_first(cache->cpuset) : numa,
                                    .numa = numa,
                                    .package = package ? package->logical_index : 0};
}

static enum sheaf_status fill(struct sheaf_topology *machine, hwloc_topology_t topology, struct sheaf_error *err)
{
    unsigned nodes = (unsigned)hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE);
    uint64_t *bytes = calloc(nodes + 1, sizeof *bytes);
    if (!bytes)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for %u NUMA nodes", nodes);
    for (unsigned i = 0; i < nodes; i++)
        bytes[i] = hwloc_get_obj_by_type(topology, HWLOC_OBJ_NUMANODE, i)->attr->numanode.local_memory;

    hwloc_obj_t pu = NULL;
    for (unsigned i = 0; (pu = hwloc_get_next_obj_by_type(topology, HWLOC_OBJ_PU, pu)); i++)
        machine->processors[i] = processor(topology, pu);
    enum sheaf_status status = machine_finish(machine, bytes, nodes, err);
    free(bytes);

    hwloc_obj_t root = hwloc_get_root_obj(topology);
    int cpu = -1;
    while ((cpu = hwloc_bitmap_next(root->complete_cpuset, cpu)) != -1)
        if (!hwloc_bitmap_isset(root->cpuset, (unsigned)cpu))
            sheaf_cpuset_add(&machine->offline, (unsigned)cpu);
    return status;
}

static void name_source(struct sheaf_topology *machine, hwloc_topology_t topology)
{
    const char *version = hwloc_obj_get_info_by_name(hwloc_get_root_obj(topology), "hwlocVersion");
    snprintf(machine->source, sizeof machine->source, "hwloc %s", version ? version : "2");
}

enum sheaf_status machine_read(struct sheaf_topology *machine, struct sheaf_error *err)
{
    hwloc_topology_t topology;
    if (load(&topology) != 0)
        return machine_read_sysfs(machine, "", err);
    int count = hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU);
    enum sheaf_status status = machine_init(machine, count > 0 ? (unsigned)count : 0, err);
    if (status == SHEAF_OK)
        status = fill(machine, topology, err);
    name_source(machine, topology);
    hwloc_topology_destroy(topology);
    return status;
}
