/* What is told of a row, as one table: the text, CSV and JSON printers walk it. */
#ifndef DRIVERS_COMPARE_FIELDS_H
#define DRIVERS_COMPARE_FIELDS_H

#include "compare/comparison.h"

enum figure_kind { FIGURE_NONE, FIGURE_WORD, FIGURE_COUNT, FIGURE_REAL, FIGURE_YES };
struct figure {
    enum figure_kind kind;
    const char *word;
    uint64_t count;
    double real;
    bool yes;
};

enum {
    FIELD_TEXT_ONLY = 1,    /* not in CSV and JSON: says what others say */
    FIELD_DATA_ONLY = 2,    /* not in the text */
    FIELD_WIDE = 4,         /* text: with --verbose only */
    FIELD_LEFT = 8,         /* text: begins at the left */
    FIELD_WHAT = 32,        /* says what the row is, even if it could not be measured */
    FIELD_IF_DIFFERENT = 16 /* text: unless all rows have the same; always with --verbose */
};

struct field {
    const char *key;   /* in CSV and JSON */
    const char *title; /* in the text */
    unsigned flags;
    struct figure (*get)(const struct comparison *comparison, const struct row *row);
    const char *(*show)(const struct figure *figure); /* for the text; NULL: words and counts as they are */
};
/* Ended by get == NULL. In the text, a column without any figure is left out. */
extern const struct field compare_fields[];

/* Why a row has no figures, for a person; NULL if it stands. */
const char *row_note(const struct row *row);

/* A figure in full, as CSV has it; "" for none. Lives until the program ends. */
const char *figure_text(const struct figure *figure);

#endif
