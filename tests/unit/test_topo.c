#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#ifdef _OPENMP
#include <omp.h>
#endif
#include <pthread.h>
#include <sched.h>
#include <sheaf/topo.h>
#include <unistd.h>

#include "../drivers/preinit.h"
#include "topo/machine.h"
#include "tree.h"

static struct sheaf_cpuset set_of(const char *text)
{
    struct sheaf_cpuset set;
    assert_int_equal(sheaf_cpuset_parse(&set, text, NULL), SHEAF_OK);
    return set;
}

/* ---- reading a machine ------------------------------------------------------------------------------------------- */

/* "cpu:core/cache/numa/package ..." */
static const char *machine_text(const struct sheaf_topology *machine, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (unsigned i = 0; i < machine->count; i++) {
        const struct sheaf_processor *p = &machine->processors[i];
        used += (size_t)snprintf(text + used, size - used, "%s%u:%u/%u/%u/%u", i ? " " : "", p->cpu, p->core, p->cache,
                                 p->numa, p->package);
        assert_true(used < size);
    }
    return text;
}

static void assert_machine(const struct sheaf_topology *machine, const char *expected)
{
    char text[4096];
    assert_string_equal(machine_text(machine, text, sizeof text), expected);
}

/* What holds for every machine: numbers from 0 in order of appearance, cores and packages in one piece. */
static void assert_sound(const struct sheaf_topology *machine)
{
    unsigned next[4] = {0};
    struct sheaf_cpuset seen = {{0}};
    assert_true(machine->count > 0);
    for (unsigned i = 0; i < machine->count; i++) {
        const struct sheaf_processor *p = &machine->processors[i];
        const unsigned index[4] = {p->core, p->cache, p->numa, p->package};
        for (int kind = 0; kind < 4; kind++) {
            assert_true(index[kind] <= next[kind]);
            next[kind] += index[kind] == next[kind];
        }
        assert_true(i == 0 || p->core >= p[-1].core);
        assert_true(i == 0 || p->package >= p[-1].package);
        assert_false(sheaf_cpuset_has(&seen, p->cpu));
        assert_false(sheaf_cpuset_has(&machine->offline, p->cpu));
        sheaf_cpuset_add(&seen, p->cpu);
    }
    assert_int_equal(machine->numa_count, next[2]);
}

static void this_machine(void **state)
{
    (void)state;
    struct sheaf_topology machine;
    struct sheaf_cpuset allowed, known = {{0}};
    assert_int_equal(sheaf_topology_load(&machine, NULL), SHEAF_OK);
    assert_sound(&machine);
    assert_int_equal(sheaf_allowed(&allowed, NULL), SHEAF_OK);
    for (unsigned i = 0; i < machine.count; i++)
        sheaf_cpuset_add(&known, machine.processors[i].cpu);
    SHEAF_CPUSET_EACH(cpu, &allowed)
        assert_true(sheaf_cpuset_has(&known, cpu));
    assert_true(machine.source[0] != 0);
    sheaf_topology_cleanup(&machine);
    sheaf_topology_cleanup(&machine);
    sheaf_topology_cleanup(NULL);
}

static void hwloc_and_sysfs_agree(void **state)
{
    (void)state;
    struct sheaf_topology hwloc, sysfs;
    assert_int_equal(machine_read_sysfs(&sysfs, "", NULL), SHEAF_OK);
    assert_sound(&sysfs);
    assert_string_equal(sysfs.source, "sysfs");
    assert_int_equal(machine_read(&hwloc, NULL), SHEAF_OK);
    assert_int_equal(hwloc.count, sysfs.count);
    /* Without cache files hwloc asks the processor itself, and may know more. */
    bool caches = access("/sys/devices/system/cpu/cpu0/cache/index0/level", R_OK) == 0;
    for (unsigned i = 0; i < hwloc.count && !caches; i++)
        hwloc.processors[i].cache = sysfs.processors[i].cache;
    assert_memory_equal(hwloc.processors, sysfs.processors, hwloc.count * sizeof *hwloc.processors);
    assert_true(sheaf_cpuset_equal(&hwloc.offline, &sysfs.offline));
    assert_int_equal(hwloc.numa_count, sysfs.numa_count);
    sheaf_topology_cleanup(&hwloc);
    sheaf_topology_cleanup(&sysfs);
}

