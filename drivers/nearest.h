/* The known name a person most likely meant. */
#ifndef DRIVERS_NEAREST_H
#define DRIVERS_NEAREST_H

#include <stddef.h>

/* Offer names one after the other; `best` stays NULL while none is near enough. */
struct nearest {
    const char *wanted;
    const char *best;
    unsigned distance;
};
struct nearest nearest_to(const char *wanted);
void nearest_offer(struct nearest *nearest, const char *name);

/* " (did you mean NAME?)" with `prefix` before the name; `otherwise` if none is near. Lives until the program ends. */
const char *nearest_hint(const struct nearest *nearest, const char *prefix, const char *otherwise);

#endif
