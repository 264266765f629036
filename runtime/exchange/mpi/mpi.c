/* The MPI module: struct world_ops over MPI. Thin on purpose; no algorithm lives here. */
#include "exchange/world.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* MPI counts with an int: longer messages go in pieces, of a size that the build sets (a test builds it small). */
enum { TAG_SIZE = 1, TAG_BYTES = 2, PIECE = SHEAF_MPI_PIECE_BYTES, PIECE_WORDS = PIECE / 8 };

struct world {
    MPI_Comm all, node;
    bool initialised; /* by us, so that we finalise it */
};

static int open_world(void **handle)
{
    int given = MPI_THREAD_SINGLE, running = 0, code = MPI_Initialized(&running);
    if (code == MPI_SUCCESS && !running)
        code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &given);
    else if (code == MPI_SUCCESS)
        code = MPI_Query_thread(&given);
    if (code == MPI_SUCCESS && given < MPI_THREAD_SERIALIZED)
        code = MPI_ERR_OTHER; /* workers take turns in MPI, from threads of their own */
    struct world *world = calloc(1, sizeof *world);
    if (!world)
        return MPI_ERR_NO_MEM;
    world->initialised = !running;
    if (code == MPI_SUCCESS)
        code = MPI_Comm_dup(MPI_COMM_WORLD, &world->all);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_set_errhandler(world->all, MPI_ERRORS_RETURN);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_split_type(world->all, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &world->node);
    if (code != MPI_SUCCESS)
        free(world);
    else
        *handle = world;
    return code;
}

static void close_world(void *handle)
{
    struct world *world = handle;
    MPI_Comm_free(&world->node);
    MPI_Comm_free(&world->all);
    bool ours = world->initialised;
    free(world);
    if (ours)
        MPI_Finalize();
}

static int rank_in(MPI_Comm comm)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    return rank;
}

static int size_of(MPI_Comm comm)
{
    int size;
    MPI_Comm_size(comm, &size);
    return size;
}

static int rank(void *handle)
{
    return rank_in(((struct world *)handle)->all);
}

static int size(void *handle)
{
    return size_of(((struct world *)handle)->all);
}

static int node_rank(void *handle)
{
    return rank_in(((struct world *)handle)->node);
}

static int node_size(void *handle)
{
    return size_of(((struct world *)handle)->node);
}

static void error_text(int code, char *text, size_t text_size)
{
    char full[MPI_MAX_ERROR_STRING] = "unknown error";
    int length;
    MPI_Error_string(code, full, &length);
    strncpy(text, full, text_size - 1);
    text[text_size - 1] = '\0';
}

static int piece(uint64_t left, int most)
{
    return left < (uint64_t)most ? (int)left : most;
}

/* MPI waits by spinning. Followers may wait for long, while somebody else could use the core: they sleep, ever longer. */
static int await(MPI_Request *request)
{
    enum { SPINS = 1000, SHORTEST_NS = 20 * 1000, LONGEST_NS = 2 * 1000 * 1000 };
    struct timespec nap = {.tv_nsec = SHORTEST_NS};
    int done = 0, code = MPI_SUCCESS;
    for (int spins = 0; !done && code == MPI_SUCCESS; spins += spins < SPINS) {
        code = MPI_Test(request, &done, MPI_STATUS_IGNORE);
        if (done || spins < SPINS)
            continue;
        nanosleep(&nap, NULL);
        nap.tv_nsec = 2 * nap.tv_nsec < LONGEST_NS ? 2 * nap.tv_nsec : LONGEST_NS;
    }
    return code;
}

static int broadcast(void *handle, void *bytes, uint64_t total)
{
    struct world *world = handle;
    int code = MPI_SUCCESS;
    for (uint64_t at = 0; at < total && code == MPI_SUCCESS; at += PIECE) {
        MPI_Request request;
        code = MPI_Ibcast((char *)bytes + at, piece(total - at, PIECE), MPI_BYTE, 0, world->all, &request);
        if (code == MPI_SUCCESS)
            code = await(&request);
    }
    return code;
}

