#include "exchange/pulse.h"
#include "base/clock.h"

#include <string.h>
#include <sys/resource.h>

enum { PULSE_NS = 10 * 1000 * 1000 };
enum { DONE_BYTES, PEAK_BYTES, FINISHED, STOPPED, FAILED };

/* How far a rank is with its own part. */
enum state { AT_WORK, FINISHED_WELL, FINISHED_BADLY };

static bool stopped(const struct pulse *pulse)
{
    return atomic_load(&pulse->pass->board->stop) != 0;
}

static int64_t peak_bytes(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_SELF, &usage) == 0 ? (int64_t)usage.ru_maxrss * 1024 : 0;
}

static void begin_round(struct pulse *pulse, enum state state)
{
    struct board *board = pulse->pass->board;
    pulse->sums[DONE_BYTES] = pulse->counts_bytes ? (int64_t)atomic_load(&board->done_bytes) : 0;
    /* Rank 0 knows its own. */
    pulse->sums[PEAK_BYTES] = state != AT_WORK && pulse->world->rank != 0 ? peak_bytes() : 0;
    pulse->sums[FINISHED] = state != AT_WORK;
    pulse->sums[STOPPED] = stopped(pulse);
    pulse->sums[FAILED] = state == FINISHED_BADLY;
    pulse->least = atomic_load(&board->error_block);
    pulse->beating = world_round_begin(pulse->world, pulse->sums, sizeof pulse->sums / sizeof pulse->sums[0],
                                       &pulse->least, NULL) == SHEAF_OK;
}

static void heed_round(struct pulse *pulse)
{
    struct board *board = pulse->pass->board;
    pulse->beating = false;
    pulse->done_bytes = (uint64_t)pulse->sums[DONE_BYTES];
    if (pulse->sums[STOPPED])
        atomic_store(&board->stop, 1);
    if (pulse->least != UINT64_MAX)
        board_fail(board, pulse->least);
}

/* One look at the round under way, or the begin of one. True: all ranks had finished when they began the last one. */
static bool beat(struct pulse *pulse, enum state state, int64_t patience_ns)
{
    bool all = false;
    if (state != AT_WORK)
        pthread_mutex_lock(pulse->lock);
    else if (pthread_mutex_trylock(pulse->lock) != 0)
        return false; /* another worker talks to the ranks: no need to wait for it */
    if (!pulse->beating)
        begin_round(pulse, state);
    bool done = false;
    if (pulse->beating && world_round_wait(pulse->world, patience_ns, &done, NULL) == SHEAF_OK && done) {
        heed_round(pulse);
        all = pulse->sums[FINISHED] == pulse->world->size;
    }
    pthread_mutex_unlock(pulse->lock);
    return all;
}

/* The leader's progress, which may say that it is enough. */
static void tell_progress(struct pulse *pulse, bool at_once)
{
    const struct pass *pass = pulse->pass;
    int64_t now = clock_ns();
    if (!pass->progress || stopped(pulse) || (!at_once && now < pulse->next_progress_ns))
        return;
    pulse->next_progress_ns = now + PROGRESS_INTERVAL_NS;
    uint64_t own = atomic_load(&pass->board->done_bytes);
    if (!pass->progress(pass->progress_context, own > pulse->done_bytes ? own : pulse->done_bytes))
        atomic_store(&pass->board->stop, 1);
}

/* Stands in for the pass's progress on every rank. */
static bool report(void *context, uint64_t done_bytes)
{
    (void)done_bytes;
    struct pulse *pulse = context;
    beat(pulse, AT_WORK, 0);
    tell_progress(pulse, false);
    return !stopped(pulse) && !pulse->world->broken;
}

void pulse_init(struct pulse *pulse, struct sheaf_world *world, pthread_mutex_t *lock, const struct pass *pass,
                bool counts_bytes)
{
    memset(pulse, 0, sizeof *pulse);
    pulse->world = world;
    pulse->lock = lock;
    pulse->pass = pass;
    pulse->counts_bytes = counts_bytes;
    pulse->own = *pass;
    pulse->own.progress = report;
    pulse->own.progress_context = pulse;
    pulse->own.progress_interval_ns = PULSE_NS;
    /* A pass that is over before the first report is due needs one round only. */
    atomic_store(pass->next_progress_ns, clock_ns() + PULSE_NS);
}

enum sheaf_status pulse_end(struct pulse *pulse, struct sheaf_error *failure)
{
    struct board *board = pulse->pass->board;
    enum state state = failure->status == SHEAF_OK ? FINISHED_WELL : FINISHED_BADLY;
    while (!pulse->world->broken && !beat(pulse, state, PROGRESS_INTERVAL_NS))
        tell_progress(pulse, false);
    if (!pulse->world->broken && !pulse->sums[FAILED] && !pulse->sums[STOPPED]) {
        tell_progress(pulse, true);
        atomic_store(&board->done_bytes, pulse->done_bytes);
        atomic_store(&board->peak_bytes, (uint64_t)pulse->sums[PEAK_BYTES]);
        return SHEAF_OK;
    }
    if (failure->status == SHEAF_OK && stopped(pulse))
        sheaf_fail(failure, SHEAF_CANCELLED, "cancelled");
    return world_agree(pulse->world, failure);
}