/* Loads what hwloc's environment names; skips where the build reads no hwloc. */
static void load_as(struct sheaf_topology *machine, const char *variable, const char *value)
{
    setenv(variable, value, 1);
    assert_int_equal(sheaf_topology_load(machine, NULL), SHEAF_OK);
    unsetenv(variable);
    if (strncmp(machine->source, "hwloc", 5) != 0) {
        sheaf_topology_cleanup(machine);
        print_message("this build has no hwloc: machines in its environment are not read\n");
        skip();
    }
    assert_sound(machine);
}

static void hwloc_synthetic(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"package:2 numa:4 core:8 pu:2", "package:2 numa:4 core:8 pu:2"},
        {"package:3 numa:1 core:5 pu:1", "package:3 core:5"},
        {"package:2 numa:1 l3:2 l2:2 core:2 pu:4", "package:2 cache:2 core:4 pu:4"},
        {"package:1 core:1 pu:1", "core:1"},
        {"package:16 numa:4 l3:2 core:4 pu:2", "package:16 numa:4 cache:2 core:4 pu:2"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct sheaf_topology hwloc, ours;
        load_as(&hwloc, "HWLOC_SYNTHETIC", pairs[i][0]);
        assert_int_equal(sheaf_topology_synthetic(&ours, pairs[i][1], NULL), SHEAF_OK);
        assert_sound(&ours);
        assert_int_equal(hwloc.count, ours.count);
        for (unsigned p = 0; p < ours.count; p++)
            ours.processors[p].cpu = hwloc.processors[p].cpu;
        assert_memory_equal(hwloc.processors, ours.processors, ours.count * sizeof *ours.processors);
        assert_int_equal(hwloc.numa_count, ours.numa_count);
        sheaf_topology_cleanup(&hwloc);
        sheaf_topology_cleanup(&ours);
    }
}

/* Two cores with two threads, two groups of four with one. */
static void hwloc_hybrid(void **state)
{
    (void)state;
    struct sheaf_topology machine;
    load_as(&machine, "HWLOC_XMLFILE", SHEAF_TESTS_DATA "/hybrid.xml");
    assert_machine(&machine, "0:0/0/0/0 1:0/0/0/0 8:1/0/0/0 9:1/0/0/0 16:2/0/0/0 18:3/0/0/0 20:4/0/0/0 22:5/0/0/0 "
                             "24:6/0/0/0 26:7/0/0/0 28:8/0/0/0 30:9/0/0/0");
    assert_int_equal(machine.numa_bytes[0], 1 << 30);
    sheaf_topology_cleanup(&machine);
}

/* Two NUMA nodes (ordinary and fast memory) for each package, no caches, two processors off, one denied. */
static void hwloc_two_memories(void **state)
{
    (void)state;
    struct sheaf_topology machine;
    char text[32];
    load_as(&machine, "HWLOC_XMLFILE", SHEAF_TESTS_DATA "/two-memories.xml");
    assert_machine(&machine, "0:0/0/0/0 1:1/0/0/0 2:2/0/0/0 3:3/0/0/0 4:4/1/1/1 5:5/1/1/1 6:6/1/1/1 7:7/1/1/1");
    assert_int_equal(machine.numa_count, 2);
    assert_int_equal(machine.numa_bytes[1], 64ll << 30);
    assert_string_equal(sheaf_cpuset_text(&machine.offline, text, sizeof text), "8-9");
    sheaf_topology_cleanup(&machine);
}

/* ---- sysfs trees ------------------------------------------------------------------------------------------------- */

static void sys_file(const char *root, unsigned cpu, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%u/%s", cpu, name);
    tree_file(root, path, text);
}

/* Two packages of two cores of two threads; cpu 7 is off, so core {3,7} has one thread; a node without processors
 * in between; each package has an L3, and an L1 for instructions that must not count. */
