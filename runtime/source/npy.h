/* The header of a .npy file, as specified in NumPy's documentation (numpy.lib.format; NEP 1), versions 1 to 3. */
#ifndef SHEAF_RUNTIME_NPY_H
#define SHEAF_RUNTIME_NPY_H

#include "source/format.h"

enum { NPY_RANK = 64 }; /* NumPy's own limit */
enum { MACHINE_IS_LITTLE = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ };

struct npy_header {
    enum sheaf_type type; /* booleans are u8 */
    bool swapped;         /* the bytes of an element are in the other order than this machine's */
    bool fortran;         /* the first index varies fastest */
    size_t rank;
    uint64_t shape[NPY_RANK];
    uint64_t count;       /* elements: the product of the shape, 1 for () */
    uint64_t start;       /* byte of the first element */
};

/* Do these bytes begin as a .npy file does? */
bool npy_probe(const unsigned char *bytes, size_t size);

/* Reads the header; grows `head` as needed. count x element size + start fits in an int64_t.
 * SHEAF_INPUT names file and byte: cut short, unknown version, not a header, a type that is not read (with what to
 * do), a shape that is negative or overflows. */
enum sheaf_status npy_header_read(struct npy_header *header, struct source_head *head, struct sheaf_error *err);

#endif
