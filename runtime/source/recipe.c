/* The recipe as bytes and back: what another address space needs to open the source by itself. */
#include "source/format.h"

#include <stdlib.h>
#include <string.h>

/* "sheaf" and a version: changes with every change of what is packed. */
static const uint64_t recipe_mark = 0x7368656166000003;

static void pack_inputs(const struct sheaf_source *source, struct packer *packer)
{
    pack_u64(packer, source->input_count);
    for (size_t i = 0; i < source->input_count; i++) {
        const struct source_input *input = &source->inputs[i];
        pack_text(packer, input->name);
        pack_u64(packer, input->once);
        pack_u64(packer, input->size);
        pack_u64(packer, input->start);
        pack_u64(packer, input->unit_bytes);
        pack_u64(packer, input->units);
        pack_u64(packer, (uint64_t)input->rows);
    }
}

static void pack_columns(const struct sheaf_source *source, struct packer *packer)
{
    pack_u64(packer, source->column_count);
    for (size_t i = 0; i < source->column_count; i++) {
        pack_text(packer, source->columns[i].name);
        pack_u64(packer, source->columns[i].type);
    }
    pack_u64(packer, source->left_out_count);
    for (size_t i = 0; i < source->left_out_count; i++)
        pack_text(packer, source->left_out[i]);
}

void source_pack_side(const struct sheaf_source *source, struct packer *packer)
{
    pack_u64(packer, recipe_mark);
    pack_text(packer, source->format->name);
    pack_u64(packer, source->access);
    pack_u64(packer, source->in_order);
    pack_inputs(source, packer);
    pack_columns(source, packer);
    source->format->pack(source, packer);
}

enum sheaf_status source_pack(const struct sheaf_source *source, struct sheaf_buffer *out, struct sheaf_error *err)
{
    struct packer packer = {out, SHEAF_OK};
    source_pack_side(source, &packer);
    return packer.status == SHEAF_OK ? SHEAF_OK : sheaf_fail(err, SHEAF_MEMORY, "out of memory for the source");
}

static void unpack_inputs(struct sheaf_source *source, struct unpacker *in)
{
    size_t count = unpack_count(in, 7 * 8);
    source->inputs = calloc(count ? count : 1, sizeof *source->inputs);
    in->bad |= !source->inputs;
    for (size_t i = 0; i < count && !in->bad; i++) {
        struct source_input *input = &source->inputs[i];
        source->input_count = i + 1;
        input->name = unpack_text(in);
        input->once = unpack_u64(in) != 0;
        input->size = unpack_u64(in);
        input->start = unpack_u64(in);
        input->unit_bytes = unpack_u64(in);
        input->units = unpack_u64(in);
        input->rows = (int64_t)unpack_u64(in);
        in->bad |= input->rows < SHEAF_UNKNOWN || input->start > INT64_MAX || input->units > INT64_MAX ||
                   input->unit_bytes == 0 || input->unit_bytes > INT64_MAX;
    }
}

static void unpack_columns(struct sheaf_source *source, struct unpacker *in)
{
    size_t count = unpack_count(in, 2 * 8);
    source->columns = calloc(count ? count : 1, sizeof *source->columns);
    in->bad |= !source->columns;
    for (size_t i = 0; i < count && !in->bad; i++) {
        source->column_count = i + 1;
        source->columns[i].name = unpack_text(in);
        uint64_t type = unpack_u64(in);
        in->bad |= type >= SHEAF_TYPE_COUNT && type != SHEAF_DECIMAL;
        source->columns[i].type = in->bad ? SHEAF_U8 : (enum sheaf_type)type;
    }
    count = unpack_count(in, 8);
    source->left_out = calloc(count ? count : 1, sizeof *source->left_out);
    in->bad |= !source->left_out;
    for (size_t i = 0; i < count && !in->bad; i++) {
        source->left_out_count = i + 1;
        source->left_out[i] = unpack_text(in);
    }
}

static const struct source_format *unpack_format(struct unpacker *in)
{
    char *name = unpack_text(in);
    const struct source_format *format = NULL;
    for (const struct source_format *const *f = source_formats; name && *f; f++)
        if (strcmp((*f)->name, name) == 0)
            format = *f;
    free(name);
    in->bad |= !format;
    return format;
}

static void unpack_core(struct sheaf_source *source, struct unpacker *in)
{
    in->bad |= unpack_u64(in) != recipe_mark;
    source->format = unpack_format(in);
    uint64_t access = unpack_u64(in);
    in->bad |= access > SOURCE_ONCE;
    source->access = in->bad ? SOURCE_ONCE : (enum source_access)access;
    source->in_order = unpack_u64(in) != 0;
    unpack_inputs(source, in);
    unpack_columns(source, in);
    in->bad |= source->input_count == 0 || source->column_count == 0;
}

static enum sheaf_status unpack_source(struct sheaf_source **source, struct unpacker *in, bool side,
                                       struct sheaf_error *err)
{
    struct sheaf_source *unpacked = calloc(1, sizeof *unpacked);
    if (!unpacked)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for the source");
    enum sheaf_status status = SHEAF_OK;
    unpack_core(unpacked, in);
    in->bad = in->bad || (side && unpacked->format->side);
    if (!in->bad)
        status = unpacked->format->unpack(unpacked, in, err);
    if (in->bad)
        status = sheaf_fail(err, SHEAF_INTERNAL, "a malformed recipe of a source");
    if (status != SHEAF_OK) {
        sheaf_source_destroy(unpacked);
        return status;
    }
    *source = unpacked;
    return SHEAF_OK;
}

enum sheaf_status source_unpack_side(struct sheaf_source **source, struct unpacker *unpacker, struct sheaf_error *err)
{
    return unpack_source(source, unpacker, true, err);
}

enum sheaf_status source_unpack(struct sheaf_source **source, const void *bytes, size_t size, struct sheaf_error *err)
{
    struct unpacker in = {bytes, (const unsigned char *)bytes + size, false};
    struct sheaf_source *unpacked;
    enum sheaf_status status = unpack_source(&unpacked, &in, false, err);
    if (status != SHEAF_OK)
        return status;
    if (in.at != in.end) {
        sheaf_source_destroy(unpacked);
        return sheaf_fail(err, SHEAF_INTERNAL, "a recipe of a source with %zu bytes too many",
                          (size_t)(in.end - in.at));
    }
    *source = unpacked;
    return SHEAF_OK;
}
