/* Records and cells of delimited text. Pure: no files, no allocation, safe from any thread.
 *
 * Grammar. A record ends at a newline (LF) outside quotes, or where the data end. One CR before that newline, or at
 * the end of the data, belongs to the line end. A line of nothing but blanks is no record.
 *   delimited: cells lie between single delimiters. A quote (") that is the first byte of a cell opens it; inside,
 *     "" is a quote and delimiters and newlines are text, until a single quote closes it (RFC 4180). A quote
 *     anywhere else is text, and so are both quotes of a cell that goes on after the closing one.
 *   blanks: cells lie between runs of space, TAB, VT, FF and CR, also at both ends of a line. Quotes are text.
 *
 * Lexical state. What a byte means depends only on the state before it, of which there are three; after a closing
 * quote comes START, since what may follow is the same as at the start of a cell ("" opens again). A block of bytes
 * is a function from state to state, packed in a byte, and these functions compose: that is the survey. */
#ifndef SHEAF_RUNTIME_TEXT_LEX_H
#define SHEAF_RUNTIME_TEXT_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* BEGIN is the start of the data: it means what START means, and no byte leads to it. (Elsewhere in the data it
 * stands for a state that is not known.) */
enum lex_state { LEX_BEGIN, LEX_START, LEX_PLAIN, LEX_QUOTED };

enum lex_kind { LEX_OTHER, LEX_QUOTE, LEX_DELIMITER, LEX_NEWLINE, LEX_NUL, LEX_KINDS };

struct lex {
    unsigned char delimiter; /* delimited */
    bool blanks;             /* cells lie between runs of blanks */
    uint8_t kind[256];       /* enum lex_kind of each byte */
    uint8_t step[LEX_KINDS][256]; /* a transition followed by one more byte of that kind */
};

/* `delimiter` is not LF, CR, NUL or a quote; it does not matter where `blanks`. */
void lex_init(struct lex *lex, bool blanks, unsigned char delimiter);

/* A cell's content, without enclosing quotes. */
struct cell {
    const unsigned char *text;
    size_t size;
    bool doubled; /* inside it stand "" for quotes */
};

struct record {
    struct cell *cells; /* the caller's, room for `capacity` */
    size_t capacity;
    size_t count;                 /* cells there are; those beyond `capacity` were only counted */
    const unsigned char *end;     /* the byte after the record and its newline */
    uint64_t newlines;            /* in it, the last one included */
};

enum lex_result {
    LEX_RECORD,
    LEX_BLANK, /* a line without a record; end and newlines are set */
    LEX_MORE,  /* the text ends within the record */
    LEX_BINARY, /* a NUL byte at record->end */
    LEX_OPEN   /* the data end within quotes */
};

/* Takes the record at `text` apart; a record starts there and text < end. `last`: the data end at `end`. */
enum lex_result lex_record(const struct lex *lex, const unsigned char *text, const unsigned char *end, bool last,
                           struct record *record);

static inline bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

/* Spaces and TABs at both ends do not belong to a number or a name. */
static inline struct cell cell_trim(struct cell cell)
{
    while (cell.size && is_blank(*cell.text)) {
        cell.text++;
        cell.size--;
    }
    while (cell.size && is_blank(cell.text[cell.size - 1]))
        cell.size--;
    return cell;
}

/* Copies a cell's content with "" made ", at most size - 1 bytes, and ends it with NUL. Returns the bytes copied. */
size_t cell_copy(struct cell cell, char *to, size_t size);

/* The byte after the record that `text` lies in, in state `state`; NULL if no newline ends it before `end`. */
const unsigned char *lex_record_end(const struct lex *lex, enum lex_state state, const unsigned char *text,
                                    const unsigned char *end);
/* The same where a record starts at `text`; fast if there are no `quotes` in the text, as lex_has_quote told. */
const unsigned char *lex_next_record(const struct lex *lex, bool quotes, const unsigned char *text,
                                     const unsigned char *end);

/* Bytes of the whole records, newlines included, at the beginning of text that starts with a record. */
size_t lex_whole(const struct lex *lex, const unsigned char *text, size_t size);

/* Counts into *records and *newlines what is in `size` bytes of whole records (the last may lack its newline). */
void lex_count(const struct lex *lex, const unsigned char *text, size_t size, uint64_t *records, uint64_t *newlines);

/* Is there a quote that could mean something? */
bool lex_has_quote(const struct lex *lex, const unsigned char *text, size_t size);

uint64_t count_newlines(const unsigned char *text, size_t size);

/* Transitions: state s leads to (transition >> 2s) & 3. Never 0, since nothing but no byte at all leads to BEGIN. */
enum { LEX_IDENTITY = 0xe4 };
uint8_t lex_transition(const struct lex *lex, const unsigned char *text, size_t size);
uint8_t lex_compose(uint8_t first, uint8_t second);

static inline enum lex_state lex_after(uint8_t transition, enum lex_state before)
{
    return (enum lex_state)(transition >> 2 * before & 3);
}

#endif
