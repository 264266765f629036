/* Going over text without taking it apart: the survey, the feed's cuts, finding a line again. */
#include "source/text.h"
#include "source/text_window.h"

enum sheaf_status text_survey_block(const struct sheaf_source *source, const struct span *span, uint8_t *transition,
                                    struct sheaf_error *err)
{
    const struct source_input *input = &source->inputs[span->input];
    const struct lex *lex = &text_of(source)->lex;
    struct window window;
    window_init(&window);
    *transition = LEX_IDENTITY;
    enum sheaf_status status = window_open(&window, input->name, err);
    window_seek(&window, input->start + span->lo, input->start + span->hi, input->start + span->hi);
    while (status == SHEAF_OK && !window_is_last(&window)) {
        status = window_more(&window, window.size, err);
        if (status == SHEAF_OK)
            *transition = lex_compose(*transition, lex_transition(lex, window.bytes, window.size));
    }
    window_cleanup(&window);
    return status;
}

/* ---- feeding ------------------------------------------------------------------------------------------------ */

/* The first record at or after `p` that begins on line `wanted` or later, or `end`, where not even that is whole;
 * *line is its line. `last`: the data end at `end`. */
static const unsigned char *pass_lines(const struct lex *lex, const unsigned char *p, const unsigned char *end,
                                       bool last, uint64_t wanted, uint64_t *line)
{
    bool quotes = *line < wanted && lex_has_quote(lex, p, (size_t)(end - p));
    while (*line < wanted && p < end) {
        const unsigned char *next = lex_next_record(lex, quotes, p, end);
        if (!next && !last)
            break;
        if (!next)
            next = end;
        *line += count_newlines(p, (size_t)(next - p));
        p = next;
    }
    return p;
}

enum sheaf_status text_feed_cut(const struct sheaf_source *source, size_t input, struct feed_point *point,
                                const unsigned char *bytes, size_t size, bool last, struct feed_piece *piece,
                                struct sheaf_error *err)
{
    (void)err;
    const struct text *text = text_of(source);
    uint64_t *begun = &point->own[0];
    if (!*begun)
        point->line = text_input_of(source, input)->line;
    *begun = true;
    const unsigned char *end = bytes + size;
    const unsigned char *from = pass_lines(&text->lex, bytes, end, last, text->first_line, &point->line);
    const unsigned char *to = from;
    *piece = (struct feed_piece){.drop = (size_t)(from - bytes), .row = point->row, .line = point->line};
    if (point->line >= text->first_line) {
        to = last ? end : from + lex_whole(&text->lex, from, (size_t)(end - from));
        if (text->last_line && text->last_line < UINT64_MAX) {
            uint64_t line = point->line;
            const unsigned char *beyond = pass_lines(&text->lex, from, to, true, text->last_line + 1, &line);
            piece->end = line > text->last_line;
            to = beyond;
        }
    }
    lex_count(&text->lex, from, (size_t)(to - from), &point->row, &point->line);
    piece->take = (size_t)(to - bytes);
    return SHEAF_OK;
}

/* ---- locating ----------------------------------------------------------------------------------------------- */

/* Counts records and newlines in bytes [from, to) of an input, which begin and end at records. */
static enum sheaf_status count_range(const struct sheaf_source *source, const char *name, uint64_t from, uint64_t to,
                                     uint64_t *records, uint64_t *newlines, struct sheaf_error *err)
{
    const struct lex *lex = &text_of(source)->lex;
    struct window window;
    window_init(&window);
    enum sheaf_status status = window_open(&window, name, err);
    window_seek(&window, from, to, to);
    size_t whole = 0;
    while (status == SHEAF_OK && !window_is_last(&window)) {
        status = window_more(&window, whole, err);
        if (status != SHEAF_OK)
            break;
        whole = window_is_last(&window) ? window.size : lex_whole(lex, window.bytes, window.size);
        lex_count(lex, window.bytes, whole, records, newlines);
    }
    window_cleanup(&window);
    return status;
}

enum sheaf_status text_locate(const struct sheaf_source *source, const struct sheaf_position *position,
                              struct sheaf_location *place, struct sheaf_error *err)
{
    const struct source_input *input = &source->inputs[position->file];
    place->text = true;
    bool known = position->row != SHEAF_UNKNOWN && position->line != SHEAF_UNKNOWN;
    if (known || input->once || position->at < input->start)
        return SHEAF_OK;
    uint64_t records = 0, newlines = 0;
    enum sheaf_status status = count_range(source, input->name, input->start, position->at, &records, &newlines, err);
    place->row = records;
    place->line = (int64_t)(text_input_of(source, position->file)->line + newlines);
    return status;
}
