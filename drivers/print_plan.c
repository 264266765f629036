/* A plan for people. */
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "print.h"

void print_plan_text(FILE *out, const struct sheaf_plan_view *plan, const char *kernels)
{
    char text[512];
    fprintf(out, "kernels\t%s\n", kernels);
    fprintf(out, "reductions\t%zu\n", plan->reduction_count);
    fprintf(out, "strategy\t%s (engine %s, exchange %s)\n", plan->strategy, plan->engine, plan->exchange);
    fprintf(out, "merge\t%s\n", plan->merge);
    fprintf(out, "workers\t%u\n", plan->workers);
    if (plan->ranks > 1)
        fprintf(out, "ranks\t%u\n", plan->ranks);
    fprintf(out, "access\t%s\n", plan->access);
    if (plan->as)
        fprintf(out, "as\t%s\n", plan->as);
    if (plan->header_by)
        fprintf(out, "header\t%s (by %s)\n", plan->header > 0 ? "yes" : plan->header < 0 ? "no" : "in one of the two",
                plan->header_by);
    fprintf(out, "block\t%s\n", show_size(plan->block_bytes, text));
    if (plan->blocks != SHEAF_UNKNOWN)
        fprintf(out, "blocks\t%lld\n", (long long)plan->blocks);
    fprintf(out, "pin\t%s\n", plan->pin);
    for (unsigned w = 0; plan->places && w < plan->workers; w++)
        fprintf(out, "worker %u\tcpu %s\n", w, sheaf_cpuset_text(&plan->places[w], text, sizeof text));
}
