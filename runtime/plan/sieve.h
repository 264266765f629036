/* The sieve: between a source's tiles and a kernel's batches. Applies the filter, takes out rows with a missing cell,
 * applies the NaN policy, counts all of it, and leaves dense columns, so that no kernel has to. Only NaN that are let
 * through (NAN_PROPAGATE) are counted behind the kernels, which mostly know that there is none: looking for them takes
 * as long as adding. */
#ifndef SHEAF_RUNTIME_SIEVE_H
#define SHEAF_RUNTIME_SIEVE_H

#include "source/source.h"

enum { MOST_FILTERS = 16 };
enum nan_policy { NAN_PROPAGATE, NAN_SKIP, NAN_FAIL };
enum comparison { LESS, LESS_EQUAL, EQUAL, NOT_EQUAL, GREATER_EQUAL, GREATER };

/* Rows where the comparison holds stay. Integer columns are compared exactly, whatever the number. */
struct filter {
    uint32_t column;
    enum comparison comparison;
    double number;
    bool integral;      /* the number was written as an integer: integer columns are compared with this */
    __int128 integer;
};

/* Pointer-free; part of the plan. */
struct sieve {
    enum nan_policy nan;
    uint32_t filter_count; /* all of them must hold */
    struct filter filters[MOST_FILTERS];
};

/* Reads "COLUMN OP NUMBER". SHEAF_USAGE says what is wrong. */
enum sheaf_status filter_parse(struct filter *filter, const char *text, const struct sheaf_source *source,
                               struct sheaf_error *err);
enum sheaf_status nan_policy_parse(enum nan_policy *policy, const char *name, struct sheaf_error *err);

/* Rows of a batch of `count` columns that have a NaN. */
uint64_t batch_count_nan(const struct sheaf_batch *batch, uint32_t count);

/* One worker's buffers: at most 32 KiB per column and 1 MiB of positions, the latter only when rows are taken out. */
struct sifter;
enum sheaf_status sifter_new(struct sifter **sifter, const struct sieve *sieve, const struct sheaf_source *source,
                             struct sheaf_error *err);
void sifter_destroy(struct sifter *sifter);

/* Takes up a tile, borrowed until the next one: applies the filter, counts read and rejected rows into `rows`. */
void sifter_begin(struct sifter *sifter, const struct tile *tile, struct sheaf_tally *rows);

/* The batch of the columns numbered `columns[0 .. count - 1]`, of which those of decimals are given as `types` says, as
 * decimals or as doubles: filled into `batch` and `batch_columns` (count of
 * them), valid until the next call. batch->rows may be 0. Counts into `tally`, but for NaN that are let
 * through: see batch_count_nan. SHEAF_INPUT: a NaN under NAN_FAIL. */
enum sheaf_status sifter_batch(struct sifter *sifter, const uint32_t *columns, const enum sheaf_type *types, uint32_t count,
                               struct sheaf_batch *batch, struct sheaf_column *batch_columns, struct sheaf_tally *tally,
                               struct sheaf_error *err);

#endif
