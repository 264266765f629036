/* Opening an input of text: the delimiter, where the records begin and end, what stands at the beginning. */
#include "source/bytes.h"
#include "source/text.h"
#include "source/text_schema.h"

#include <stdlib.h>
#include <string.h>

/* A quote that is never closed must not bring a whole file into memory while it is opened. */
enum { MOST_SAMPLE = 64 * 1024 * 1024 };

/* A record's beginning. */
struct spot {
    uint64_t at, line;
};

/* An input being opened. */
struct opening {
    struct sheaf_source *source;
    size_t input;
    struct source_head *head;
    const struct sheaf_reading *reading;
    struct text *text;
    struct sheaf_buffer far;   /* bytes of a file past its head */
    struct sheaf_buffer bytes; /* of the first record */
    struct record record;      /* the first record, its cells in `bytes` */
    struct spot top;           /* of the first record */
    struct spot below;         /* of the first one after it that is to be read */
    struct schema schema;
};

static enum sheaf_status no_memory(struct sheaf_error *err)
{
    return sheaf_fail(err, SHEAF_MEMORY, "out of memory for the columns of a text");
}

/* ---- looking at the input -------------------------------------------------------------------------------- */

struct view {
    const unsigned char *bytes;
    size_t size;
    bool is_all; /* up to the end of the input */
};

/* At least `size` bytes from byte `at`, fewer only at the end. The next look takes them away. */
static enum sheaf_status look(struct opening *o, uint64_t at, size_t size, struct view *view, struct sheaf_error *err)
{
    struct source_head *head = o->head;
    enum sheaf_status status = SHEAF_OK;
    *view = (struct view){0};
    if (head->once)
        status = source_head_grow(head, (size_t)at + size, err);
    if (status != SHEAF_OK)
        return status;
    if (head->once || head->ended || at + size <= head->bytes.size) {
        size_t from = at < head->bytes.size ? (size_t)at : head->bytes.size;
        *view = (struct view){head->bytes.data + from, head->bytes.size - from, head->ended};
        return SHEAF_OK;
    }
    o->far.size = 0;
    if (sheaf_buffer_reserve(&o->far, size) != SHEAF_OK)
        return no_memory(err);
    size_t got;
    status = bytes_read_at(head->fd, head->name, at, o->far.data, size, &got, err);
    *view = (struct view){o->far.data, got, at + got >= head->size};
    return status;
}

/* Moves past `lines` lines, whatever is in them, or to the end. */
static enum sheaf_status skip_lines(struct opening *o, uint64_t lines, struct spot *spot, struct sheaf_error *err)
{
    uint64_t wanted = lines < UINT64_MAX - spot->line ? spot->line + lines : UINT64_MAX;
    struct view view = {0};
    while (spot->line < wanted && !view.is_all) {
        enum sheaf_status status = look(o, spot->at, HEAD_BYTES, &view, err);
        if (status != SHEAF_OK)
            return status;
        const unsigned char *p = view.bytes, *end = p + view.size, *next;
        while (spot->line < wanted && (next = lex_next_record(&o->text->lex, false, p, end))) {
            p = next;
            spot->line++;
        }
        spot->at += spot->line < wanted ? view.size : (size_t)(p - view.bytes);
    }
    return SHEAF_OK;
}

/* Moves from record to record until one begins on line `wanted` or later, or to the end. In a stream only as far as
 * it has been read: the feed passes over the rest. */
static enum sheaf_status find_line(struct opening *o, uint64_t wanted, struct spot *spot, struct sheaf_error *err)
{
    size_t size = HEAD_BYTES;
    for (;;) {
        struct view view;
        if (o->head->once && !o->head->ended && spot->at + size > o->head->bytes.size)
            size = spot->at < o->head->bytes.size ? o->head->bytes.size - (size_t)spot->at : 0;
        enum sheaf_status status = look(o, spot->at, size, &view, err);
        if (status != SHEAF_OK)
            return status;
        const unsigned char *p = view.bytes, *end = p + view.size, *next;
        bool quotes = lex_has_quote(&o->text->lex, p, view.size);
        while (spot->line < wanted && p < end) {
            next = lex_next_record(&o->text->lex, quotes, p, end);
            if (!next && view.is_all)
                next = end;
            if (!next)
                break;
            spot->line += count_newlines(p, (size_t)(next - p));
            p = next;
        }
        spot->at += (size_t)(p - view.bytes);
        if (spot->line >= wanted || view.is_all || (o->head->once && p == view.bytes))
            return SHEAF_OK;
        size = p == view.bytes ? 2 * size : HEAD_BYTES;
    }
}

