/* A sum that waits to be asked: what other programs measure beside sums of their own. */
#ifndef BENCH_SERVE_H
#define BENCH_SERVE_H

#include "subject.h"

/* Reads raw elements from `files` (as many as the subject has inputs) into memory, prints "ready" and then, for each line
 * of standard input, adds them up once, by `threads` threads, and prints seconds and the sum. Returns at end of file.
 * SHEAF_IO, SHEAF_INPUT (files of different length), SHEAF_MEMORY. */
SHEAF_MUST_USE enum sheaf_status serve(const struct subject *subject, const char *const *files, unsigned threads,
                                       struct sheaf_error *err);

#endif
