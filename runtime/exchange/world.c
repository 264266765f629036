#include "exchange/world.h"

#include "base/module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* ---- the launchers that are known ------------------------------------------------------------------------------- */

/* Whoever sets `mark` started this process as one of several; `rank` is which. */
static const struct launcher {
    const char *mark, *rank;
} launchers[] = {
    {"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"},
    {"PMIX_NAMESPACE", "PMIX_RANK"},
    {"PMI_SIZE", "PMI_RANK"},
    {"PMI2_SIZE", "PMI2_RANK"},
};

static const struct launcher *launcher_find(void)
{
    for (size_t i = 0; i < sizeof launchers / sizeof launchers[0]; i++)
        if (getenv(launchers[i].mark))
            return &launchers[i];
    return NULL;
}

bool sheaf_world_launched(void)
{
    return launcher_find() != NULL;
}

int sheaf_world_launched_rank(void)
{
    const struct launcher *launcher = launcher_find();
    const char *rank = launcher ? getenv(launcher->rank) : NULL;
    return rank ? atoi(rank) : -1;
}

/* ---- verbs with errors ------------------------------------------------------------------------------------------- */

static enum sheaf_status check(struct sheaf_world *world, int code, const char *what, struct sheaf_error *err)
{
    if (code == 0)
        return SHEAF_OK;
    char text[256];
    enum sheaf_status status = SHEAF_INTERNAL;
    if (code == WORLD_NO_MEMORY) {
        status = sheaf_fail(err, SHEAF_MEMORY, "no memory while %s", what);
    } else if (code == WORLD_ONE_THREAD) {
        status = sheaf_fail(err, SHEAF_UNAVAILABLE, "MPI lets only one thread call it here, and MPI_THREAD_SERIALIZED is "
                                                    "needed: initialise it with that, or leave it to sheaf");
    } else {
        world->broken = true;
        world->ops->error_text(code, text, sizeof text);
        snprintf(world->why, sizeof world->why, "MPI failed while %s: %s", what, text);
        sheaf_fail(err, status, "%s", world->why);
    }
    if (err)
        err->rank = world->rank;
    return status;
}

static enum sheaf_status gone(const struct sheaf_world *world, struct sheaf_error *err)
{
    sheaf_fail(err, SHEAF_INTERNAL, "%s", world->why);
    if (err)
        err->rank = world->rank;
    return SHEAF_INTERNAL;
}

enum sheaf_status world_send(struct sheaf_world *world, int to, const void *bytes, uint64_t size, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->send(world->handle, to, bytes, size), "sending to a rank", err);
}

enum sheaf_status world_receive(struct sheaf_world *world, int from, struct sheaf_buffer *bytes, int *sender,
                                struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->receive(world->handle, from, bytes, sender),
                                 "hearing from a rank", err);
}

enum sheaf_status world_swap(struct sheaf_world *world, int to, const void *bytes, uint64_t size, int from,
                             struct sheaf_buffer *received, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->swap(world->handle, to, bytes, size, from, received),
                                 "trading with other ranks", err);
}

enum sheaf_status world_sum(struct sheaf_world *world, int64_t *values, uint64_t count, bool everywhere,
                            struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->sum(world->handle, values, count, everywhere),
                                 "adding up the ranks", err);
}

enum sheaf_status world_round_begin(struct sheaf_world *world, int64_t *sums, int count, uint64_t *least,
                                    struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->round_begin(world->handle, sums, count, least), "comparing notes", err);
}

enum sheaf_status world_round_wait(struct sheaf_world *world, int64_t patience_ns, bool *done, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->round_wait(world->handle, patience_ns, done), "comparing notes", err);
}

enum sheaf_status world_gather_sets(struct sheaf_world *world, const struct sheaf_cpuset *mine, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->node_gather(world->handle, mine, sizeof *mine, world->node_sets),
                                 "comparing processor sets", err);
}

enum sheaf_status world_share_open(struct sheaf_world *world, uint64_t size, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->share_open(world->handle, size), "sharing memory on a node", err);
}

enum sheaf_status world_share_at(struct sheaf_world *world, int node_rank, void **base, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->share_at(world->handle, node_rank, base), "sharing memory on a node",
                                 err);
}

enum sheaf_status world_share_sync(struct sheaf_world *world, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->share_sync(world->handle), "sharing memory on a node", err);
}

enum sheaf_status world_share_close(struct sheaf_world *world, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->share_close(world->handle), "sharing memory on a node", err);
}

enum sheaf_status world_total_open(struct sheaf_world *world, uint64_t count, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->total_open(world->handle, count), "opening a window", err);
}

enum sheaf_status world_total_add(struct sheaf_world *world, const int64_t *values, uint64_t count, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->total_add(world->handle, values, count), "adding to a window", err);
}

enum sheaf_status world_total_close(struct sheaf_world *world, int64_t *values, uint64_t count, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->total_close(world->handle, values, count), "closing a window", err);
}

