/* What a format is: one constant struct source_format in one file of its own. The core (source.c, cut.c,
 * reader.c, feed.c) opens names, recognises formats, checks that inputs agree and dispatches; it never knows
 * which format it is reading. A format never knows who reads.
 *
 * Bytes and units. An input is `units` units long; unit u lies at byte start + u * unit_bytes. For text a
 * unit is a byte (unit_bytes 1); for arrays, generators and pairs it is a row. Spans are in units. */
#ifndef SHEAF_RUNTIME_FORMAT_H
#define SHEAF_RUNTIME_FORMAT_H

#include "base/pack.h"
#include "source/source.h"
#include "source/stream.h"

/* As sheaf_fail and sheaf_error_at together: what is wrong with input `name` at `byte` (or SHEAF_UNKNOWN). */
enum sheaf_status source_fail(struct sheaf_error *err, enum sheaf_status status, const char *name, int64_t byte,
                              const char *format, ...) SHEAF_PRINTF(5, 6);

/* ---- the recipe ----------------------------------------------------------------------------------------- */

/* A selected column. */
struct source_column {
    char *name; /* owned; "" for an array */
    enum sheaf_type type;
    size_t number; /* from 1 in the input; 0 stands for its place among the selected */
};

struct source_input {
    char *name;                   /* owned; as given */
    struct source_stream *stream; /* owned; NULL for a file, a generator, and anything unpacked */
    bool once;                    /* a stream, also after unpacking */
    uint64_t size;                /* bytes of the file when it was opened; 0 for streams and generators */
    uint64_t start;               /* byte of unit 0: after headers and skipped lines */
    uint64_t unit_bytes;          /* bytes that a unit takes; at least 1 */
    uint64_t units;               /* of a stream: 0 where its length is unknown */
    int64_t rows;                 /* or SHEAF_UNKNOWN */
    void *detail;                 /* the format's own; its `cleanup` frees it */
};

/* Immutable after opening, but for what streams have read. */
struct sheaf_source {
    const struct source_format *format;
    enum source_access access;
    struct source_input *inputs;
    size_t input_count;
    struct source_column *columns;
    size_t column_count;
    char **left_out; /* owned, and each of them */
    size_t left_out_count;
    bool in_order;       /* rows must come in their logical order (one side of a pair): a Fortran array is then
                            read in C order. Text is always in order. */
    void *detail;        /* the format's own; its `cleanup` frees it */
};

/* Adds a column of text that was left out because nothing was named. */
enum sheaf_status source_leave_out(struct sheaf_source *source, const char *name, struct sheaf_error *err);

/* Declares the selected columns of input `input`: sets them for input 0; for the others checks that count, names
 * and types are those of input 0, else SHEAF_INPUT naming the odd one. Names are copied. */
enum sheaf_status source_set_columns(struct sheaf_source *source, size_t input, const struct source_column *columns,
                                     size_t count, struct sheaf_error *err);

/* Finds the columns that reading->columns names among an input's `count` columns: picked[k] (from 0) for each of
 * reading->column_count. A numeral is a number from 1 unless a column has that very name. `names` NULL: only
 * numbers. SHEAF_USAGE names the unknown one, the nearest name and the columns there are. */
enum sheaf_status source_pick_columns(const struct sheaf_reading *reading, const char *input,
                                      const char *const *names, size_t count, size_t *picked, struct sheaf_error *err);

/* "OPTION makes no sense here: WHY" (SHEAF_USAGE). */
enum sheaf_status source_refuse_option(const char *input, const char *option, const char *why, struct sheaf_error *err);
/* Refuses what only text can have: a delimiter, a header, lines, missing cells. */
enum sheaf_status source_refuse_text_options(const char *input, const struct sheaf_reading *reading,
                                             struct sheaf_error *err);

/* ---- opening -------------------------------------------------------------------------------------------- */

enum { HEAD_BYTES = 64 * 1024 }; /* read of every input to recognise it */

/* The beginning of an input, from byte 0. */
struct source_head {
    const char *name;          /* borrowed */
    int fd;                    /* -1 for a generator */
    bool once;                 /* a stream: what is read of it stays in `bytes` for the feed */
    uint64_t size;             /* of the file; 0 for a stream */
    struct sheaf_buffer bytes;
    bool ended;                /* `bytes` is the whole input */
};

/* Reads on until bytes.size >= size or the input has ended. SHEAF_IO, SHEAF_MEMORY. */
enum sheaf_status source_head_grow(struct source_head *head, size_t size, struct sheaf_error *err);

/* ---- feeding a stream ----------------------------------------------------------------------------------- */

/* Where the sequential reading of one input stands. Zeroed (line 1) before its first piece. */
struct feed_point {
    uint64_t at;      /* byte of the input at which the next piece begins; the core keeps it */
    uint64_t row;     /* of the next record, from 0 */
    uint64_t line;    /* of the next record, from 1; the format sets it at at == start if lines were skipped */
    uint64_t own[4];  /* the format's */
};

