/* Two sources row by row. Where both are arrays or generators a block of the pair is the same rows of both, and
 * every worker reads its own. Where one is text or a stream, the feed reads both in tandem and hands out rows that
 * are binary already. */
#include "source/join.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- making a pair -------------------------------------------------------------------------------------- */

static enum sheaf_status sides_match(const struct sheaf_source *a, const struct sheaf_source *b,
                                     struct sheaf_error *err)
{
    if (a->format->side || b->format->side)
        return sheaf_fail(err, SHEAF_USAGE, "a pair cannot be paired again");
    int64_t left = sheaf_source_rows(a), right = sheaf_source_rows(b);
    if (left != SHEAF_UNKNOWN && right != SHEAF_UNKNOWN && left != right)
        return source_fail(err, SHEAF_INPUT, b->inputs[0].name, SHEAF_UNKNOWN,
                           "has %" PRId64 " rows where %s has %" PRId64 "; a pair needs the same number of rows", right,
                           a->inputs[0].name, left);
    return SHEAF_OK;
}

static enum source_access pair_access(const struct sheaf_source *a, const struct sheaf_source *b)
{
    if (a->access == SOURCE_ONCE || b->access == SOURCE_ONCE)
        return SOURCE_ONCE;
    bool by_rows = a->format->rows_are_units && b->format->rows_are_units;
    return by_rows && a->access == SOURCE_CUTTABLE && b->access == SOURCE_CUTTABLE ? SOURCE_CUTTABLE : SOURCE_FED;
}

/* The inputs of both: a cuttable pair is cut along the rows of `a`, so those of `b` have no units, and no input of any
 * other pair has. A row's bytes beside one of `a` are taken to be those in the first input of `b`. */
static void copy_units(const struct sheaf_source *pair, struct source_input *to, int side, const struct source_input *from)
{
    bool along = side == 0 && pair->access == SOURCE_CUTTABLE;
    to->unit_bytes = along ? from->unit_bytes + pair_of(pair)->side[1]->inputs[0].unit_bytes : 1;
    to->units = along ? from->units : 0;
    to->rows = side == 0 ? from->rows : 0;
}

static enum sheaf_status copy_inputs(struct sheaf_source *pair, struct sheaf_error *err)
{
    const struct pair *sides = pair_of(pair);
    pair->inputs = calloc(sides->side[0]->input_count + sides->side[1]->input_count, sizeof *pair->inputs);
    if (!pair->inputs)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a pair");
    for (int s = 0; s < 2; s++) {
        const struct sheaf_source *side = sides->side[s];
        for (size_t i = 0; i < side->input_count; i++) {
            const struct source_input *from = &side->inputs[i];
            struct source_input *to = &pair->inputs[pair->input_count];
            to->name = strdup(from->name);
            if (!to->name)
                return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a pair");
            pair->input_count++;
            to->once = from->once;
            copy_units(pair, to, s, from);
        }
    }
    return SHEAF_OK;
}

static bool has_elements(const struct sheaf_source *side)
{
    for (size_t k = 0; k < side->column_count; k++)
        if (side->columns[k].type != SHEAF_DECIMAL)
            return true;
    return false;
}

/* The type in a pair of a side's column: beside elements decimals are read as doubles, since kernels of two inputs take
 * either decimals or elements. */
static enum sheaf_type pair_type(const struct sheaf_source *a, const struct sheaf_source *b, enum sheaf_type type)
{
    return type == SHEAF_DECIMAL && (has_elements(a) || has_elements(b)) ? SHEAF_F64 : type;
}

static enum sheaf_status copy_columns(struct sheaf_source *pair, struct sheaf_error *err)
{
    const struct pair *sides = pair_of(pair);
    const struct sheaf_source *a = sides->side[0], *b = sides->side[1];
    size_t count = a->column_count + b->column_count;
    struct source_column *columns = malloc(count * sizeof *columns);
    if (!columns)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a pair");
    memcpy(columns, a->columns, a->column_count * sizeof *columns);
    memcpy(columns + a->column_count, b->columns, b->column_count * sizeof *columns);
    for (size_t k = 0; k < count; k++)
        columns[k].type = pair_type(a, b, columns[k].type);
    enum sheaf_status status = source_set_columns(pair, 0, columns, count, err);
    free(columns);
    for (int s = 0; s < 2; s++)
        for (size_t i = 0; i < sides->side[s]->left_out_count && status == SHEAF_OK; i++)
            status = source_leave_out(pair, sides->side[s]->left_out[i], err);
    return status;
}

