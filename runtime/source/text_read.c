/* Reading blocks of text as tiles of numbers.
 *
 * A block's first record is found inside the block; its last one is read to its end, wherever that is. Where cuts
 * fall into quotes the survey says so. Without one (span->entry is LEX_BEGIN past the beginning) the reader assumes
 * that there are no quotes at all, and asks for a survey when it meets one. It can still be misled by a quote
 * that another block meets; but that block then ends the whole reading, and an error of the data is believed only
 * after a look for quotes before the block. */
#include "source/text_reader.h"

#include <stdlib.h>
#include <string.h>

enum { LONG_RECORD = 16 * 1024 * 1024 }; /* from here a look whether the record ends at all is cheaper than memory */

/* ---- opening -------------------------------------------------------------------------------------------------- */

enum sheaf_status text_reader_open(struct reader **opened, const struct sheaf_source *source, const uint8_t *forms,
                                   struct sheaf_error *err)
{
    struct text_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    reader->base.source = source;
    reader->text = text_of(source);
    reader->opened = UINT64_MAX;
    window_init(&reader->window);
    reader->record.capacity = reader->text->cells;
    reader->record.cells = calloc(reader->record.capacity, sizeof *reader->record.cells);
    enum sheaf_status status = SHEAF_OK;
    if (!reader->record.cells || !plain_init(&reader->plain, reader->text))
        status = sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader of %zu cells", reader->record.capacity);
    if (status == SHEAF_OK)
        status = batch_init(&reader->batch, source, forms, err);
    if (status != SHEAF_OK) {
        text_reader_close(&reader->base);
        return status;
    }
    *opened = &reader->base;
    return SHEAF_OK;
}

void text_reader_close(struct reader *base)
{
    if (!base)
        return;
    struct text_reader *reader = (struct text_reader *)base;
    window_cleanup(&reader->window);
    batch_cleanup(&reader->batch);
    plain_cleanup(&reader->plain);
    free(reader->record.cells);
    free(reader);
}

/* ---- the window ------------------------------------------------------------------------------------------------ */

/* Does the record that begins in the window end before the input does? */
static enum sheaf_status check_it_ends(struct text_reader *reader, struct sheaf_error *err)
{
    const struct window *window = &reader->window;
    const struct lex *lex = &reader->text->lex;
    struct window ahead;
    window_init(&ahead);
    enum sheaf_status status = window_open(&ahead, reader->name, err);
    window_seek(&ahead, window->at + reader->next, window->end, window->end);
    enum lex_state state = LEX_START;
    const unsigned char *found = NULL;
    while (status == SHEAF_OK && !found && !window_is_last(&ahead)) {
        status = window_more(&ahead, ahead.size, err);
        if (status != SHEAF_OK)
            break;
        found = lex_record_end(lex, state, ahead.bytes, ahead.bytes + ahead.size);
        state = lex_after(lex_transition(lex, ahead.bytes, ahead.size), state);
    }
    if (status == SHEAF_OK && !found && state == LEX_QUOTED)
        status = text_bad_record(LEX_OPEN, reader->name, window->at + reader->next, 0, SHEAF_UNKNOWN, err);
    window_cleanup(&ahead);
    return status;
}

/* Brings more of the input into the window, which keeps what is from `next` on. */
static enum sheaf_status read_on(struct text_reader *reader, struct sheaf_error *err)
{
    struct window *window = &reader->window;
    size_t kept = window->size - reader->next;
    enum sheaf_status status = SHEAF_OK;
    if (kept >= LONG_RECORD && !reader->known_to_end)
        status = check_it_ends(reader, err);
    reader->known_to_end = kept >= LONG_RECORD;
    if (status == SHEAF_OK)
        status = window_more(window, reader->next, err);
    if (status != SHEAF_OK)
        return status;
    plain_forget(&reader->plain);
    reader->next = 0;
    if (reader->assumed && lex_has_quote(&reader->text->lex, window->bytes + kept, window->size - kept))
        return source_fail(err, SHEAF_SURVEY, reader->name, SHEAF_UNKNOWN,
                           "there are quotes in the text: it must be surveyed before it is cut");
    return SHEAF_OK;
}

/* Passes over the record that the block begins in, up to the block's end at most. The window shows the byte before
 * the block. `state` matters only if there are quotes, so that one not known does as well as any. */
static enum sheaf_status enter_block(struct text_reader *reader, enum lex_state state, struct sheaf_error *err)
{
    struct window *window = &reader->window;
    const struct lex *lex = &reader->text->lex;
    enum sheaf_status status = read_on(reader, err);
    if (status != SHEAF_OK)
        return status;
    reader->next = 1;
    if (window->bytes[0] == '\n' && state != LEX_QUOTED)
        return SHEAF_OK;
    for (;;) {
        const unsigned char *from = window->bytes + reader->next, *end = window->bytes + window->size;
        const unsigned char *next = lex_record_end(lex, state, from, end);
        reader->next = (size_t)((next ? next : end) - window->bytes);
        if (next || window->at + reader->next >= reader->hi)
            return SHEAF_OK;
        state = lex_after(lex_transition(lex, from, (size_t)(end - from)), state);
        status = read_on(reader, err);
        if (status != SHEAF_OK)
            return status;
    }
}

