/* The MPI module: struct world_ops over MPI. Thin on purpose; no algorithm lives here. */
#include "exchange/world.h"

#include "base/clock.h"

#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* MPI counts with an int: longer messages go in pieces, of a size that the build sets (a test builds it small). A piece
 * is also what a rank without memory receives at a time, to drop it. */
enum { TAG_SIZE = 1, TAG_BYTES = 2, PIECE = SHEAF_MPI_PIECE_BYTES, PIECE_WORDS = PIECE / 8 };
static unsigned char dropped[PIECE];

/* Shared memory makes a node; a test makes nodes of so many ranks where there is one machine only. */
enum { RANKS_PER_NODE = SHEAF_MPI_RANKS_PER_NODE };

struct world {
    MPI_Comm all, node;
    bool initialised; /* by us, so that we finalise it */
    MPI_Request round[2];
    MPI_Win share, total;
    int64_t *total_base;
};

static int split_nodes(struct world *world)
{
    int rank, code = MPI_Comm_rank(world->all, &rank);
    if (code == MPI_SUCCESS && RANKS_PER_NODE > 0)
        code = MPI_Comm_split(world->all, rank / (RANKS_PER_NODE ? RANKS_PER_NODE : 1), 0, &world->node);
    else if (code == MPI_SUCCESS)
        code = MPI_Comm_split_type(world->all, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &world->node);
    return code == MPI_SUCCESS ? MPI_Comm_set_errhandler(world->node, MPI_ERRORS_RETURN) : code;
}

/* Initialises MPI, unless the program has: *ours says which. */
static int start(bool *ours)
{
    int given = MPI_THREAD_SINGLE, running = 0, code = MPI_Initialized(&running);
    *ours = !running;
    if (code == MPI_SUCCESS && !running)
        code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &given);
    else if (code == MPI_SUCCESS)
        code = MPI_Query_thread(&given);
    if (code != MPI_SUCCESS || given >= MPI_THREAD_SERIALIZED)
        return code;
    if (!running)
        MPI_Finalize(); /* as it does on every rank */
    return WORLD_ONE_THREAD; /* workers take turns in MPI, from threads of their own */
}

static int join(struct world *world)
{
    int code = start(&world->initialised);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_dup(MPI_COMM_WORLD, &world->all);
    if (code == MPI_SUCCESS)
        code = MPI_Comm_set_errhandler(world->all, MPI_ERRORS_RETURN);
    return code == MPI_SUCCESS ? split_nodes(world) : code;
}

