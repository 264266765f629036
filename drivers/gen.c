/* sheaf gen: writes a generator's numbers to a file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sheaf/source.h>

#include "command.h"
#include "message.h"
#include "nearest.h"
#include "npy.h"
#include "output_file.h"
#include "progress.h"
#include "terminal.h"

struct gen_own {
    struct option_number count, seed, offset;
    const char *format, *path;
    int progress;
};
struct gen_options {
    struct common common;
    struct gen_own own;
};

#define FIELD(name) offsetof(struct gen_own, name)
static const struct option_table gen_table = {
    "Numbers",
    (const struct option[]){
        {"count", 0, false, "N", option_count, FIELD(count), "How many"},
        {"seed", 0, false, "N", option_count, FIELD(seed), "Another seed makes other numbers (0)"},
        {"offset", 0, false, "N", option_count, FIELD(offset), "Number of the first one (0)"},
        {0},
    },
};
static const struct option_table gen_output_table = {
    "Output",
    (const struct option[]){
        {"output", 'o', false, "FILE", option_text, FIELD(path),
         "Write to FILE, which appears only when it is complete"},
        {"format", 0, false, "npy|raw|csv", option_choice, FIELD(format),
         "How to write them (by FILE's ending; npy on standard output and for any other ending)"},
        {"progress", 0, false, NULL, option_on, FIELD(progress),
         "Show progress on standard error (on a terminal, after a second); in a log a line every 10 s"},
        {"no-progress", 0, false, NULL, option_off, FIELD(progress), "Show none"},
        {0},
    },
};
#undef FIELD

/* ---- what to write -------------------------------------------------------------------------------------------- */

static int list_kinds(FILE *out)
{
    size_t count;
    const struct sheaf_generator *kinds = sheaf_generators(&count);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%-10s%s %s\n", style_bold(out), kinds[i].name, style_end(out), kinds[i].summary);
    return EXIT_DONE;
}

static enum sheaf_status find_kind(const char *name, const struct sheaf_generator **kind, struct sheaf_error *err)
{
    size_t count;
    const struct sheaf_generator *kinds = sheaf_generators(&count);
    struct nearest nearest = nearest_to(name);
    for (size_t i = 0; i < count; i++) {
        nearest_offer(&nearest, kinds[i].name);
        if (strcmp(kinds[i].name, name) == 0) {
            *kind = &kinds[i];
            return SHEAF_OK;
        }
    }
    return sheaf_fail(err, SHEAF_USAGE, "there is no generator \"%s\"%s", name,
                      nearest_hint(&nearest, "", " (sheaf gen lists them)"));
}

static enum sheaf_status choose_format(const struct gen_own *own, const char **format, struct sheaf_error *err)
{
    static const struct {
        const char *ending, *format;
    } endings[] = {{".npy", "npy"}, {".csv", "csv"}, {".raw", "raw"}, {".bin", "raw"}, {".dat", "raw"}};
    bool to_stdout = !own->path || strcmp(own->path, "-") == 0;
    const char *dot = to_stdout ? NULL : strrchr(own->path, '.');
    *format = own->format ? own->format : "npy";
    for (size_t i = 0; dot && !own->format && i < sizeof endings / sizeof endings[0]; i++)
        if (strcmp(dot, endings[i].ending) == 0)
            *format = endings[i].format;
    return strcmp(*format, "csv") == 0 ? SHEAF_OK : output_check_binary(own->path, *format, "csv", err);
}

/* ---- writing -------------------------------------------------------------------------------------------------- */

static void print_number(FILE *out, enum sheaf_type type, const void *data, size_t i)
{
    char text[32];
    switch (type) {
    case SHEAF_F64:
        fputs(sheaf_real_text(((const double *)data)[i], text), out);
        break;
    case SHEAF_F32:
        fputs(sheaf_real_text((double)((const float *)data)[i], text), out); /* the same number, also read as a double */
        break;
#define X(NAME, c_type, name) \
    case SHEAF_##NAME: \
        fprintf(out, "%lld", (long long)((const c_type *)data)[i]); \
        break;
        X(I8, int8_t, ) X(I16, int16_t, ) X(I32, int32_t, ) X(I64, int64_t, )
        X(U8, uint8_t, ) X(U16, uint16_t, ) X(U32, uint32_t, )
#undef X
    case SHEAF_U64:
        fprintf(out, "%" PRIu64, ((const uint64_t *)data)[i]);
        break;
    case SHEAF_TYPE_COUNT:
        break;
    }
    fputc('\n', out);
}

/* NumPy's name of a type in this machine's byte order. */
static const char *type_descr(enum sheaf_type type)
{
    char order = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? '<' : '>';
    char kind = sheaf_type_is_float(type) ? 'f' : sheaf_type_is_signed(type) ? 'i' : 'u';
    return keep_text("'%c%c%zu'", order, kind, sheaf_type_size(type));
}

struct writing {
    FILE *out;
    const char *format;
    const struct sheaf_generator *kind;
    uint64_t count;
};

