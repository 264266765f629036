/* The state of a reader of text: what text_read.c (blocks, windows, records of any kind) and text_plain.c (many plain
 * records at once) share. */
#ifndef SHEAF_RUNTIME_TEXT_READER_H
#define SHEAF_RUNTIME_TEXT_READER_H

#include "source/text_batch.h"
#include "source/text_digits.h"
#include "source/text_index.h"
#include "source/text_window.h"

/* Where the plain records in a stretch of the window are. */
struct plain {
    text_indexer *fill_index;
    text_digits_reader *read_digits;
    struct text_index index;
    size_t from;              /* offset in the window of the stretch; its size is index.size, 0: there is none */
    uint32_t end, line;       /* in the lists of the index: the first of what begins at the reader's `next` */
    size_t na_count;          /* words for missing cells that are numbers */
    struct na_number {
        int64_t whole;
        double real;
    } *na;
};

struct text_reader {
    struct reader base;
    const struct text *text;
    const struct text_input *input;
    const char *name;
    struct window window;
    uint64_t file;        /* the block's input */
    uint64_t opened;      /* the input open in the window; UINT64_MAX: none */
    size_t next;          /* offset in the window of the next record */
    uint64_t lo, hi;      /* bytes of the input: records that begin there */
    bool assumed;         /* nobody has said that lo is not inside quotes */
    bool fed;             /* row and line are known */
    bool known_to_end;    /* the long record in the window */
    uint64_t row, line;   /* of the next record, if fed */
    struct record record; /* the last one taken apart */
    struct batch batch;   /* of rows read; what is left of it is handed out before more is read */
    uint64_t first_row;   /* of the batch, if fed */
    struct plain plain;
};

bool plain_init(struct plain *plain, const struct text *text);
void plain_cleanup(struct plain *plain);

static inline void plain_forget(struct plain *plain)
{
    plain->index.size = 0;
}

/* Takes plain records from `next` on into the batch, as many as there are, and moves `next`. What is not plain (quotes,
 * a record of another number of cells, what the window shows only in part) or in error is left where it is. True: the
 * batch must end here, since more is in its columns than rows that count. */
bool plain_take(struct text_reader *reader);

#endif
