/* bench/exact: exact sums beside plain loops, in one process and in turns. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "figures_print.h"
#include "message.h"
#include "number.h"
#include "option.h"
#include "serve.h"

struct options {
    bool help, huge, busy, json, csv;
    struct text_list only, cpus, threads, places, bytes;
    struct option_number rounds, run;
    struct option_real least;
    const char *serve;
};

#define FIELD(name) offsetof(struct options, name)
static const struct option_table table = {
    "Options",
    (const struct option[]){
        {"only", 0, true, "TEXT,...", option_pieces, FIELD(only), "Rows whose name holds one of these (all)"},
        {"cpu", 0, false, "NAME,...", option_pieces, FIELD(cpus),
         "Instruction sets: portable, avx2, avx512, avx512ifma, best (best)"},
        {"threads", 0, true, "N,...", option_pieces, FIELD(threads), "Threads (1,2)"},
        {"place", 0, true, "NAME,...", option_pieces, FIELD(places), "Where the data lie: dram, l3, l2 (all)"},
        {"bytes", 0, true, "SIZE,SIZE,SIZE", option_pieces, FIELD(bytes),
         "How much a thread reads in each of them (256M,8M,512K)"},
        {"run", 0, true, "SIZE", option_size, FIELD(run),
         "Exact sums are fed in runs of so much; kernels are in runs of 16K or 32K (in one call, as the loops)"},
        {"rounds", 0, true, "N", option_count, FIELD(rounds), "Rounds that count, after one that does not (15)"},
        {"least", 0, true, "DURATION", option_seconds, FIELD(least), "Small data are read again for so long (2ms)"},
        {"huge", 0, true, NULL, option_switch, FIELD(huge), "Data in huge pages (in such pages as malloc gives)"},
        {"busy", 0, true, NULL, option_switch, FIELD(busy),
         "Time of the processor, not of the clock: for a machine that others use meanwhile"},
        {"json", 0, true, NULL, option_switch, FIELD(json), "As JSON, at the end"},
        {"csv", 0, true, NULL, option_switch, FIELD(csv), "As CSV"},
        {"serve", 0, true, "FUNCTION", option_text, FIELD(serve),
         "Add up raw FILEs once for each line of standard input; prints seconds and sum"},
        {"help", 'h', true, NULL, option_switch, FIELD(help), "Show this help and exit"},
        {0},
    },
};
#undef FIELD

static void print_help(void)
{
    puts("Usage: exact [OPTION...]\n"
         "       exact --serve FUNCTION FILE [FILE]\n\n"
         "Measures exact sums against plain loops that round: the compiler's, and one\n"
         "unrolled by hand. A ratio of 1 is as fast as the loop; more is faster.\n");
    for (const struct option *o = table.options; o->name; o++)
        printf("  --%s%s%s\n        %s\n", o->name, o->metavar ? " " : "", o->metavar ? o->metavar : "", o->help);
    puts("\nFunctions:");
    for (size_t i = 0; i < subject_count; i++)
        printf("  %s\n", subjects[i].name);
}

/* ---- what to measure -------------------------------------------------------------------------------------------- */

struct campaign {
    const struct options *options;
    struct conditions conditions;
    uint64_t bytes[PLACE_COUNT];
    figure_printer *print; /* NULL: JSON, at the end */
    struct figure *figures;
    size_t count, capacity;
};

static bool holds_one(const char *name, const struct text_list *pieces)
{
    for (size_t i = 0; i < pieces->count; i++)
        if (strstr(name, pieces->items[i]))
            return true;
    return pieces->count == 0;
}

/* What would be measured: only uniform data lie in caches too. */
static bool is_wanted(const struct campaign *campaign, const struct trial *trial)
{
    return dataset_has(trial->dataset, trial->subject->type) &&
           (trial->dataset == DATASET_UNIFORM || trial->place == PLACE_DRAM) &&
           holds_one(place_name(trial->place), &campaign->options->places) &&
           holds_one(trial_name(trial), &campaign->options->only);
}

