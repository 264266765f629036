#include "compare_options.h"

#include <ctype.h>

/* struct text_list: policies between commas; neighbouring numbers are one list of processors: none,0,2,4-7 are two. */
static enum sheaf_status read_pins(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    struct text_list pieces = {0};
    const char *cpus = NULL;
    enum sheaf_status status = option_pieces(option, &pieces, text, err);
    for (size_t i = 0; i < pieces.count && status == SHEAF_OK; i++) {
        const char *piece = pieces.items[i];
        bool number = isdigit((unsigned char)*piece);
        if (number)
            cpus = cpus ? keep_text("%s,%s", cpus, piece) : piece;
        if (cpus && (!number || i + 1 == pieces.count)) {
            text_list_add(field, cpus);
            cpus = NULL;
        }
        if (!number)
            text_list_add(field, piece);
    }
    return status;
}

#define FIELD(name) offsetof(struct way_options, name)
const struct option_table way_table = {
    "Rows",
    (const struct option[]){
        {"strategy", 0, false, "NAME,...", option_pieces, FIELD(strategies),
         "serial, threads, processes, shared, mpi, hybrid (all; serial is always a row); see sheaf strategies"},
        {"merge", 0, false, "METHOD,...", option_pieces, FIELD(merges),
         "Merge methods, or all (the first method of each strategy)"},
        {"workers", 'j', false, "N,...", option_pieces, FIELD(workers),
         "Workers in all (what nproc prints, within cgroup and Slurm limits). Under hybrid N is 2 ranks of N/2 threads, "
         "one rank where N is odd; RxT is R ranks of T threads"},
        {"block", 0, false, "SIZE,...", option_pieces, FIELD(blocks),
         "Bytes of input in one block of work (8M and 64K: with large blocks all merge methods look alike)"},
        {"pin", 0, false, "POLICY,...", read_pins, FIELD(pins),
         "none, compact, core, scatter, numa, or processors such as 0,2,4-7"},
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