static enum sheaf_status open_input(struct text_reader *reader, struct sheaf_error *err)
{
    if (reader->opened == reader->file)
        return SHEAF_OK;
    reader->opened = UINT64_MAX;
    enum sheaf_status status = window_open(&reader->window, reader->name, err);
    if (status == SHEAF_OK)
        reader->opened = reader->file;
    return status;
}

enum sheaf_status text_reader_begin(struct reader *base, const struct span *span, struct sheaf_error *err)
{
    struct text_reader *reader = (struct text_reader *)base;
    const struct source_input *input = &base->source->inputs[span->input];
    reader->file = span->input;
    reader->input = input->detail;
    reader->name = input->name;
    reader->lo = input->start + span->lo;
    reader->hi = input->start + span->hi;
    reader->next = 0;
    plain_forget(&reader->plain);
    batch_empty(&reader->batch);
    reader->known_to_end = false;
    reader->fed = span->bytes != NULL;
    reader->row = span->row;
    reader->line = span->line;
    reader->assumed = !reader->fed && span->lo > 0 && span->entry == LEX_BEGIN && !reader->text->lex.blanks;
    if (reader->fed) {
        window_borrow(&reader->window, span->bytes, span->size, reader->lo);
        reader->hi = reader->lo + span->size;
        return SHEAF_OK;
    }
    enum sheaf_status status = open_input(reader, err);
    if (status != SHEAF_OK)
        return status;
    window_seek(&reader->window, reader->lo - (span->lo > 0), reader->hi, input->start + input->units);
    return span->lo > 0 && span->lo < span->hi ? enter_block(reader, (enum lex_state)span->entry, err) : SHEAF_OK;
}

/* ---- errors in the data ---------------------------------------------------------------------------------------- */

/* Is there a quote between the beginning of the data and the block? */
static enum sheaf_status find_quote_before(const struct text_reader *reader, bool *found)
{
    struct window before;
    window_init(&before);
    *found = false;
    uint64_t start = reader->base.source->inputs[reader->file].start;
    enum sheaf_status status = window_open(&before, reader->name, NULL);
    window_seek(&before, start, reader->lo, reader->lo);
    while (status == SHEAF_OK && !*found && !window_is_last(&before)) {
        status = window_more(&before, before.size, NULL);
        *found = status == SHEAF_OK && lex_has_quote(&reader->text->lex, before.bytes, before.size);
    }
    window_cleanup(&before);
    return status;
}

/* Completes an error of the record at `at`, or asks for a survey where the record may be none. */
static enum sheaf_status bad_data(const struct text_reader *reader, uint64_t at, const char *column,
                                  struct sheaf_error *err)
{
    bool quoted = false;
    if (reader->assumed && find_quote_before(reader, &quoted) == SHEAF_OK && quoted)
        return sheaf_fail(err, SHEAF_SURVEY, "there are quotes in the text: it must be surveyed before it is cut");
    sheaf_error_at(err, reader->name, (int64_t)at, reader->fed ? (int64_t)reader->line : SHEAF_UNKNOWN, column);
    return SHEAF_INPUT;
}

static enum sheaf_status bad_count(const struct text_reader *reader, uint64_t at, struct sheaf_error *err)
{
    uint64_t expected = reader->text->cells;
    size_t count = reader->record.count;
    sheaf_fail(err, SHEAF_INPUT, "%zu %s here, but the %s has %llu%s", count, count == 1 ? "cell" : "cells",
               reader->text->header ? "header" : "first record", (unsigned long long)expected,
               count > expected && !reader->text->lex.blanks
                   ? " (a delimiter inside a cell needs quotes around the cell)"
                   : "");
    return bad_data(reader, at, NULL, err);
}

/* A first row that was taken for data. */
static bool is_first_row(const struct text_reader *reader, uint64_t at)
{
    return !reader->text->header && at == reader->base.source->inputs[reader->file].start;
}

static enum sheaf_status bad_cell(const struct text_reader *reader, uint64_t at, size_t column,
                                  enum cell_status status, struct sheaf_error *err)
{
    struct cell cell = reader->record.cells[reader->input->cell[column]];
    char shown[SHOWN_CELL];
    text_shown(cell, shown);
    if (cell.size && memchr(cell.text, '\r', cell.size))
        sheaf_fail(err, SHEAF_INPUT, "\"%s\" holds a carriage return, which alone ends no line; make them newlines: "
                                     "tr '\\r' '\\n' < FILE | sheaf run ... -", shown);
    else if (status == CELL_HUGE)
        sheaf_fail(err, SHEAF_INPUT, "\"%s\" is beyond the largest double (1.797...e308)", shown);
    else if (status == CELL_ABOVE)
        sheaf_fail(err, SHEAF_INPUT, "\"%s\" is beyond 10^%d, where decimals end", shown, SHEAF_DECIMAL_REACH);
    else if (status == CELL_BELOW)
        sheaf_fail(err, SHEAF_INPUT, "\"%s\" has digits below 10^-%d, where decimals end (--as f64 rounds them away)",
                   shown, SHEAF_DECIMAL_REACH);
    else if (status == CELL_NO_MEMORY)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for the digits of numbers");
    else
        sheaf_fail(err, SHEAF_INPUT, "\"%s\" is not a number (%sif it stands for a missing value, say --na '%s')", shown,
                   is_first_row(reader, at) ? "if it names the column, say --header; " : "", shown);
    return bad_data(reader, at, reader->base.source->columns[column].name, err);
}