static void sysfs_two_packages(void **state)
{
    (void)state;
    static const char *const cores[] = {"0,4\n", "1,5\n", "2,6\n", "3,7\n"};
    static const char *const packages[] = {"0-1,4-5\n", "2-3,6-7\n"};
    char root[32], text[32];
    tree_new(root);
    tree_file(root, "/sys/devices/system/cpu/online", "0-6\n");
    tree_file(root, "/sys/devices/system/cpu/present", "0-7\n");
    for (unsigned cpu = 0; cpu < 7; cpu++) {
        sys_file(root, cpu, "topology/core_cpus_list", cores[cpu % 4]);
        sys_file(root, cpu, "topology/package_cpus_list", packages[cpu % 4 / 2]);
        sys_file(root, cpu, "cache/index0/level", "1\n");
        sys_file(root, cpu, "cache/index0/type", "Data\n");
        sys_file(root, cpu, "cache/index0/shared_cpu_list", cores[cpu % 4]);
        sys_file(root, cpu, "cache/index1/level", "3\n");
        sys_file(root, cpu, "cache/index1/type", "Unified\n");
        sys_file(root, cpu, "cache/index1/shared_cpu_list", packages[cpu % 4 / 2]);
        sys_file(root, cpu, "cache/index2/level", "4\n");
        sys_file(root, cpu, "cache/index2/type", "Instruction\n");
        sys_file(root, cpu, "cache/index2/shared_cpu_list", cores[cpu % 4]);
    }
    tree_file(root, "/sys/devices/system/node/online", "0-2\n");
    tree_file(root, "/sys/devices/system/node/node0/cpulist", "2-3,6-7\n"); /* the second package's */
    tree_file(root, "/sys/devices/system/node/node0/meminfo", "Node 0 MemTotal:       1024 kB\nNode 0 MemFree: 1 kB\n");
    tree_file(root, "/sys/devices/system/node/node1/cpulist", "\n");
    tree_file(root, "/sys/devices/system/node/node1/meminfo", "Node 1 MemTotal:  4 kB\n");
    tree_file(root, "/sys/devices/system/node/node2/cpulist", "0-1,4-5\n");

    struct sheaf_topology machine;
    assert_int_equal(machine_read_sysfs(&machine, root, NULL), SHEAF_OK);
    assert_sound(&machine);
    assert_machine(&machine, "0:0/0/0/0 4:0/0/0/0 1:1/0/0/0 5:1/0/0/0 2:2/1/1/1 6:2/1/1/1 3:3/1/1/1");
    assert_int_equal(machine.numa_count, 2);
    assert_int_equal(machine.numa_bytes[0], 0);
    assert_int_equal(machine.numa_bytes[1], 1024 * 1024);
    assert_string_equal(sheaf_cpuset_text(&machine.offline, text, sizeof text), "7");
    sheaf_topology_cleanup(&machine);
    tree_remove(root);
}

/* Linux before 5.3: other names; no caches, no nodes. */
static void sysfs_old(void **state)
{
    (void)state;
    char root[32];
    tree_new(root);
    tree_file(root, "/sys/devices/system/cpu/online", "0-3\n");
    for (unsigned cpu = 0; cpu < 4; cpu++) {
        sys_file(root, cpu, "topology/thread_siblings_list", cpu < 2 ? "0-1\n" : "2-3\n");
        sys_file(root, cpu, "topology/core_siblings_list", cpu < 2 ? "0-1\n" : "2-3\n");
    }
    struct sheaf_topology machine;
    assert_int_equal(machine_read_sysfs(&machine, root, NULL), SHEAF_OK);
    assert_sound(&machine);
    assert_machine(&machine, "0:0/0/0/0 1:0/0/0/0 2:1/0/0/1 3:1/0/0/1");
    sheaf_topology_cleanup(&machine);
    tree_remove(root);
}

/* Two NUMA nodes inside a package, each with two caches; numbers interleaved; one processor without a node. */
static void sysfs_nodes_in_a_package(void **state)
{
    (void)state;
    static const char *const pairs[] = {"0,4\n", "1,5\n", "2,6\n", "3,7\n"};
    char root[32];
    tree_new(root);
    tree_file(root, "/sys/devices/system/cpu/online", "0-8\n");
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        sys_file(root, cpu, "topology/package_cpus_list", "0-8\n");
        sys_file(root, cpu, "cache/index0/level", "2\n");
        sys_file(root, cpu, "cache/index0/type", "Unified\n");
        sys_file(root, cpu, "cache/index0/shared_cpu_list", pairs[cpu % 4]);
    }
    tree_file(root, "/sys/devices/system/node/online", "0,3\n");
    tree_file(root, "/sys/devices/system/node/node0/cpulist", "0,2,4,6\n");
    tree_file(root, "/sys/devices/system/node/node3/cpulist", "1,3,5,7\n");
    struct sheaf_topology machine;
    assert_int_equal(machine_read_sysfs(&machine, root, NULL), SHEAF_OK);
    assert_sound(&machine);
    assert_machine(&machine, "0:0/0/0/0 4:1/0/0/0 2:2/1/0/0 6:3/1/0/0 "
                             "1:4/2/1/0 5:5/2/1/0 3:6/3/1/0 7:7/3/1/0 8:8/4/2/0");
    sheaf_topology_cleanup(&machine);
    tree_remove(root);
}

