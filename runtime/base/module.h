/* Modules: parts that need a large library (MPI) are shared objects of their own, loaded when used. */
#ifndef SHEAF_RUNTIME_MODULE_H
#define SHEAF_RUNTIME_MODULE_H

#include <sheaf/base.h>

/* Loads the module called `name` ("mpi": sheaf-mpi.so) for the life of the process and finds `symbol` in it: never NULL
 * after SHEAF_OK. Looked for in the folder that SHEAF_MODULE_PATH names, or else where the installation put it, seen
 * from the program or library that this code is in; nowhere else. SHEAF_UNAVAILABLE says which file does not serve and
 * why. Thread safe; calling again is cheap. */
enum sheaf_status module_load(const char *name, const char *symbol, void **address, struct sheaf_error *err);

#endif
