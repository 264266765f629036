/* Raw binary and .npy: opening, feeding, finding again, packing. */
#include "source/array.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- options -------------------------------------------------------------------------------------------- */

static enum sheaf_status type_option(const char *input, const struct sheaf_reading *reading, enum sheaf_type *type,
                                     struct sheaf_error *err)
{
    if (!reading->type)
        return source_fail(err, SHEAF_USAGE, input, SHEAF_UNKNOWN, "raw data need --type (f64, f32, i32, u8, ...)");
    if (!sheaf_type_parse(reading->type, type))
        return sheaf_fail(err, SHEAF_USAGE,
                          "unknown element type \"%.32s\"; there are: i8, i16, i32, i64, u8, u16, u32, u64, f32, f64",
                          reading->type);
    return SHEAF_OK;
}

static enum sheaf_status endian_option(const struct sheaf_reading *reading, bool *swapped, struct sheaf_error *err)
{
    bool little = MACHINE_IS_LITTLE;
    if (reading->endian && strcmp(reading->endian, "little") == 0)
        little = true;
    else if (reading->endian && strcmp(reading->endian, "big") == 0)
        little = false;
    else if (reading->endian)
        return sheaf_fail(err, SHEAF_USAGE, "unknown byte order \"%.32s\"; there are: little, big", reading->endian);
    *swapped = little != MACHINE_IS_LITTLE;
    return SHEAF_OK;
}

/* ---- columns -------------------------------------------------------------------------------------------- */

/* Sets the source's picks (once) and its columns: one without a name, or the named cells of the last axis. */
static enum sheaf_status choose_columns(struct sheaf_source *source, size_t input, const struct array_layout *layout,
                                        const struct sheaf_reading *reading, struct sheaf_error *err)
{
    size_t count = reading->column_count ? reading->column_count : 1;
    size_t *picked = calloc(count, sizeof *picked);
    struct source_column *columns = calloc(count, sizeof *columns);
    char(*names)[24] = calloc(count, sizeof *names);
    struct array_picks *picks = malloc(sizeof *picks + count * sizeof picks->cell[0]);
    enum sheaf_status status = SHEAF_OK;
    if (!picked || !columns || !names || !picks)
        status = sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu columns", count);
    if (status == SHEAF_OK)
        status = source_pick_columns(reading, source->inputs[input].name, NULL, layout->width, picked, err);
    for (size_t i = 0; status == SHEAF_OK && i < count; i++) {
        if (reading->column_count)
            snprintf(names[i], sizeof names[i], "%zu", picked[i] + 1);
        columns[i] = (struct source_column){.name = names[i], .type = layout->type};
        picks->cell[i] = picked[i];
    }
    if (status == SHEAF_OK)
        status = source_set_columns(source, input, columns, count, err);
    if (status == SHEAF_OK && !source->detail) {
        picks->count = count;
        source->detail = picks;
        picks = NULL;
    }
    free(picked);
    free(columns);
    free(names);
    free(picks);
    return status;
}

static enum sheaf_status too_few(const struct source_input *input, const struct array_layout *layout,
                                 const struct sheaf_reading *reading, struct sheaf_error *err)
{
    if (!reading->offset)
        return source_fail(err, SHEAF_INPUT, input->name, SHEAF_UNKNOWN,
                           "has %" PRIu64 " elements, and --count asks for %" PRIu64, layout->rows, reading->count);
    return source_fail(err, SHEAF_INPUT, input->name, SHEAF_UNKNOWN,
                       "has %" PRIu64 " bytes, of which --offset passes over %" PRIu64 "; that leaves %" PRIu64
                       " elements, and --count asks for %" PRIu64, input->size, reading->offset, layout->rows,
                       reading->count);
}

