/* Where cells and lines end, in a stretch of delimited text that has no quotes: found a vector at a time, so that plain
 * records need not be taken apart byte by byte (text_lex.h says what a record is).
 *
 * The idea of masks of 64 bytes turned into a list of places is simdjson's (Langdale, Lemire: "Parsing gigabytes of JSON
 * per second", VLDB Journal 2019). */
#ifndef SHEAF_RUNTIME_TEXT_INDEX_H
#define SHEAF_RUNTIME_TEXT_INDEX_H

#include "base/isa.h"

enum {
    INDEX_BYTES = 32 * 1024, /* of a stretch at most */
    INDEX_CHUNK = 64,        /* bytes looked at together */
    INDEX_ROOM = 1 + INDEX_BYTES + INDEX_CHUNK
};

/* Offsets in the stretch, in lists that begin with -1, as if a line had ended just before it. */
struct text_index {
    uint32_t size;                   /* bytes that were gone over */
    uint32_t end_count, line_count;  /* with that -1 */
    bool returns;                    /* there are carriage returns in it */
    bool empty_lines;                /* there are newlines right behind newlines, or at the beginning */
    uint32_t ends[INDEX_ROOM];       /* of delimiters and newlines */
    uint32_t lines[INDEX_ROOM];      /* of newlines */
};

/* Fills the index from up to INDEX_BYTES of `text`; stops before the chunk that has a quote or a NUL. */
typedef void text_indexer(struct text_index *index, const unsigned char *text, size_t size, unsigned char delimiter);
#define DECLARE_INDEXER(isa) text_indexer text_index_##isa;
DECLARE_INDEXER(portable)
SHEAF_ISAS(DECLARE_INDEXER)
#undef DECLARE_INDEXER

#endif
