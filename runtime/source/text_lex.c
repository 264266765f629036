#include "source/text_lex.h"

#include <string.h>

/* ---- states -------------------------------------------------------------------------------------------- */

static enum lex_state after_byte(enum lex_state state, enum lex_kind kind)
{
    if (state == LEX_QUOTED)
        return kind == LEX_QUOTE ? LEX_START : LEX_QUOTED;
    if (kind == LEX_DELIMITER || kind == LEX_NEWLINE)
        return LEX_START;
    return kind == LEX_QUOTE && state != LEX_PLAIN ? LEX_QUOTED : LEX_PLAIN;
}

static uint8_t kind_transition(enum lex_kind kind)
{
    uint8_t transition = 0;
    for (int state = 0; state < 4; state++)
        transition |= (uint8_t)(after_byte((enum lex_state)state, kind) << 2 * state);
    return transition;
}

uint8_t lex_compose(uint8_t first, uint8_t second)
{
    uint8_t both = 0;
    for (int state = 0; state < 4; state++)
        both |= (uint8_t)(lex_after(second, lex_after(first, (enum lex_state)state)) << 2 * state);
    return both;
}

void lex_init(struct lex *lex, bool blanks, unsigned char delimiter)
{
    memset(lex, 0, sizeof *lex);
    lex->blanks = blanks;
    lex->delimiter = delimiter;
    for (const char *blank = " \t\v\f\r"; blanks && *blank; blank++)
        lex->kind[(unsigned char)*blank] = LEX_DELIMITER;
    if (!blanks) {
        lex->kind[delimiter] = LEX_DELIMITER;
        lex->kind['"'] = LEX_QUOTE;
    }
    lex->kind['\n'] = LEX_NEWLINE;
    lex->kind['\0'] = LEX_NUL;
    for (int kind = 0; kind < LEX_KINDS; kind++)
        for (int transition = 0; transition < 256; transition++)
            lex->step[kind][transition] = lex_compose((uint8_t)transition, kind_transition((enum lex_kind)kind));
}

bool lex_has_quote(const struct lex *lex, const unsigned char *text, size_t size)
{
    return !lex->blanks && size && memchr(text, '"', size);
}

/* Without a quote only the last byte matters. */
uint8_t lex_transition(const struct lex *lex, const unsigned char *text, size_t size)
{
    uint8_t transition = LEX_IDENTITY;
    size_t first = size && !lex_has_quote(lex, text, size) ? size - 1 : 0;
    for (size_t i = first; i < size; i++)
        transition = lex->step[lex->kind[text[i]]][transition];
    return transition;
}

/* ---- cells ----------------------------------------------------------------------------------------------- */

size_t cell_copy(struct cell cell, char *to, size_t size)
{
    size_t copied = 0;
    for (size_t i = 0; i < cell.size && copied + 1 < size; i++) {
        to[copied++] = (char)cell.text[i];
        if (cell.doubled && cell.text[i] == '"')
            i++;
    }
    to[copied] = '\0';
    return copied;
}

uint64_t count_newlines(const unsigned char *text, size_t size)
{
    uint64_t count = 0;
    for (size_t i = 0; i < size; i++)
        count += text[i] == '\n';
    return count;
}

/* The first delimiter, newline or NUL at or after `p`. */
static const unsigned char *find_break(const struct lex *lex, const unsigned char *p, const unsigned char *end)
{
    while (p < end && lex->kind[*p] < LEX_DELIMITER)
        p++;
    return p;
}

/* Does a cell end at `p`? A CR before the line end is part of that. */
static bool is_cell_end(const struct lex *lex, const unsigned char *p, const unsigned char *end)
{
    if (p < end && *p == '\r')
        return p + 1 == end || p[1] == '\n';
    return p == end || lex->kind[*p] == LEX_DELIMITER || lex->kind[*p] == LEX_NEWLINE;
}

/* The cell whose opening quote is at `p`, up to its delimiter, newline or NUL, which is returned; NULL: the text
 * ends within the quotes. Adds the newlines inside. */
static const unsigned char *quoted_cell(const struct lex *lex, const unsigned char *p, const unsigned char *end,
                                        struct cell *cell, uint64_t *newlines)
{
    const unsigned char *open = p, *close;
    bool doubled = false;
    for (p = open + 1;; p = close + 2, doubled = true) {
        close = p < end ? memchr(p, '"', (size_t)(end - p)) : NULL;
        if (!close)
            return NULL;
        if (close + 1 == end || close[1] != '"')
            break;
    }
    size_t size = (size_t)(close - open - 1);
    const unsigned char *nul = memchr(open, '\0', size + 1);
    if (nul)
        return nul;
    *newlines += count_newlines(open, size + 1);
    if (is_cell_end(lex, close + 1, end)) {
        *cell = (struct cell){open + 1, size, doubled};
        p = close + 1;
        return p < end && *p == '\r' ? p + 1 : p;
    }
    p = find_break(lex, close + 1, end);
    *cell = (struct cell){open, (size_t)(p - open), false};
    return p;
}