/* Units and rows of the input, `count` of them if that was said; they must be there. */
static enum sheaf_status choose_rows(struct source_input *input, struct array_layout *layout, bool known,
                                     const struct sheaf_reading *reading, struct sheaf_error *err)
{
    if (known && reading->count_set && reading->count > layout->rows)
        return too_few(input, layout, reading, err);
    if (!known && !reading->count_set)
        return SHEAF_OK;
    input->units = reading->count_set ? reading->count : layout->rows;
    input->rows = (int64_t)input->units;
    layout->tail = reading->count_set;
    layout->in_order = layout->rank && input->units < layout->rows;
    return SHEAF_OK;
}

static enum sheaf_status input_finish(struct sheaf_source *source, size_t i, const struct array_layout *found,
                                      bool known, const struct sheaf_reading *reading, struct sheaf_error *err)
{
    struct source_input *input = &source->inputs[i];
    struct array_layout *layout = malloc(sizeof *layout);
    if (!layout)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory");
    *layout = *found;
    input->detail = layout;
    enum sheaf_status status = choose_columns(source, i, layout, reading, err);
    if (status == SHEAF_OK)
        status = choose_rows(input, layout, known, reading, err);
    if (status == SHEAF_OK)
        input->unit_bytes = array_unit_bytes(layout, source->detail);
    return status;
}

/* ---- raw ------------------------------------------------------------------------------------------------ */

static bool raw_probe(const struct source_head *head, const struct sheaf_reading *reading)
{
    (void)head;
    return reading->type != NULL;
}

/* The elements that a raw file of `size` bytes holds after the offset. */
static enum sheaf_status raw_rows(const struct source_head *head, const struct sheaf_reading *reading,
                                  enum sheaf_type type, uint64_t *rows, struct sheaf_error *err)
{
    uint64_t size = sheaf_type_size(type);
    if (reading->offset > head->size)
        return source_fail(err, SHEAF_INPUT, head->name, SHEAF_UNKNOWN,
                           "has %" PRIu64 " bytes, and --offset passes over %" PRIu64, head->size, reading->offset);
    uint64_t bytes = head->size - reading->offset;
    if (bytes % size && !reading->count_set)
        return source_fail(err, SHEAF_INPUT, head->name, SHEAF_UNKNOWN,
                           "%" PRIu64 " bytes%s are not a whole number of %" PRIu64 "-byte %s elements (%" PRIu64
                           " too many); is the type right? --offset passes over a header, --count leaves a tail unread",
                           bytes, reading->offset ? " after the offset" : "", size, sheaf_type_name(type),
                           bytes % size);
    *rows = bytes / size;
    return SHEAF_OK;
}

static enum sheaf_status raw_open(struct sheaf_source *source, size_t input, struct source_head *head,
                                  const struct sheaf_reading *reading, struct sheaf_error *err)
{
    struct array_layout layout = {.width = 1};
    enum sheaf_status status = source_refuse_text_options(head->name, reading, err);
    if (status == SHEAF_OK)
        status = type_option(head->name, reading, &layout.type, err);
    if (status == SHEAF_OK)
        status = endian_option(reading, &layout.swapped, err);
    if (status == SHEAF_OK && !head->once)
        status = raw_rows(head, reading, layout.type, &layout.rows, err);
    if (status == SHEAF_OK && reading->offset > INT64_MAX)
        status = source_fail(err, SHEAF_USAGE, head->name, SHEAF_UNKNOWN, "--offset %" PRIu64 " is beyond any file",
                             reading->offset);
    if (status == SHEAF_OK && head->once && reading->count_set && reading->count > INT64_MAX / 8)
        status = source_fail(err, SHEAF_USAGE, head->name, SHEAF_UNKNOWN, "--count %" PRIu64 " is beyond any stream",
                             reading->count);
    if (status != SHEAF_OK)
        return status;
    source->inputs[input].start = reading->offset;
    if (head->once)
        layout.rows = reading->count_set ? reading->count : 0;
    return input_finish(source, input, &layout, !head->once, reading, err);
}

/* ---- .npy ----------------------------------------------------------------------------------------------- */

static bool npy_format_probe(const struct source_head *head, const struct sheaf_reading *reading)
{
    (void)reading;
    return npy_probe(head->bytes.data, head->bytes.size);
}

