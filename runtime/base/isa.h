/* Code compiled several times, once per instruction set.
 *
 * A file kernels/tuned/NAME.c is compiled as `portable` and once more for each instruction set of SHEAF_ISAS(X), which
 * CMake writes from what the compiler can do (nothing at all off x86-64). It gives its functions the names ISA(f):
 * f_portable, f_avx2, f_avx512. A file kernels/tuned/NAME.ISA.c is written for that one set and compiled for it alone;
 * SHEAF_ISA_AVX512IFMA(X) and the like say whether it was. Both lists are X-macros, so that tables of variants have no
 * conditional rows; what is given behind X, X is given behind the instruction set:
 *
 *     #define VARIANT(isa) {#isa, map_##isa},
 *     static const struct sheaf_variant variants[] = {SHEAF_ISAS(VARIANT){NULL, NULL}}; */
#ifndef SHEAF_RUNTIME_BASE_ISA_H
#define SHEAF_RUNTIME_BASE_ISA_H

#include <sheaf/kernel.h>

#include "base/cpu.h"
#include "isa_list.h" /* written by CMake */

#define ISA_PASTE_NOW(name, isa) name##_##isa
#define ISA_PASTE(name, isa) ISA_PASTE_NOW(name, isa)
#define ISA(name) ISA_PASTE(name, SHEAF_ISA)

/* The best variant of a function that may be used now; of those in a list such as SHEAF_ISAS, whose best is last. */
#define ISA_BEST(function) ISA_BEST_OF(SHEAF_ISAS, function)
#define ISA_BEST_OF(isas, function)                                                                        \
    ({                                                                                                     \
        enum cpu_level level_ = cpu_level();                                                               \
        __typeof__(&function##_portable) best_ = function##_portable;                                      \
        isas(ISA_PREFER, function) best_;                                                                  \
    })
#define ISA_PREFER(isa, function)                                                                          \
    if (level_ >= CPU_##isa)                                                                               \
        best_ = function##_##isa;

/* What every `map` is. */
typedef enum sheaf_status kernel_map(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                     struct sheaf_error *err);

#endif
