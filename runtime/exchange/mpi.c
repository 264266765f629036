/* The ranks of a world: how their partials become one on rank 0. All MPI is behind world->ops. */
#include "exchange/exchange.h"
#include "exchange/world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct rank_pass {
    const struct cast *cast;
    const struct pass *pass;
    const struct sheaf_world *world;
    struct partial *mine;  /* this rank's */
    uint64_t *blocks;      /* how many there were, on rank 0 */
    pthread_mutex_t lock;  /* one thread at a time in MPI */
    void *total;           /* method accumulate */
    struct blockset added; /* method accumulate: blocks that were handed on */
    bool empty;            /* this rank's state is the identity: need not be sent */
};

/* How the ranks' states become one. All are collective. */
struct method {
    enum sheaf_status (*before)(struct rank_pass *run, struct sheaf_error *err); /* NULL: nothing */
    enum sheaf_status (*after_block)(void *run, unsigned worker, struct partial *partial, struct sheaf_error *err);
    enum sheaf_status (*combine)(struct rank_pass *run, struct sheaf_error *err);
};

static bool is_root(const struct rank_pass *run)
{
    return run->world->rank == 0;
}

/* ---- states that are sums: one call of MPI ---------------------------------------------------------------------- */

/* The blocks of all ranks are known to be disjoint by the deal; their number shows that none is lost. */
static enum sheaf_status count_blocks(struct rank_pass *run, const struct blockset *mine, struct sheaf_error *err)
{
    int64_t done = (int64_t)blockset_size(mine);
    int code = run->world->ops->sum(run->world->handle, &done, 1, 0);
    enum sheaf_status status = world_check(run->world, code, "counting blocks", err);
    if (status != SHEAF_OK || !is_root(run))
        return status;
    blockset_clear(&run->mine->blocks);
    if (blockset_add(&run->mine->blocks, 0, (uint64_t)done) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a set of blocks");
    return SHEAF_OK;
}

static enum sheaf_status combine_sum(struct rank_pass *run, bool everywhere, struct sheaf_error *err)
{
    const struct sheaf_world *world = run->world;
    uint64_t words = run->mine->work->state_size / sizeof(int64_t);
    int code = world->ops->sum(world->handle, run->mine->state, words, everywhere);
    enum sheaf_status status = world_check(world, code, "summing the ranks' states", err);
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
    int code = run->world->ops->send(run->world->handle, to, bytes.data, bytes.size);
    sheaf_buffer_cleanup(&bytes);
    return status == SHEAF_OK ? world_check(run->world, code, "sending a partial", err) : status;
}

static enum sheaf_status receive_partial(struct rank_pass *run, int from, struct sheaf_error *err)
{
    struct sheaf_buffer bytes = {0};
    int code = run->world->ops->receive(run->world->handle, from, &bytes, NULL);
    enum sheaf_status status = world_check(run->world, code, "receiving a partial", err);
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
            enum sheaf_status sent = send_partial(run, rank - step, err);
            return status == SHEAF_OK ? sent : status;
        }
        if (rank + step < size) {
            enum sheaf_status got = receive_partial(run, rank + step, err);
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
    enum sheaf_status told = world_tell(run->world, &bytes, err);
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
        enum sheaf_status got = receive_partial(run, from, err);
        status = status == SHEAF_OK ? got : status;
    }
    return status;
}

/* Keys to their owners in bounded rounds (each rank sends one part and receives one), each owner merges its part, then
 * the disjoint parts go to rank 0 for the result. */
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

static enum sheaf_status swap_parts(struct rank_pass *run, int round, struct partial *own, struct sheaf_error *err)
{
    int rank = run->world->rank, size = run->world->size;
    int to = (rank + round) % size, from = (rank - round + size) % size;
    struct sheaf_buffer out = {0}, in = {0};
    enum sheaf_status status = partial_pack_part(run->mine, run->pass, (uint32_t)to, (uint32_t)size, &out, err);
    if (status != SHEAF_OK)
        out.size = 0;
    int code = run->world->ops->swap(run->world->handle, to, out.data, out.size, from, &in);
    if (status == SHEAF_OK)
        status = world_check(run->world, code, "exchanging keys", err);
    if (status == SHEAF_OK && in.size)
        status = partial_unpack(own, run->pass, in.data, in.size, err);
    sheaf_buffer_cleanup(&out);
    sheaf_buffer_cleanup(&in);
    return status;
}

