/* Sources: what the data are and how to read them.
 *
 * A source is an immutable recipe: names, sizes and a format, no open file and no pointer that means
 * anything elsewhere, so that a child process or an MPI rank can open it again by itself. */
#ifndef SHEAF_SOURCE_H
#define SHEAF_SOURCE_H

#include <sheaf/base.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sheaf_source;

/* How to read; all zeros means: find out from the content. Strings are borrowed during open only. */
struct sheaf_reading {
    const char *format;     /* "raw", "npy", "csv", "tsv", "space" (runs of blanks); NULL: by content */
    const char *type;       /* element type of raw data, "f64"...; giving it implies raw unless npy by content */
    const char *endian;     /* raw: "little" or "big"; NULL: this machine's */
    uint64_t offset;        /* raw: bytes before the first element; generators: first element */
    bool count_set;
    uint64_t count;         /* raw, npy: elements (rows of a table) to read; generators: how many (required) */
    uint64_t seed;          /* generators */
    char delimiter;         /* text: overrides the format's; 0: the format's */
    int header;             /* text: 1 yes, -1 no, 0 find out */
    uint64_t skip_lines;    /* text: lines to pass over before anything else */
    uint64_t first_line;    /* text: data lines outside first..last (from 1, file's own lines) are not read; 0: no limit */
    uint64_t last_line;
    const char *const *columns; /* names, or numbers from 1; none: every numeric column, and an array as a whole; an
                                 * array with columns is the table of its last axis */
    size_t column_count;
    const char *const *na;  /* cells that mean "missing" besides the empty one */
    size_t na_count;
    const char *as;         /* text: "decimal" (every digit counts) or "f64" (rounded to doubles first); NULL: decimal */
};

/* Opens `names` (files, "-" for standard input, "gen:KIND") as one sequence of rows, in order; all must have the
 * same format and columns. An existing file beats the reading `gen:...` of a name. Standard input is taken by one
 * source at a time. Reads only what tells the format (and `skip_lines`/`first_line` worth of text). The caller
 * destroys *source.
 * Errors: SHEAF_USAGE (unknown format, column or generator, options that contradict), SHEAF_INPUT, SHEAF_IO. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_source_open(struct sheaf_source **source, const char *const *names,
                                                             size_t name_count, const struct sheaf_reading *reading,
                                                             struct sheaf_error *err);

/* Row i of the pair is row i of `a` beside row i of `b`: the columns of both. Takes both (also on failure).
 * SHEAF_INPUT if their numbers of rows are known and differ; found out while reading otherwise. SHEAF_USAGE: one of
 * them is a pair already. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_source_pair(struct sheaf_source **pair, struct sheaf_source *a,
                                                             struct sheaf_source *b, struct sheaf_error *err);

/* Lets arrays in files be mapped instead of copied (faster where the data are cached) by taking care of SIGBUS, which
 * is what touching a mapped file that shrank gives: installs a handler for the whole process, after which reading such
 * a file fails with the error that it fails with otherwise. Any other SIGBUS goes to the handler that was there before,
 * or has its default effect. Call it before any thread uses a source; only the first call installs, further ones do
 * nothing. The handler stays until the process ends, also in children. A program that installs one of its own
 * afterwards must pass on to this one, and must not block the signal. Without this call there is no handler and nothing
 * is mapped. SHEAF_IO if the system refuses. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_guard_mappings(struct sheaf_error *err);

SHEAF_API void sheaf_source_destroy(struct sheaf_source *source);

/* The selected columns: count, name ("" for an array) and type as kernels will see it. */
SHEAF_API size_t sheaf_source_column_count(const struct sheaf_source *source);
SHEAF_API const char *sheaf_source_column_name(const struct sheaf_source *source, size_t column);
/* From 1, among all columns of the input, selected or not; of a pair: among those of both. */
SHEAF_API size_t sheaf_source_column_number(const struct sheaf_source *source, size_t column);
SHEAF_API enum sheaf_type sheaf_source_column_type(const struct sheaf_source *source, size_t column);
/* Columns of text that were left out because nothing was named. */
SHEAF_API size_t sheaf_source_left_out_count(const struct sheaf_source *source);
SHEAF_API const char *sheaf_source_left_out_name(const struct sheaf_source *source, size_t index);

/* What the first row of an input of text was taken for. */
struct sheaf_header {
    bool is_text;         /* else the input has no such row, and nothing below says anything */
    bool present;         /* it names the columns; else it is data */
    bool said;            /* as the reading said; else found out from the content of the first input */
    const char *doubtful; /* of a header that was found out: a name in it that looks like data ("$10", "1O", "n/a"); NULL:
                             none. Borrowed. */
};
SHEAF_API struct sheaf_header sheaf_source_header(const struct sheaf_source *source, size_t input);

SHEAF_API size_t sheaf_source_input_count(const struct sheaf_source *source);
SHEAF_API const char *sheaf_source_input_name(const struct sheaf_source *source, size_t input);
/* "raw", "npy", "csv", "tsv", "space", "gen" or "pair". */
SHEAF_API const char *sheaf_source_format(const struct sheaf_source *source);
/* Rows in all, or SHEAF_UNKNOWN before they have been read. */
SHEAF_API int64_t sheaf_source_rows(const struct sheaf_source *source);
/* Bytes that reading it all takes (a generator: bytes made), or SHEAF_UNKNOWN for a stream. */
SHEAF_API int64_t sheaf_source_bytes(const struct sheaf_source *source);

/* Generators. */
struct sheaf_generator {
    const char *name;    /* "uniform" */
    const char *summary; /* "f64, uniform in [0, 1)" */
    enum sheaf_type type;
    const char *formula; /* how element i follows from seed and i */
};
SHEAF_API const struct sheaf_generator *sheaf_generators(size_t *count);

/* Copies rows first .. first + rows - 1 of one-column data, in C order, into `out` (rows x element size bytes). For
 * generators and arrays in files, SHEAF_USAGE otherwise; *got < rows only at the end. Thread safe. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_source_copy(const struct sheaf_source *source, uint64_t first,
                                                             uint64_t rows, void *out, uint64_t *got,
                                                             struct sheaf_error *err);

#ifdef __cplusplus
}
#endif
#endif
