/* Small inputs for conformance tests: every element type, special values, text with holes and quotes. */
#ifndef SHEAF_TESTS_DATASET_H
#define SHEAF_TESTS_DATASET_H

#include <sheaf/source.h>

/* A file in the test's temporary folder and how to read it. */
struct dataset {
    char path[256], beside[256]; /* beside: a second input, or "" */
    const char *about; /* for messages */
    struct sheaf_reading reading;
};

/* A folder for the test's files; removed by datasets_cleanup. */
void datasets_setup(void);
void datasets_cleanup(void);
const char *datasets_folder(void);

/* No rows at all (an empty file is an error, so this is a generator that makes none). */
struct dataset dataset_empty(void);
/* `rows` raw elements of `type`, 1 or more. `special`: floats include NaN, infinities, signed zeros and subnormals. The
 * values follow from the type, the row and `seed` alone. */
struct dataset dataset_raw(enum sheaf_type type, uint64_t rows, bool special, uint64_t seed);
/* 0, 1, 2, ... as raw f64. */
struct dataset dataset_counting(uint64_t rows);
/* The same elements in an order that follows from `seed`: alike for two that are as long. */
struct dataset dataset_shuffled(const struct dataset *raw, uint64_t seed);
/* A CSV of `rows` records with columns a,b (numbers, some missing) and text in between; `quoted`: cells with quotes,
 * delimiters and newlines in them, so that blocks cannot be cut without a survey. */
struct dataset dataset_csv(uint64_t rows, bool quoted, uint64_t seed);
/* Two columns of text: numbers of all lengths and scales, also NaN and infinities if `special`. */
struct dataset dataset_decimals(uint64_t rows, bool special, uint64_t seed);

/* A Fortran-order .npy of rows x columns elements of `type`, of which many are equal; of two types with
 * the same seed few differ. */
struct dataset dataset_fortran(enum sheaf_type type, uint64_t rows, uint64_t columns, uint64_t seed);
/* Two .npy tables of f64, of `rows` rows each and of those widths, read as one by their first columns. */
struct dataset dataset_widths(uint64_t rows, uint64_t first, uint64_t second, uint64_t seed);

/* Opens it; fails the test if that fails. */
struct sheaf_source *dataset_open(const struct dataset *data);
/* The same data with its first input as standard input, through a pipe that a child fills; dataset_stream_end reaps it. */
struct sheaf_source *dataset_stream(const struct dataset *data);
void dataset_stream_end(void);
/* `a` beside `b`. */
struct sheaf_source *dataset_join(const struct dataset *a, const struct dataset *b);
/* `type` beside `other`, `rows` each. */
struct sheaf_source *dataset_pair(enum sheaf_type type, enum sheaf_type other, uint64_t rows, uint64_t seed);

#endif