static enum sheaf_status combine_shuffle(struct rank_pass *run, struct sheaf_error *err)
{
    struct partial own;
    enum sheaf_status status = keep_own_part(run, &own, err);
    for (int round = 1; round < run->world->size; round++) {
        enum sheaf_status swapped = swap_parts(run, round, &own, err);
        status = status == SHEAF_OK ? swapped : status;
    }
    struct partial before = *run->mine;
    *run->mine = own;
    partial_cleanup(&before);
    run->empty = false;
    enum sheaf_status gathered = combine_gather(run, err);
    return status == SHEAF_OK ? gathered : status;
}

/* ---- inside a node: a window of shared memory; between nodes the tree ------------------------------------------------ */

static enum sheaf_status combine_window(struct rank_pass *run, struct sheaf_error *err)
{
    const struct sheaf_world *world = run->world;
    const struct work *work = run->pass->work;
    void *share, **base = calloc((size_t)world->node_size, sizeof *base);
    if (!base)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for %d ranks", world->node_size);
    enum sheaf_status status =
        world_check(world, world->ops->share_open(world->handle, work->state_size + 64, &share, base), "sharing memory", err);
    if (status != SHEAF_OK) {
        free(base);
        return status;
    }
    for (int i = 0; i < world->node_size; i++)
        base[i] = (void *)(((uintptr_t)base[i] + 63) & ~(uintptr_t)63);
    memcpy(base[world->node_rank], run->mine->state, work->state_size);
    status = world_check(world, world->ops->share_sync(world->handle, share), "sharing memory", err);
    for (int i = 1; world->node_rank == 0 && i < world->node_size && status == SHEAF_OK; i++)
        status = work->ops->merge(work, run->mine->state, base[i], err);
    world->ops->share_close(world->handle, share);
    free(base);
    return status;
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
    enum sheaf_status combined = combine_tree(run, err);
    return status == SHEAF_OK ? combined : status;
}

/* ---- one-sided: every block added to a total on rank 0 ---------------------------------------------------------------- */

static enum sheaf_status open_total(struct rank_pass *run, struct sheaf_error *err)
{
    uint64_t words = run->pass->work->state_size / sizeof(int64_t);
    return world_check(run->world, run->world->ops->total_open(run->world->handle, words, &run->total),
                       "opening a window", err);
}

static enum sheaf_status add_to_total(void *context, unsigned worker, struct partial *partial, struct sheaf_error *err)
{
    (void)worker;
    struct rank_pass *run = context;
    uint64_t words = partial->work->state_size / sizeof(int64_t);
    pthread_mutex_lock(&run->lock);
    int code = run->world->ops->total_add(run->world->handle, run->total, partial->state, words);
    enum sheaf_status status = world_check(run->world, code, "accumulating", err);
    if (status == SHEAF_OK && blockset_merge(&run->added, &partial->blocks) != SHEAF_OK)
        status = sheaf_fail(err, SHEAF_OVERLAP, "a block was done twice");
    pthread_mutex_unlock(&run->lock);
    return status == SHEAF_OK ? partial_reset(partial, err) : status;
}

static enum sheaf_status close_total(struct rank_pass *run, struct sheaf_error *err)
{
    uint64_t words = run->pass->work->state_size / sizeof(int64_t);
    if (!run->total)
        return SHEAF_OK; /* it was never opened, which is known by now */
    int code = run->world->ops->total_close(run->world->handle, run->total, run->mine->state, words);
    enum sheaf_status status = world_check(run->world, code, "closing a window", err);
    return status == SHEAF_OK ? count_blocks(run, &run->added, err) : status;
}

static const struct sheaf_merge merges[] = {
    {"reduce", "MPI_Reduce of sums, a binomial tree of messages for other states", 0, false},
    {"allreduce", "as reduce, and every rank has the total", 0, false},
    {"gather", "every rank's partial straight to rank 0", 0, false},
    {"window", "shared memory inside a node, a tree between nodes", SHEAF_LAW_FLAT, false},
    {"accumulate", "each block's state added to rank 0's total, one-sided", SHEAF_LAW_ADD64, true},
    {"shuffle", "keys to their owners in rounds, then to rank 0", 0, false},
    {0},
};
static const struct method methods[] = {
    {NULL, NULL, combine_reduce}, {NULL, NULL, combine_allreduce},
    {NULL, NULL, combine_gather}, {NULL, NULL, combine_nodes},
    {open_total, add_to_total, close_total}, {NULL, NULL, combine_shuffle},
};