/* ---- the first record -------------------------------------------------------------------------------------- */

/* Keeps the record at `text`, which has been taken apart already, with all its cells. */
static enum sheaf_status keep_record(struct opening *o, const unsigned char *text, struct sheaf_error *err)
{
    struct record *record = &o->record;
    free(record->cells);
    record->capacity = record->count;
    record->cells = calloc(record->count, sizeof *record->cells);
    if (!record->cells || sheaf_buffer_append(&o->bytes, text, (size_t)(record->end - text)) != SHEAF_OK)
        return no_memory(err);
    lex_record(&o->text->lex, o->bytes.data, o->bytes.data + o->bytes.size, true, record);
    return SHEAF_OK;
}

/* What is wrong with a record at `spot` that is no whole one: `bytes` are all the input has or as many as are looked
 * at, and `result` is what lex_record said of them, with `length` up to what it stumbled over. */
static enum sheaf_status refuse_record(const struct opening *o, enum lex_result result, const struct spot *spot,
                                       const struct view *view, uint64_t length, struct sheaf_error *err)
{
    const struct lex *lex = &o->text->lex;
    if (result == LEX_MORE && lex_after(lex_transition(lex, view->bytes, view->size), LEX_START) == LEX_QUOTED)
        result = LEX_OPEN;
    if (result != LEX_MORE)
        return text_bad_record(result, o->head->name, spot->at, spot->at + length, (int64_t)spot->line, err);
    sheaf_fail(err, SHEAF_INPUT, "this record is longer than %d MiB; is it lines of text? (raw binary numbers need their "
                                 "type named: --type f64, i32, u8, ...)", MOST_SAMPLE >> 20);
    sheaf_error_at(err, o->head->name, (int64_t)spot->at, (int64_t)spot->line, NULL);
    return SHEAF_INPUT;
}

/* Finds and keeps the first record at or after `top`; `below` is what follows it. */
static enum sheaf_status first_record(struct opening *o, struct sheaf_error *err)
{
    const char *name = o->head->name;
    struct record *record = &o->record;
    size_t size = HEAD_BYTES;
    for (;;) {
        struct view view;
        enum sheaf_status status = look(o, o->top.at, size, &view, err);
        if (status != SHEAF_OK)
            return status;
        if (view.size == 0)
            return source_fail(err, SHEAF_INPUT, name, SHEAF_UNKNOWN, "there is no record in it%s",
                               o->reading->skip_lines ? " after the skipped lines" : "");
        enum lex_result result = lex_record(&o->text->lex, view.bytes, view.bytes + view.size, view.is_all, record);
        uint64_t length = result == LEX_MORE || result == LEX_OPEN ? 0 : (uint64_t)(record->end - view.bytes);
        switch (result) {
        case LEX_RECORD:
            o->below = (struct spot){o->top.at + length, o->top.line + record->newlines};
            return keep_record(o, view.bytes, err);
        case LEX_BLANK:
            o->top = (struct spot){o->top.at + length, o->top.line + record->newlines};
            break;
        case LEX_MORE:
            size *= 2;
            if (size <= MOST_SAMPLE)
                break;
            /* fall through */
        default:
            return refuse_record(o, result, &o->top, &view, length, err);
        }
    }
}

/* Without a whole record below the first one there would seem to be no numbers; what is wrong is the record. */
static enum sheaf_status check_record_below(const struct opening *o, const struct spot *spot, const struct view *view,
                                            struct sheaf_error *err)
{
    struct record record = {0};
    if (view->size == 0)
        return SHEAF_OK;
    enum lex_result result = lex_record(&o->text->lex, view->bytes, view->bytes + view->size, view->is_all, &record);
    if (result == LEX_RECORD || result == LEX_BLANK)
        return SHEAF_OK;
    uint64_t length = result == LEX_BINARY ? (uint64_t)(record.end - view->bytes) : 0;
    return refuse_record(o, result, spot, view, length, err);
}

