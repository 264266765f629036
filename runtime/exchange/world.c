#include "exchange/world.h"

#include "engine/pass.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool sheaf_world_launched(void)
{
    static const char *const marks[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_NAMESPACE", "PMI_SIZE", "PMI2_SIZE"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (getenv(marks[i]))
            return true;
    return false;
}

/* The module: named by SHEAF_MODULE_PATH, or beside the program (../lib/sheaf), or where it was installed. */
static void *load_module(char *tried, size_t size)
{
    char program[512], path[1024];
    const char *directories[3] = {getenv("SHEAF_MODULE_PATH"), NULL, SHEAF_MODULE_DIR};
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) {
        program[length] = '\0';
        char *slash = strrchr(program, '/');
        snprintf(slash ? slash : program, sizeof program - (size_t)(slash ? slash - program : 0), "/../lib/sheaf");
        directories[1] = program;
    }
    tried[0] = '\0';
    for (size_t i = 0; i < 3; i++) {
        if (!directories[i])
            continue;
        snprintf(path, sizeof path, "%s/sheaf-mpi.so", directories[i]);
        if (access(path, R_OK) != 0) {
            snprintf(tried + strlen(tried), size - strlen(tried), "%s%s", *tried ? ", " : "", path);
            continue;
        }
        /* Global: Open MPI's own plugins look for its symbols. */
        void *module = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
        if (!module)
            snprintf(tried, size, "%s", dlerror());
        return module;
    }
    return NULL;
}

enum sheaf_status sheaf_world_open(struct sheaf_world **out, struct sheaf_error *err)
{
    char tried[2048];
    void *module = load_module(tried, sizeof tried);
    if (!module)
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "this build has no MPI module (looked for %s); SHEAF_MODULE_PATH names its folder", tried);
    const struct world_ops *ops = dlsym(module, "sheaf_world_ops");
    if (!ops || ops->abi != SHEAF_WORLD_ABI)
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "the MPI module is of another version of sheaf");
    struct sheaf_world *world = calloc(1, sizeof *world);
    if (!world)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a world");
    world->ops = ops;
    int code = ops->open(&world->handle);
    if (code != 0) {
        enum sheaf_status status = world_check(world, code, "joining the launch", err);
        free(world);
        return status;
    }
    world->rank = ops->rank(world->handle);
    world->size = ops->size(world->handle);
    world->node_rank = ops->node_rank(world->handle);
    world->node_size = ops->node_size(world->handle);
    *out = world;
    return SHEAF_OK;
}

int sheaf_world_rank(const struct sheaf_world *world)
{
    return world->rank;
}

int sheaf_world_size(const struct sheaf_world *world)
{
    return world->size;
}

void sheaf_world_close(struct sheaf_world *world)
{
    if (!world)
        return;
    struct sheaf_buffer nothing = {0};
    if (world->rank == 0)
        (void)world_tell(world, &nothing, NULL); /* no plan: the followers leave */
    sheaf_buffer_cleanup(&nothing);
    world->ops->close(world->handle);
    free(world);
}

enum sheaf_status world_check(const struct sheaf_world *world, int code, const char *what, struct sheaf_error *err)
{
    if (code == 0)
        return SHEAF_OK;
    char text[256];
    world->ops->error_text(code, text, sizeof text);
    sheaf_fail(err, SHEAF_INTERNAL, "MPI failed while %s: %s", what, text);
    if (err)
        err->rank = world->rank;
    return SHEAF_INTERNAL;
}

enum sheaf_status world_tell(const struct sheaf_world *world, struct sheaf_buffer *bytes, struct sheaf_error *err)
{
    uint64_t size = bytes->size;
    enum sheaf_status status =
        world_check(world, world->ops->broadcast(world->handle, &size, sizeof size), "telling the ranks", err);
    if (status != SHEAF_OK)
        return status;
    if (world->rank != 0) {
        bytes->size = 0;
        if (sheaf_buffer_reserve(bytes, size) != SHEAF_OK)
            return sheaf_fail(err, SHEAF_MEMORY, "no memory for a message of %llu bytes", (unsigned long long)size);
        bytes->size = size;
    }
    return size ? world_check(world, world->ops->broadcast(world->handle, bytes->data, size), "telling the ranks", err)
                : SHEAF_OK;
}

/* Order of importance as one number: the lowest block first, then what is no block's fault, cancellation last. */
static uint64_t weight(const struct sheaf_error *err)
{
    if (err->status == SHEAF_OK)
        return UINT64_MAX;
    if (err->status == SHEAF_CANCELLED)
        return UINT64_MAX - 1;
    return err->block == SHEAF_UNKNOWN ? UINT64_MAX - 2 : (uint64_t)err->block;
}

enum sheaf_status world_agree(const struct sheaf_world *world, struct sheaf_error *err)
{
    uint64_t mine = weight(err), least = mine;
    int code = world->ops->min(world->handle, &least, 1);
    if (code == 0 && least == UINT64_MAX)
        return SHEAF_OK;
    /* Of ranks that fail alike, the first speaks; its error is passed on through rank 0's sum of one term. */
    uint64_t speaker = mine == least ? (uint64_t)world->rank : UINT64_MAX;
    if (code == 0)
        code = world->ops->min(world->handle, &speaker, 1);
    int64_t words[(sizeof *err + 7) / 8] = {0};
    if ((uint64_t)world->rank == speaker) {
        err->rank = world->rank;
        memcpy(words, err, sizeof *err);
    }
    if (code == 0)
        code = world->ops->sum(world->handle, words, sizeof words / sizeof words[0], 1);
    if (code != 0)
        return world_check(world, code, "agreeing on an error", err);
    memcpy(err, words, sizeof *err);
    return (enum sheaf_status)err->status;
}
