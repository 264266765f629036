/* The cpu quota of this process's cgroups: version 2 (kernel documentation: admin-guide/cgroup-v2, cpu.max) and
 * version 1 (scheduler/sched-bwc, cpu.cfs_quota_us), which may be mounted side by side. A quota anywhere on the way
 * to the root binds, so each directory of the path is asked. */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topo/defaults.h"

static FILE *open_below(const char *root, const char *directory, const char *name)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s%s/%s", root, directory, name);
    return length > 0 && (size_t)length < sizeof path ? fopen(path, "re") : NULL;
}

/* A comma list holds `word`. */
static bool lists(const char *list, const char *word)
{
    size_t length = strlen(word);
    for (;; list++) {
        size_t span = strcspn(list, ",");
        if (span == length && strncmp(list, word, length) == 0)
            return true;
        list += span;
        if (!*list)
            return false;
    }
}

/* ---- the limit of one directory ---------------------------------------------------------------------------------- */

static unsigned whole_cpus(uint64_t quota, uint64_t period)
{
    if (!quota || !period)
        return UINT_MAX;
    uint64_t cpus = quota / period + (quota % period != 0);
    return cpus < UINT_MAX ? (unsigned)cpus : UINT_MAX;
}

/* "150000 100000" or "max 100000" */
static unsigned limit_v2(const char *root, const char *directory)
{
    unsigned long long quota = 0, period = 0;
    FILE *file = open_below(root, directory, "cpu.max");
    if (file) {
        if (fscanf(file, "%llu %llu", &quota, &period) != 2)
            quota = 0;
        fclose(file);
    }
    return whole_cpus(quota, period);
}

static long long read_number(const char *root, const char *directory, const char *name)
{
    long long value = 0;
    FILE *file = open_below(root, directory, name);
    if (file) {
        if (fscanf(file, "%lld", &value) != 1)
            value = 0;
        fclose(file);
    }
    return value > 0 ? value : 0; /* -1: no quota */
}

static unsigned limit_v1(const char *root, const char *directory)
{
    return whole_cpus((uint64_t)read_number(root, directory, "cpu.cfs_quota_us"),
                      (uint64_t)read_number(root, directory, "cpu.cfs_period_us"));
}

/* ---- where the hierarchies are ----------------------------------------------------------------------------------- */

struct version {
    const char *filesystem;
    const char *controller; /* "" where all are in one hierarchy */
    unsigned (*limit)(const char *root, const char *directory);
};
static const struct version versions[] = {{"cgroup2", "", limit_v2}, {"cgroup", "cpu", limit_v1}};

/* This process's path in the hierarchy, from a line "4:cpu,cpuacct:/a/b" of /proc/self/cgroup. */
static bool find_path(const char *root, const struct version *version, char path[PATH_MAX])
{
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    FILE *file = open_below(root, "/proc/self", "cgroup");
    while (file && !found && getline(&line, &size, file) > 0) {
        char *controllers = strchr(line, ':'), *start = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!start)
            continue;
        *start++ = 0;
        start[strcspn(start, "\n")] = 0;
        found = lists(controllers + 1, version->controller) && strlen(start) < PATH_MAX;
        if (found)
            strcpy(path, start);
    }
    free(line);
    if (file)
        fclose(file);
    return found;
}

/* Blanks and backslashes stand as \ooo in mountinfo. */
static void unescape(char *text)
{
    char *to = text;
    for (; *text; text++, to++) {
        unsigned code;
        if (sscanf(text, "\\%3o", &code) == 1) {
            *to = (char)code;
            text += 3;
        } else {
            *to = *text;
        }
    }
    *to = 0;
}

/* What of `path` lies below `top`, "" or "/..."; NULL if it is not below. */
static const char *below(const char *path, const char *top)
{
    size_t length = strcmp(top, "/") == 0 ? 0 : strlen(top);
    if (strncmp(path, top, length) != 0 || (path[length] && path[length] != '/') || strstr(path, "/.."))
        return NULL;
    return strcmp(path + length, "/") == 0 ? "" : path + length;
}

/* Where the hierarchy is mounted and, in `directory`, where the process is in it: the mount point itself if the
 * mount shows another part of the hierarchy (a container's view). False: it is not mounted. */
static bool find_directory(const char *root, const struct version *version, const char *path,
                           char mount[PATH_MAX], char directory[2 * PATH_MAX])
{
    char *line = NULL;
    size_t size = 0;
    bool found = false, exact = false;
    FILE *file = open_below(root, "/proc/self", "mountinfo");
    while (file && !exact && getline(&line, &size, file) > 0) {
        char top[PATH_MAX], point[PATH_MAX], type[64], options[1024];
        const char *tail = strstr(line, " - ");
        if (strlen(line) >= PATH_MAX || !tail || sscanf(line, "%*s %*s %*s %s %s", top, point) != 2 ||
            sscanf(tail, " - %63s %*s %1023s", type, options) != 2 || strcmp(type, version->filesystem) != 0 ||
            (*version->controller && !lists(options, version->controller)))
            continue;
        unescape(top);
        unescape(point);
        const char *rest = below(path, top);
        exact = rest != NULL;
        strcpy(mount, point);
        snprintf(directory, 2 * PATH_MAX, "%s%s", point, exact ? rest : "");
        found = true;
    }
    free(line);
    if (file)
        fclose(file);
    return found;
}

static unsigned least_on_path(const char *root, const struct version *version)
{
    char path[PATH_MAX], mount[PATH_MAX], directory[2 * PATH_MAX];
    unsigned least = UINT_MAX;
    if (!find_path(root, version, path) || !find_directory(root, version, path, mount, directory))
        return least;
    for (;;) {
        unsigned cpus = version->limit(root, directory);
        least = cpus < least ? cpus : least;
        char *last = strrchr(directory, '/');
        if (strlen(directory) <= strlen(mount) || !last)
            return least;
        *last = 0;
    }
}

unsigned cgroup_cpus(const char *root)
{
    unsigned least = UINT_MAX;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        unsigned cpus = least_on_path(root, &versions[i]);
        least = cpus < least ? cpus : least;
    }
    return least;
}