static struct figure *add_figures(struct campaign *campaign, size_t count)
{
    if (campaign->count + count > campaign->capacity) {
        campaign->capacity = 2 * campaign->capacity + count;
        struct figure *figures = keep_bytes(campaign->capacity * sizeof *figures);
        if (campaign->count)
            memcpy(figures, campaign->figures, campaign->count * sizeof *figures);
        campaign->figures = figures;
    }
    campaign->count += count;
    return campaign->figures + campaign->count - count;
}

static enum sheaf_status measure(struct campaign *campaign, const struct trial *trial, struct crew *crew,
                                 struct sheaf_error *err)
{
    size_t count = campaign->conditions.cpu_count;
    struct figure *figures = add_figures(campaign, count);
    enum sheaf_status status = trial_measure(trial, &campaign->conditions, crew, figures, err);
    for (size_t i = 0; i < count && status == SHEAF_OK && campaign->print; i++)
        campaign->print(stdout, &figures[i]);
    fflush(stdout);
    return status;
}

static enum sheaf_status measure_by(struct campaign *campaign, unsigned threads, struct sheaf_error *err)
{
    static struct crew crew;
    enum sheaf_status status = SHEAF_OK;
    if (!crew_begin(&crew, threads, true))
        return sheaf_fail(err, SHEAF_MEMORY, "no %u threads to be had", threads);
    for (enum place place = 0; place < PLACE_COUNT; place++)
        for (enum dataset dataset = 0; dataset < DATASET_COUNT; dataset++)
            for (size_t i = 0; i < subject_count && status == SHEAF_OK; i++) {
                struct trial trial = {&subjects[i], dataset, place, campaign->bytes[place], threads};
                if (is_wanted(campaign, &trial))
                    status = measure(campaign, &trial, &crew, err);
            }
    crew_end(&crew);
    return status;
}

/* ---- options ---------------------------------------------------------------------------------------------------- */

static const char *best_cpu(void)
{
    const char *best = "portable";
#define X(name) best = cpu_has(#name) ? #name : best;
    CPU_LEVELS(X)
#undef X
    return best;
}

static bool is_cpu(const char *name)
{
    bool known = false;
#define X(cpu) known = known || strcmp(name, #cpu) == 0;
    CPU_LEVELS(X)
#undef X
    return known;
}

/* A set that the machine lacks would be measured under a wrong name. */
static enum sheaf_status check_cpus(struct text_list *cpus, struct sheaf_error *err)
{
    enum sheaf_status status = cpu_limit(NULL, err);
    if (cpus->count == 0)
        text_list_add(cpus, "best");
    for (size_t i = 0; i < cpus->count && status == SHEAF_OK; i++) {
        const char **cpu = &cpus->items[i];
        if (strcmp(*cpu, "best") == 0)
            *cpu = best_cpu();
        else if (!cpu_has(*cpu))
            status = sheaf_fail(err, SHEAF_USAGE, "--cpu: %s \"%s\"", is_cpu(*cpu) ? "this machine has no" : "there is no",
                                *cpu);
    }
    return status;
}

static enum sheaf_status read_bytes(const struct text_list *texts, uint64_t bytes[PLACE_COUNT], struct sheaf_error *err)
{
    static const uint64_t usual[PLACE_COUNT] = {UINT64_C(256) << 20, UINT64_C(8) << 20, UINT64_C(512) << 10};
    for (size_t i = 0; i < PLACE_COUNT; i++)
        bytes[i] = usual[i];
    for (size_t i = 0; i < texts->count; i++)
        if (i >= PLACE_COUNT || !parse_size(texts->items[i], &bytes[i]) || bytes[i] < 4096)
            return sheaf_fail(err, SHEAF_USAGE, "--bytes: three sizes of at least 4K, such as 256M,8M,512K");
    return SHEAF_OK;
}

