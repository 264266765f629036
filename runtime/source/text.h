/* Delimited text as a source format: what its files share. text_open.c makes the recipe, text_schema.c finds out what
 * the columns are and text_columns.c which are meant, text_read.c reads blocks (text_plain.c its plain records, many at
 * once, with text_index.h and text_digits.h), text_batch.c makes columns of what was read, text_scan.c surveys, feeds and
 * locates, text.c holds it together. */
#ifndef SHEAF_RUNTIME_TEXT_H
#define SHEAF_RUNTIME_TEXT_H

#include "source/format.h"
#include "source/text_lex.h"
#include "source/text_number.h"

/* The detail of a source of text. */
struct text {
    struct lex lex;
    bool header;         /* each input's first record names the columns */
    bool header_said;    /* by the reading. This and the next are for reports, and stay in the process that opened it */
    char *doubtful;      /* a name in a header that was found out and looks like data; owned; or NULL */
    bool quotes;         /* seen in a sample: cutting will need a survey */
    uint64_t cells;      /* of every record */
    uint64_t first_line; /* records that begin on lines outside first..last are not read; 0: no limit. Feeding heeds */
    uint64_t last_line;  /* this; for cutting, the `start` and `units` of the inputs were made to say it already */
    char **na;           /* cells that mean "missing"; owned */
    size_t na_count;
};

/* The detail of an input. */
struct text_input {
    uint64_t line;  /* on which byte `start` lies, from 1 */
    uint64_t *cell; /* per selected column, its cell in a record, from 0; owned */
};

static inline const struct text *text_of(const struct sheaf_source *source)
{
    return source->detail;
}

static inline const struct text_input *text_input_of(const struct sheaf_source *source, size_t input)
{
    return source->inputs[input].detail;
}

enum cell_status {
    CELL_VALUE,
    CELL_MISSING, /* empty, blank, or a word of --na */
    CELL_WORD,    /* not a number */
    CELL_HUGE,    /* finite as written, but beyond a double */
    CELL_ABOVE,   /* finite as written, but too large for a decimal */
    CELL_BELOW,   /* finite as written, but with digits too small for a decimal */
    CELL_NO_MEMORY
};
/* What a cell says: CELL_VALUE, CELL_MISSING or CELL_WORD. */
enum cell_status text_number(const struct text *text, struct cell cell, struct number *number);

/* A cell for an error message: cut where long, without control characters. Returns `out`. */
enum { SHOWN_CELL = 64 };
const char *text_shown(struct cell cell, char out[SHOWN_CELL]);

/* What is wrong with a record that lex_record could not take apart. `result` is LEX_BINARY or LEX_OPEN, `at` the byte
 * of the input at which the record begins, `nul` that of the NUL byte. */
enum sheaf_status text_bad_record(enum lex_result result, const char *name, uint64_t at, uint64_t nul, int64_t line,
                                  struct sheaf_error *err);

/* struct source_format. */
enum sheaf_status text_open(struct sheaf_source *source, size_t input, struct source_head *head,
                            const struct sheaf_reading *reading, struct sheaf_error *err);
enum sheaf_status text_reader_open(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                                   struct sheaf_error *err);
enum sheaf_status text_reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err);
enum sheaf_status text_reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err);
void text_reader_close(struct reader *reader);
enum sheaf_status text_survey_block(const struct sheaf_source *source, const struct span *span, uint8_t *transition,
                                    struct sheaf_error *err);
enum sheaf_status text_feed_cut(const struct sheaf_source *source, size_t input, struct feed_point *point,
                                const unsigned char *bytes, size_t size, bool last, struct feed_piece *piece,
                                struct sheaf_error *err);
enum sheaf_status text_locate(const struct sheaf_source *source, const struct sheaf_position *position,
                              struct sheaf_location *place, struct sheaf_error *err);

#endif