static enum sheaf_status npy_options(const struct npy_header *header, const char *name,
                                     const struct sheaf_reading *reading, struct sheaf_error *err)
{
    static const char why[] = "a .npy file says it itself (--input-format raw overrules it)";
    enum sheaf_type type;
    if (reading->offset)
        return source_refuse_option(name, "--offset", why, err);
    if (reading->endian)
        return source_refuse_option(name, "--endian", why, err);
    if (!reading->type)
        return SHEAF_OK;
    enum sheaf_status status = type_option(name, reading, &type, err);
    if (status == SHEAF_OK && type != header->type)
        return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "holds %s by its .npy header, and --type says %s",
                           sheaf_type_name(header->type), sheaf_type_name(type));
    return status;
}

/* The file must be as long as its header says, to the byte. */
static enum sheaf_status npy_size(const struct npy_header *header, const struct source_head *head,
                                  struct sheaf_error *err)
{
    uint64_t end = header->start + header->count * sheaf_type_size(header->type);
    if (head->size < end)
        return source_fail(err, SHEAF_INPUT, head->name, (int64_t)head->size,
                           "the file ends here, %" PRIu64 " bytes short of the %" PRIu64 " %s elements that its .npy "
                           "header says; it was not written or copied to the end",
                           end - head->size, header->count, sheaf_type_name(header->type));
    if (head->size > end)
        return source_fail(err, SHEAF_INPUT, head->name, (int64_t)end,
                           "%" PRIu64 " bytes follow the %" PRIu64 " %s elements that the .npy header says; if the "
                           "header is wrong, --input-format raw --type %s --offset %" PRIu64 " reads them all",
                           head->size - end, header->count, sheaf_type_name(header->type),
                           sheaf_type_name(header->type), header->start);
    return SHEAF_OK;
}

/* Lengths of 1 have no order. */
static void layout_order(struct array_layout *layout, const uint64_t *shape, size_t rank)
{
    for (size_t i = 0; i < rank; i++)
        if (shape[i] != 1)
            layout->shape[layout->rank++] = shape[i];
    if (layout->rank < 2 || layout->rows == 0)
        layout->rank = 0;
}

static struct array_layout npy_layout(const struct npy_header *header, bool table)
{
    struct array_layout layout = {.type = header->type, .swapped = header->swapped, .width = 1};
    size_t rank = header->rank;
    if (table && rank > 1)
        layout.width = header->shape[--rank];
    layout.rows = layout.width ? header->count / layout.width : 0;
    layout.by_column = header->fortran && layout.width > 1;
    if (header->fortran)
        layout_order(&layout, header->shape, rank);
    return layout;
}

/* Whole rows cannot be had from front to back. */
static enum sheaf_status refuse_columns(const char *name, struct sheaf_error *err)
{
    return source_fail(err, SHEAF_INPUT, name, SHEAF_UNKNOWN,
                       "is in Fortran order, whose columns come one after the other, and streams and files beside "
                       "them are read row by row; save the stream as a file to read some of them");
}

static enum sheaf_status npy_open(struct sheaf_source *source, size_t input, struct source_head *head,
                                  const struct sheaf_reading *reading, struct sheaf_error *err)
{
    struct npy_header header;
    enum sheaf_status status = source_refuse_text_options(head->name, reading, err);
    if (status == SHEAF_OK)
        status = npy_header_read(&header, head, err);
    if (status == SHEAF_OK)
        status = npy_options(&header, head->name, reading, err);
    if (status == SHEAF_OK && !head->once)
        status = npy_size(&header, head, err);
    if (status != SHEAF_OK)
        return status;
    struct array_layout layout = npy_layout(&header, reading->column_count > 0);
    if (head->once && layout.by_column)
        return refuse_columns(head->name, err);
    source->inputs[input].start = header.start;
    return input_finish(source, input, &layout, true, reading, err);
}

/* ---- feeding -------------------------------------------------------------------------------------------- */

