/* Two ways of doing the same work, of which one is faster here and now: found by timing both, and the slower one again
 * now and then. Used by one thread. */
#ifndef SHEAF_RUNTIME_RACE_H
#define SHEAF_RUNTIME_RACE_H

#include <stdint.h>

/* All zeros: nothing is known, and way 0 begins. */
struct race {
    unsigned way;   /* the one to take: 0 or 1 */
    unsigned lead;  /* the faster one so far */
    double cost[2]; /* nanoseconds a byte; 0: not known */
    uint64_t bytes; /* of this turn, and how long they took */
    int64_t ns;
    uint64_t pause, left; /* bytes from one trial of the slower way to the next; those until the next */
};

/* `bytes` were done in `ns` nanoseconds in the way race->way, which now says how to go on. */
void race_tell(struct race *race, uint64_t bytes, int64_t ns);

#endif