static enum sheaf_status read_threads(const char *text, unsigned *threads, struct sheaf_error *err)
{
    uint64_t count;
    if (!parse_count(text, &count) || count < 1 || count > MOST_THREADS)
        return sheaf_fail(err, SHEAF_USAGE, "--threads: \"%s\" is not a number from 1 to %d", text, MOST_THREADS);
    *threads = (unsigned)count;
    return SHEAF_OK;
}

static enum sheaf_status prepare(struct campaign *campaign, struct options *options, struct sheaf_error *err)
{
    enum sheaf_status status = check_cpus(&options->cpus, err);
    if (status == SHEAF_OK)
        status = read_bytes(&options->bytes, campaign->bytes, err);
    if (status == SHEAF_OK && options->rounds.set && options->rounds.value == 0)
        status = sheaf_fail(err, SHEAF_USAGE, "--rounds: at least 1");
    if (options->threads.count == 0)
        text_list_add_pieces(&options->threads, "1,2");
    campaign->options = options;
    campaign->print = options->json ? NULL : options->csv ? figure_print_csv : figure_print_text;
    campaign->conditions = (struct conditions){
        .cpus = options->cpus.items,
        .cpu_count = options->cpus.count,
        .rounds = options->rounds.set ? options->rounds.value : 15,
        .run_bytes = options->run.value,
        .least_s = options->least.set ? options->least.value : 2e-3,
        .huge = options->huge,
        .busy = options->busy,
    };
    return status;
}

/* ---- the two ways to use it ------------------------------------------------------------------------------------- */

static enum sheaf_status run_campaign(struct options *options, struct sheaf_error *err)
{
    struct campaign campaign = {0};
    enum sheaf_status status = prepare(&campaign, options, err);
    if (status == SHEAF_OK && campaign.print)
        campaign.print(stdout, NULL);
    for (size_t i = 0; i < options->threads.count && status == SHEAF_OK; i++) {
        unsigned threads = 1;
        status = read_threads(options->threads.items[i], &threads, err);
        if (status == SHEAF_OK)
            status = measure_by(&campaign, threads, err);
    }
    if (status == SHEAF_OK && campaign.count == 0)
        status = sheaf_fail(err, SHEAF_USAGE, "no row of that name");
    if (status == SHEAF_OK && !campaign.print)
        figures_print_json(stdout, campaign.figures, campaign.count);
    return status;
}

static enum sheaf_status run_service(struct options *options, const struct text_list *files,
                                     struct sheaf_error *err)
{
    const struct subject *subject = subject_find(options->serve);
    unsigned threads = 1;
    enum sheaf_status status = check_cpus(&options->cpus, err);
    if (!subject)
        return sheaf_fail(err, SHEAF_USAGE, "--serve: there is no function \"%s\"", options->serve);
    if (files->count != (subject->two ? 2 : 1))
        return sheaf_fail(err, SHEAF_USAGE, "--serve: %s takes %s", subject->name, subject->two ? "two files" : "one file");
    if (status == SHEAF_OK)
        status = cpu_limit(options->cpus.items[0], err);
    if (status == SHEAF_OK && options->threads.count)
        status = read_threads(options->threads.items[0], &threads, err);
    return status == SHEAF_OK ? serve(subject, files->items, threads, err) : status;
}

int main(int argc, char **argv)
{
    static struct options options;
    struct text_list operands = {0};
    struct sheaf_error err;
    struct option_target target = {&table, &options};
    enum sheaf_status status = options_parse(&target, 1, (const char *const *)argv + 1, (size_t)argc - 1,
                                             OPERANDS_ANYWHERE, &operands, &err);
    if (status == SHEAF_OK && options.help) {
        print_help();
        return EXIT_DONE;
    }
    if (status == SHEAF_OK && options.serve)
        status = run_service(&options, &operands, &err);
    else if (status == SHEAF_OK && operands.count)
        status = sheaf_fail(&err, SHEAF_USAGE, "\"%s\": files are for --serve alone", operands.items[0]);
    else if (status == SHEAF_OK)
        status = run_campaign(&options, &err);
    return status == SHEAF_OK ? EXIT_DONE : complain(&err);
}