static enum sheaf_status stream_ended(const struct source_input *input, const struct array_layout *layout,
                                      const struct feed_point *point, size_t size, struct sheaf_error *err)
{
    uint64_t row = array_row_bytes(layout);
    int64_t byte = (int64_t)(point->at + size);
    if (input->rows != SHEAF_UNKNOWN)
        return source_fail(err, SHEAF_INPUT, input->name, byte, "the stream ends here, after %" PRIu64 " of %" PRId64
                           " elements; what writes it stopped early", (point->row + size / row) * layout->width,
                           input->rows * (int64_t)layout->width);
    return source_fail(err, SHEAF_INPUT, input->name, byte, "the stream ends within an element of %zu bytes (%s); is "
                       "the type right? --count leaves a tail unread", sheaf_type_size(layout->type),
                       sheaf_type_name(layout->type));
}

static enum sheaf_status array_feed_cut(const struct sheaf_source *source, size_t i, struct feed_point *point,
                                        const unsigned char *bytes, size_t size, bool last, struct feed_piece *piece,
                                        struct sheaf_error *err)
{
    (void)bytes;
    const struct source_input *input = &source->inputs[i];
    const struct array_layout *layout = array_layout(source, i);
    if (layout->by_column)
        return refuse_columns(input->name, err);
    uint64_t row = array_row_bytes(layout), rows = size / row;
    bool bounded = input->rows != SHEAF_UNKNOWN;
    uint64_t wanted = bounded ? (uint64_t)input->rows - point->row : UINT64_MAX;
    if (rows > wanted)
        rows = wanted;
    *piece = (struct feed_piece){.take = (size_t)(rows * row), .row = point->row};
    piece->end = rows == wanted && layout->tail;
    if (last && (bounded ? rows < wanted : piece->take < size))
        return stream_ended(input, layout, point, size, err);
    if (rows == wanted && !layout->tail && piece->take < size)
        return source_fail(err, SHEAF_INPUT, input->name, (int64_t)(point->at + piece->take),
                           "the stream goes on after the %" PRIu64 " %s elements that its .npy header says",
                           layout->rows * layout->width, sheaf_type_name(layout->type));
    point->row += rows;
    return SHEAF_OK;
}

/* ---- finding again -------------------------------------------------------------------------------------- */

static enum sheaf_status array_locate(const struct sheaf_source *source, const struct sheaf_position *position,
                                      struct sheaf_location *place, struct sheaf_error *err)
{
    (void)source;
    (void)err;
    place->row = position->at;
    place->line = SHEAF_UNKNOWN;
    return SHEAF_OK;
}

/* Equal shapes in the same order of the axes, file by file. */
static bool array_same_order(const struct sheaf_source *a, const struct sheaf_source *b)
{
    if (a->input_count != b->input_count)
        return false;
    for (size_t i = 0; i < a->input_count; i++) {
        const struct array_layout *x = array_layout(a, i), *y = array_layout(b, i);
        if (a->inputs[i].units != b->inputs[i].units || x->in_order || y->in_order || x->rank != y->rank ||
            memcmp(x->shape, y->shape, x->rank * sizeof x->shape[0]) != 0)
            return false;
    }
    return true;
}

/* ---- the recipe ----------------------------------------------------------------------------------------- */

static void array_cleanup(struct sheaf_source *source)
{
    free(source->detail);
    for (size_t i = 0; i < source->input_count; i++)
        free(source->inputs[i].detail);
}

static void pack_layout(const struct array_layout *layout, struct packer *packer)
{
    pack_u64(packer, layout->type);
    pack_u64(packer, layout->swapped);
    pack_u64(packer, layout->rows);
    pack_u64(packer, layout->width);
    pack_u64(packer, layout->by_column);
    pack_u64(packer, layout->tail);
    pack_u64(packer, layout->in_order);
    pack_u64(packer, layout->rank);
    for (size_t i = 0; i < layout->rank; i++)
        pack_u64(packer, layout->shape[i]);
}

