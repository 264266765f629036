#ifndef DRIVERS_VERSION_H
#define DRIVERS_VERSION_H

#include <stdbool.h>
#include <stdio.h>

/* "sheaf 0.1.0"; with `features` also what this build has, and what is missing without the rest. */
void version_print(FILE *out, bool features);

#endif
