/* Where the ranks of a world sit, for people: gathered on the leader. */
#ifndef SHEAF_RUNTIME_SEATS_H
#define SHEAF_RUNTIME_SEATS_H

#include "job/run.h"

/* Each rank tells rank 0 its seat; in a world of more than MOST_SEATS ranks each node tells one for all of its ranks.
 * Collective, one short message per seat. On the leader *seats is an array in the order of ranks, which the caller frees;
 * a failure of memory there leaves nobody waiting. */
enum { MOST_SEATS = 64 };
enum sheaf_status seats_gather(const struct run *run, struct sheaf_seat **seats, size_t *count, struct sheaf_error *err);

#endif
