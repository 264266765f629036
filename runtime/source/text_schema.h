/* What a text is made of, found out from its beginning: the delimiter, the header, which columns are numbers. */
#ifndef SHEAF_RUNTIME_TEXT_SCHEMA_H
#define SHEAF_RUNTIME_TEXT_SCHEMA_H

#include "source/text.h"

enum { DELIMITER_BLANKS = -1 };

/* The delimiter of a text that starts with a record: TAB, ';', '|' or ',' in this order, else DELIMITER_BLANKS, whichever
 * is the first to give nearly every record as many cells as the first record has, and that more than one; ',' if none
 * does. (';' and '|' before ',': should a comma be someone's decimal comma, the numbers are refused, not misread.) */
int schema_delimiter(const unsigned char *bytes, size_t size);

/* The columns, by the first record and records below it. */
struct schema {
    size_t count;   /* cells of the first record */
    char **names;   /* what the first record's cells say, trimmed */
    bool *numeric;  /* words do not outnumber numbers among the cells seen: a word among numbers is an error to report,
                       not a reason to leave the column out, and missing cells say nothing */
    bool header;    /* the first record is one */
    const char *doubtful; /* of a header that nobody said: a name that looks like data; borrowed from `names`; or NULL */
    bool empty;     /* there was no record below */
};
void schema_cleanup(struct schema *schema);

/* Records below the first one: in `bytes`, which start with a record, on line `line`. */
struct below {
    const unsigned char *bytes;
    size_t size;
    bool is_all;        /* else what is cut short at the end does not count */
    uint64_t line;
    uint64_t last_line; /* those beyond do not count either; 0: no limit */
};

/* `first` has all its cells. The first record is a header if `header` > 0, is not if < 0, and is otherwise if some
 * cell of it is a word where the first cell below that is not missing is a number. */
enum sheaf_status schema_infer(struct schema *schema, const struct text *text, const struct record *first,
                               const struct below *below, int header, struct sheaf_error *err);

/* Chooses the columns to read of input `input`, whose detail gets their cells, and declares them: those named, else
 * every numeric one of the first input (what is left out is noted), the same ones of the others. Every input must
 * have as many columns as the first; where there are headers, in any order. */
enum sheaf_status text_choose_columns(struct sheaf_source *source, size_t input, const struct sheaf_reading *reading,
                                      const struct schema *schema, struct sheaf_error *err);

#endif
