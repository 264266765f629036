/* The machine as Linux lists it under /sys/devices/system (kernel documentation: admin-guide/cputopology,
 * ABI/stable/sysfs-devices-node, ABI/testing/sysfs-devices-system-cpu). */
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "topo/machine.h"

/* From the outside in: sorting by these keys is topology order. */
enum kind { PACKAGE, NUMA, CACHE, CORE, KINDS };
enum { UNSET = SHEAF_CPUSET_BITS, TEXT_BYTES = 64 * 1024, CACHE_INDICES = 16 };

/* An object's key is its lowest processor, so keys of one kind are unique and order objects as hwloc does. */
struct entry {
    unsigned key[KINDS];
    unsigned cpu;
};

struct sysfs {
    const char *root;
    struct sheaf_cpuset online;
    char text[TEXT_BYTES];                     /* the file read last, without its newline */
    struct entry entry[SHEAF_CPUSET_BITS];     /* by cpu */
    uint64_t node_bytes[SHEAF_CPUSET_BITS];    /* by the node's key */
};

/* Reads a file below /sys/devices/system into fs->text. False if there is none. */
SHEAF_PRINTF(2, 0) static bool read_text(struct sysfs *fs, const char *format, va_list arguments)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/sys/devices/system/", fs->root);
    if (length < 0 || (size_t)length >= sizeof path)
        return false;
    vsnprintf(path + length, sizeof path - (size_t)length, format, arguments);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t got, size = 0;
    while (size < TEXT_BYTES - 1 && (got = read(fd, fs->text + size, (size_t)(TEXT_BYTES - 1 - size))) > 0)
        size += got;
    close(fd);
    fs->text[size] = 0;
    fs->text[strcspn(fs->text, "\n")] = 0;
    return true;
}

SHEAF_PRINTF(2, 3) static bool read_word(struct sysfs *fs, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool there = read_text(fs, format, arguments);
    va_end(arguments);
    return there;
}

/* A list of processors; false if there is no such file or it lists none. */
SHEAF_PRINTF(3, 4) static bool read_list(struct sysfs *fs, struct sheaf_cpuset *set, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    bool there = read_text(fs, format, arguments);
    va_end(arguments);
    return there && sheaf_cpuset_parse(set, fs->text, NULL) == SHEAF_OK;
}

/* Makes the online ones of `members` one object of that kind; returns its key. */
static unsigned group(struct sysfs *fs, enum kind kind, const struct sheaf_cpuset *members)
{
    unsigned key = UNSET;
    SHEAF_CPUSET_EACH(cpu, members) {
        if (sheaf_cpuset_has(&fs->online, cpu)) {
            key = key == UNSET ? cpu : key;
            fs->entry[cpu].key[kind] = key;
        }
    }
    return key;
}

static void read_cores_and_packages(struct sysfs *fs, unsigned cpu)
{
    struct sheaf_cpuset set;
    if (fs->entry[cpu].key[CORE] == UNSET) {
        fs->entry[cpu].key[CORE] = cpu;
        if (read_list(fs, &set, "cpu/cpu%u/topology/core_cpus_list", cpu) ||
            read_list(fs, &set, "cpu/cpu%u/topology/thread_siblings_list", cpu)) /* the name before Linux 5.3 */
            group(fs, CORE, &set);
    }
    if (fs->entry[cpu].key[PACKAGE] == UNSET) {
        if (read_list(fs, &set, "cpu/cpu%u/topology/package_cpus_list", cpu) ||
            read_list(fs, &set, "cpu/cpu%u/topology/core_siblings_list", cpu))
            group(fs, PACKAGE, &set);
        else
            group(fs, PACKAGE, &fs->online);
    }
}

static void read_last_cache(struct sysfs *fs, unsigned cpu)
{
    struct sheaf_cpuset set;
    int last = -1, last_level = 0;
    if (fs->entry[cpu].key[CACHE] != UNSET)
        return;
    for (int i = 0; i < CACHE_INDICES && read_word(fs, "cpu/cpu%u/cache/index%d/level", cpu, i); i++) {
        int level = atoi(fs->text);
        if (level > last_level && read_word(fs, "cpu/cpu%u/cache/index%d/type", cpu, i) &&
            strcmp(fs->text, "Instruction") != 0) {
            last = i;
            last_level = level;
        }
    }
    if (last >= 0 && read_list(fs, &set, "cpu/cpu%u/cache/index%d/shared_cpu_list", cpu, last))
        group(fs, CACHE, &set);
}