/* Infers the schema from the records at `spot` and below up to a line: from one whole record at least. */
static enum sheaf_status infer(struct opening *o, const struct spot *spot, uint64_t last_line, struct sheaf_error *err)
{
    int header = o->input == 0 ? o->reading->header : o->text->header ? 1 : -1;
    struct view view;
    size_t size = HEAD_BYTES;
    for (;; size *= 2) {
        enum sheaf_status status = look(o, spot->at, size, &view, err);
        if (status != SHEAF_OK)
            return status;
        bool quotes = lex_has_quote(&o->text->lex, view.bytes, view.size);
        o->text->quotes |= quotes;
        if (view.is_all || size >= MOST_SAMPLE ||
            lex_next_record(&o->text->lex, quotes, view.bytes, view.bytes + view.size))
            break;
    }
    enum sheaf_status status = last_line && spot->line > last_line ? SHEAF_OK : check_record_below(o, spot, &view, err);
    if (status != SHEAF_OK)
        return status;
    struct below below = {view.bytes, view.size, view.is_all, spot->line, last_line};
    schema_cleanup(&o->schema);
    return schema_infer(&o->schema, o->text, &o->record, &below, header, err);
}

/* ---- the whole ---------------------------------------------------------------------------------------------- */

static enum sheaf_status check_reading(const struct sheaf_reading *reading, struct sheaf_error *err)
{
    if (reading->type || reading->endian || reading->offset || reading->count_set)
        return sheaf_fail(err, SHEAF_USAGE, "type, endian, offset and count are for raw data; text is limited with "
                                            "--skip-lines N or --lines A:B");
    if (reading->as && strcmp(reading->as, "f64") != 0 && strcmp(reading->as, "decimal") != 0)
        return sheaf_fail(err, SHEAF_USAGE, "numbers of text are read as \"decimal\" or as \"f64\", not as \"%.64s\"",
                          reading->as);
    if (reading->delimiter && strchr("\"\r\n", reading->delimiter))
        return sheaf_fail(err, SHEAF_USAGE, "a quote or a line end cannot be the delimiter");
    if (reading->delimiter && reading->format && strcmp(reading->format, "space") == 0)
        return sheaf_fail(err, SHEAF_USAGE, "the format \"space\" is separated by runs of blanks and takes no other "
                                            "delimiter; use the format \"csv\"");
    if (reading->last_line && reading->first_line > reading->last_line)
        return sheaf_fail(err, SHEAF_USAGE, "lines %llu:%llu: the last comes before the first",
                          (unsigned long long)reading->first_line, (unsigned long long)reading->last_line);
    return SHEAF_OK;
}

static enum sheaf_status text_new(struct sheaf_source *source, const struct sheaf_reading *reading,
                                  struct sheaf_error *err)
{
    struct text *text = source->detail = calloc(1, sizeof *text);
    if (!text)
        return no_memory(err);
    text->first_line = reading->first_line;
    text->last_line = reading->last_line;
    text->na = calloc(reading->na_count + 1, sizeof *text->na);
    if (!text->na)
        return no_memory(err);
    for (; text->na_count < reading->na_count; text->na_count++)
        if (!(text->na[text->na_count] = strdup(reading->na[text->na_count])))
            return no_memory(err);
    return SHEAF_OK;
}

/* The delimiter: as said, else as the format has it, else what the content says within the format. */
static enum sheaf_status choose_delimiter(struct opening *o, struct sheaf_error *err)
{
    const struct sheaf_reading *reading = o->reading;
    const char *format = o->source->format->name;
    bool blanks = strcmp(format, "space") == 0;
    int delimiter = strcmp(format, "tsv") == 0 ? '\t' : ',';
    if (reading->delimiter) {
        delimiter = (unsigned char)reading->delimiter;
    } else if (!reading->format && delimiter == ',') {
        struct view view;
        enum sheaf_status status = look(o, o->top.at, HEAD_BYTES, &view, err);
        if (status != SHEAF_OK)
            return status;
        int found = schema_delimiter(view.bytes, view.size);
        if (found == ';' || found == '|')
            delimiter = found;
    }
    lex_init(&o->text->lex, blanks, (unsigned char)delimiter);
    return SHEAF_OK;
}

