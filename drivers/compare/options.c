#include "compare/options.h"

#include <ctype.h>
#include <string.h>

#include "compare/way.h"
#include "execution_options.h"
#include "kernel_options.h"

/* ---- lists whose items are all good ---------------------------------------------------------------------------- */

typedef enum sheaf_status item_check(const char *item, struct sheaf_error *err);

static enum sheaf_status add_checked(struct text_list *list, const struct text_list *items, item_check *check,
                                     struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    for (size_t i = 0; i < items->count && status == SHEAF_OK; i++) {
        status = check(items->items[i], err);
        text_list_add(list, items->items[i]);
    }
    return status;
}

static enum sheaf_status read_list(struct text_list *list, const char *text, item_check *check, struct sheaf_error *err)
{
    struct text_list items = {0};
    text_list_add_pieces(&items, text);
    return add_checked(list, &items, check, err);
}

static enum sheaf_status read_strategies(const struct option *option, void *field, const char *text,
                                         struct sheaf_error *err)
{
    (void)option;
    return read_list(field, text, execution_check_strategy, err);
}

static enum sheaf_status check_merge(const char *item, struct sheaf_error *err)
{
    return strcmp(item, "all") == 0 ? SHEAF_OK : execution_check_merge(NULL, item, err);
}

static enum sheaf_status read_merges(const struct option *option, void *field, const char *text,
                                     struct sheaf_error *err)
{
    (void)option;
    return read_list(field, text, check_merge, err);
}

static enum sheaf_status check_workers(const char *item, struct sheaf_error *err)
{
    struct shape shape;
    return shape_parse(item, &shape, err);
}

static enum sheaf_status read_workers(const struct option *option, void *field, const char *text,
                                      struct sheaf_error *err)
{
    (void)option;
    return read_list(field, text, check_workers, err);
}

static enum sheaf_status check_block(const char *item, struct sheaf_error *err)
{
    uint64_t bytes;
    return execution_read_block(item, &bytes, err);
}

static enum sheaf_status read_blocks(const struct option *option, void *field, const char *text,
                                     struct sheaf_error *err)
{
    (void)option;
    return read_list(field, text, check_block, err);
}

static enum sheaf_status read_sums(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    return read_list(field, text, sums_check, err);
}

/* struct text_list: one more form of sums. */
static enum sheaf_status read_fast(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    bool yes = false;
    enum sheaf_status status = option_switch(option, &yes, text, err);
    if (yes)
        text_list_add(field, "fast");
    return status;
}

/* Neighbouring numbers are one list of processors: none,0,2,4-7 are two policies. */
static enum sheaf_status read_pins(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    struct text_list pieces = {0}, pins = {0};
    const char *cpus = NULL;
    (void)option;
    text_list_add_pieces(&pieces, text);
    for (size_t i = 0; i < pieces.count; i++) {
        const char *piece = pieces.items[i];
        bool number = isdigit((unsigned char)*piece);
        if (number)
            cpus = cpus ? keep_text("%s,%s", cpus, piece) : piece;
        if (cpus && (!number || i + 1 == pieces.count)) {
            text_list_add(&pins, cpus);
            cpus = NULL;
        }
        if (!number)
            text_list_add(&pins, piece);
    }
    return add_checked(field, &pins, execution_check_pin, err);
}

/* ---- tables ---------------------------------------------------------------------------------------------------- */

#define FIELD(name) offsetof(struct way_options, name)
const struct option_table way_table = {
    "Rows",
    (const struct option[]){
        {"strategy", 0, false, "NAME,...", read_strategies, FIELD(strategies),
         "serial, threads, processes, shared, mpi, hybrid (all; serial is always a row); see sheaf strategies"},
        {"merge", 0, false, "METHOD,...", read_merges, FIELD(merges),
         "Merge methods, or all (the first method of each strategy)"},
        {"workers", 'j', false, "N,...", read_workers, FIELD(workers),
         "Workers in all (what nproc prints, within cgroup and Slurm limits). Under hybrid N is 2 ranks of N/2 threads, "
         "one rank where N is odd; RxT is R ranks of T threads"},
        {"block", 0, false, "SIZE,...", read_blocks, FIELD(blocks),
         "Bytes of input in one block of work (8M and 64K: with large blocks all merge methods look alike)"},
        {"pin", 0, false, "POLICY,...", read_pins, FIELD(pins),
         "none, compact, core, scatter, numa, or processors such as 0,2,4-7"},
        {"sums", 0, true, "FORM,...", read_sums, FIELD(sums),
         "How floating-point sums are added: exact (always a row), fixed (rounded at every step, in one order), fast "
         "(rounded, in any order: not reproducible)"},
        {"fast", 0, true, NULL, read_fast, FIELD(sums), "The same as --sums fast"},
        {"load", 0, false, "KERNELS.so", option_list, FIELD(load), "Load kernels from a shared object"},
        {"launcher", 0, false, "COMMAND", option_text, FIELD(launcher),
         "What starts the rows mpi and hybrid; -n and the number of ranks are added (mpirun)"},
        {"row", 0, true, "WAY", option_text, FIELD(row), NULL},
        {0},
    },
};
#undef FIELD

#define FIELD(name) offsetof(struct measure_options, name)
const struct option_table measure_table = {
    "Measuring",
    (const struct option[]){
        {"repeat", 0, false, "N", option_count, FIELD(repeat),
         "Repetitions of each row, after one that does not count (5, and more while they take less than 3 seconds)"},
        {"stall", 0, false, "DURATION", option_seconds, FIELD(stall),
         "Give up a row that gets no further for so long (5m)"},
        {0},
    },
};
#undef FIELD

#define FIELD(name) offsetof(struct timings_options, name)
const struct option_table timings_table = {
    "Comparing timings",
    (const struct option[]){
        {"save", 0, true, "FILE", option_text, FIELD(save), "Keep the timings in FILE"},
        {"against", 0, true, "FILE", option_text, FIELD(against),
         "Compare with the timings kept in FILE: tell each row that moved; exit 3 if one is slower"},
        {"rtol", 0, false, "X", option_real, FIELD(rtol),
         "A row has moved if its quartiles lie apart and its median is off by more than X times itself (0.05)"},
        {0},
    },
};
#undef FIELD
