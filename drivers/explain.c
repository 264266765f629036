#include "explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "keep.h"
#include "message.h"
#include "number.h"
#include "print.h"

/* Unpinned workers may all run anywhere in the allowed set. */
static void warn_of_sharing(const struct sheaf_plan_view *plan)
{
    struct sheaf_topology topology;
    if (plan->workers < 2 || sheaf_topology_load(&topology, NULL) != SHEAF_OK)
        return;
    const struct sheaf_cpuset *places = plan->places;
    if (!places) {
        struct sheaf_cpuset *everywhere = keep_bytes(plan->workers * sizeof *everywhere);
        bool known = sheaf_allowed(&everywhere[0], NULL) == SHEAF_OK;
        for (unsigned w = 1; known && w < plan->workers; w++)
            everywhere[w] = everywhere[0];
        places = everywhere;
    }
    unsigned *with = keep_bytes(plan->workers * sizeof *with);
    unsigned count = sheaf_place_sharing(&topology, places, plan->workers, with);
    unsigned first = 0;
    while (count && first + 1 < plan->workers && with[first] == SHEAF_ALONE)
        first++;
    if (count)
        note("warning: %u of %u workers share a core with another (workers %u and %u, for one); use fewer: -j", count,
             plan->workers, first, with[first]);
    sheaf_topology_cleanup(&topology);
}

/* mpirun binds each of two ranks to one core. */
static void warn_of_narrow_ranks(const struct sheaf_plan_view *plan)
{
    struct sheaf_cpuset allowed;
    if (plan->ranks < 2 || plan->workers < 2 || sheaf_allowed(&allowed, NULL) != SHEAF_OK)
        return;
    unsigned cpus = sheaf_cpuset_count(&allowed);
    if (cpus < plan->workers)
        note("warning: each rank has %u workers, but the launcher bound rank 0 to %u processor%s; use mpirun --map-by "
             "slot:PE=%u", plan->workers, cpus, cpus == 1 ? "" : "s", plan->workers);
}

void explain_plan(const struct sheaf_plan *plan, const char *kernels)
{
    struct sheaf_plan_view view;
    sheaf_plan_view(plan, &view);
    warn_of_narrow_ranks(&view);
    if (!message_is_verbose())
        return;
    print_plan_text(stderr, &view, kernels);
    warn_of_sharing(&view);
}

static void explain_seats(const struct sheaf_answer *answer)
{
    for (size_t i = 0; i < answer->seat_count; i++) {
        const struct sheaf_seat *seat = &answer->seats[i];
        const char *who = seat->ranks > 1 ? keep_text("ranks %u and %u more", seat->rank, seat->ranks - 1)
                                          : keep_text("rank %u", seat->rank);
        detail("%s: %s, %u worker%s, cpu %s%s", who, seat->node, seat->workers, seat->workers == 1 ? "" : "s", seat->cpus,
               seat->bound ? "" : " (not bound)");
    }
}

void explain_answer(const struct report *report)
{
    char read[32], rate[32], peak[32];
    const struct sheaf_answer *answer = report->run.answer;
    const char *rounded = report_rounded(report);
    explain_seats(answer);
    if (rounded)
        note("%s: rounded at every step, not reproducible: another cut, or another run, may give other last digits",
             rounded);
    double seconds = answer->elapsed_s > 0 ? answer->elapsed_s : 1e-9;
    detail("rows: %llu read, %llu used, %llu missing, %llu NaN, %llu rejected", (unsigned long long)answer->rows.read,
           (unsigned long long)answer->rows.used, (unsigned long long)answer->rows.missing,
           (unsigned long long)answer->rows.nan, (unsigned long long)answer->rows.rejected);
    detail("time: %.3f s to start, %.3f s map, %.3f s merge", answer->start_s, answer->map_s, answer->merge_s);
    detail("read: %s in %u pass%s, %s/s", show_bytes((double)answer->bytes, read), answer->passes,
           answer->passes == 1 ? "" : "es", show_bytes((double)answer->bytes / seconds, rate));
    detail("memory: %s at most", show_bytes((double)answer->peak_bytes, peak));
}
