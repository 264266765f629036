/* A fed source in a world: rank 0 reads and hands out, the others ask. */
#include "exchange/ranks.h"

#include <stdlib.h>
#include <string.h>

/* What a rank says to rank 0. A block is answered by a span and its bytes, or by nothing: no more. A rank that takes its
 * leave before it heard that there is no more gets no answer. Either way rank 0 is done with it. */
struct request {
    int64_t failed_block; /* SHEAF_UNKNOWN: none so far */
    int64_t leaves;
};

/* ---- those who ask ------------------------------------------------------------------------------------------------ */

struct ask_dealer {
    struct dealer base;
    struct rank_pass *run;
    bool ended;                 /* rank 0 is done with this rank */
    struct sheaf_buffer *bytes; /* per worker */
};

static enum sheaf_status send_request(struct rank_pass *run, bool leaves, struct sheaf_error *err)
{
    uint64_t failed = atomic_load(&run->pass->board->error_block);
    struct request request = {failed == UINT64_MAX ? SHEAF_UNKNOWN : (int64_t)failed, leaves};
    return world_send(run->world, 0, &request, sizeof request, err);
}

static enum sheaf_status ask(struct dealer *base, unsigned worker, struct span *span, bool *more, struct sheaf_error *err)
{
    struct ask_dealer *dealer = (struct ask_dealer *)base;
    struct rank_pass *run = dealer->run;
    struct sheaf_buffer *bytes = &dealer->bytes[worker];
    enum sheaf_status status = SHEAF_OK;
    *more = false;
    pthread_mutex_lock(&run->lock);
    if (!dealer->ended) {
        status = send_request(run, false, err);
        if (status == SHEAF_OK)
            status = world_receive(run->world, 0, bytes, NULL, err);
        dealer->ended = status == SHEAF_OK && bytes->size == 0;
        *more = status == SHEAF_OK && !dealer->ended;
    }
    pthread_mutex_unlock(&run->lock);
    if (*more) {
        memcpy(span, bytes->data, sizeof *span);
        span->bytes = bytes->data + sizeof *span;
    }
    return status;
}

enum sheaf_status compute_fed(struct rank_pass *run, const struct crew *crew, struct sheaf_error *err)
{
    struct ask_dealer dealer = {{ask}, run, false, calloc(crew->workers, sizeof *dealer.bytes)};
    enum sheaf_status status = dealer.bytes
                                   ? run->cast->engine->run(crew, run->pass, &dealer.base, run->mine, err)
                                   : sheaf_fail(err, SHEAF_MEMORY, "no memory for %u workers", crew->workers);
    if (!dealer.ended) {
        enum sheaf_status sent = send_request(run, true, status == SHEAF_OK ? err : NULL);
        status = status == SHEAF_OK ? sent : status;
    }
    for (unsigned i = 0; dealer.bytes && i < crew->workers; i++)
        sheaf_buffer_cleanup(&dealer.bytes[i]);
    free(dealer.bytes);
    return status;
}

/* ---- rank 0 -------------------------------------------------------------------------------------------------------- */

struct feeder {
    struct rank_pass *run;
    struct feed *feed;
    struct sheaf_buffer block, reply;
    bool more;
};

/* The next block into the reply, which stays empty when there is none. */
static enum sheaf_status fill_reply(struct feeder *feeder, uint64_t *bytes, struct sheaf_error *err)
{
    struct span span = {0};
    feeder->reply.size = 0;
    *bytes = 0;
    if (!feeder->more)
        return SHEAF_OK;
    enum sheaf_status status = feed_next(feeder->feed, &feeder->block, &span, &feeder->more, err);
    if (status != SHEAF_OK && err)
        err->block = (int64_t)*feeder->run->blocks; /* those before it are good and may still fail earlier */
    if (status != SHEAF_OK || !feeder->more) {
        feeder->more = false;
        return status;
    }
    if (sheaf_buffer_append(&feeder->reply, &span, sizeof span) != SHEAF_OK ||
        sheaf_buffer_append(&feeder->reply, span.bytes, span.size) != SHEAF_OK) {
        feeder->reply.size = 0;
        feeder->more = false;
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a block of %zu bytes", span.size);
    }
    ++*feeder->run->blocks;
    *bytes = span.size;
    return SHEAF_OK;
}

/* Hears one rank and answers it. *waiting counts the ranks that have not yet heard, or said, that they are done. After a
 * failure it goes on, with nothing to hand out, until all are. */
static enum sheaf_status serve(struct feeder *feeder, int *waiting, struct sheaf_error *err)
{
    struct rank_pass *run = feeder->run;
    struct request request;
    struct sheaf_buffer heard = {(unsigned char *)&request, 0, sizeof request}; /* its size is known: no memory needed */
    int from;
    uint64_t bytes;
    enum sheaf_status status = world_receive(run->world, -1, &heard, &from, err);
    if (status != SHEAF_OK)
        return status;
    feeder->more = feeder->more && request.failed_block == SHEAF_UNKNOWN && !request.leaves;
    if (request.leaves) {
        --*waiting;
        return SHEAF_OK;
    }
    status = fill_reply(feeder, &bytes, err);
    *waiting -= feeder->reply.size == 0;
    enum sheaf_status sent = world_send(run->world, from, feeder->reply.data, feeder->reply.size, err);
    if (status == SHEAF_OK)
        status = sent;
    if (status == SHEAF_OK && pass_tick(run->pass, 0, bytes) != SHEAF_OK)
        status = sheaf_fail(err, SHEAF_CANCELLED, "cancelled");
    return status;
}

enum sheaf_status feed_ranks(struct rank_pass *run, struct sheaf_error *err)
{
    struct feeder feeder = {.run = run};
    *run->blocks = 0;
    const struct pass *pass = run->pass;
    enum sheaf_status status = feed_open(&feeder.feed, pass->source, pass->work->forms, pass->block_bytes, err);
    feeder.more = status == SHEAF_OK;
    if (feeder.more)
        feed_choose(feeder.feed, pass->input);
    for (int waiting = run->world->size - 1; waiting > 0 && !run->world->broken;) {
        enum sheaf_status served = serve(&feeder, &waiting, status == SHEAF_OK ? err : NULL);
        status = status == SHEAF_OK ? served : status;
        feeder.more = feeder.more && status == SHEAF_OK;
    }
    feed_close(feeder.feed);
    sheaf_buffer_cleanup(&feeder.block);
    sheaf_buffer_cleanup(&feeder.reply);
    return status;
}
