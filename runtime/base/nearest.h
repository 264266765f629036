/* "did you mean ...?" */
#ifndef SHEAF_RUNTIME_BASE_NEAREST_H
#define SHEAF_RUNTIME_BASE_NEAREST_H

/* Finds the candidate that a mistyped word most likely meant:
 *
 *     struct nearest nearest = {.word = "sumsqq"};
 *     for each candidate: nearest_offer(&nearest, candidate);
 *     nearest.best is the first of the closest, or NULL if none is close */
struct nearest {
    const char *word;
    const char *best; /* borrowed from the candidates */
    unsigned distance;
};
void nearest_offer(struct nearest *nearest, const char *candidate);

#endif
