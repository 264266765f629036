/* The merge methods of a world: how the partials of its ranks become one on rank 0. */
#include "exchange/ranks.h"

#include <stdlib.h>
#include <string.h>

/* ---- states that are sums: one call of MPI ---------------------------------------------------------------------- */

/* The blocks of all ranks are known to be disjoint by the deal; their number shows that none is lost. */
static enum sheaf_status count_blocks(struct rank_pass *run, const struct blockset *mine, struct sheaf_error *err)
{
    int64_t done = (int64_t)blockset_size(mine);
    enum sheaf_status status = world_sum(run->world, &done, 1, false, err);
    if (status != SHEAF_OK || !is_root(run))
        return status;
    blockset_clear(&run->mine->blocks);
    if (blockset_add(&run->mine->blocks, 0, (uint64_t)done) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a set of blocks");
    return SHEAF_OK;
}

static enum sheaf_status combine_sum(struct rank_pass *run, bool everywhere, struct sheaf_error *err)
{
    uint64_t words = run->mine->work->state_size / sizeof(int64_t);
    enum sheaf_status status = world_sum(run->world, run->mine->state, words, everywhere, err);
    return status == SHEAF_OK ? count_blocks(run, &run->mine->blocks, err) : status;
}

/* ---- any state: messages ------------------------------------------------------------------------------------------ */

/* A rank that cannot go on still sends its (empty) message, so that nobody waits for ever; the failure is agreed on
 * afterwards. */
static enum sheaf_status send_partial(struct rank_pass *run, int to, struct sheaf_error *err)
{
    struct sheaf_buffer bytes = {0};
    enum sheaf_status status = SHEAF_OK;
    if (run->empty && run->mine->blocks.count)
        status = partial_pack_blocks(run->mine, run->pass, &bytes, err);
    else if (!run->empty)
        status = partial_pack(run->mine, run->pass, &bytes, err);
    if (status != SHEAF_OK)
        bytes.size = 0;
    enum sheaf_status sent = world_send(run->world, to, bytes.data, bytes.size, status == SHEAF_OK ? err : NULL);
    sheaf_buffer_cleanup(&bytes);
    return status == SHEAF_OK ? sent : status;
}

static enum sheaf_status receive_partial(struct rank_pass *run, int from, struct sheaf_error *err)
{
    struct sheaf_buffer bytes = {0};
    enum sheaf_status status = world_receive(run->world, from, &bytes, NULL, err);
    if (status == SHEAF_OK && bytes.size) {
        status = partial_unpack(run->mine, run->pass, bytes.data, bytes.size, err);
        run->empty = false;
    }
    sheaf_buffer_cleanup(&bytes);
    return status;
}

/* Binomial tree to rank 0: log2(ranks) rounds, one state in flight per rank, whatever their number. */
static enum sheaf_status combine_tree(struct rank_pass *run, struct sheaf_error *err)
{
    int rank = run->world->rank, size = run->world->size;
    enum sheaf_status status = SHEAF_OK;
    for (int step = 1; step < size; step *= 2) {
        if (rank & step) {
            enum sheaf_status sent = send_partial(run, rank - step, status == SHEAF_OK ? err : NULL);
            return status == SHEAF_OK ? sent : status;
        }
        if (rank + step < size) {
            enum sheaf_status got = receive_partial(run, rank + step, status == SHEAF_OK ? err : NULL);
            status = status == SHEAF_OK ? got : status;
        }
    }
    return status;
}

static enum sheaf_status combine_reduce(struct rank_pass *run, struct sheaf_error *err)
{
    if (run->pass->work->laws & SHEAF_LAW_ADD64)
        return combine_sum(run, false, err);
    return combine_tree(run, err);
}

static enum sheaf_status combine_allreduce(struct rank_pass *run, struct sheaf_error *err)
{
    if (run->pass->work->laws & SHEAF_LAW_ADD64)
        return combine_sum(run, true, err);
    enum sheaf_status status = combine_tree(run, err);
    struct sheaf_buffer bytes = {0};
    if (status == SHEAF_OK && is_root(run))
        status = partial_pack(run->mine, run->pass, &bytes, err);
    enum sheaf_status told = world_tell(run->world, &bytes, status == SHEAF_OK ? err : NULL);
    sheaf_buffer_cleanup(&bytes);
    return status == SHEAF_OK ? told : status;
}

/* Every partial straight to rank 0, one after another: rank 0 holds two states, but receives `ranks` messages. */
static enum sheaf_status combine_gather(struct rank_pass *run, struct sheaf_error *err)
{
    if (!is_root(run))
        return send_partial(run, 0, err);
    enum sheaf_status status = SHEAF_OK;
    for (int from = 1; from < run->world->size; from++) {
        enum sheaf_status got = receive_partial(run, from, status == SHEAF_OK ? err : NULL);
        status = status == SHEAF_OK ? got : status;
    }
    return status;
}

/* A rank's own part of the keys, as the beginning of what it will own. */
static enum sheaf_status keep_own_part(struct rank_pass *run, struct partial *own, struct sheaf_error *err)
{
    struct sheaf_buffer bytes = {0};
    enum sheaf_status status = partial_init(own, run->pass->work, err);
    if (status == SHEAF_OK)
        status = partial_pack_part(run->mine, run->pass, (uint32_t)run->world->rank, (uint32_t)run->world->size, &bytes,
                                   err);
    if (status == SHEAF_OK)
        status = partial_unpack(own, run->pass, bytes.data, bytes.size, err);
    sheaf_buffer_cleanup(&bytes);
    return status;
}

/* One part each way. A rank that failed before (`well` is false) sends nothing and lets go of what it gets. */
static enum sheaf_status swap_parts(struct rank_pass *run, int round, struct partial *own, bool well,
                                    struct sheaf_error *err)
{
    int rank = run->world->rank, size = run->world->size;
    int to = (rank + round) % size, from = (rank - round + size) % size;
    struct sheaf_buffer out = {0}, in = {0};
    enum sheaf_status status = SHEAF_OK;
    if (well)
        status = partial_pack_part(run->mine, run->pass, (uint32_t)to, (uint32_t)size, &out, err);
    if (status != SHEAF_OK)
        out.size = 0;
    enum sheaf_status swapped = world_swap(run->world, to, out.data, out.size, from, &in, status == SHEAF_OK ? err : NULL);
    if (status == SHEAF_OK)
        status = swapped;
    if (status == SHEAF_OK && well && in.size)
        status = partial_unpack(own, run->pass, in.data, in.size, err);
    sheaf_buffer_cleanup(&out);
    sheaf_buffer_cleanup(&in);
    return status;
}

/* Keys to their owners in bounded rounds (each rank sends one part and receives one), each owner merges its part, then
 * the disjoint parts go to rank 0 for the result. */
static enum sheaf_status combine_shuffle(struct rank_pass *run, struct sheaf_error *err)
{
    struct partial own;
    enum sheaf_status status = keep_own_part(run, &own, err);
    for (int round = 1; round < run->world->size; round++) {
        enum sheaf_status swapped = swap_parts(run, round, &own, status == SHEAF_OK, status == SHEAF_OK ? err : NULL);
        status = status == SHEAF_OK ? swapped : status;
    }
    run->empty = status != SHEAF_OK;
    if (status == SHEAF_OK) {
        struct partial before = *run->mine;
        *run->mine = own;
        own = before;
    }
    partial_cleanup(&own);
    enum sheaf_status gathered = combine_gather(run, status == SHEAF_OK ? err : NULL);
    return status == SHEAF_OK ? gathered : status;
}

/* ---- inside a node: a window of shared memory; between nodes the tree ------------------------------------------------ */

static enum sheaf_status find_state(struct rank_pass *run, int node_rank, void **state, struct sheaf_error *err)
{
    enum sheaf_status status = world_share_at(run->world, node_rank, state, err);
    *state = (void *)(((uintptr_t)*state + 63) & ~(uintptr_t)63);
    return status;
}

/* The window is open: every rank puts its state there, and the node's first merges them all. */
static enum sheaf_status merge_in_window(struct rank_pass *run, struct sheaf_error *err)
{
    struct sheaf_world *world = run->world;
    const struct work *work = run->pass->work;
    void *state;
    enum sheaf_status status = find_state(run, world->node_rank, &state, err);
    if (status == SHEAF_OK)
        memcpy(state, run->mine->state, work->state_size);
    if (status == SHEAF_OK)
        status = world_share_sync(world, err);
    for (int i = 1; world->node_rank == 0 && i < world->node_size && status == SHEAF_OK; i++) {
        status = find_state(run, i, &state, err);
        if (status == SHEAF_OK)
            status = work->ops->merge(work, run->mine->state, state, err);
    }
    return status;
}

static enum sheaf_status combine_window(struct rank_pass *run, struct sheaf_error *err)
{
    uint64_t each = run->pass->work->state_size + 64;
    enum sheaf_status status = world_has_room(run->world, each * (uint64_t)run->world->node_size, err);
    if (status == SHEAF_OK)
        status = world_share_open(run->world, each, err);
    if (status != SHEAF_OK)
        return status; /* no rank has it open */
    status = merge_in_window(run, err);
    enum sheaf_status closed = world_share_close(run->world, status == SHEAF_OK ? err : NULL);
    return status == SHEAF_OK ? closed : status;
}

/* The leaders of the nodes hold the states now; the blocks still have to be gathered from everyone. */
static enum sheaf_status combine_nodes(struct rank_pass *run, struct sheaf_error *err)
{
    enum sheaf_status status = combine_window(run, err);
    bool leader = run->world->node_rank == 0;
    if (status == SHEAF_OK && !leader) {
        struct blockset blocks = run->mine->blocks;
        run->mine->blocks = (struct blockset){0};
        status = partial_reset(run->mine, err);
        run->mine->blocks = blocks;
        run->empty = true;
    }
    if (leader)
        run->empty = false; /* it holds its whole node's state, even if it did no block itself */
    enum sheaf_status combined = combine_tree(run, status == SHEAF_OK ? err : NULL);
    return status == SHEAF_OK ? combined : status;
}

/* ---- one-sided: every block added to a total on rank 0 ----------------------------------------------------------- */

static enum sheaf_status open_total(struct rank_pass *run, struct sheaf_error *err)
{
    uint64_t words = run->pass->work->state_size / sizeof(int64_t);
    /* The total is rank 0's, but MPI maps it into every rank that shares memory with it. */
    enum sheaf_status status = world_has_room(run->world, run->pass->work->state_size, err);
    return status == SHEAF_OK ? world_total_open(run->world, words, err) : status;
}

static enum sheaf_status add_to_total(void *context, unsigned worker, struct partial *partial, struct sheaf_error *err)
{
    (void)worker;
    struct rank_pass *run = context;
    uint64_t words = partial->work->state_size / sizeof(int64_t);
    pthread_mutex_lock(&run->lock);
    enum sheaf_status status = world_total_add(run->world, partial->state, words, err);
    if (status == SHEAF_OK && blockset_merge(&run->added, &partial->blocks) != SHEAF_OK)
        status = sheaf_fail(err, SHEAF_OVERLAP, "a block was done twice, or there is no memory to note it");
    pthread_mutex_unlock(&run->lock);
    return status == SHEAF_OK ? partial_reset(partial, err) : status;
}

static enum sheaf_status close_total(struct rank_pass *run, struct sheaf_error *err)
{
    uint64_t words = run->pass->work->state_size / sizeof(int64_t);
    enum sheaf_status status = world_total_close(run->world, run->mine->state, words, err);
    return status == SHEAF_OK ? count_blocks(run, &run->added, err) : status;
}

/* ---- the table --------------------------------------------------------------------------------------------------- */

static const struct rank_method reduce = {.combine = combine_reduce}, allreduce = {.combine = combine_allreduce},
                                gather = {.combine = combine_gather}, window = {.combine = combine_nodes},
                                accumulate = {open_total, add_to_total, close_total},
                                shuffle = {.combine = combine_shuffle};

const struct sheaf_merge rank_merges[] = {
    {"reduce", "MPI_Reduce of sums, a binomial tree of messages for other states", 0, false, &reduce},
    {"allreduce", "as reduce, and every rank has the total", 0, false, &allreduce},
    {"gather", "every rank's partial straight to rank 0", 0, false, &gather},
    {"window", "shared memory inside a node, a tree between nodes", SHEAF_LAW_FLAT, false, &window},
    {"accumulate", "each block's state added to rank 0's total, one-sided", SHEAF_LAW_ADD64, true, &accumulate},
    {"shuffle", "keys to their owners in rounds, then to rank 0", 0, false, &shuffle},
    {0},
};
