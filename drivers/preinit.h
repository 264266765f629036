/* The processors that this program was given, before any library could take some away. */
#ifndef SHEAF_DRIVERS_PREINIT_H
#define SHEAF_DRIVERS_PREINIT_H

/* libgomp, asked by OMP_PROC_BIND or GOMP_CPU_AFFINITY, binds the main thread to one place before main runs, and
 * children inherit that. A recorder that runs before every library's constructors keeps the mask as it was; this
 * function makes it the library's allowed set and gives it back to the main thread. Call it first in main. Does
 * nothing where no recorder could run (platforms without .preinit_array). */
void preinit_restore(void);

#endif
