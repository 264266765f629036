/* The generators' numbers; compiled once per instruction set (base/isa.h). */
#ifndef SHEAF_RUNTIME_GEN_H
#define SHEAF_RUNTIME_GEN_H

#include "base/isa.h"

enum gen_kind { GEN_UNIFORM, GEN_UNIFORM32, GEN_NORMAL, GEN_WIDE, GEN_SEQ, GEN_INTS, GEN_BYTES, GEN_KINDS };

/* Writes elements first .. first + rows - 1 of `kind` to `out`, which is aligned to the element. `key` is the seed,
 * salted so that kinds with one seed do not share their bits. All variants write the same bits. */
typedef void gen_maker(enum gen_kind kind, uint64_t key, uint64_t first, uint64_t rows, void *out);

#define GEN_DECLARE(isa) gen_maker gen_make_##isa;
GEN_DECLARE(portable)
SHEAF_ISAS(GEN_DECLARE)

#endif
