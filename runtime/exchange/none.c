#include "exchange/exchange.h"

enum sheaf_status run_alone(const struct crew *crew, const struct engine *engine, const struct pass *pass,
                            struct partial *total, uint64_t *blocks, struct sheaf_error *err)
{
    if (pass->cut) {
        struct counter_dealer dealer;
        counter_dealer_init(&dealer, pass, &pass->board->cursor, pass->cut->block_count);
        *blocks = pass->cut->block_count;
        return engine->run(crew, pass, &dealer.base, total, err);
    }
    struct feed_dealer *dealer;
    enum sheaf_status status = feed_dealer_open(&dealer, pass, crew->workers, err);
    if (status != SHEAF_OK)
        return status;
    status = engine->run(crew, pass, feed_dealer_base(dealer), total, err);
    *blocks = feed_dealer_count(dealer);
    feed_dealer_close(dealer);
    return status;
}

static enum sheaf_status run(const struct cast *cast, const struct pass *pass, struct partial *total, uint64_t *blocks,
                             struct sheaf_error *err)
{
    struct crew crew = {.workers = cast->workers, .places = cast->places, .merge = cast->merge};
    return run_alone(&crew, cast->engine, pass, total, blocks, err);
}

const struct exchange exchange_none = {"none", SPACES_HERE, NULL, NULL, run};