/* What the first input's first row is, for the others and for reports. */
static enum sheaf_status keep_header(struct opening *o, struct sheaf_error *err)
{
    const char *doubtful = o->schema.doubtful;
    o->text->header = o->schema.header;
    o->text->header_said = o->reading->header != 0;
    if (doubtful && !(o->text->doubtful = strdup(doubtful)))
        return no_memory(err);
    return SHEAF_OK;
}

/* The byte at which the data begin, and what can be known of them there. */
static enum sheaf_status find_data(struct opening *o, struct text_input *detail, struct sheaf_error *err)
{
    static const unsigned char byte_order_mark[] = {0xef, 0xbb, 0xbf};
    const struct sheaf_buffer *bytes = &o->head->bytes;
    bool marked = bytes->size >= 3 && memcmp(bytes->data, byte_order_mark, 3) == 0;
    o->top = (struct spot){marked ? 3 : 0, 1};
    enum sheaf_status status = skip_lines(o, o->reading->skip_lines, &o->top, err);
    if (status == SHEAF_OK && o->input == 0)
        status = choose_delimiter(o, err);
    if (status == SHEAF_OK)
        status = first_record(o, err);
    if (status != SHEAF_OK)
        return status;
    const struct sheaf_reading *reading = o->reading;
    bool first_is_read = reading->first_line <= o->top.line;
    struct spot after = o->below;
    status = find_line(o, reading->first_line, &o->below, err);
    if (status == SHEAF_OK)
        status = infer(o, &o->below, reading->last_line, err);
    if (status == SHEAF_OK && o->schema.empty) /* none of the lines to be read: the others tell as much */
        status = infer(o, &after, 0, err);
    if (status != SHEAF_OK)
        return status;
    if (o->input == 0)
        status = keep_header(o, err);
    if (status != SHEAF_OK)
        return status;
    struct spot start = o->schema.header || !first_is_read ? o->below : o->top;
    o->source->inputs[o->input].start = start.at;
    detail->line = start.line;
    return SHEAF_OK;
}

/* How many bytes of data there are. */
static enum sheaf_status find_end(struct opening *o, const struct text_input *detail, struct sheaf_error *err)
{
    struct source_input *input = &o->source->inputs[o->input];
    if (o->head->once)
        return SHEAF_OK;
    struct spot end = {input->start, detail->line};
    enum sheaf_status status = SHEAF_OK;
    if (o->reading->last_line && o->reading->last_line < UINT64_MAX)
        status = find_line(o, o->reading->last_line + 1, &end, err);
    else
        end.at = o->head->size;
    input->units = end.at - input->start;
    return status;
}

/* Lines that end in a carriage return alone would all be one record, and most of the data a part of its cells. */
static enum sheaf_status refuse_lone_returns(const struct source_head *head, struct sheaf_error *err)
{
    const unsigned char *bytes = head->bytes.data, *cr = memchr(bytes, '\r', head->bytes.size);
    bool last = cr && (size_t)(cr - bytes) + 1 == head->bytes.size;
    if (!cr || last || memchr(bytes, '\n', head->bytes.size))
        return SHEAF_OK;
    return source_fail(err, SHEAF_INPUT, head->name, cr - bytes,
                       "its lines end in a carriage return alone; make them newlines: "
                       "tr '\\r' '\\n' < FILE | sheaf run ... -");
}

enum sheaf_status text_open(struct sheaf_source *source, size_t input, struct source_head *head,
                            const struct sheaf_reading *reading, struct sheaf_error *err)
{
    struct opening o = {.source = source, .input = input, .head = head, .reading = reading};
    enum sheaf_status status = check_reading(reading, err);
    if (status == SHEAF_OK)
        status = refuse_lone_returns(head, err);
    if (status == SHEAF_OK && input == 0)
        status = text_new(source, reading, err);
    if (status != SHEAF_OK)
        return status;
    o.text = source->detail;
    source->inputs[input].unit_bytes = 1;
    struct text_input *detail = source->inputs[input].detail = calloc(1, sizeof *detail);
    if (!detail)
        return no_memory(err);
    status = find_data(&o, detail, err);
    if (status == SHEAF_OK)
        status = find_end(&o, detail, err);
    if (status == SHEAF_OK)
        status = text_choose_columns(source, input, reading, &o.schema, err);
    schema_cleanup(&o.schema);
    free(o.record.cells);
    sheaf_buffer_cleanup(&o.bytes);
    sheaf_buffer_cleanup(&o.far);
    return status;
}