/* What a format finds in the bytes it is shown: [0, drop) is passed over, [drop, take) are whole records. */
struct feed_piece {
    size_t drop, take;  /* drop <= take <= size. take == 0: no whole record yet, show me more */
    uint64_t row, line; /* of the record at `drop` */
    bool end;           /* the input is not to be read beyond `take` (a count, a last line) */
};

/* ---- the recipe as bytes -------------------------------------------------------------------------------- */

/* A whole source among other packed things: a side of a pair. A side has no sides itself. */
void source_pack_side(const struct sheaf_source *source, struct packer *packer);
enum sheaf_status source_unpack_side(struct sheaf_source **source, struct unpacker *unpacker, struct sheaf_error *err);

/* ---- the format ----------------------------------------------------------------------------------------- */

/* The common beginning of every format's reader, which holds it as its first member. */
struct reader {
    const struct sheaf_source *source;
};

struct source_format {
    const char *name;   /* "npy": for --input-format and sheaf_source_format; formats may share functions */
    const char *prefix; /* names that begin so are this format's where no such file exists ("gen:"); or NULL */
    bool rows_are_units; /* else bytes are */

    /* Is this input (its first HEAD_BYTES, or all of it) mine? Asked in the order of source_formats. NULL: never,
     * only by name or prefix. */
    bool (*probe)(const struct source_head *head, const struct sheaf_reading *reading);
    /* Opens input number `input`, after those before it: sets its start, unit_bytes, units, rows and detail, for
     * input 0 also the source's detail, and calls source_set_columns once. Refuses options of `reading`
     * that make no sense here. Errors name input, byte or line. What it allocated stays in the source, also on
     * failure. */
    enum sheaf_status (*open)(struct sheaf_source *source, size_t input, struct source_head *head,
                              const struct sheaf_reading *reading, struct sheaf_error *err);
    /* Frees the details of the source and of each input (each may be NULL). */
    void (*cleanup)(struct sheaf_source *source);

    /* The details as bytes and back. At unpack the core's fields are filled in already but are not to be
     * trusted: SHEAF_INTERNAL if they contradict the details, or sizes overflow. */
    void (*pack)(const struct sheaf_source *source, struct packer *packer);
    enum sheaf_status (*unpack)(struct sheaf_source *source, struct unpacker *unpacker, struct sheaf_error *err);

    /* As reader_open and its sisters in source.h. span->bytes, where not NULL, is what `feed_cut` took: it is
     * aligned to 16 bytes only where the whole block is. */
    enum sheaf_status (*reader_open)(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                                     struct sheaf_error *err);
    enum sheaf_status (*reader_begin)(struct reader *reader, const struct span *span, struct sheaf_error *err);
    enum sheaf_status (*reader_next)(struct reader *reader, struct tile *tile, struct sheaf_error *err);
    void (*reader_close)(struct reader *reader);

    /* Cuts a sequential reading: `bytes` begin at a record's border, at point->at; `last` says that the input
     * ends after them (take must then be all, or the error that the last record is cut short). Moves point's row
     * and line to the end of `take`. */
    enum sheaf_status (*feed_cut)(const struct sheaf_source *source, size_t input, struct feed_point *point,
                                  const unsigned char *bytes, size_t size, bool last, struct feed_piece *piece,
                                  struct sheaf_error *err);
    /* NULL, or a feed of the format's own (a pair), which begins with struct feed. */
    enum sheaf_status (*feed_open)(struct feed **feed, const struct sheaf_source *source, const uint8_t *forms,
                                   uint64_t block_bytes, struct sheaf_error *err);

    /* The sources that this one is made of: the first, the second, NULL. NULL: none. */
    const struct sheaf_source *(*side)(const struct sheaf_source *source, size_t index);
    /* Do two sources of this format hand out their rows in the same order if neither is told `in_order`? NULL: ask for
     * the logical order. */
    bool (*same_order)(const struct sheaf_source *a, const struct sheaf_source *b);

    /* As source_locate. place->file, place->alone and a known position->row are filled in already. */
    enum sheaf_status (*locate)(const struct sheaf_source *source, const struct sheaf_position *position,
                                struct sheaf_location *place, struct sheaf_error *err);

    /* What the inputs' first rows are. NULL: it is no text. */
    struct sheaf_header (*header)(const struct sheaf_source *source);

    /* As source_survey_block and source_wants_survey. NULL: never needed. */
    enum sheaf_status (*survey_block)(const struct sheaf_source *source, const struct span *span, uint8_t *transition,
                                      struct sheaf_error *err);
    bool (*wants_survey)(const struct sheaf_source *source);
};

/* The common beginning of a feed. */
struct feed {
    const struct sheaf_source *source;
    enum sheaf_status (*next)(struct feed *feed, struct sheaf_buffer *bytes, struct span *span, bool *more,
                              struct sheaf_error *err);
    void (*close)(struct feed *feed);
};

/* In the order of asking; ended by NULL. A format adds its row in formats.c. */
extern const struct source_format *const source_formats[];

#endif
