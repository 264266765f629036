/* Forked workers whose partials come as messages. */
#include "exchange/team.h"

#include <string.h>

struct method {
    bool per_block; /* a message per block, and blocks by asking; else by counting */
};

struct pipe_pass {
    const struct cast *cast;
    const struct pass *pass;
    struct partial *total;
    const struct method *method;
};

struct sender {
    const struct link *link;
    const struct pass *pass;
    struct sheaf_buffer bytes;
};

static enum sheaf_status send_partial(struct sender *sender, const struct partial *partial, struct sheaf_error *err)
{
    sender->bytes.size = 0;
    enum sheaf_status status = partial_pack(partial, sender->pass, &sender->bytes, err);
    if (status == SHEAF_OK)
        status = link_send(sender->link, MESSAGE_PARTIAL, sender->bytes.data, sender->bytes.size, NULL, 0);
    if (status == SHEAF_WORKER)
        sheaf_fail(err, status, "the parent process is gone");
    return status;
}

static enum sheaf_status send_block(void *context, unsigned worker, struct partial *partial, struct sheaf_error *err)
{
    (void)worker;
    enum sheaf_status status = send_partial(context, partial, err);
    return status == SHEAF_OK ? partial_reset(partial, err) : status;
}

static enum sheaf_status child(void *context, unsigned index, const struct link *link, struct sheaf_error *err)
{
    const struct pipe_pass *run = context;
    struct pass pass = *run->pass;
    pass.progress = NULL; /* the parent's to call */
    struct sender sender = {link, &pass, {0}};
    struct crew crew = {.workers = run->cast->workers,
                        .places = run->cast->places ? run->cast->places + (size_t)index * run->cast->workers : NULL};
    if (run->method->per_block)
        crew.delivery = (struct delivery){send_block, &sender};

    struct link_dealer asking;
    struct counter_dealer counter;
    struct dealer *dealer = &asking.base;
    link_dealer_init(&asking, link);
    if (pass.cut && !run->method->per_block) {
        counter_dealer_init(&counter, &pass, &pass.board->cursor, pass.cut->block_count);
        dealer = &counter.base;
    }

    struct partial partial;
    enum sheaf_status status = partial_init(&partial, pass.work, err);
    if (status == SHEAF_OK)
        status = run->cast->engine->run(&crew, &pass, dealer, &partial, err);
    if (status == SHEAF_OK && partial.blocks.count)
        status = send_partial(&sender, &partial, err);
    return status; /* the process ends: nothing to free */
}

static enum sheaf_status take_partial(void *context, unsigned index, const struct sheaf_buffer *bytes,
                                      struct sheaf_error *err)
{
    (void)index;
    struct pipe_pass *run = context;
    return partial_unpack(run->total, run->pass, bytes->data, bytes->size, err);
}

static const struct method worker = {.per_block = false}, queue = {.per_block = true};

static const struct sheaf_merge merges[] = {
    {"worker", "a message per worker, blocks from a shared counter", 0, false, &worker},
    {"queue", "a message per block, dealt as workers ask", 0, false, &queue},
    {0},
};

static enum sheaf_status run(const struct cast *cast, const struct pass *pass, struct partial *total, uint64_t *blocks,
                             struct sheaf_error *err)
{
    static const struct team_ops ops = {child, take_partial};
    struct pipe_pass context = {cast, pass, total, cast->merge ? cast->merge->method : merges[0].method};
    if (pass->cut)
        *blocks = pass->cut->block_count;
    return team_run(&ops, &context, cast->spaces, pass, blocks, err);
}

const struct exchange exchange_pipe = {"pipe", SPACES_FORKED, NULL, merges, run};