/* "Node 0 MemTotal:  4153924 kB" */
static uint64_t node_memory(struct sysfs *fs, unsigned node)
{
    const char *total = read_word(fs, "node/node%u/meminfo", node) ? strstr(fs->text, "MemTotal:") : NULL;
    return total ? strtoull(total + strlen("MemTotal:"), NULL, 10) * 1024 : 0;
}

static void read_nodes(struct sysfs *fs)
{
    struct sheaf_cpuset nodes, set;
    if (!read_list(fs, &nodes, "node/online"))
        return;
    SHEAF_CPUSET_EACH(node, &nodes) {
        if (read_list(fs, &set, "node/node%u/cpulist", node)) {
            unsigned key = group(fs, NUMA, &set);
            if (key != UNSET)
                fs->node_bytes[key] = node_memory(fs, node);
        }
    }
}

/* What no file told: a processor without a node joins the others without one, one without a cache its node. */
static void fill_gaps(struct sysfs *fs)
{
    unsigned stray = UNSET;
    SHEAF_CPUSET_EACH(cpu, &fs->online) {
        unsigned *key = fs->entry[cpu].key;
        if (key[NUMA] == UNSET)
            key[NUMA] = stray = stray == UNSET ? cpu : stray;
        if (key[CACHE] == UNSET)
            key[CACHE] = key[NUMA];
    }
}

static int compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    for (int i = 0; i < KINDS; i++)
        if (x->key[i] != y->key[i])
            return x->key[i] < y->key[i] ? -1 : 1;
    return x->cpu < y->cpu ? -1 : 1;
}

static enum sheaf_status finish(struct sysfs *fs, struct sheaf_topology *machine, struct sheaf_error *err)
{
    unsigned count = 0;
    SHEAF_CPUSET_EACH(cpu, &fs->online) {
        fs->entry[count++] = fs->entry[cpu];
    }
    qsort(fs->entry, count, sizeof *fs->entry, compare);
    enum sheaf_status status = machine_init(machine, count, err);
    if (status != SHEAF_OK)
        return status;
    for (unsigned i = 0; i < count; i++) {
        const unsigned *key = fs->entry[i].key;
        machine->processors[i] = (struct sheaf_processor){.cpu = fs->entry[i].cpu,
                                                          .core = key[CORE],
                                                          .cache = key[CACHE],
                                                          .numa = key[NUMA],
                                                          .package = key[PACKAGE]};
    }
    snprintf(machine->source, sizeof machine->source, "sysfs");
    struct sheaf_cpuset present;
    if (read_list(fs, &present, "cpu/present"))
        for (unsigned i = 0; i < sizeof present.word / sizeof *present.word; i++)
            machine->offline.word[i] = present.word[i] & ~fs->online.word[i];
    return machine_finish(machine, fs->node_bytes, SHEAF_CPUSET_BITS, err);
}

enum sheaf_status machine_read_sysfs(struct sheaf_topology *machine, const char *root, struct sheaf_error *err)
{
    struct sysfs *fs = calloc(1, sizeof *fs);
    if (!fs)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory to read the machine");
    fs->root = root;
    if (!read_list(fs, &fs->online, "cpu/online")) {
        free(fs);
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "%s/sys/devices/system/cpu/online lists no processors", root);
    }
    for (unsigned cpu = 0; cpu < SHEAF_CPUSET_BITS; cpu++)
        fs->entry[cpu] = (struct entry){{UNSET, UNSET, UNSET, UNSET}, cpu};
    SHEAF_CPUSET_EACH(cpu, &fs->online) {
        read_cores_and_packages(fs, cpu);
        read_last_cache(fs, cpu);
    }
    read_nodes(fs);
    fill_gaps(fs);
    enum sheaf_status status = finish(fs, machine, err);
    free(fs);
    return status;
}