/* ---- tiles ----------------------------------------------------------------------------------------------------- */

/* Takes the next record of the block apart. *more = false: there is none. */
static enum sheaf_status next_record(struct text_reader *reader, uint64_t *at, bool *more, struct sheaf_error *err)
{
    struct window *window = &reader->window;
    enum sheaf_status status = SHEAF_OK;
    *more = true;
    while (status == SHEAF_OK) {
        *at = window->at + reader->next;
        if (*at >= reader->hi) {
            *more = false;
            return SHEAF_OK;
        }
        enum lex_result result = LEX_MORE;
        if (reader->next < window->size)
            result = lex_record(&reader->text->lex, window->bytes + reader->next, window->bytes + window->size,
                                window_is_last(window), &reader->record);
        if (result == LEX_RECORD)
            return SHEAF_OK;
        if (result == LEX_MORE) {
            status = read_on(reader, err);
        } else if (result == LEX_BLANK) {
            reader->next = (size_t)(reader->record.end - window->bytes);
            reader->line += reader->record.newlines;
        } else {
            uint64_t nul = window->at + (uint64_t)(reader->record.end - window->bytes);
            text_bad_record(result, reader->name, *at, nul, SHEAF_UNKNOWN, err);
            status = bad_data(reader, *at, NULL, err);
        }
    }
    return status;
}

/* Puts the record's selected cells into the next row of the batch. */
static enum sheaf_status store_record(struct text_reader *reader, uint64_t at, struct sheaf_error *err)
{
    struct batch *batch = &reader->batch;
    if (reader->record.count != reader->text->cells)
        return bad_count(reader, at, err);
    for (size_t k = 0; k < batch->column_count; k++) {
        struct cell cell = reader->record.cells[reader->input->cell[k]];
        enum cell_status status = batch_put(batch, reader->text, k, batch->rows, cell);
        if (status > CELL_MISSING)
            return bad_cell(reader, at, k, status, err);
    }
    batch->at[batch->rows] = at;
    batch->line[batch->rows] = reader->line;
    batch->rows++;
    return SHEAF_OK;
}

/* Reads records into the empty batch, none if the block has no more. */
static enum sheaf_status fill_batch(struct text_reader *reader, struct sheaf_error *err)
{
    struct batch *batch = &reader->batch;
    uint64_t begin = reader->window.at + reader->next;
    batch_empty(batch);
    if (begin >= reader->hi) /* spares a table of very many columns the making ready of each */
        return SHEAF_OK;
    batch_begin(batch);
    reader->first_row = reader->row;
    while (!plain_take(reader) && batch->rows < batch->capacity) {
        uint64_t at;
        bool more;
        enum sheaf_status status = next_record(reader, &at, &more, err);
        if (status == SHEAF_OK && !more)
            break;
        if (status == SHEAF_OK)
            status = store_record(reader, at, err);
        if (status != SHEAF_OK && batch->rows > 0) {
            /* The rows before it come first: what they hold may be refused before this is. It is met again. */
            sheaf_error_clear(err);
            break;
        }
        if (status != SHEAF_OK)
            return status;
        reader->next = (size_t)(reader->record.end - reader->window.bytes);
        reader->row++;
        reader->line += reader->record.newlines;
    }
    batch->bytes = reader->window.at + reader->next - begin;
    return SHEAF_OK;
}

enum sheaf_status text_reader_next(struct reader *base, struct tile *tile, struct sheaf_error *err)
{
    struct text_reader *reader = (struct text_reader *)base;
    struct batch *batch = &reader->batch;
    enum sheaf_status status = batch_is_empty(batch) ? fill_batch(reader, err) : SHEAF_OK;
    if (status != SHEAF_OK)
        return status;
    uint64_t row = reader->first_row + batch->handed_out;
    *tile = (struct tile){.first = {reader->file, 0, SHEAF_UNKNOWN, SHEAF_UNKNOWN}, .bytes = batch->bytes};
    if (batch_is_empty(batch))
        return SHEAF_OK;
    batch_slice(batch, reader->fed, tile);
    tile->first.at = tile->at[0];
    if (reader->fed) {
        tile->first.row = (int64_t)row;
        tile->first.line = (int64_t)tile->line[0];
    }
    return SHEAF_OK;
}