static int send_bytes(void *handle, int to, const void *bytes, uint64_t total)
{
    struct world *world = handle;
    int code = MPI_Send(&total, 1, MPI_UINT64_T, to, TAG_SIZE, world->all);
    for (uint64_t at = 0; at < total && code == MPI_SUCCESS; at += PIECE)
        code = MPI_Send((const char *)bytes + at, piece(total - at, PIECE), MPI_BYTE, to, TAG_BYTES, world->all);
    return code;
}

static int receive_bytes(void *handle, int from, struct sheaf_buffer *bytes, int *sender)
{
    struct world *world = handle;
    MPI_Status status;
    uint64_t total;
    int code = MPI_Recv(&total, 1, MPI_UINT64_T, from < 0 ? MPI_ANY_SOURCE : from, TAG_SIZE, world->all, &status);
    if (code != MPI_SUCCESS)
        return code;
    bytes->size = 0;
    if (sheaf_buffer_reserve(bytes, total) != SHEAF_OK)
        return MPI_ERR_NO_MEM;
    for (uint64_t at = 0; at < total && code == MPI_SUCCESS; at += PIECE)
        code = MPI_Recv(bytes->data + at, piece(total - at, PIECE), MPI_BYTE, status.MPI_SOURCE, TAG_BYTES, world->all,
                        MPI_STATUS_IGNORE);
    bytes->size = total;
    if (sender)
        *sender = status.MPI_SOURCE;
    return code;
}

static int swap(void *handle, int to, const void *bytes, uint64_t total, int from, struct sheaf_buffer *received)
{
    struct world *world = handle;
    uint64_t incoming;
    int code = MPI_Sendrecv(&total, 1, MPI_UINT64_T, to, TAG_SIZE, &incoming, 1, MPI_UINT64_T, from, TAG_SIZE, world->all,
                            MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS)
        return code;
    received->size = 0;
    if (sheaf_buffer_reserve(received, incoming) != SHEAF_OK)
        return MPI_ERR_NO_MEM;
    /* Both sides cut by the same rule, so a side that is out of pieces just sends or receives none. */
    for (uint64_t at = 0; (at < total || at < incoming) && code == MPI_SUCCESS; at += PIECE) {
        MPI_Request request = MPI_REQUEST_NULL;
        if (at < incoming)
            code = MPI_Irecv(received->data + at, piece(incoming - at, PIECE), MPI_BYTE, from, TAG_BYTES, world->all,
                             &request);
        if (code == MPI_SUCCESS && at < total)
            code = MPI_Send((const char *)bytes + at, piece(total - at, PIECE), MPI_BYTE, to, TAG_BYTES, world->all);
        if (code == MPI_SUCCESS)
            code = MPI_Wait(&request, MPI_STATUS_IGNORE);
    }
    received->size = incoming;
    return code;
}

static int sum(void *handle, int64_t *values, uint64_t count, int everywhere)
{
    struct world *world = handle;
    int code = MPI_SUCCESS, root = rank_in(world->all) == 0;
    for (uint64_t at = 0; at < count && code == MPI_SUCCESS; at += PIECE_WORDS) {
        int words = piece(count - at, PIECE_WORDS);
        if (everywhere)
            code = MPI_Allreduce(MPI_IN_PLACE, values + at, words, MPI_INT64_T, MPI_SUM, world->all);
        else
            code = MPI_Reduce(root ? MPI_IN_PLACE : values + at, values + at, words, MPI_INT64_T, MPI_SUM, 0, world->all);
    }
    return code;
}

static int min_all(void *handle, uint64_t *values, uint64_t count)
{
    struct world *world = handle;
    return MPI_Allreduce(MPI_IN_PLACE, values, (int)count, MPI_UINT64_T, MPI_MIN, world->all);
}

static int node_gather(void *handle, const void *bytes, uint64_t each, void *all)
{
    struct world *world = handle;
    return MPI_Allgather(bytes, (int)each, MPI_BYTE, all, (int)each, MPI_BYTE, world->node);
}

struct share {
    MPI_Win window;
};