static int open_world(void **handle)
{
    struct world *world = calloc(1, sizeof *world);
    if (!world)
        return WORLD_NO_MEMORY;
    int code = join(world);
    if (code == MPI_SUCCESS)
        *handle = world;
    else
        free(world); /* and no more: nobody knows who would still take part in freeing the rest */
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

/* MPI waits by spinning. Ranks may wait for long, while somebody else could use the core: they sleep, ever longer. Who
 * sleeps is also sooner back on a crowded core than who spins. */
static int await(MPI_Request *requests, int count, int64_t patience_ns, bool *done)
{
    enum { SPIN_NS = 50 * 1000, SHORTEST_NS = 20 * 1000, LONGEST_NS = 2 * 1000 * 1000 };
    struct timespec nap = {.tv_nsec = SHORTEST_NS};
    int all = 0, code = MPI_Testall(count, requests, &all, MPI_STATUSES_IGNORE);
    int64_t begin = clock_ns(), waited = 0;
    while (!all && code == MPI_SUCCESS && waited < patience_ns) {
        if (waited > SPIN_NS) {
            nanosleep(&nap, NULL);
            nap.tv_nsec += nap.tv_nsec < LONGEST_NS ? nap.tv_nsec / 4 : 0; /* a fifth of the time waited so far, about */
        }
        code = MPI_Testall(count, requests, &all, MPI_STATUSES_IGNORE);
        waited = clock_ns() - begin;
    }
    *done = all;
    return code;
}

static int broadcast(void *handle, void *bytes, uint64_t total)
{
    struct world *world = handle;
    int code = MPI_SUCCESS;
    bool done;
    for (uint64_t at = 0; at < total && code == MPI_SUCCESS; at += PIECE) {
        MPI_Request request;
        code = MPI_Ibcast(bytes ? (unsigned char *)bytes + at : dropped, piece(total - at, PIECE), MPI_BYTE, 0, world->all,
                          &request);
        if (code == MPI_SUCCESS)
            code = await(&request, 1, INT64_MAX, &done);
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

/* Makes `bytes` as long as what comes. False: there is no room; it is to be received all the same. */
static bool make_room(struct sheaf_buffer *bytes, uint64_t incoming)
{
    bytes->size = 0;
    bool room = sheaf_buffer_reserve(bytes, incoming) == SHEAF_OK;
    bytes->size = room ? incoming : 0;
    return room;
}

static int receive_bytes(void *handle, int from, struct sheaf_buffer *bytes, int *sender)
{
    struct world *world = handle;
    MPI_Status status;
    uint64_t total;
    int code = MPI_Recv(&total, 1, MPI_UINT64_T, from < 0 ? MPI_ANY_SOURCE : from, TAG_SIZE, world->all, &status);
    if (code != MPI_SUCCESS)
        return code;
    bool room = make_room(bytes, total);
    for (uint64_t at = 0; at < total && code == MPI_SUCCESS; at += PIECE)
        code = MPI_Recv(room ? bytes->data + at : dropped, piece(total - at, PIECE), MPI_BYTE, status.MPI_SOURCE, TAG_BYTES,
                        world->all, MPI_STATUS_IGNORE);
    if (sender)
        *sender = status.MPI_SOURCE;
    return code == MPI_SUCCESS && !room ? WORLD_NO_MEMORY : code;
}

static int swap(void *handle, int to, const void *bytes, uint64_t total, int from, struct sheaf_buffer *received)
{
    struct world *world = handle;
    uint64_t incoming;
    int code = MPI_Sendrecv(&total, 1, MPI_UINT64_T, to, TAG_SIZE, &incoming, 1, MPI_UINT64_T, from, TAG_SIZE, world->all,
                            MPI_STATUS_IGNORE);
    if (code != MPI_SUCCESS)
        return code;
    bool room = make_room(received, incoming);
    /* Both sides cut by the same rule, so a side that is out of pieces just sends or receives none. */
    for (uint64_t at = 0; (at < total || at < incoming) && code == MPI_SUCCESS; at += PIECE) {
        MPI_Request request = MPI_REQUEST_NULL;
        if (at < incoming)
            code = MPI_Irecv(room ? received->data + at : dropped, piece(incoming - at, PIECE), MPI_BYTE, from, TAG_BYTES,
                             world->all, &request);
        if (code == MPI_SUCCESS && at < total)
            code = MPI_Send((const char *)bytes + at, piece(total - at, PIECE), MPI_BYTE, to, TAG_BYTES, world->all);
        if (code == MPI_SUCCESS)
            code = MPI_Wait(&request, MPI_STATUS_IGNORE);
    }
    return code == MPI_SUCCESS && !room ? WORLD_NO_MEMORY : code;
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

static int min_all(void *handle, uint64_t *value)
{
    struct world *world = handle;
    return MPI_Allreduce(MPI_IN_PLACE, value, 1, MPI_UINT64_T, MPI_MIN, world->all);
}

static int node_gather(void *handle, const void *bytes, int each, void *all)
{
    struct world *world = handle;
    return MPI_Allgather(bytes, each, MPI_BYTE, all, each, MPI_BYTE, world->node);
}

static int round_begin(void *handle, int64_t *sums, int count, uint64_t *least)
{
    struct world *world = handle;
    int code = MPI_Iallreduce(MPI_IN_PLACE, sums, count, MPI_INT64_T, MPI_SUM, world->all, &world->round[0]);
    if (code == MPI_SUCCESS)
        code = MPI_Iallreduce(MPI_IN_PLACE, least, 1, MPI_UINT64_T, MPI_MIN, world->all, &world->round[1]);
    return code;
}

static int round_wait(void *handle, int64_t patience_ns, bool *done)
{
    struct world *world = handle;
    return await(world->round, 2, patience_ns, done);
}

static int share_open(void *handle, uint64_t bytes)
{
    struct world *world = handle;
    void *mine;
    int code = MPI_Win_allocate_shared((MPI_Aint)bytes, 1, MPI_INFO_NULL, world->node, &mine, &world->share);
    if (code == MPI_SUCCESS)
        code = MPI_Win_set_errhandler(world->share, MPI_ERRORS_RETURN);
    return code == MPI_SUCCESS ? MPI_Win_lock_all(MPI_MODE_NOCHECK, world->share) : code;
}

static int share_at(void *handle, int owner, void **base)
{
    struct world *world = handle;
    MPI_Aint length;
    int unit;
    return MPI_Win_shared_query(world->share, owner, &length, &unit, base);
}

static int share_sync(void *handle)
{
    struct world *world = handle;
    int code = MPI_Win_sync(world->share);
    if (code == MPI_SUCCESS)
        code = MPI_Barrier(world->node);
    return code == MPI_SUCCESS ? MPI_Win_sync(world->share) : code;
}

static int share_close(void *handle)
{
    struct world *world = handle;
    int code = MPI_Win_unlock_all(world->share);
    return code == MPI_SUCCESS ? MPI_Win_free(&world->share) : code;
}

static int total_open(void *handle, uint64_t count)
{
    struct world *world = handle;
    int root = rank_in(world->all) == 0;
    MPI_Aint bytes = root ? (MPI_Aint)(count * sizeof(int64_t)) : 0;
    int code = MPI_Win_allocate(bytes, sizeof(int64_t), MPI_INFO_NULL, world->all, &world->total_base, &world->total);
    if (code == MPI_SUCCESS)
        code = MPI_Win_set_errhandler(world->total, MPI_ERRORS_RETURN);
    if (code == MPI_SUCCESS)
        code = MPI_Win_lock_all(0, world->total);
    if (code == MPI_SUCCESS && root)
        memset(world->total_base, 0, (size_t)bytes);
    if (code == MPI_SUCCESS)
        code = MPI_Win_sync(world->total);
    return code == MPI_SUCCESS ? MPI_Barrier(world->all) : code;
}

static int total_add(void *handle, const int64_t *values, uint64_t count)
{
    struct world *world = handle;
    int code = MPI_SUCCESS;
    for (uint64_t at = 0; at < count && code == MPI_SUCCESS; at += PIECE_WORDS) {
        int words = piece(count - at, PIECE_WORDS);
        code = MPI_Accumulate(values + at, words, MPI_INT64_T, 0, (MPI_Aint)at, words, MPI_INT64_T, MPI_SUM, world->total);
    }
    return code == MPI_SUCCESS ? MPI_Win_flush(0, world->total) : code;
}

static int total_close(void *handle, int64_t *values, uint64_t count)
{
    struct world *world = handle;
    int code = MPI_Win_unlock_all(world->total);
    if (code == MPI_SUCCESS)
        code = MPI_Barrier(world->all);
    if (code == MPI_SUCCESS && rank_in(world->all) == 0) {
        /* The window's public and private copies meet in a lock. */
        code = MPI_Win_lock(MPI_LOCK_SHARED, 0, 0, world->total);
        if (code == MPI_SUCCESS) {
            memcpy(values, world->total_base, count * sizeof *values);
            code = MPI_Win_unlock(0, world->total);
        }
    }
    return code == MPI_SUCCESS ? MPI_Win_free(&world->total) : code;
}

SHEAF_API extern const struct world_ops sheaf_world_ops;
const struct world_ops sheaf_world_ops = {
    .abi = SHEAF_WORLD_ABI,
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
    .round_begin = round_begin,
    .round_wait = round_wait,
    .share_open = share_open,
    .share_at = share_at,
    .share_sync = share_sync,
    .share_close = share_close,
    .total_open = total_open,
    .total_add = total_add,
    .total_close = total_close,
};
