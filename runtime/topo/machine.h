/* How a machine is read. Readers fill in processors with raw numbers and hand them to machine_finish. */
#ifndef SHEAF_RUNTIME_MACHINE_H
#define SHEAF_RUNTIME_MACHINE_H

#include <sheaf/topo.h>

/* Through hwloc where the build has it, through sysfs where not (with/ and without/). SHEAF_UNAVAILABLE: the
 * system does not tell. On failure `machine` holds nothing. */
enum sheaf_status machine_read(struct sheaf_topology *machine, struct sheaf_error *err);

/* From /sys/devices/system below `root`, "" for the real one. */
enum sheaf_status machine_read_sysfs(struct sheaf_topology *machine, const char *root, struct sheaf_error *err);

/* Room for `count` processors and nothing else. */
enum sheaf_status machine_init(struct sheaf_topology *machine, unsigned count, struct sheaf_error *err);

/* Turns raw numbers (unique per kind of object, below SHEAF_CPUSET_BITS) of processors in topology order into
 * logical indices, in order of first appearance. `bytes[n]`: memory of the NUMA node with raw number n < count. */
enum sheaf_status machine_finish(struct sheaf_topology *machine, const uint64_t *bytes, unsigned count,
                                 struct sheaf_error *err);

#endif
