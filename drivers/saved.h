/* Answers kept in a file, and answers compared with one: --save and --against.
 *
 * The file is text, one value a line, fields between tabs with tabs, line ends and backslashes escaped:
 *     sheaf-answer 1
 *     KIND  FILE  COLUMN  NAME  VALUE  [DECIMAL]
 * KIND is null, integer, decimal, real or text; FILE and COLUMN are empty where they do not matter; a real is hexadecimal
 * (C99 %a), exact, and followed by its shortest decimal for the reader; a table's cell is called TABLE[row].COLUMN. */
#ifndef DRIVERS_SAVED_H
#define DRIVERS_SAVED_H

#include "json.h"
#include "option.h"
#include "output_file.h"
#include "report.h"

struct saved_value {
    const char *file, *column, *name;
    struct sheaf_value value;
};
struct saved {
    struct saved_value *values;
    size_t count, capacity;
};

/* The values of a report, in its order. They borrow from it. */
struct saved saved_make(const struct report *report);

/* To an open output, which is committed. */
SHEAF_MUST_USE enum sheaf_status saved_write(const struct saved *saved, struct output_file *file, struct sheaf_error *err);
/* SHEAF_IO, SHEAF_INPUT with the line. What is read lives until the program ends. */
SHEAF_MUST_USE enum sheaf_status saved_read(struct saved *saved, const char *path, struct sheaf_error *err);

/* How far a value may move: within `ulp` units in the last place, or within atol + rtol x |saved|. */
struct tolerance {
    struct option_number ulp;
    struct option_real rtol, atol;
};

/* The options. */
struct saved_options {
    const char *save, *against;
    struct tolerance tolerance;
};
extern const struct option_table saved_table;

/* A value that is not what it was. */
struct saved_change {
    const struct saved_value *before, *now; /* NULL: it is new; it is gone */
    bool tolerated;
};
/* What became of --against. */
struct saved_verdict {
    const char *path;
    size_t values; /* in this answer */
    struct saved_change *changes; /* in the order of this answer, then those that are gone */
    size_t count, capacity, beyond; /* beyond: not tolerated; 0: it holds */
};
struct saved_verdict saved_compare(const struct saved *before, const struct saved *now,
                                   const struct saved_options *options);
/* Says on standard error which values moved, how far, and whether that is tolerated. */
void saved_tell(const struct saved_verdict *verdict);
/* The same as the member "against" of an open object. */
void json_against(struct json *json, const struct saved_verdict *verdict);

#endif