static enum lex_result delimited_record(const struct lex *lex, const unsigned char *p, const unsigned char *end,
                                        bool last, struct record *record)
{
    for (;;) {
        struct cell cell = {.text = p};
        bool quoted = p < end && *p == '"';
        if (quoted) {
            p = quoted_cell(lex, p, end, &cell, &record->newlines);
            if (!p)
                return last ? LEX_OPEN : LEX_MORE;
        } else {
            p = find_break(lex, p, end);
            cell.size = (size_t)(p - cell.text);
        }
        if (p == end && !last)
            return LEX_MORE;
        bool line_end = p == end || *p == '\n';
        if (line_end && cell.size && cell.text + cell.size == p && p[-1] == '\r')
            cell.size--;
        if (record->count < record->capacity)
            record->cells[record->count] = cell;
        record->count++;
        if (line_end) {
            record->newlines += p < end;
            record->end = p + (p < end);
            return record->count == 1 && !quoted && cell_trim(cell).size == 0 ? LEX_BLANK : LEX_RECORD;
        }
        if (*p == '\0') {
            record->end = p;
            return LEX_BINARY;
        }
        p++;
    }
}

static enum lex_result blanks_record(const struct lex *lex, const unsigned char *p, const unsigned char *end, bool last,
                                     struct record *record)
{
    for (;;) {
        while (p < end && lex->kind[*p] == LEX_DELIMITER)
            p++;
        const unsigned char *cell = p;
        p = find_break(lex, p, end);
        if (p == end && !last)
            return LEX_MORE;
        if (p > cell) {
            if (record->count < record->capacity)
                record->cells[record->count] = (struct cell){cell, (size_t)(p - cell), false};
            record->count++;
        }
        if (p == end || *p == '\n') {
            record->newlines += p < end;
            record->end = p + (p < end);
            return record->count ? LEX_RECORD : LEX_BLANK;
        }
        if (*p == '\0') {
            record->end = p;
            return LEX_BINARY;
        }
    }
}

enum lex_result lex_record(const struct lex *lex, const unsigned char *text, const unsigned char *end, bool last,
                           struct record *record)
{
    record->count = 0;
    record->newlines = 0;
    return lex->blanks ? blanks_record(lex, text, end, last, record) : delimited_record(lex, text, end, last, record);
}

/* ---- borders ------------------------------------------------------------------------------------------- */

const unsigned char *lex_record_end(const struct lex *lex, enum lex_state state, const unsigned char *text,
                                    const unsigned char *end)
{
    for (const unsigned char *p = text; p < end; p++) {
        enum lex_kind kind = (enum lex_kind)lex->kind[*p];
        if (kind == LEX_NEWLINE && state != LEX_QUOTED)
            return p + 1;
        state = lex_after(lex->step[kind][LEX_IDENTITY], state);
    }
    return NULL;
}

const unsigned char *lex_next_record(const struct lex *lex, bool quotes, const unsigned char *text,
                                     const unsigned char *end)
{
    if (quotes)
        return lex_record_end(lex, LEX_START, text, end);
    const unsigned char *newline = text < end ? memchr(text, '\n', (size_t)(end - text)) : NULL;
    return newline ? newline + 1 : NULL;
}

size_t lex_whole(const struct lex *lex, const unsigned char *text, size_t size)
{
    const unsigned char *end = text + size, *border = text, *next;
    if (!lex_has_quote(lex, text, size)) {
        const unsigned char *newline = size ? memrchr(text, '\n', size) : NULL;
        return newline ? (size_t)(newline - text) + 1 : 0;
    }
    while ((next = lex_next_record(lex, true, border, end)))
        border = next;
    return (size_t)(border - text);
}

/* Is [p, end), a line with its line end, one that lex_record passes over? */
static bool is_blank_line(const struct lex *lex, const unsigned char *p, const unsigned char *end)
{
    end -= end > p && end[-1] == '\n';
    end -= end > p && end[-1] == '\r';
    while (p < end && (lex->blanks ? lex->kind[*p] == LEX_DELIMITER : is_blank(*p) && *p != lex->delimiter))
        p++;
    return p == end;
}

void lex_count(const struct lex *lex, const unsigned char *text, size_t size, uint64_t *records, uint64_t *newlines)
{
    const unsigned char *end = text + size, *next;
    bool quotes = lex_has_quote(lex, text, size);
    *newlines += count_newlines(text, size);
    for (const unsigned char *p = text; p < end; p = next) {
        next = lex_next_record(lex, quotes, p, end);
        if (!next)
            next = end;
        *records += !is_blank_line(lex, p, next);
    }
}
