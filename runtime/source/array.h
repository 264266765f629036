/* Arrays of numbers in files: raw binary and .npy. What array.c finds out and array_read.c reads by. */
#ifndef SHEAF_RUNTIME_ARRAY_H
#define SHEAF_RUNTIME_ARRAY_H

#include "source/npy.h"

/* How an input lies in its file. Its rows are the elements of an array, or, when columns were named, the table of its
 * last axis. "Memory order" is the file's. */
struct array_layout {
    enum sheaf_type type;
    bool swapped;   /* the other byte order */
    uint64_t rows;  /* in the file; the input's `units` may be fewer (a count) */
    uint64_t width; /* elements of a row in the file; 1 for an array */
    bool by_column; /* Fortran order: cell c of row m is element c * rows + m; else m * width + c */
    bool tail;      /* a count was given: what follows the input's units is not looked at */
    bool in_order;  /* rows must be read in C order: the first `units` of them are not the first in memory */
    size_t rank;    /* 0: rows lie in C order. Else 2 or more: memory row m has the indices */
    uint64_t shape[NPY_RANK]; /* m % shape[0], m / shape[0] % shape[1], ... */
};

/* The cells of a row that are the source's columns, the same in every input. */
struct array_picks {
    size_t count;
    uint64_t cell[];
};

static inline const struct array_layout *array_layout(const struct sheaf_source *source, uint64_t input)
{
    return source->inputs[input].detail;
}

/* Bytes of the input that a row takes in the file. */
static inline uint64_t array_row_bytes(const struct array_layout *layout)
{
    return layout->width * sheaf_type_size(layout->type);
}

/* Bytes read of the input for a row. */
static inline uint64_t array_unit_bytes(const struct array_layout *layout, const struct array_picks *picks)
{
    return (layout->by_column ? picks->count : layout->width) * sheaf_type_size(layout->type);
}

/* The readers of struct source_format. */
enum sheaf_status array_reader_open(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                                    struct sheaf_error *err);
enum sheaf_status array_reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err);
enum sheaf_status array_reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err);
void array_reader_close(struct reader *reader);

#endif