static enum sheaf_status broadcast(struct sheaf_world *world, void *bytes, uint64_t size, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->broadcast(world->handle, bytes, size), "telling the ranks", err);
}

enum sheaf_status world_tell(struct sheaf_world *world, struct sheaf_buffer *bytes, struct sheaf_error *err)
{
    uint64_t size = bytes->size;
    enum sheaf_status status = broadcast(world, &size, sizeof size, err), room = SHEAF_OK;
    if (status != SHEAF_OK || size == 0) {
        bytes->size = 0;
        return status;
    }
    if (world->rank != 0) {
        bytes->size = 0;
        room = sheaf_buffer_reserve(bytes, size);
        bytes->size = room == SHEAF_OK ? size : 0;
    }
    status = broadcast(world, room == SHEAF_OK ? bytes->data : NULL, size, err);
    if (status == SHEAF_OK && room != SHEAF_OK)
        status = sheaf_fail(err, room, "no memory for a message of %llu bytes", (unsigned long long)size);
    return status;
}

/* ---- agreement ----------------------------------------------------------------------------------------------------- */

static enum sheaf_status least_of(struct sheaf_world *world, uint64_t *value, struct sheaf_error *err)
{
    return world->broken ? gone(world, err)
                         : check(world, world->ops->min(world->handle, value), "agreeing on an error", err);
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

enum sheaf_status world_agree(struct sheaf_world *world, struct sheaf_error *err)
{
    if (world->broken && err->status != SHEAF_OK)
        return (enum sheaf_status)err->status;
    uint64_t mine = weight(err), least = mine;
    enum sheaf_status status = least_of(world, &least, err);
    if (status != SHEAF_OK || least == UINT64_MAX)
        return status;
    /* Of ranks that fail alike, the first speaks; its error is passed on through a sum of one term. */
    uint64_t speaker = mine == least ? (uint64_t)world->rank : UINT64_MAX;
    status = least_of(world, &speaker, err);
    int64_t words[(sizeof *err + 7) / 8] = {0};
    if ((uint64_t)world->rank == speaker) {
        err->rank = world->rank;
        memcpy(words, err, sizeof *err);
    }
    if (status == SHEAF_OK)
        status = world_sum(world, words, sizeof words / sizeof words[0], true, err);
    if (status != SHEAF_OK)
        return status;
    memcpy(err, words, sizeof *err);
    return (enum sheaf_status)err->status;
}

enum sheaf_status world_has_room(struct sheaf_world *world, uint64_t size, struct sheaf_error *err)
{
    struct sheaf_error failure;
    sheaf_error_clear(&failure);
    void *probe = size ? mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : NULL;
    if (probe == MAP_FAILED)
        sheaf_fail(&failure, SHEAF_MEMORY, "no memory for a window of %llu bytes", (unsigned long long)size);
    else if (probe)
        munmap(probe, size);
    enum sheaf_status status = world_agree(world, &failure);
    if (status != SHEAF_OK && err)
        *err = failure;
    return status;
}

/* ---- joining and leaving ----------------------------------------------------------------------------------------- */

/* Which ranks of this node have the same set of processors? */
static enum sheaf_status find_peers(struct sheaf_world *world, struct sheaf_error *err)
{
    struct sheaf_cpuset mine;
    struct sheaf_error failure;
    sheaf_error_clear(&failure);
    world->node_sets = calloc((size_t)world->node_size, sizeof *world->node_sets);
    if (!world->node_sets)
        sheaf_fail(&failure, SHEAF_MEMORY, "no memory for the processor sets of %d ranks", world->node_size);
    enum sheaf_status status = world_agree(world, &failure);
    if (status != SHEAF_OK) {
        if (err)
            *err = failure;
        return status;
    }
    /* A rank that does not know its set says so with an empty one: all must take part in the gathering. */
    if (sheaf_allowed(&mine, NULL) != SHEAF_OK)
        memset(&mine, 0, sizeof mine);
    status = world_gather_sets(world, &mine, err);
    if (status == SHEAF_OK)
        world->entangled = !sheaf_place_peers(world->node_sets, (unsigned)world->node_size, (unsigned)world->node_rank,
                                              &world->peer_index, &world->peers);
    return status;
}

unsigned world_default_workers(const struct sheaf_world *world)
{
    unsigned workers = sheaf_default_workers(), share = world ? workers / world->peers : workers;
    return share ? share : 1;
}

static void leave(struct sheaf_world *world)
{
    if (!world->broken)
        world->ops->close(world->handle);
    free(world->node_sets);
    free(world);
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
        status = check(world, code, "joining the launch", err);
        free(world);
        return status;
    }
    world->rank = ops->rank(world->handle);
    world->size = ops->size(world->handle);
    world->node_rank = ops->node_rank(world->handle);
    world->node_size = ops->node_size(world->handle);
    status = find_peers(world, err);
    if (status != SHEAF_OK) {
        leave(world);
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
    leave(world);
}
