/* A tree of small files in a directory of its own, to stand for /proc and /sys. */
#ifndef SHEAF_TESTS_TREE_H
#define SHEAF_TESTS_TREE_H

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* `root`: at least 32 bytes. */
static inline void tree_new(char *root)
{
    strcpy(root, "/tmp/sheaf-tree-XXXXXX");
    assert_non_null(mkdtemp(root));
}

/* Writes root/path, making the directories on its way. */
static inline void tree_file(const char *root, const char *path, const char *text)
{
    char full[1024];
    assert_true((size_t)snprintf(full, sizeof full, "%s%s", root, path) < sizeof full);
    for (char *slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        assert_true(mkdir(full, 0700) == 0 || errno == EEXIST);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static inline int tree_remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

static inline void tree_remove(const char *root)
{
    assert_int_equal(nftw(root, tree_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
