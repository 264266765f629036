#include "exchange/world.h"

#include "base/module.h"

#include <stdlib.h>
#include <string.h>

bool sheaf_world_launched(void)
{
    static const char *const marks[] = {"OMPI_COMM_WORLD_SIZE", "PMIX_NAMESPACE", "PMI_SIZE", "PMI2_SIZE"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (getenv(marks[i]))
            return true;
    return false;
}

/* Which ranks of this node have the same set of processors? */
static enum sheaf_status find_peers(struct sheaf_world *world, struct sheaf_error *err)
{
    struct sheaf_cpuset mine;
    struct sheaf_cpuset *all = calloc((size_t)world->node_size, sizeof *all);
    if (!all)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for the processor sets of %d ranks", world->node_size);
    /* A rank that does not know its set says so with an empty one: all must take part in the gathering. */
    if (sheaf_allowed(&mine, NULL) != SHEAF_OK)
        memset(&mine, 0, sizeof mine);
    enum sheaf_status status = world_check(world, world->ops->node_gather(world->handle, &mine, sizeof mine, all),
                                           "comparing processor sets", err);
    if (status == SHEAF_OK)
        world->entangled = !sheaf_place_peers(all, (unsigned)world->node_size, (unsigned)world->node_rank,
                                              &world->peer_index, &world->peers);
    free(all);
    return status;
}

unsigned world_default_workers(const struct sheaf_world *world)
{
    unsigned workers = sheaf_default_workers(), share = world ? workers / world->peers : workers;
    return share ? share : 1;
}

enum sheaf_status sheaf_world_open(struct sheaf_world **out, struct sheaf_error *err)
{
    void *symbol;
    enum sheaf_status status = module_load("mpi", "sheaf_world_ops", &symbol, err);
    if (status != SHEAF_OK)
        return status;
    const struct world_ops *ops = symbol;
    if (ops->abi != SHEAF_WORLD_ABI)
        return sheaf_fail(err, SHEAF_UNAVAILABLE, "the MPI module is of another version of sheaf");
    struct sheaf_world *world = calloc(1, sizeof *world);
    if (!world)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a world");
    world->ops = ops;
    int code = ops->open(&world->handle);
    if (code != 0) {
        status = world_check(world, code, "joining the launch", err);
        free(world);
        return status;
    }
    world->rank = ops->rank(world->handle);
    world->size = ops->size(world->handle);
    world->node_rank = ops->node_rank(world->handle);
    world->node_size = ops->node_size(world->handle);
    status = find_peers(world, err);
    if (status != SHEAF_OK) {
        ops->close(world->handle);
        free(world);
        return status;
    }
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
