/* Two sources tile by tile: what the reader and the feed of a pair are made of. */
#ifndef SHEAF_RUNTIME_JOIN_H
#define SHEAF_RUNTIME_JOIN_H

#include "source/format.h"

/* The two sides of a pair: its source's detail. */
struct pair {
    struct sheaf_source *side[2];
};

static inline const struct pair *pair_of(const struct sheaf_source *source)
{
    return source->detail;
}

/* One side, tile by tile. */
struct side {
    const struct sheaf_source *source;
    struct reader *reader;
    struct tile tile;          /* of which `used` rows are gone */
    uint64_t used;
    bool in_span;              /* the reader has a span that may have more */
    bool ended;
    uint64_t next, hi;         /* rows of the whole source that are still to be begun; without a feed */
    struct feed *feed;         /* reads the side instead; owned */
    struct sheaf_buffer bytes; /* of the feed's block */
};

/* A tile of the pair is made of slices of both sides' tiles, as long as the shorter. All zeros is not open. */
struct joined {
    struct side side[2];
    size_t column_count;
    struct tile_column *columns; /* of both */
    struct sheaf_buffer *terms;  /* per column, the decimals of a slice that takes more than one term */
};

enum sheaf_status joined_open(struct joined *joined, const struct sheaf_source *pair, const uint8_t *forms,
                              struct sheaf_error *err);
void joined_close(struct joined *joined);
/* Rows lo .. hi - 1 of both come next (fewer if a source has fewer). */
void joined_seek(struct joined *joined, uint64_t lo, uint64_t hi);
/* The next rows of both; out->rows == 0 when either has ended. */
enum sheaf_status joined_next(struct joined *joined, struct tile *out, struct sheaf_error *err);

extern const struct source_format source_format_pair;

/* Its readers and its feed. */
enum sheaf_status pair_reader_open(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                                   struct sheaf_error *err);
enum sheaf_status pair_reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err);
enum sheaf_status pair_reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err);
void pair_reader_close(struct reader *reader);
enum sheaf_status pair_feed_open(struct feed **feed, const struct sheaf_source *source, const uint8_t *forms,
                                 uint64_t block_bytes, struct sheaf_error *err);

#endif
