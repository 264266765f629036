#include "job/seats.h"

#include "exchange/world.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void unite(struct sheaf_cpuset *into, const struct sheaf_cpuset *from)
{
    for (unsigned cpu = sheaf_cpuset_next(from, 0); cpu < SHEAF_CPUSET_BITS; cpu = sheaf_cpuset_next(from, cpu + 1))
        sheaf_cpuset_add(into, cpu);
}

/* The processors of this rank's workers; all that they may use, where they are not bound. */
static struct sheaf_cpuset own_processors(const struct run *run)
{
    struct sheaf_cpuset set = {{0}};
    if (!run->cast.places && sheaf_allowed(&set, NULL) != SHEAF_OK)
        memset(&set, 0, sizeof set);
    for (unsigned w = 0; run->cast.places && w < run->cast.workers; w++)
        unite(&set, &run->cast.places[w]);
    return set;
}

/* This rank's seat, or its node's, which the first rank of the node speaks for. Collective on the node. */
static enum sheaf_status find_seat(const struct run *run, bool whole_node, struct sheaf_seat *seat, struct sheaf_error *err)
{
    struct sheaf_world *world = run->cast.world;
    struct sheaf_cpuset set = own_processors(run);
    enum sheaf_status status = SHEAF_OK;
    *seat = (struct sheaf_seat){.rank = (uint32_t)world->rank, .ranks = 1, .bound = run->cast.places != NULL};
    if (whole_node) {
        status = world_gather_sets(world, &set, err);
        for (int i = 0; i < world->node_size && status == SHEAF_OK; i++)
            unite(&set, &world->node_sets[i]);
        seat->ranks = (uint32_t)world->node_size;
    }
    seat->workers = seat->ranks * run->cast.workers;
    gethostname(seat->node, sizeof seat->node - 1);
    sheaf_cpuset_text(&set, seat->cpus, sizeof seat->cpus);
    return status;
}

static int by_rank(const void *a, const void *b)
{
    uint32_t x = ((const struct sheaf_seat *)a)->rank, y = ((const struct sheaf_seat *)b)->rank;
    return (x > y) - (x < y);
}

/* Rank 0's own is there already. Without memory for the array the messages are received all the same. */
static enum sheaf_status receive_seats(struct sheaf_world *world, struct sheaf_seat *seats, size_t count,
                                       struct sheaf_error *err)
{
    struct sheaf_seat seat;
    for (size_t i = 1; i < count; i++) {
        struct sheaf_buffer heard = {(unsigned char *)&seat, 0, sizeof seat};
        int from;
        enum sheaf_status status = world_receive(world, -1, &heard, &from, err);
        if (status != SHEAF_OK)
            return status;
        if (seats)
            seats[i] = seat;
    }
    if (!seats)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for the places of %zu ranks", count);
    qsort(seats, count, sizeof *seats, by_rank);
    return SHEAF_OK;
}

enum sheaf_status seats_gather(const struct run *run, struct sheaf_seat **seats, size_t *count, struct sheaf_error *err)
{
    struct sheaf_world *world = run->cast.world;
    struct sheaf_seat seat;
    bool whole_nodes = world->size > MOST_SEATS, speaks = !whole_nodes || world->node_rank == 0;
    enum sheaf_status status = find_seat(run, whole_nodes, &seat, err);
    int64_t speakers = speaks;
    if (status == SHEAF_OK)
        status = world_sum(world, &speakers, 1, false, err);
    if (status != SHEAF_OK)
        return status;
    if (world->rank != 0)
        return speaks ? world_send(world, 0, &seat, sizeof seat, err) : SHEAF_OK;
    *count = (size_t)speakers;
    *seats = calloc(*count, sizeof **seats);
    if (*seats)
        **seats = seat;
    return receive_seats(world, *seats, *count, err);
}
