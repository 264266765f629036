/* Delimited text: the formats csv, tsv and space, which differ in what lies between cells. */
#include "source/text.h"

#include "source/text_schema.h"

#include <stdlib.h>
#include <string.h>

extern const struct source_format source_format_csv, source_format_tsv, source_format_space;

/* ---- recognising ------------------------------------------------------------------------------------------- */

/* What is left of the head after the byte order mark and as many of the lines to skip as are in it. */
static const unsigned char *sample_of(const struct source_head *head, uint64_t skip_lines, size_t *size)
{
    const unsigned char *p = head->bytes.data, *end = p + head->bytes.size, *newline;
    if (end - p >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        p += 3;
    for (; skip_lines && (newline = memchr(p, '\n', (size_t)(end - p))); skip_lines--)
        p = newline + 1;
    *size = (size_t)(end - p);
    return p;
}

/* The format that text without NUL bytes is of, or NULL. */
static const struct source_format *recognise(const struct source_head *head, const struct sheaf_reading *reading)
{
    if (memchr(head->bytes.data, '\0', head->bytes.size))
        return NULL;
    size_t size;
    const unsigned char *sample = sample_of(head, reading->skip_lines, &size);
    int delimiter = reading->delimiter ? (unsigned char)reading->delimiter : schema_delimiter(sample, size);
    if (delimiter == DELIMITER_BLANKS)
        return &source_format_space;
    return delimiter == '\t' ? &source_format_tsv : &source_format_csv;
}

static bool probe_csv(const struct source_head *head, const struct sheaf_reading *reading)
{
    return recognise(head, reading) == &source_format_csv;
}

static bool probe_tsv(const struct source_head *head, const struct sheaf_reading *reading)
{
    return recognise(head, reading) == &source_format_tsv;
}

static bool probe_space(const struct source_head *head, const struct sheaf_reading *reading)
{
    return recognise(head, reading) == &source_format_space;
}

static bool wants_survey(const struct sheaf_source *source)
{
    return text_of(source)->quotes;
}

/* ---- the recipe ---------------------------------------------------------------------------------------------- */

static void text_cleanup(struct sheaf_source *source)
{
    for (size_t i = 0; i < source->input_count; i++) {
        struct text_input *input = source->inputs[i].detail;
        if (input)
            free(input->cell);
        free(input);
    }
    struct text *text = source->detail;
    for (size_t i = 0; text && text->na && i < text->na_count; i++)
        free(text->na[i]);
    if (text) {
        free(text->na);
        free(text->doubtful);
    }
    free(text);
}

static struct sheaf_header text_header(const struct sheaf_source *source)
{
    const struct text *text = text_of(source);
    return (struct sheaf_header){true, text->header, text->header_said, text->doubtful};
}

static void text_pack(const struct sheaf_source *source, struct packer *packer)
{
    const struct text *text = text_of(source);
    pack_u64(packer, text->lex.blanks);
    pack_u64(packer, text->lex.delimiter);
    pack_u64(packer, text->header);
    pack_u64(packer, text->quotes);
    pack_u64(packer, text->cells);
    pack_u64(packer, text->first_line);
    pack_u64(packer, text->last_line);
    pack_u64(packer, text->na_count);
    for (size_t i = 0; i < text->na_count; i++)
        pack_text(packer, text->na[i]);
    for (size_t i = 0; i < source->input_count; i++) {
        const struct text_input *input = text_input_of(source, i);
        pack_u64(packer, input->line);
        for (size_t k = 0; k < source->column_count; k++)
            pack_u64(packer, input->cell[k]);
    }
}

static void unpack_detail(struct text *text, struct unpacker *in)
{
    bool blanks = unpack_u64(in) != 0;
    uint64_t delimiter = unpack_u64(in);
    in->bad |= !blanks && (delimiter == 0 || delimiter > UINT8_MAX || strchr("\"\r\n", (char)delimiter));
    lex_init(&text->lex, blanks, (unsigned char)delimiter);
    text->header = unpack_u64(in) != 0;
    text->quotes = unpack_u64(in) != 0;
    text->cells = unpack_u64(in);
    text->first_line = unpack_u64(in);
    text->last_line = unpack_u64(in);
    in->bad |= text->cells == 0;
    uint64_t count = unpack_count(in, sizeof(uint64_t));
    text->na = calloc(count + 1, sizeof *text->na);
    in->bad |= !text->na;
    for (uint64_t i = 0; i < count && !in->bad; i++) {
        text->na[i] = unpack_text(in);
        text->na_count = i + 1;
    }
}

static void unpack_input(struct sheaf_source *source, size_t i, struct unpacker *in)
{
    struct text_input *input = source->inputs[i].detail = calloc(1, sizeof *input);
    uint64_t *cell = calloc(source->column_count, sizeof *cell);
    in->bad |= !input || !cell;
    if (!input) {
        free(cell);
        return;
    }
    input->cell = cell;
    input->line = unpack_u64(in);
    for (size_t k = 0; k < source->column_count && !in->bad; k++) {
        cell[k] = unpack_u64(in);
        in->bad |= cell[k] >= text_of(source)->cells;
    }
    const struct source_input *core = &source->inputs[i];
    in->bad |= core->unit_bytes != 1;
    if (!core->once) /* a record of n cells has n - 1 delimiters */
        in->bad |= core->start > core->size || core->units > core->size - core->start ||
                   text_of(source)->cells - 1 > core->size;
}

static enum sheaf_status text_unpack(struct sheaf_source *source, struct unpacker *in, struct sheaf_error *err)
{
    struct text *text = source->detail = calloc(1, sizeof *text);
    if (!text)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for the source");
    unpack_detail(text, in);
    for (size_t k = 0; k < source->column_count; k++)
        in->bad |= source->columns[k].type != SHEAF_F64 && source->columns[k].type != SHEAF_DECIMAL;
    for (size_t i = 0; i < source->input_count && !in->bad; i++)
        unpack_input(source, i, in);
    return in->bad ? sheaf_fail(err, SHEAF_INTERNAL, "a malformed recipe of a text") : SHEAF_OK;
}

/* ---- the formats --------------------------------------------------------------------------------------------- */

#define TEXT_FORMAT(format_name)                                                                           \
    {                                                                                                      \
        .name = #format_name, .probe = probe_##format_name, .open = text_open, .cleanup = text_cleanup,    \
        .pack = text_pack, .unpack = text_unpack, .reader_open = text_reader_open,                         \
        .reader_begin = text_reader_begin, .reader_next = text_reader_next,                                \
        .reader_close = text_reader_close, .feed_cut = text_feed_cut, .locate = text_locate,               \
        .survey_block = text_survey_block, .wants_survey = wants_survey, .header = text_header,            \
    }

const struct source_format source_format_csv = TEXT_FORMAT(csv);
const struct source_format source_format_tsv = TEXT_FORMAT(tsv);
const struct source_format source_format_space = TEXT_FORMAT(space);