static void write_begin(const struct writing *w)
{
    if (strcmp(w->format, "npy") == 0)
        npy_header(w->out, type_descr(w->kind->type), keep_text("(%" PRIu64 ",)", w->count));
    else if (strcmp(w->format, "csv") == 0)
        fprintf(w->out, "%s\n", w->kind->name);
}

static void write_some(const struct writing *w, const void *data, size_t rows)
{
    if (strcmp(w->format, "csv") != 0) {
        fwrite(data, sheaf_type_size(w->kind->type), rows, w->out);
        return;
    }
    for (size_t i = 0; i < rows; i++)
        print_number(w->out, w->kind->type, data, i);
}

/* Stops at the first write that fails; whoever closes the output reports it. */
static enum sheaf_status write_all(const struct writing *w, const struct sheaf_source *source,
                                   struct progress *progress, struct sheaf_error *err)
{
    enum { CHUNK_ROWS = 1 << 15 };
    size_t size = sheaf_type_size(w->kind->type);
    void *data = keep_bytes(CHUNK_ROWS * size);
    write_begin(w);
    for (uint64_t first = 0, got; first < w->count && !ferror(w->out); first += got) {
        uint64_t rows = w->count - first < CHUNK_ROWS ? w->count - first : CHUNK_ROWS;
        enum sheaf_status status = sheaf_source_copy(source, first, rows, data, &got, err);
        if (status != SHEAF_OK)
            return status;
        if (got == 0)
            return sheaf_fail(err, SHEAF_INTERNAL, "the generator ended after %" PRIu64 " numbers", first);
        write_some(w, data, got);
        progress_report(progress, (first + got) * size, (int64_t)(w->count * size), 0);
    }
    return SHEAF_OK;
}

/* ---- the command -------------------------------------------------------------------------------------------------- */

static enum sheaf_status open_kind(const struct gen_own *own, const struct sheaf_generator *kind,
                                   struct sheaf_source **source, struct sheaf_error *err)
{
    const char *name = keep_text("gen:%s", kind->name);
    struct sheaf_reading reading = {
        .offset = own->offset.value,
        .count_set = true,
        .count = own->count.value,
        .seed = own->seed.value,
    };
    if (access(name, F_OK) == 0)
        return sheaf_fail(err, SHEAF_USAGE, "a file called %s is in this directory and would be read instead", name);
    return sheaf_source_open(source, &name, 1, &reading, err);
}

static enum sheaf_status generate(const struct gen_options *options, const char *name, struct sheaf_error *err)
{
    const struct gen_own *own = &options->own;
    struct writing w = {.count = own->count.value};
    struct sheaf_source *source = NULL;
    struct output_file output;
    struct progress progress;
    enum sheaf_status status = find_kind(strncmp(name, "gen:", 4) == 0 ? name + 4 : name, &w.kind, err);
    if (status == SHEAF_OK && !own->count.set)
        status = sheaf_fail(err, SHEAF_USAGE, "say how many: sheaf gen %s --count 1M -o %s.npy", w.kind->name,
                            w.kind->name);
    if (status == SHEAF_OK)
        status = choose_format(own, &w.format, err);
    if (status == SHEAF_OK)
        status = open_kind(own, w.kind, &source, err);
    if (status == SHEAF_OK)
        status = output_open(&output, own->path, err);
    if (status == SHEAF_OK) {
        w.out = output.stream;
        progress_begin(&progress, own->progress, options->common.quiet);
        status = write_all(&w, source, &progress, err);
        uint64_t written = w.count * sheaf_type_size(w.kind->type);
        progress_end(&progress, status == SHEAF_OK ? &written : NULL);
        if (status == SHEAF_OK)
            status = output_commit(&output, err);
        else
            output_discard(&output);
    }
    sheaf_source_destroy(source);
    return status;
}

static int run_gen(const struct invocation *in)
{
    struct sheaf_error err;
    if (in->operands.count == 0)
        return list_kinds(stdout);
    if (in->operands.count > 1) {
        sheaf_fail(&err, SHEAF_USAGE, "gen writes one kind at a time, but there is also \"%s\"", in->operands.items[1]);
        return complain(&err);
    }
    return generate(in->options, in->operands.items[0], &err) == SHEAF_OK ? EXIT_DONE : complain(&err);
}

const struct command command_gen = {
    .name = "gen",
    .operands = "[KIND]",
    .summary = "Write generated numbers to a file, or list the kinds there are",
    .description = "Writes the numbers that gen:KIND stands for wherever a file is read. Number i follows from the "
                   "seed and i alone, so any machine and any cut makes the same ones. Without KIND: lists the kinds.",
    .examples = "sheaf gen\nsheaf gen uniform --count 100M --seed 7 -o u.npy\n"
                "sheaf gen seq --count 10 --format csv\n",
    .sections =
        (const struct option_section[]){
            {&gen_table, NULL, offsetof(struct gen_options, own)},
            {&gen_output_table, NULL, offsetof(struct gen_options, own)},
            {&common_table, NULL, offsetof(struct gen_options, common)},
            {0},
        },
    .options_size = sizeof(struct gen_options),
    .run = run_gen,
};