static int share_open(void *handle, uint64_t bytes, void **out, void **base)
{
    struct world *world = handle;
    struct share *share = malloc(sizeof *share);
    void *mine;
    if (!share)
        return MPI_ERR_NO_MEM;
    int code = MPI_Win_allocate_shared((MPI_Aint)bytes, 1, MPI_INFO_NULL, world->node, &mine, &share->window);
    if (code == MPI_SUCCESS)
        code = MPI_Win_lock_all(MPI_MODE_NOCHECK, share->window);
    for (int i = 0; i < size_of(world->node) && code == MPI_SUCCESS; i++) {
        MPI_Aint length;
        int unit;
        code = MPI_Win_shared_query(share->window, i, &length, &unit, &base[i]);
    }
    if (code == MPI_SUCCESS)
        *out = share;
    else
        free(share);
    return code;
}

static int share_sync(void *handle, void *opaque)
{
    struct world *world = handle;
    struct share *share = opaque;
    int code = MPI_Win_sync(share->window);
    if (code == MPI_SUCCESS)
        code = MPI_Barrier(world->node);
    return code == MPI_SUCCESS ? MPI_Win_sync(share->window) : code;
}

static void share_close(void *handle, void *opaque)
{
    (void)handle;
    struct share *share = opaque;
    MPI_Win_unlock_all(share->window);
    MPI_Win_free(&share->window);
    free(share);
}

struct total {
    MPI_Win window;
    int64_t *base;
};

static int total_open(void *handle, uint64_t count, void **out)
{
    struct world *world = handle;
    struct total *total = malloc(sizeof *total);
    if (!total)
        return MPI_ERR_NO_MEM;
    int root = rank_in(world->all) == 0;
    MPI_Aint bytes = root ? (MPI_Aint)(count * sizeof *total->base) : 0;
    int code = MPI_Win_allocate(bytes, sizeof *total->base, MPI_INFO_NULL, world->all, &total->base, &total->window);
    if (code == MPI_SUCCESS)
        code = MPI_Win_lock_all(0, total->window);
    if (code == MPI_SUCCESS && root)
        memset(total->base, 0, (size_t)bytes);
    if (code == MPI_SUCCESS)
        code = MPI_Win_sync(total->window);
    if (code == MPI_SUCCESS)
        code = MPI_Barrier(world->all);
    if (code == MPI_SUCCESS)
        *out = total;
    else
        free(total);
    return code;
}

static int total_add(void *handle, void *opaque, const int64_t *values, uint64_t count)
{
    (void)handle;
    struct total *total = opaque;
    int code = MPI_SUCCESS;
    for (uint64_t at = 0; at < count && code == MPI_SUCCESS; at += PIECE_WORDS) {
        int words = piece(count - at, PIECE_WORDS);
        code = MPI_Accumulate(values + at, words, MPI_INT64_T, 0, (MPI_Aint)at, words, MPI_INT64_T, MPI_SUM,
                              total->window);
    }
    return code == MPI_SUCCESS ? MPI_Win_flush(0, total->window) : code;
}

static int total_close(void *handle, void *opaque, int64_t *values, uint64_t count)
{
    struct world *world = handle;
    struct total *total = opaque;
    int code = MPI_Win_unlock_all(total->window);
    if (code == MPI_SUCCESS)
        code = MPI_Barrier(world->all);
    if (code == MPI_SUCCESS && rank_in(world->all) == 0) {
        /* The window's public and private copies meet in a lock. */
        code = MPI_Win_lock(MPI_LOCK_SHARED, 0, 0, total->window);
        memcpy(values, total->base, count * sizeof *values);
        MPI_Win_unlock(0, total->window);
    }
    MPI_Win_free(&total->window);
    free(total);
    return code;
}

SHEAF_API extern const struct world_ops sheaf_world_ops;
const struct world_ops sheaf_world_ops = {
    .abi = SHEAF_WORLD_ABI,
    .name = "MPI",
    .open = open_world,
    .close = close_world,
    .rank = rank,
    .size = size,
    .node_rank = node_rank,
    .node_size = node_size,
    .error_text = error_text,
    .broadcast = broadcast,
    .send = send_bytes,
    .receive = receive_bytes,
    .swap = swap,
    .sum = sum,
    .min = min_all,
    .node_gather = node_gather,
    .share_open = share_open,
    .share_sync = share_sync,
    .share_close = share_close,
    .total_open = total_open,
    .total_add = total_add,
    .total_close = total_close,
};
