/* The survey as a piece of work: finds the lexical state at the start of every block of a text source. A pass like any
 * other, on any strategy. The state is one byte per block (0: not surveyed), so that merging is addition. */
#ifndef SHEAF_RUNTIME_SURVEY_H
#define SHEAF_RUNTIME_SURVEY_H

#include "engine/pass.h"

struct survey {
    struct work work;
    const struct cut *cut;
};
void survey_init(struct survey *survey, const struct cut *cut);
/* From the merged state to the entry state of each block (cut->block_count of them). */
void survey_finish(const struct survey *survey, const void *state, uint8_t *entry);

#endif
