/* Inside of the registry of kernels. */
#ifndef SHEAF_RUNTIME_PLAN_REGISTRY_H
#define SHEAF_RUNTIME_PLAN_REGISTRY_H

#include "base/isa.h"

/* Written by CMake from kernels/; in alphabetical order. */
extern const struct sheaf_kernel *const sheaf_builtin_kernels[];
extern const size_t sheaf_builtin_kernel_count;

/* Is it a kernel that can be run: this ABI, everything that must be given, nothing that contradicts? SHEAF_USAGE
 * says what is not. */
enum sheaf_status kernel_check(const struct sheaf_kernel *kernel, struct sheaf_error *err);

/* The best map for this machine, within cpu_limit. Every map of a kernel makes the same state. */
kernel_map *kernel_map_select(const struct sheaf_kernel *kernel);

/* The shared object that a kernel came from, for another address space to load; NULL for a built-in one. Borrowed. */
const char *kernel_origin(const struct sheaf_kernel *kernel);

#endif
