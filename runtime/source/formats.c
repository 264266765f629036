#include "source/format.h"

extern const struct source_format source_format_gen, source_format_npy, source_format_raw, source_format_pair;
extern const struct source_format source_format_csv, source_format_tsv, source_format_space;

const struct source_format *const source_formats[] = {
    &source_format_npy, &source_format_raw,
    &source_format_gen, &source_format_pair,
    &source_format_csv, &source_format_tsv, &source_format_space, /* any text: last */
    NULL,
};