static void array_pack(const struct sheaf_source *source, struct packer *packer)
{
    const struct array_picks *picks = source->detail;
    pack_u64(packer, picks->count);
    for (size_t i = 0; i < picks->count; i++)
        pack_u64(packer, picks->cell[i]);
    for (size_t i = 0; i < source->input_count; i++)
        pack_layout(array_layout(source, i), packer);
}

static void unpack_picks(struct sheaf_source *source, struct unpacker *in)
{
    size_t count = unpack_count(in, 8);
    struct array_picks *picks = malloc(sizeof *picks + count * sizeof picks->cell[0]);
    in->bad |= !picks || count != source->column_count;
    source->detail = picks;
    for (size_t i = 0; i < count && !in->bad; i++)
        picks->cell[i] = unpack_u64(in);
    if (picks)
        picks->count = count;
}

/* Everything the readers rely on: products that do not overflow, cells inside the row, units inside the file. */
static bool layout_sound(const struct array_layout *layout, const struct source_input *input,
                         const struct sheaf_source *source)
{
    const struct array_picks *picks = source->detail;
    uint64_t rows = 1, row_bytes;
    int64_t bytes;
    for (size_t i = 0; i < layout->rank; i++)
        if (__builtin_mul_overflow(rows, layout->shape[i], &rows))
            return false;
    for (size_t i = 0; i < picks->count; i++)
        if (picks->cell[i] >= layout->width || source->columns[i].type != layout->type)
            return false;
    bool unbounded = input->once && input->rows == SHEAF_UNKNOWN;
    return (layout->rank ? rows == layout->rows && rows > 0 : true) && layout->rank != 1 &&
           !__builtin_mul_overflow(layout->width, sheaf_type_size(layout->type), &row_bytes) && row_bytes > 0 &&
           !__builtin_mul_overflow(layout->rows, row_bytes, &bytes) &&
           !__builtin_add_overflow(bytes, input->start, &bytes) &&
           input->unit_bytes == array_unit_bytes(layout, picks) &&
           (unbounded || (input->units <= layout->rows && input->rows == (int64_t)input->units));
}

static void unpack_layout(struct sheaf_source *source, size_t i, struct unpacker *in)
{
    struct array_layout *layout = calloc(1, sizeof *layout);
    source->inputs[i].detail = layout;
    uint64_t type = unpack_u64(in);
    in->bad |= !layout || type >= SHEAF_TYPE_COUNT;
    if (in->bad)
        return;
    layout->type = (enum sheaf_type)type;
    layout->swapped = unpack_u64(in) != 0;
    layout->rows = unpack_u64(in);
    layout->width = unpack_u64(in);
    layout->by_column = unpack_u64(in) != 0;
    layout->tail = unpack_u64(in) != 0;
    layout->in_order = unpack_u64(in) != 0;
    layout->rank = unpack_count(in, 8);
    in->bad |= layout->rank > NPY_RANK;
    for (size_t k = 0; k < layout->rank && !in->bad; k++)
        layout->shape[k] = unpack_u64(in);
    in->bad = in->bad || !layout_sound(layout, &source->inputs[i], source);
}

static enum sheaf_status array_unpack(struct sheaf_source *source, struct unpacker *in, struct sheaf_error *err)
{
    (void)err;
    unpack_picks(source, in);
    for (size_t i = 0; i < source->input_count && !in->bad; i++)
        unpack_layout(source, i, in);
    return SHEAF_OK;
}

#define ARRAY_FUNCTIONS                                                                                    \
    .rows_are_units = true, .cleanup = array_cleanup, .pack = array_pack, .unpack = array_unpack,          \
    .reader_open = array_reader_open, .reader_begin = array_reader_begin,                                  \
    .reader_next = array_reader_next, .reader_close = array_reader_close, .feed_cut = array_feed_cut,      \
    .locate = array_locate, .same_order = array_same_order

const struct source_format source_format_raw = {.name = "raw", .probe = raw_probe, .open = raw_open, ARRAY_FUNCTIONS};
const struct source_format source_format_npy = {
    .name = "npy", .probe = npy_format_probe, .open = npy_open, ARRAY_FUNCTIONS};
