/* Generators as a source: the table, opening, reading. The numbers are made in tuned/gen.c. */
#include <sheaf/source.h>

#include "base/cpu.h"
#include "base/nearest.h"
#include "source/format.h"
#include "source/gen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table ------------------------------------------------------------------------------------------ */

#define WORD "w(s, i) is output i of SplitMix64 seeded with s; "

static const struct sheaf_generator generators[GEN_KINDS] = {
    [GEN_UNIFORM] = {"uniform", "f64, uniform in [0, 1), in steps of 2^-53", SHEAF_F64,
                     WORD "x = (w(seed, i) >> 11) * 2^-53"},
    [GEN_UNIFORM32] = {"uniform32", "f32, uniform in [0, 1), in steps of 2^-24", SHEAF_F32,
                       WORD "x = (w(seed ^ 0x2545f4914f6cdd1d, i) >> 40) * 2^-24"},
    [GEN_NORMAL] = {"normal", "f64, normal with mean 0 and standard deviation 1", SHEAF_F64,
                    WORD "x = quantile(((w(seed ^ 0x9fb21c651e98df25, i) >> 11) + 1/2) * 2^-53) by Wichura's AS 241"},
    [GEN_WIDE] = {"wide", "f64, random sign, mantissa and exponent over the whole finite range", SHEAF_F64,
                  WORD "x = the double with the bits of w(seed ^ 0xd6e8feb86659fd93, i), its exponent field e "
                       "replaced by e * 2047 >> 11"},
    [GEN_SEQ] = {"seq", "i64, 0, 1, 2, ...", SHEAF_I64, "x = i"},
    [GEN_INTS] = {"ints", "i64, uniform over the whole range", SHEAF_I64, WORD "x = w(seed ^ 0xa0761d6478bd642f, i)"},
    [GEN_BYTES] = {"bytes", "u8, uniform over the whole range", SHEAF_U8,
                   WORD "x = byte i % 8, lowest first, of w(seed ^ 0xe7037ed1a0b428db, i / 8)"},
};

static const uint64_t salt[GEN_KINDS] = {
    [GEN_UNIFORM32] = 0x2545f4914f6cdd1d, [GEN_NORMAL] = 0x9fb21c651e98df25, [GEN_WIDE] = 0xd6e8feb86659fd93,
    [GEN_INTS] = 0xa0761d6478bd642f,      [GEN_BYTES] = 0xe7037ed1a0b428db,
};

/* Best last. */
#define VARIANT(isa) {#isa, gen_make_##isa},
static const struct {
    const char *cpu;
    gen_maker *make;
} variants[] = {VARIANT(portable) SHEAF_ISAS(VARIANT)};

static gen_maker *best_maker(void)
{
    size_t best = sizeof variants / sizeof variants[0] - 1;
    while (best > 0 && !cpu_has(variants[best].cpu))
        best--;
    return variants[best].make;
}

const struct sheaf_generator *sheaf_generators(size_t *count)
{
    *count = GEN_KINDS;
    return generators;
}

/* ---- opening -------------------------------------------------------------------------------------------- */

static const char prefix[] = "gen:";

/* An input's detail. */
struct made {
    uint64_t kind, seed, first;
};

static enum sheaf_status unknown_kind(const char *name, const char *kind, struct sheaf_error *err)
{
    const char *names[GEN_KINDS];
    char list[128] = "";
    for (size_t i = 0; i < GEN_KINDS; i++) {
        names[i] = generators[i].name;
        strcat(strcat(list, i ? ", " : ""), names[i]);
    }
    const char *nearest = nearest_name(kind, names, GEN_KINDS);
    return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "no such file, and no generator \"%.32s\"%s%s%s; there "
                       "are: %s", kind, nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "",
                       list);
}

static enum sheaf_status check_options(const char *name, const struct sheaf_generator *generator,
                                       const struct sheaf_reading *reading, struct sheaf_error *err)
{
    if (!reading->count_set)
        return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "how many? --count 100M makes 100 million");
    if (reading->count > INT64_MAX / 8)
        return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "--count %" PRIu64 " is more than 2^60 elements",
                           reading->count);
    if (reading->offset > INT64_MAX - reading->count)
        return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "--offset %" PRIu64 " and --count %" PRIu64
                           " go beyond element 2^63 - 2, the last one", reading->offset, reading->count);
    if (reading->type && strcmp(reading->type, sheaf_type_name(generator->type)) != 0)
        return source_fail(err, SHEAF_USAGE, name, SHEAF_UNKNOWN, "makes %s, and --type says %.32s",
                           sheaf_type_name(generator->type), reading->type);
    if (reading->column_count)
        return source_refuse_option(name, "--column", "a generator makes one column", err);
    if (reading->endian)
        return source_refuse_option(name, "--endian", "a generator makes numbers, not bytes", err);
    return source_refuse_text_options(name, reading, err);
}