static const struct method *method_find(const char *name)
{
    for (size_t i = 0; name && merges[i].name; i++)
        if (strcmp(merges[i].name, name) == 0)
            return &methods[i];
    return &methods[0];
}

/* ---- a fed source: rank 0 reads and hands out, the others ask ---------------------------------------------------------- */

struct request {
    int64_t failed_block; /* SHEAF_UNKNOWN: none so far */
};

struct ask_dealer {
    struct dealer base;
    struct rank_pass *run;
    bool ended;
    struct sheaf_buffer *bytes; /* per worker */
};

static enum sheaf_status ask(struct dealer *base, unsigned worker, struct span *span, bool *more, struct sheaf_error *err)
{
    struct ask_dealer *dealer = (struct ask_dealer *)base;
    struct rank_pass *run = dealer->run;
    const struct world_ops *ops = run->world->ops;
    struct sheaf_buffer *bytes = &dealer->bytes[worker];
    enum sheaf_status status = SHEAF_OK;
    *more = false;
    pthread_mutex_lock(&run->lock);
    if (!dealer->ended) {
        uint64_t failed = atomic_load(&run->pass->board->error_block);
        struct request request = {failed == UINT64_MAX ? SHEAF_UNKNOWN : (int64_t)failed};
        int code = ops->send(run->world->handle, 0, &request, sizeof request);
        if (code == 0)
            code = ops->receive(run->world->handle, 0, bytes, NULL);
        status = world_check(run->world, code, "asking for a block", err);
        dealer->ended = status != SHEAF_OK || bytes->size == 0;
        *more = !dealer->ended;
    }
    pthread_mutex_unlock(&run->lock);
    if (*more) {
        memcpy(span, bytes->data, sizeof *span);
        span->bytes = bytes->data + sizeof *span;
    }
    return status;
}

/* Asks until rank 0 says that there is no more: it waits for every rank to hear that. */
static void ask_to_the_end(struct ask_dealer *dealer)
{
    struct span span;
    bool more = true;
    while (more && ask(&dealer->base, 0, &span, &more, NULL) == SHEAF_OK)
        ;
}

static enum sheaf_status compute_asking(struct rank_pass *run, const struct crew *crew, struct sheaf_error *err)
{
    struct ask_dealer dealer = {{ask}, run, false, calloc(crew->workers, sizeof *dealer.bytes)};
    if (!dealer.bytes)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for %u workers", crew->workers);
    enum sheaf_status status = run->cast->engine->run(crew, run->pass, &dealer.base, run->mine, err);
    ask_to_the_end(&dealer);
    for (unsigned i = 0; i < crew->workers; i++)
        sheaf_buffer_cleanup(&dealer.bytes[i]);
    free(dealer.bytes);
    return status;
}

/* Rank 0: reads and answers. Keeps answering after a failure, with "no more", until every rank has heard it. */
static enum sheaf_status feed_ranks(struct rank_pass *run, struct sheaf_error *err)
{
    const struct sheaf_world *world = run->world;
    struct sheaf_buffer request = {0}, reply = {0}, block = {0};
    struct feed *feed = NULL;
    enum sheaf_status status = feed_open(&feed, run->pass->source, run->pass->work->forms, run->pass->block_bytes, err);
    bool more = status == SHEAF_OK;
    if (more)
        feed_choose(feed, run->pass->input);
    *run->blocks = 0;
    for (int waiting = world->size - 1; waiting > 0;) {
        struct span span = {0};
        int from, code = world->ops->receive(world->handle, -1, &request, &from);
        if (code != 0)
            return world_check(world, code, "waiting for a rank to ask", err);
        int64_t failed;
        memcpy(&failed, request.data, sizeof failed);
        if (more && failed == SHEAF_UNKNOWN) {
            status = feed_next(feed, &block, &span, &more, err);
            if (status != SHEAF_OK && err)
                err->block = (int64_t)*run->blocks;
        }
        more = more && status == SHEAF_OK && failed == SHEAF_UNKNOWN;
        reply.size = 0;
        if (more && (sheaf_buffer_append(&reply, &span, sizeof span) != SHEAF_OK ||
                     sheaf_buffer_append(&reply, span.bytes, span.size) != SHEAF_OK)) {
            status = sheaf_fail(err, SHEAF_MEMORY, "no memory for a block of %zu bytes", span.size);
            more = false;
            reply.size = 0;
        }
        *run->blocks += more;
        waiting -= !more;
        code = world->ops->send(world->handle, from, reply.data, reply.size);
        if (code != 0)
            return world_check(world, code, "handing out a block", err);
        if (status == SHEAF_OK)
            status = pass_tick(run->pass, 0, span.size);
        if (status == SHEAF_CANCELLED)
            sheaf_fail(err, status, "cancelled");
        more = more && status == SHEAF_OK;
    }
    feed_close(feed);
    sheaf_buffer_cleanup(&request);
    sheaf_buffer_cleanup(&reply);
    sheaf_buffer_cleanup(&block);
    return status;
}

