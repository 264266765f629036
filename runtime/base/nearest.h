/* "did you mean": the known name nearest to an unknown one. */
#ifndef SHEAF_RUNTIME_NEAREST_H
#define SHEAF_RUNTIME_NEAREST_H

#include <stddef.h>

/* The name with the fewest insertions, deletions, changes and swaps of neighbours from `name`, the first of equals;
 * NULL if none is near enough to be meant (more than a third of the letters wrong). Case hardly counts. */
const char *nearest_name(const char *name, const char *const *names, size_t count);

#endif