static enum sheaf_status gen_open(struct sheaf_source *source, size_t i, struct source_head *head,
                                  const struct sheaf_reading *reading, struct sheaf_error *err)
{
    struct source_input *input = &source->inputs[i];
    const char *name = head->name + strlen(prefix);
    uint64_t kind = 0;
    while (kind < GEN_KINDS && strcmp(generators[kind].name, name) != 0)
        kind++;
    if (kind == GEN_KINDS)
        return unknown_kind(head->name, name, err);
    enum sheaf_status status = check_options(head->name, &generators[kind], reading, err);
    if (status != SHEAF_OK)
        return status;
    struct made *made = malloc(sizeof *made);
    if (!made)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory");
    *made = (struct made){kind, reading->seed, reading->offset};
    input->detail = made;
    input->units = reading->count;
    input->rows = (int64_t)reading->count;
    input->unit_bytes = sheaf_type_size(generators[kind].type);
    return source_set_columns(source, i, &(struct source_column){.name = "", .type = generators[kind].type}, 1, err);
}

static void gen_cleanup(struct sheaf_source *source)
{
    for (size_t i = 0; i < source->input_count; i++)
        free(source->inputs[i].detail);
}

static void gen_pack(const struct sheaf_source *source, struct packer *packer)
{
    for (size_t i = 0; i < source->input_count; i++) {
        const struct made *made = source->inputs[i].detail;
        pack_u64(packer, made->kind);
        pack_u64(packer, made->seed);
        pack_u64(packer, made->first);
    }
}

static enum sheaf_status gen_unpack(struct sheaf_source *source, struct unpacker *in, struct sheaf_error *err)
{
    for (size_t i = 0; i < source->input_count && !in->bad; i++) {
        struct made *made = malloc(sizeof *made);
        if (!made)
            return sheaf_fail(err, SHEAF_MEMORY, "out of memory");
        source->inputs[i].detail = made;
        made->kind = unpack_u64(in);
        made->seed = unpack_u64(in);
        made->first = unpack_u64(in);
        in->bad = in->bad || made->kind >= GEN_KINDS || source->column_count != 1 ||
                  source->columns[0].type != generators[made->kind].type ||
                  source->inputs[i].unit_bytes != sheaf_type_size(source->columns[0].type) ||
                  source->inputs[i].rows != (int64_t)source->inputs[i].units;
    }
    return SHEAF_OK;
}

/* ---- reading -------------------------------------------------------------------------------------------- */

struct gen_reader {
    struct reader base;
    gen_maker *make;
    uint64_t file, next, hi;
    struct tile_column column;
    unsigned char tile[TILE_BYTES] __attribute__((aligned(64)));
};

static enum sheaf_status gen_reader_open(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                                         struct sheaf_error *err)
{
    (void)forms;
    struct gen_reader *r = aligned_alloc(64, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    r->base.source = source;
    r->make = best_maker();
    r->next = r->hi = 0;
    *reader = &r->base;
    return SHEAF_OK;
}

static enum sheaf_status gen_reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err)
{
    (void)err;
    struct gen_reader *r = (struct gen_reader *)reader;
    const struct made *made = reader->source->inputs[span->input].detail;
    r->file = span->input;
    r->next = span->lo;
    r->hi = span->hi;
    r->column = (struct tile_column){.type = generators[made->kind].type, .data = r->tile};
    return SHEAF_OK;
}

static enum sheaf_status gen_reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err)
{
    (void)err;
    struct gen_reader *r = (struct gen_reader *)reader;
    const struct made *made = reader->source->inputs[r->file].detail;
    uint64_t size = sheaf_type_size(r->column.type), rows = r->hi - r->next;
    if (rows > TILE_BYTES / size)
        rows = TILE_BYTES / size;
    *tile = (struct tile){.rows = rows, .bytes = rows * size, .columns = &r->column};
    tile->first = (struct sheaf_position){r->file, r->next, (int64_t)r->next, SHEAF_UNKNOWN};
    r->make((enum gen_kind)made->kind, made->seed ^ salt[made->kind], made->first + r->next, rows, r->tile);
    r->next += rows;
    return SHEAF_OK;
}

static void gen_reader_close(struct reader *reader)
{
    free(reader);
}

static enum sheaf_status gen_locate(const struct sheaf_source *source, const struct sheaf_position *position,
                                    struct sheaf_location *place, struct sheaf_error *err)
{
    (void)source;
    (void)err;
    place->row = position->at;
    place->line = SHEAF_UNKNOWN;
    return SHEAF_OK;
}

const struct source_format source_format_gen = {
    .name = "gen",
    .prefix = prefix,
    .rows_are_units = true,
    .open = gen_open,
    .cleanup = gen_cleanup,
    .pack = gen_pack,
    .unpack = gen_unpack,
    .reader_open = gen_reader_open,
    .reader_begin = gen_reader_begin,
    .reader_next = gen_reader_next,
    .reader_close = gen_reader_close,
    .locate = gen_locate,
};
