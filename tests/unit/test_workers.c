#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <limits.h>
#include <sheaf/topo.h>

#include "topo/defaults.h"
#include "tree.h"

/* ---- the rule ---------------------------------------------------------------------------------------------------- */

static void environment(void **state)
{
    (void)state;
    static const struct {
        const char *threads, *limit, *slurm;
        unsigned workers;
    } cases[] = {
        {NULL, NULL, NULL, 8},
        {"", "", "", 8},
        {"3", NULL, NULL, 3},
        {"20", NULL, NULL, 20}, /* as nproc: also more than there are */
        {" 3\t", NULL, NULL, 3},
        {"3,2,1", NULL, NULL, 3},
        {"3 ,2", NULL, NULL, 3},
        {"0", NULL, NULL, 8},
        {"0,4", NULL, NULL, 8},
        {"-3", NULL, NULL, 8},
        {"+3", NULL, NULL, 8},
        {"3x", NULL, NULL, 8},
        {",3", NULL, NULL, 8},
        {"four", NULL, NULL, 8},
        {NULL, "2", NULL, 2},
        {"4", "2", NULL, 2},
        {"2", "4", NULL, 2},
        {NULL, "0", NULL, 8},
        {NULL, "x", NULL, 8},
        {NULL, NULL, "2", 2},
        {NULL, NULL, "20", 8},
        {"4", NULL, "2", 2},
        {NULL, NULL, "2(x3)", 8},
        {NULL, NULL, "0", 8},
        {"4", "3", "2", 2},
        {"99999999999999999999999", NULL, NULL, UINT_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(workers_from(8, cases[i].threads, cases[i].limit, UINT_MAX, cases[i].slurm), cases[i].workers);
}

static void quota_lowers(void **state)
{
    (void)state;
    assert_int_equal(workers_from(8, NULL, NULL, 3, NULL), 3);
    assert_int_equal(workers_from(2, NULL, NULL, 3, NULL), 2);
    assert_int_equal(workers_from(2, "8", NULL, 3, NULL), 3);
    assert_int_equal(workers_from(8, NULL, "2", 3, NULL), 2);
    assert_int_equal(workers_from(8, NULL, NULL, 1, "4"), 1);
    assert_int_equal(workers_from(0, NULL, NULL, UINT_MAX, NULL), 1);
}

/* The whole way, with the environment and the allowed set of this process. */
static void in_this_process(void **state)
{
    (void)state;
    static const char *const names[] = {"OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "SLURM_CPUS_PER_TASK"};
    for (size_t i = 0; i < 3; i++)
        unsetenv(names[i]);
    struct sheaf_cpuset one = {{0}}, twenty = {{0}};
    sheaf_cpuset_add(&one, 5);
    for (unsigned cpu = 0; cpu < 20; cpu++)
        sheaf_cpuset_add(&twenty, 3 * cpu);
    unsigned quota = cgroup_cpus("");

    sheaf_allowed_preset(&one);
    assert_int_equal(sheaf_default_workers(), 1);
    sheaf_allowed_preset(&twenty);
    assert_int_equal(sheaf_default_workers(), quota < 20 ? quota : 20);
    setenv("SLURM_CPUS_PER_TASK", "1", 1);
    assert_int_equal(sheaf_default_workers(), 1);
    unsetenv("SLURM_CPUS_PER_TASK");
    setenv("OMP_NUM_THREADS", "1", 1);
    assert_int_equal(sheaf_default_workers(), 1);
    setenv("OMP_NUM_THREADS", "7", 1);
    assert_int_equal(sheaf_default_workers(), quota < 7 ? quota : 7);
    setenv("OMP_THREAD_LIMIT", "1", 1);
    assert_int_equal(sheaf_default_workers(), 1);
    for (size_t i = 0; i < 3; i++)
        unsetenv(names[i]);
    sheaf_allowed_preset(NULL);
}

/* nproc is the judge of what OMP_NUM_THREADS means. */
static void as_nproc(void **state)
{
    (void)state;
    if (system("nproc >/dev/null 2>&1") != 0) {
        print_message("nproc is not installed: its reading of OMP_NUM_THREADS is not compared\n");
        skip();
    }
    static const char *const values[] = {"", "1", "2", " 2", "2 ", "2,1", "2 ,1", "x", "0",
                                         "-1", "+1", "5", "1x", ",2"};
    unsetenv("OMP_THREAD_LIMIT");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        unsigned nproc = 0;
        struct sheaf_cpuset allowed;
        setenv("OMP_NUM_THREADS", values[i], 1);
        FILE *pipe = popen("nproc", "r");
        assert_non_null(pipe);
        assert_int_equal(fscanf(pipe, "%u", &nproc), 1);
        assert_int_equal(pclose(pipe), 0);
        assert_int_equal(sheaf_allowed(&allowed, NULL), SHEAF_OK);
        /* Newer ones lower it by the quota themselves. */
        unsigned ours = workers_from(sheaf_cpuset_count(&allowed), values[i], NULL, UINT_MAX, NULL);
        unsigned lowered = workers_from(sheaf_cpuset_count(&allowed), values[i], NULL, cgroup_cpus(""), NULL);
        assert_true(nproc == ours || nproc == lowered);
    }
    unsetenv("OMP_NUM_THREADS");
}

/* ---- cgroups ----------------------------------------------------------------------------------------------------- */

static const char v2_mounts[] = "22 1 0:20 / / rw - overlay overlay rw\n"
                                "30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

static void version_2(void **state)
{
    (void)state;
    char root[32];
    tree_new(root);
    tree_file(root, "/proc/self/mountinfo", v2_mounts);
    tree_file(root, "/proc/self/cgroup", "0::/system.slice/job.scope/step\n");
    assert_int_equal(cgroup_cpus(root), UINT_MAX); /* no limit anywhere */
    tree_file(root, "/sys/fs/cgroup/system.slice/job.scope/step/cpu.max", "max 100000\n");
    assert_int_equal(cgroup_cpus(root), UINT_MAX);
    tree_file(root, "/sys/fs/cgroup/system.slice/cpu.max", "1200000 100000\n");
    assert_int_equal(cgroup_cpus(root), 12); /* an ancestor's binds */
    tree_file(root, "/sys/fs/cgroup/system.slice/job.scope/cpu.max", "250000 100000\n");
    assert_int_equal(cgroup_cpus(root), 3); /* rounded up */
    tree_file(root, "/sys/fs/cgroup/system.slice/job.scope/step/cpu.max", "400000 100000\n");
    assert_int_equal(cgroup_cpus(root), 3); /* the least on the path */
    tree_file(root, "/sys/fs/cgroup/system.slice/job.scope/step/cpu.max", "5000 50000\n");
    assert_int_equal(cgroup_cpus(root), 1);
    tree_file(root, "/sys/fs/cgroup/system.slice/job.scope/step/cpu.max", "garbage\n");
    assert_int_equal(cgroup_cpus(root), 3);
    tree_file(root, "/sys/fs/cgroup/cpu.max", "100000 100000\n"); /* as a container sees its own */
    assert_int_equal(cgroup_cpus(root), 1);
    tree_file(root, "/sys/fs/cgroup/other/cpu.max", "1000 100000\n");
    tree_file(root, "/proc/self/cgroup", "0::/\n");
    assert_int_equal(cgroup_cpus(root), 1);
    tree_remove(root);
}

static void version_1(void **state)
{
    (void)state;
    char root[32];
    tree_new(root);
    tree_file(root, "/proc/self/mountinfo",
              "31 22 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
              "32 22 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
              "33 22 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    tree_file(root, "/proc/self/cgroup", "5:cpuset:/slurm/wrong\n4:cpu,cpuacct:/slurm/job_7\n1:name=systemd:/\n0::/\n");
    tree_file(root, "/sys/fs/cgroup/cpuset/slurm/wrong/cpu.cfs_quota_us", "1000\n");
    tree_file(root, "/sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_quota_us", "-1\n");
    tree_file(root, "/sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_period_us", "100000\n");
    assert_int_equal(cgroup_cpus(root), UINT_MAX);
    tree_file(root, "/sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_quota_us", "600000\n");
    tree_file(root, "/sys/fs/cgroup/cpu,cpuacct/slurm/cpu.cfs_period_us", "100000\n");
    assert_int_equal(cgroup_cpus(root), 6);
    tree_file(root, "/sys/fs/cgroup/cpu,cpuacct/slurm/job_7/cpu.cfs_quota_us", "150000\n");
    assert_int_equal(cgroup_cpus(root), 2);
    tree_file(root, "/sys/fs/cgroup/unified/cpu.max", "100000 100000\n"); /* both versions at once */
    assert_int_equal(cgroup_cpus(root), 1);
    tree_remove(root);
}

/* A container that sees only its part of the hierarchy, with the host's path in /proc/self/cgroup. */
static void partial_mounts(void **state)
{
    (void)state;
    char root[32];
    tree_new(root);
    tree_file(root, "/proc/self/mountinfo", "30 22 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n");
    tree_file(root, "/proc/self/cgroup", "0::/docker/abc/inner\n");
    tree_file(root, "/sys/fs/cgroup/cpu.max", "400000 100000\n");
    tree_file(root, "/sys/fs/cgroup/inner/cpu.max", "200000 100000\n");
    assert_int_equal(cgroup_cpus(root), 2);
    tree_file(root, "/proc/self/cgroup", "0::/docker/abc\n");
    assert_int_equal(cgroup_cpus(root), 4);
    tree_file(root, "/proc/self/cgroup", "0::/docker/abcdef/inner\n"); /* not below the mount */
    assert_int_equal(cgroup_cpus(root), 4);
    tree_file(root, "/proc/self/cgroup", "0::/../../outside\n");
    assert_int_equal(cgroup_cpus(root), 4);

    tree_file(root, "/proc/self/mountinfo", v2_mounts); /* outside of what a namespace shows */
    tree_file(root, "/sys/fs/cgroup/../outside/cpu.max", "100000 100000\n");
    tree_file(root, "/proc/self/cgroup", "0::/../outside\n");
    assert_int_equal(cgroup_cpus(root), 4);

    tree_file(root, "/proc/self/mountinfo",
              "30 22 0:26 /elsewhere /mnt ro - cgroup2 cgroup rw\n"
              "31 22 0:26 / /run/cgroup\\040of\\134mine ro - cgroup2 cgroup rw\n");
    tree_file(root, "/proc/self/cgroup", "0::/a\n");
    tree_file(root, "/mnt/cpu.max", "100000 100000\n");
    tree_file(root, "/run/cgroup of\\mine/a/cpu.max", "700000 100000\n");
    assert_int_equal(cgroup_cpus(root), 7); /* the mount that shows the process wins */
    tree_remove(root);
}

static void no_cgroups(void **state)
{
    (void)state;
    char root[32];
    tree_new(root);
    assert_int_equal(cgroup_cpus(root), UINT_MAX);
    tree_file(root, "/proc/self/cgroup", "");
    tree_file(root, "/proc/self/mountinfo", "");
    assert_int_equal(cgroup_cpus(root), UINT_MAX);
    tree_file(root, "/proc/self/cgroup", "nonsense\n0:\n0::/a\n");
    tree_file(root, "/proc/self/mountinfo", "short\n - \n30 22 0:26 / /x rw - cgroup2\n");
    assert_int_equal(cgroup_cpus(root), UINT_MAX);
    tree_remove(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(environment), cmocka_unit_test(quota_lowers), cmocka_unit_test(in_this_process),
        cmocka_unit_test(as_nproc),    cmocka_unit_test(version_2),    cmocka_unit_test(version_1),
        cmocka_unit_test(partial_mounts), cmocka_unit_test(no_cgroups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