static void sysfs_missing(void **state)
{
    (void)state;
    char root[32];
    struct sheaf_topology machine;
    struct sheaf_error err;
    tree_new(root);
    assert_int_equal(machine_read_sysfs(&machine, root, &err), SHEAF_UNAVAILABLE);
    assert_non_null(strstr(err.message, root));
    tree_file(root, "/sys/devices/system/cpu/online", "what\n");
    assert_int_equal(machine_read_sysfs(&machine, root, &err), SHEAF_UNAVAILABLE);
    tree_file(root, "/sys/devices/system/cpu/online", "0-1\n"); /* and nothing else */
    assert_int_equal(machine_read_sysfs(&machine, root, &err), SHEAF_OK);
    assert_machine(&machine, "0:0/0/0/0 1:1/0/0/0");
    sheaf_topology_cleanup(&machine);
    tree_remove(root);
}

/* ---- binding ----------------------------------------------------------------------------------------------------- */

/* Runs in a thread, so that the mask of the test itself stays as it is. */
static void in_thread(void *(*body)(void *))
{
    pthread_t thread;
    void *ok = NULL;
    struct sheaf_cpuset before, after;
    assert_int_equal(sheaf_bound(&before, NULL), SHEAF_OK);
    assert_int_equal(pthread_create(&thread, NULL, body, NULL), 0);
    assert_int_equal(pthread_join(thread, &ok), 0);
    assert_non_null(ok);
    assert_int_equal(sheaf_bound(&after, NULL), SHEAF_OK);
    assert_true(sheaf_cpuset_equal(&before, &after));
}

static char yes; /* cmocka's asserts belong to the main thread */

static void *bind_each(void *unused)
{
    (void)unused;
    struct sheaf_cpuset allowed, bound;
    if (sheaf_bound(&allowed, NULL) != SHEAF_OK)
        return NULL;
    SHEAF_CPUSET_EACH(cpu, &allowed) {
        struct sheaf_cpuset one = {{0}};
        sheaf_cpuset_add(&one, cpu);
        if (sheaf_bind(&one, NULL) != SHEAF_OK || sched_getcpu() != (int)cpu)
            return NULL;
        if (sheaf_bound(&bound, NULL) != SHEAF_OK || !sheaf_cpuset_equal(&bound, &one))
            return NULL;
    }
    if (sheaf_bind(&allowed, NULL) != SHEAF_OK || sheaf_bound(&bound, NULL) != SHEAF_OK)
        return NULL;
    return sheaf_cpuset_equal(&bound, &allowed) ? &yes : NULL;
}

static void binding_holds(void **state)
{
    (void)state;
    in_thread(bind_each);
}

static void *bind_wrongly(void *unused)
{
    (void)unused;
    struct sheaf_cpuset allowed, beyond = {{0}}, empty = {{0}}, partly;
    struct sheaf_error err;
    sheaf_cpuset_add(&beyond, SHEAF_CPUSET_BITS - 1); /* no machine of ours has it */
    if (sheaf_bind(&beyond, &err) != SHEAF_IO || !strstr(err.message, "8191") || sheaf_bind(&empty, NULL) != SHEAF_IO)
        return NULL;
    if (sheaf_bound(&allowed, NULL) != SHEAF_OK)
        return NULL;
    partly = allowed; /* the kernel takes what there is and says nothing */
    sheaf_cpuset_add(&partly, SHEAF_CPUSET_BITS - 1);
    return sheaf_bind(&partly, &err) == SHEAF_UNAVAILABLE && strstr(err.message, "8191") ? &yes : NULL;
}

