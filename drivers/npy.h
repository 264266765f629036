/* NumPy's array file format, versions 1.0 and 3.0 (numpy.lib.format). */
#ifndef DRIVERS_NPY_H
#define DRIVERS_NPY_H

#include <stdio.h>

/* Writes all that comes before the data, which begin at a multiple of 64 bytes. `descr` and `shape` are Python
 * literals: "'<f8'", "(3,)". */
void npy_header(FILE *out, const char *descr, const char *shape);

#endif
