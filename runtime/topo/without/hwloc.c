/* This build has no hwloc. */
#include "topo/machine.h"

enum sheaf_status machine_read(struct sheaf_topology *machine, struct sheaf_error *err)
{
    return machine_read_sysfs(machine, "", err);
}
