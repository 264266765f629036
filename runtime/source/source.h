/* Inside of sources: how the plan cuts them and how workers read them. One file per format behind struct
 * source_format; nothing outside runtime/source knows which format it is reading. */
#ifndef SHEAF_RUNTIME_SOURCE_H
#define SHEAF_RUNTIME_SOURCE_H

#include <sheaf/kernel.h>
#include <sheaf/source.h>

/* CUTTABLE: every worker opens it by itself. FED: one feeder reads it in order and hands out bytes; it can be
 * read again from the start. ONCE: fed, and gone afterwards unless kept (standard input, a pipe). */
enum source_access { SOURCE_CUTTABLE, SOURCE_FED, SOURCE_ONCE };
enum source_access source_access(const struct sheaf_source *source);

/* The recipe as bytes and back: what crosses to another address space. unpack distrusts its input. */
enum sheaf_status source_pack(const struct sheaf_source *source, struct sheaf_buffer *out, struct sheaf_error *err);
enum sheaf_status source_unpack(struct sheaf_source **source, const void *bytes, size_t size, struct sheaf_error *err);

/* ---- cutting ------------------------------------------------------------------------------------------- */

/* The cut of a cuttable source: a pure function of the recipe and block_bytes. Block b of input f covers units
 * [lo, lo + cut_block_units) of it, the last one fewer; a unit is a row (arrays, generators, pairs of them) or a byte
 * (text: the block holds the records whose first byte lies in it). */
struct cut {
    const struct sheaf_source *source;
    uint64_t block_bytes;
    uint64_t block_count;
    uint64_t *first_block; /* per input, the number of its first block; input_count + 1 entries */
    uint64_t base;         /* what those numbers are above the ones in use: 0, or the chosen input's first */
};
enum sheaf_status cut_init(struct cut *cut, const struct sheaf_source *source, uint64_t block_bytes,
                           struct sheaf_error *err);
void cut_cleanup(struct cut *cut);
enum { ALL_INPUTS = -1 };
/* From now on only the blocks of `input`, numbered from 0; ALL_INPUTS: those of all again. */
void cut_choose(struct cut *cut, int64_t input);
/* Units in a block of input `input`: as many as block_bytes holds, at least 1. */
uint64_t cut_block_units(const struct cut *cut, uint64_t input);

/* A block to read. */
struct span {
    uint64_t block;
    uint64_t input;
    uint64_t lo, hi;            /* units of the input */
    const unsigned char *bytes; /* fed: the block's bytes, in the format's own encoding; NULL: open and read */
    size_t size;
    uint64_t row, line;         /* fed: of the first record (row from 0, line from 1) */
    uint8_t entry;              /* surveyed text: lexical state at lo; 0 otherwise */
};
struct span cut_span(const struct cut *cut, uint64_t block);

/* ---- reading ------------------------------------------------------------------------------------------- */

enum { TILE_BYTES = 32 * 1024, TILE_ROWS = 8192 }; /* upper limits for one column of a tile, rows of a text tile */

/* A column as a reader hands it out. Decimals are as in struct sheaf_column; their doubles, if asked for, beside them. */
struct tile_column {
    enum sheaf_type type;
    const void *data;      /* dense, native byte order, aligned; missing cells hold 0 */
    const uint8_t *valid;  /* per row, 1 or 0; NULL: every cell is present */
    int32_t exponent;
    uint32_t terms;
    const uint8_t *special;
    const double *reals;   /* the same cells as doubles; NULL: not asked for */
};

/* What a reader is to make of the decimals in a column. */
enum { FORM_DECIMAL = 1, FORM_REAL = 2 };

/* The forms of column k in `forms` (one per column of the source), where NULL and 0 mean that of the column's type.
 * Only decimals have a choice. */
uint8_t column_forms(const struct sheaf_source *source, const uint8_t *forms, size_t k);

/* Some rows of a block, with every selected column of the source. Borrowed until the next call on the reader. */
struct tile {
    uint64_t rows;
    uint64_t bytes;   /* of input that this tile stands for; for progress and rates */
    struct sheaf_position first;
    const uint64_t *at, *row, *line; /* as in struct sheaf_batch */
    const struct tile_column *columns;
};

/* A worker's way to read a source; one per worker, used by the thread that opened it, with its own buffers (up to
 * 1.5 MiB, twice that for a pair; more only where a single row needs more) and at most one mapped piece (8 MiB; two for
 * a pair). What is in a tile counts only when reader_next has returned 0 rows: a mapped file may have shrunk. */
struct reader;
/* `forms`: see column_forms; read while opening. */
enum sheaf_status reader_open(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                              struct sheaf_error *err);
/* SHEAF_SURVEY: the text has quotes and no survey has been made: run one and begin again. */
enum sheaf_status reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err);
/* tile->rows == 0: the block is done. Errors name file, byte, line where known, column. A file that ends before
 * the recipe says is SHEAF_INPUT ("shrank while it was read"). May return SHEAF_SURVEY as well. */
enum sheaf_status reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err);
void reader_close(struct reader *reader);

/* Finds row and line of a position for a person. May read the input up to there. */
enum sheaf_status source_locate(const struct sheaf_source *source, const struct sheaf_position *position,
                                struct sheaf_location *place, struct sheaf_error *err);
/* Completes an error that has a byte but no line, in the same way. Leaves it alone if that fails. */
void source_locate_error(const struct sheaf_source *source, struct sheaf_error *err);

/* ---- survey: lexical state (inside quotes?) at each block's start ----------------------------------------- */

/* The transition of one block: 4 states x 2 bits, entry state s leads to (byte >> 2s) & 3. Never 0 as a whole. */
enum sheaf_status source_survey_block(const struct sheaf_source *source, const struct span *span, uint8_t *transition,
                                      struct sheaf_error *err);
/* The scan: fills entry[b] for each block from transition[b]. Pure. */
void source_survey_scan(const struct cut *cut, const uint8_t *transition, uint8_t *entry);
/* Does this source know already that it needs a survey (quotes in the sample)? */
bool source_wants_survey(const struct sheaf_source *source);

/* ---- feeding -------------------------------------------------------------------------------------------- */

/* The one sequential reading of a fed source. Not thread safe: its owner locks. `forms` are those of the readers. */
struct feed;
enum sheaf_status feed_open(struct feed **feed, const struct sheaf_source *source, const uint8_t *forms,
                            uint64_t block_bytes, struct sheaf_error *err);
/* The next block, whole records only, appended to the emptied `bytes`; span->bytes points into it. span->block
 * counts from 0. *more = false at the end. A record longer than block_bytes makes a longer block. */
enum sheaf_status feed_next(struct feed *feed, struct sheaf_buffer *bytes, struct span *span, bool *more,
                            struct sheaf_error *err);
/* Before the first block: only those of `input`, or ALL_INPUTS. Not for pairs. */
void feed_choose(struct feed *feed, int64_t input);
void feed_close(struct feed *feed);

/* Another pass may follow: what is read of streams from now on is kept, in a file without a name in $TMPDIR (/tmp), so
 * that the next feed_open can begin at the start again. Nothing if there are no streams. That there is no room for it
 * is an error only when the next pass asks for it. */
void source_keep(const struct sheaf_source *source);

#endif
