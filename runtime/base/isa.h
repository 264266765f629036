/* Code compiled several times, once per instruction set.
 *
 * A file kernels/tuned/NAME.c is compiled as `portable` and once more for each instruction set of SHEAF_ISAS(X), which
 * CMake writes from what the compiler can do (nothing at all off x86-64). It gives its functions the names ISA(f):
 * f_portable, f_avx2, f_avx512. A file kernels/tuned/NAME.ISA.c is written for that one set and compiled for it alone;
 * SHEAF_ISA_AVX512IFMA(X) and the like say whether it was. Both lists are X-macros, so that tables of variants have no
 * conditional rows:
 *
 *     #define VARIANT(isa) {#isa, map_##isa},
 *     static const struct sheaf_variant variants[] = {SHEAF_ISAS(VARIANT){NULL, NULL}}; */
#ifndef SHEAF_RUNTIME_BASE_ISA_H
#define SHEAF_RUNTIME_BASE_ISA_H

#include <sheaf/kernel.h>

#include "isa_list.h" /* written by CMake */

#define ISA_PASTE_NOW(name, isa) name##_##isa
#define ISA_PASTE(name, isa) ISA_PASTE_NOW(name, isa)
#define ISA(name) ISA_PASTE(name, SHEAF_ISA)

/* What every `map` is. */
typedef enum sheaf_status kernel_map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                     struct sheaf_error *err);

#endif
