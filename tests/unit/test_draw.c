#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sheaf/topo.h>
#include <stdlib.h>

static struct sheaf_cpuset set_of(const char *text)
{
    struct sheaf_cpuset set;
    assert_int_equal(sheaf_cpuset_parse(&set, text, NULL), SHEAF_OK);
    return set;
}

static void assert_drawing(const char *machine_text, const char *allowed_text, const char *policy, unsigned workers,
                           const char *expected)
{
    struct sheaf_topology machine;
    struct sheaf_cpuset allowed = set_of(allowed_text), *place = calloc(workers + 1, sizeof *place);
    struct sheaf_buffer out = {0};
    assert_non_null(place);
    assert_int_equal(sheaf_topology_synthetic(&machine, machine_text, NULL), SHEAF_OK);
    assert_int_equal(sheaf_place(&machine, &allowed, policy, workers, place, NULL), SHEAF_OK);
    assert_int_equal(sheaf_topology_draw(&machine, &allowed, place, workers, &out), SHEAF_OK);
    assert_int_equal(sheaf_buffer_append(&out, "", 1), SHEAF_OK);
    assert_string_equal((const char *)out.data, expected);
    sheaf_buffer_cleanup(&out);
    sheaf_topology_cleanup(&machine);
    free(place);
}

static void small(void **state)
{
    (void)state;
    assert_drawing("core:1", "0", "none", 0,
                   "1 package, 1 NUMA node, 1 cache, 1 core, 1 cpu (synthetic); allowed: cpu 0\n"
                   "package 0, numa 0, cache 0, core 0, cpu 0\n");
    assert_drawing("package:2 core:2 pu:2", "0-3,6", "core", 3,
                   "2 packages, 2 NUMA nodes, 2 caches, 4 cores, 8 cpus (synthetic); allowed: cpu 0-3,6\n"
                   "package 0, numa 0, cache 0\n"
                   "  core 0, cpu 0-1: worker 0\n"
                   "  core 1, cpu 2-3: worker 1\n"
                   "package 1, numa 1, cache 1\n"
                   "  core 2, cpu 4-5: not allowed\n"
                   "  core 3, cpu 6: worker 2; cpu 7: not allowed\n");
    assert_drawing("cache:2 core:2 pu:2", "0-7", "compact", 3,
                   "1 package, 1 NUMA node, 2 caches, 4 cores, 8 cpus (synthetic); allowed: cpu 0-7\n"
                   "package 0, numa 0\n"
                   "  cache 0\n"
                   "    core 0, cpu 0: worker 0; cpu 1: worker 1\n"
                   "    core 1, cpu 2: worker 2; cpu 3: free\n"
                   "  cache 1\n"
                   "    core 2, cpu 4-5: free\n"
                   "    core 3, cpu 6-7: free\n");
    assert_drawing("core:2", "0-1", "0", 3,
                   "1 package, 1 NUMA node, 1 cache, 2 cores, 2 cpus (synthetic); allowed: cpu 0-1\n"
                   "package 0, numa 0, cache 0\n"
                   "  core 0, cpu 0: workers 0-2\n"
                   "  core 1, cpu 1: free\n");
}

static void folded(void **state)
{
    (void)state;
    assert_drawing("package:2 numa:2 core:8 pu:2", "0-40", "scatter", 6,
                   "2 packages, 4 NUMA nodes, 4 caches, 32 cores, 64 cpus (synthetic); allowed: cpu 0-40\n"
                   "package 0\n"
                   "  numa 0, cache 0\n"
                   "    core 0-1, cpu 0-3: workers 0,4 in turn\n"
                   "    core 2-7, cpu 4-15: free\n"
                   "  numa 1, cache 1\n"
                   "    core 8, cpu 16-17: worker 2\n"
                   "    core 9-15, cpu 18-31: free\n"
                   "package 1\n"
                   "  numa 2, cache 2\n"
                   "    core 16-18, cpu 32-37: workers 1,3,5 in turn\n"
                   "    core 19, cpu 38-39: free\n"
                   "    core 20, cpu 40: free; cpu 41: not allowed\n"
                   "    core 21-23, cpu 42-47: not allowed\n"
                   "  numa 3, cache 3, core 24-31, cpu 48-63: not allowed\n");
    assert_drawing("core:20 pu:2", "0-39", "core", 40,
                   "1 package, 1 NUMA node, 1 cache, 20 cores, 40 cpus (synthetic); allowed: cpu 0-39\n"
                   "package 0, numa 0, cache 0, core 0-19, cpu 0-39: workers 0-39 in turn\n");
    assert_drawing("core:20 pu:2", "0-39", "none", 3,
                   "1 package, 1 NUMA node, 1 cache, 20 cores, 40 cpus (synthetic); allowed: cpu 0-39\n"
                   "package 0, numa 0, cache 0, core 0-19, cpu 0-39: workers 0-2\n");
    assert_drawing("core:20", "0-19", "3,2,1", 3, /* downwards is not in turn */
                   "1 package, 1 NUMA node, 1 cache, 20 cores, 20 cpus (synthetic); allowed: cpu 0-19\n"
                   "package 0, numa 0, cache 0\n"
                   "  core 0, cpu 0: free\n"
                   "  core 1, cpu 1: worker 2\n"
                   "  core 2, cpu 2: worker 1\n"
                   "  core 3, cpu 3: worker 0\n"
                   "  core 4-19, cpu 4-19: free\n");
    assert_drawing("core:20", "0-19", "0,1,4,2", 4,
                   "1 package, 1 NUMA node, 1 cache, 20 cores, 20 cpus (synthetic); allowed: cpu 0-19\n"
                   "package 0, numa 0, cache 0\n"
                   "  core 0-1, cpu 0-1: workers 0-1 in turn\n"
                   "  core 2, cpu 2: worker 3\n"
                   "  core 3, cpu 3: free\n"
                   "  core 4, cpu 4: worker 2\n"
                   "  core 5-19, cpu 5-19: free\n");
    assert_drawing("core:17 pu:2", "0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32", "core", 0,
                   "1 package, 1 NUMA node, 1 cache, 17 cores, 34 cpus (synthetic); "
                   "allowed: cpu 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32\n"
                   "package 0, numa 0, cache 0, core 0-16, cpu 0,2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32; "
                   "cpu 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29,31,33: not allowed\n");
}

static void memory_and_offline(void **state)
{
    (void)state;
    struct sheaf_topology machine;
    struct sheaf_cpuset allowed = set_of("0-1");
    struct sheaf_buffer out = {0};
    assert_int_equal(sheaf_topology_synthetic(&machine, "numa:2 core:1", NULL), SHEAF_OK);
    machine.numa_bytes[1] = UINT64_C(96) << 29;
    machine.offline = set_of("2-3");
    assert_int_equal(sheaf_topology_draw(&machine, &allowed, NULL, 0, &out), SHEAF_OK);
    assert_int_equal(sheaf_buffer_append(&out, "", 1), SHEAF_OK);
    assert_string_equal((const char *)out.data,
                        "1 package, 2 NUMA nodes, 2 caches, 2 cores, 2 cpus (synthetic); allowed: cpu 0-1; "
                        "offline: cpu 2-3\n"
                        "package 0\n"
                        "  numa 0, cache 0, core 0, cpu 0\n"
                        "  numa 1 (48.0 GiB), cache 1, core 1, cpu 1\n");
    sheaf_buffer_cleanup(&out);
    sheaf_topology_cleanup(&machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(small), cmocka_unit_test(folded),
                                       cmocka_unit_test(memory_and_offline)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
