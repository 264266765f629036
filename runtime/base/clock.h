#ifndef SHEAF_RUNTIME_BASE_CLOCK_H
#define SHEAF_RUNTIME_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds of CLOCK_MONOTONIC. */
int64_t clock_ns(void);

#endif
