/* The best plain loop over the same bytes: what the machine gives a program that only looks at them. */
#ifndef DRIVERS_COMPARE_READING_H
#define DRIVERS_COMPARE_READING_H

#include <sheaf/source.h>

#include "compare/way.h"
#include "compare/wire.h"

/* How much memory readings of memory may take in all: a quarter of what is free. */
uint64_t reading_memory_limit(void);

/* Threads, files and memory of one reading. `way` and `source` are borrowed; files are read from byte `offset` on. The
 * caller closes *reading, also after a failure. */
struct reading;
SHEAF_MUST_USE enum sheaf_status reading_open(struct reading **reading, const struct way *way,
                                              const struct sheaf_source *source, uint64_t offset,
                                              struct sheaf_error *err);
/* Reads everything once. SHEAF_IO and SHEAF_INPUT name the file; SHEAF_CANCELLED: the parent is gone. */
SHEAF_MUST_USE enum sheaf_status reading_run(struct reading *reading, struct repetition *repetition,
                                             struct sheaf_error *err);
void reading_close(struct reading *reading);

#endif