enum sheaf_status sheaf_source_pair(struct sheaf_source **pair, struct sheaf_source *a, struct sheaf_source *b,
                                    struct sheaf_error *err)
{
    struct sheaf_source *made = calloc(1, sizeof *made);
    struct pair *sides = calloc(1, sizeof *sides);
    if (!made || !sides) {
        free(made);
        free(sides);
        sheaf_source_destroy(a);
        sheaf_source_destroy(b);
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a pair");
    }
    *sides = (struct pair){{a, b}};
    *made = (struct sheaf_source){.format = &source_format_pair, .detail = sides, .access = pair_access(a, b)};
    a->in_order = b->in_order = !(a->format == b->format && a->format->same_order && a->format->same_order(a, b));
    enum sheaf_status status = sides_match(a, b, err);
    if (status == SHEAF_OK)
        status = copy_inputs(made, err);
    if (status == SHEAF_OK)
        status = copy_columns(made, err);
    if (status != SHEAF_OK) {
        sheaf_source_destroy(made);
        return status;
    }
    *pair = made;
    return SHEAF_OK;
}

/* ---- the rest of a format ------------------------------------------------------------------------------- */

static void pair_cleanup(struct sheaf_source *source)
{
    struct pair *sides = source->detail;
    if (sides) {
        sheaf_source_destroy(sides->side[0]);
        sheaf_source_destroy(sides->side[1]);
    }
    free(sides);
}

static void pair_pack(const struct sheaf_source *source, struct packer *packer)
{
    source_pack_side(pair_of(source)->side[0], packer);
    source_pack_side(pair_of(source)->side[1], packer);
}

/* The core's fields must be those that sheaf_source_pair would make of the sides. */
static bool pair_sound(const struct sheaf_source *source)
{
    const struct sheaf_source *a = pair_of(source)->side[0], *b = pair_of(source)->side[1];
    if (source->access != pair_access(a, b) || source->column_count != a->column_count + b->column_count ||
        source->input_count != a->input_count + b->input_count)
        return false;
    for (size_t k = 0; k < source->column_count; k++) {
        const struct source_column *side = k < a->column_count ? &a->columns[k] : &b->columns[k - a->column_count];
        if (source->columns[k].type != pair_type(a, b, side->type))
            return false;
    }
    for (size_t i = 0; i < source->input_count; i++) {
        struct source_input made;
        bool second = i >= a->input_count;
        copy_units(source, &made, second, second ? &b->inputs[i - a->input_count] : &a->inputs[i]);
        if (source->inputs[i].units != made.units || source->inputs[i].unit_bytes != made.unit_bytes)
            return false;
    }
    return source->access != SOURCE_CUTTABLE || sheaf_source_rows(a) == sheaf_source_rows(b);
}

static enum sheaf_status pair_unpack(struct sheaf_source *source, struct unpacker *in, struct sheaf_error *err)
{
    struct pair *sides = calloc(1, sizeof *sides);
    source->detail = sides;
    if (!sides)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a pair");
    enum sheaf_status status = source_unpack_side(&sides->side[0], in, err);
    if (status == SHEAF_OK)
        status = source_unpack_side(&sides->side[1], in, err);
    in->bad = in->bad || (status == SHEAF_OK && !pair_sound(source));
    return status;
}

static const struct sheaf_source *pair_side(const struct sheaf_source *source, size_t index)
{
    return index < 2 ? pair_of(source)->side[index] : NULL;
}

static enum sheaf_status pair_locate(const struct sheaf_source *source, const struct sheaf_position *position,
                                     struct sheaf_location *place, struct sheaf_error *err)
{
    const struct pair *sides = pair_of(source);
    struct sheaf_position own = *position;
    size_t in_first = sides->side[0]->input_count;
    if (own.file < in_first)
        return source_locate(sides->side[0], &own, place, err);
    own.file -= in_first;
    return source_locate(sides->side[1], &own, place, err);
}

const struct source_format source_format_pair = {
    .name = "pair",
    .rows_are_units = true,
    .cleanup = pair_cleanup,
    .pack = pair_pack,
    .unpack = pair_unpack,
    .reader_open = pair_reader_open,
    .reader_begin = pair_reader_begin,
    .reader_next = pair_reader_next,
    .reader_close = pair_reader_close,
    .feed_open = pair_feed_open,
    .side = pair_side,
    .locate = pair_locate,
};