/* ---- the pass ------------------------------------------------------------------------------------------------------------ */

static enum sheaf_status compute(struct rank_pass *run, const struct crew *crew, struct sheaf_error *err)
{
    const struct pass *pass = run->pass;
    const struct sheaf_world *world = run->world;
    if (world->size == 1)
        return run_alone(crew, run->cast->engine, pass, run->mine, run->blocks, err);
    if (!pass->cut)
        return is_root(run) ? feed_ranks(run, err) : compute_asking(run, crew, err);
    struct counter_dealer share;
    uint64_t first, end;
    static_share(pass->cut->block_count, (uint64_t)world->rank, (uint64_t)world->size, &first, &end);
    atomic_store(&pass->board->cursor, first);
    counter_dealer_init(&share, pass, &pass->board->cursor, end);
    *run->blocks = pass->cut->block_count;
    return run->cast->engine->run(crew, pass, &share.base, run->mine, err);
}

/* Rank 0 reports what all ranks read and hold; of a fed source it has counted every byte itself. */
static enum sheaf_status sum_boards(const struct rank_pass *run, struct sheaf_error *err)
{
    struct board *board = run->pass->board;
    struct rusage usage;
    int64_t totals[2] = {(int64_t)atomic_load(&board->done_bytes), 0};
    if (!is_root(run) && !run->pass->cut)
        totals[0] = 0;
    if (!is_root(run) && getrusage(RUSAGE_SELF, &usage) == 0)
        totals[1] = (int64_t)usage.ru_maxrss * 1024;
    int code = run->world->ops->sum(run->world->handle, totals, 2, 0);
    if (code == 0 && is_root(run)) {
        atomic_store(&board->done_bytes, (uint64_t)totals[0]);
        atomic_store(&board->peak_bytes, (uint64_t)totals[1]);
    }
    return world_check(run->world, code, "adding up what the ranks have read", err);
}

static enum sheaf_status run_pass(const struct cast *cast, const struct pass *pass, struct partial *total,
                                  uint64_t *blocks, struct sheaf_error *err)
{
    const struct method *method = method_find(cast->merge);
    struct rank_pass run = {.cast = cast, .pass = pass, .world = cast->world, .mine = total, .blocks = blocks,
                            .lock = PTHREAD_MUTEX_INITIALIZER};
    struct crew crew = {.workers = cast->workers, .places = cast->places};
    if (method->after_block)
        crew.delivery = (struct delivery){method->after_block, &run};
    struct sheaf_error failure;
    sheaf_error_clear(&failure);
    if (method->before)
        (void)method->before(&run, &failure);
    if (failure.status == SHEAF_OK)
        failure_explain(&failure, compute(&run, &crew, &failure), "a pass", "mpi");
    /* The rows of a failed pass are worth nothing, but every rank must go the same way. */
    enum sheaf_status status = world_agree(run.world, &failure);
    run.empty = total->blocks.count == 0;
    if (status == SHEAF_OK || method->after_block) {
        struct sheaf_error late;
        sheaf_error_clear(&late);
        failure_explain(&late, method->combine(&run, &late), "a merge", "mpi");
        enum sheaf_status combined = world_agree(run.world, &late);
        if (status == SHEAF_OK && combined != SHEAF_OK)
            status = combined, failure = late;
    }
    blockset_cleanup(&run.added);
    if (status == SHEAF_OK)
        status = sum_boards(&run, &failure);
    if (status != SHEAF_OK)
        *err = failure;
    return status;
}

const struct exchange exchange_mpi = {"mpi", SPACES_RANKS, "MPI", merges, run_pass};
