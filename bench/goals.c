/* What exact sums are to reach, in parts of the compiler's loop's speed; in DRAM of the unrolled loop's too. */
#include <string.h>

#include "trial.h"

static const struct {
    const char *subject, *cpu;
    enum dataset dataset;
    double goals[PLACE_COUNT]; /* 0: none */
} goals[] = {
    {"f64 sum", "avx512ifma", DATASET_UNIFORM, {0.97, 0.95, 0.80}},
    {"f64 sumsq", "avx512ifma", DATASET_UNIFORM, {0.95, 1.10, 1.00}},
    {"f64 dot", "avx512ifma", DATASET_UNIFORM, {0.95, 0.70, 0.60}},
    {"f32 sum", "avx512ifma", DATASET_UNIFORM, {0.90}},
    {"f32 sumsq", "avx512ifma", DATASET_UNIFORM, {0.90}},
    {"i32 sumsq", "avx512ifma", DATASET_UNIFORM, {0.94}},
    {"i64 sumsq", "avx512ifma", DATASET_UNIFORM, {0.94}},
    {"f64 sum", "avx2", DATASET_UNIFORM, {0.85}},
    {"f64 sum", "avx512ifma", DATASET_BINADES, {0.90}},
    {"f64 sumsq", "avx512ifma", DATASET_BINADES, {0.50}},
    {"f64 sum", "avx512ifma", DATASET_WHOLE, {0.40}},
    {"f64 sumsq", "avx512ifma", DATASET_WHOLE, {0.30}},
};

void figure_judge(struct figure *figure)
{
    const struct trial *trial = &figure->trial;
    figure->goal = 0;
    for (size_t i = 0; i < sizeof goals / sizeof goals[0]; i++)
        if (strcmp(goals[i].subject, trial->subject->name) == 0 && strcmp(goals[i].cpu, figure->cpu) == 0 &&
            goals[i].dataset == trial->dataset)
            figure->goal = goals[i].goals[trial->place];
    figure->met = figure->over_compiled.median >= figure->goal &&
                  (trial->place != PLACE_DRAM || figure->over_unrolled.median >= figure->goal);
}
