/* "did you mean": the known name nearest to an unknown one. */
#ifndef SHEAF_RUNTIME_NEAREST_H
#define SHEAF_RUNTIME_NEAREST_H

#include <stddef.h>

/* The name nearest to `name` by sheaf_name_distance, the first of equals; NULL if none can be meant. */
const char *nearest_name(const char *name, const char *const *names, size_t count);

#endif