static void binding_that_fails(void **state)
{
    (void)state;
    in_thread(bind_wrongly);
}

static void *as_under_taskset(void *unused)
{
    (void)unused;
    struct sheaf_cpuset allowed, one = {{0}};
    if (sheaf_allowed(&allowed, NULL) != SHEAF_OK)
        return NULL;
    unsigned last = 0;
    SHEAF_CPUSET_EACH(cpu, &allowed)
        last = cpu;
    sheaf_cpuset_add(&one, last);
    if (sheaf_bind(&one, NULL) != SHEAF_OK || sheaf_allowed(&allowed, NULL) != SHEAF_OK)
        return NULL;
    return sheaf_cpuset_equal(&allowed, &one) && sheaf_default_workers() == 1 ? &yes : NULL;
}

static void allowed_follows_the_mask(void **state)
{
    (void)state;
    unsetenv("OMP_NUM_THREADS");
    in_thread(as_under_taskset);
}

static void preset_wins(void **state)
{
    (void)state;
    struct sheaf_cpuset preset = set_of("3,5-9"), allowed, bound;
    assert_int_equal(sheaf_bound(&bound, NULL), SHEAF_OK);
    sheaf_allowed_preset(&preset);
    memset(&preset, 0, sizeof preset);
    char text[32];
    assert_int_equal(sheaf_allowed(&allowed, NULL), SHEAF_OK);
    assert_string_equal(sheaf_cpuset_text(&allowed, text, sizeof text), "3,5-9");
    sheaf_allowed_preset(NULL);
    assert_int_equal(sheaf_allowed(&allowed, NULL), SHEAF_OK);
    assert_true(sheaf_cpuset_equal(&allowed, &bound));
}

/* ---- a recorder that is earlier than libgomp --------------------------------------------------------------------- */

/* In a process of its own: the mask at main, what is allowed after preinit_restore, and the mask then. */
static int report_masks(void)
{
    struct sheaf_cpuset at_main, allowed, now;
    char a[256], b[256], c[256];
    if (sheaf_bound(&at_main, NULL) != SHEAF_OK)
        return 1;
#ifdef _OPENMP
    omp_get_max_threads(); /* so that the linker keeps the OpenMP library */
#endif
    preinit_restore();
    if (sheaf_allowed(&allowed, NULL) != SHEAF_OK || sheaf_bound(&now, NULL) != SHEAF_OK)
        return 1;
    printf("%s %s %s\n", sheaf_cpuset_text(&at_main, a, sizeof a), sheaf_cpuset_text(&allowed, b, sizeof b),
           sheaf_cpuset_text(&now, c, sizeof c));
    return 0;
}

static void omp_proc_bind_narrows_nothing(void **state)
{
    (void)state;
    struct sheaf_cpuset bound;
    char self[512], command[600], whole[256], at_main[256], allowed[256], now[256];
    assert_int_equal(sheaf_bound(&bound, NULL), SHEAF_OK);
    sheaf_cpuset_text(&bound, whole, sizeof whole);
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(length > 0);
    self[length] = 0;
    snprintf(command, sizeof command, "OMP_PROC_BIND=true '%s' report-masks", self);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%255s %255s %255s", at_main, allowed, now), 3);
    assert_int_equal(pclose(pipe), 0);
    assert_string_equal(allowed, whole);
    assert_string_equal(now, whole);
    if (strcmp(at_main, whole) == 0) {
        print_message("the OpenMP library does not narrow the mask before main (or %s is one cpu): nothing to undo\n",
                      whole);
        skip();
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "report-masks") == 0)
        return report_masks();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(this_machine),
        cmocka_unit_test(hwloc_and_sysfs_agree),
        cmocka_unit_test(hwloc_synthetic),
        cmocka_unit_test(hwloc_hybrid),
        cmocka_unit_test(hwloc_two_memories),
        cmocka_unit_test(sysfs_two_packages),
        cmocka_unit_test(sysfs_old),
        cmocka_unit_test(sysfs_nodes_in_a_package),
        cmocka_unit_test(sysfs_missing),
        cmocka_unit_test(binding_holds),
        cmocka_unit_test(binding_that_fails),
        cmocka_unit_test(allowed_follows_the_mask),
        cmocka_unit_test(preset_wins),
        cmocka_unit_test(omp_proc_bind_narrows_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
