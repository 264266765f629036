#include "source/race.h"

#include <stdbool.h>

/* A turn is long enough to be timed. Trials come ever less often while they are lost: at last they are a sixtieth, of
 * mapped windows a thirtieth. */
enum { TURN_BYTES = 4 << 20, LEAST_PAUSE = 16 << 20, MOST_PAUSE = 256 << 20 };

/* What the leader costs: a turn in which something else had the processor counts as twice that at most. */
static double smooth(double cost, double now)
{
    return cost > 0 ? (cost + (now < 2 * cost ? now : 2 * cost)) / 2 : now;
}

void race_tell(struct race *race, uint64_t bytes, int64_t ns)
{
    race->bytes += bytes;
    race->ns += ns;
    if (race->bytes < TURN_BYTES)
        return;
    uint64_t done = race->bytes;
    double *cost = &race->cost[race->way], now = (double)race->ns / (double)done;
    bool trial = race->way != race->lead;
    *cost = trial ? now : smooth(*cost, now);
    race->bytes = 0;
    race->ns = 0;
    unsigned faster = race->cost[1] < race->cost[0];
    if (race->cost[!race->lead] == 0) {
        race->way = !race->lead;
    } else if (trial || faster != race->lead) {
        bool lost = faster == race->lead && race->pause > 0;
        race->pause = !lost ? LEAST_PAUSE : race->pause < MOST_PAUSE ? 4 * race->pause : MOST_PAUSE;
        race->left = race->pause;
        race->way = race->lead = faster;
    } else if (race->left <= done) {
        race->way = !race->lead;
    } else {
        race->left -= done;
    }
}
