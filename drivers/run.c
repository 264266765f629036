/* sheaf run: reduces data to an answer. */
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "explain.h"
#include "launch.h"
#include "message.h"
#include "output_file.h"
#include "output_options.h"
#include "print.h"
#include "reduction.h"
#include "saved.h"

struct run_own {
    bool per_file;
};
struct run_options {
    struct common common;
    struct run_own own;
    struct input_options input;
    struct execution_options execution;
    struct output_options output;
    struct saved_options saved;
    struct sums_options sums;
    struct kernel_options kernel;
};

static const struct option_table run_table = {
    "Results",
    (const struct option[]){
        {"per-file", 0, false, NULL, option_switch, offsetof(struct run_own, per_file),
         "A result for each file, and one for all of them, whose file is empty (in JSON: files, beside the result of all)"},
        {0},
    },
};

/* A call of the command, with everything that is read before anything is computed. */
struct call {
    const struct run_options *options;
    struct kernel_choice choice;
    struct request request;
    struct text_list names;
    struct saved before; /* --against */
    size_t file_count;   /* with --per-file: how many; else 0 */
    struct reduction reduction;
};

/* ---- before ------------------------------------------------------------------------------------------------------ */

/* CSV, TSV and .npy hold one rectangle: the scalars of all kernels, or the table of one. */
static enum sheaf_status check_tables(const struct kernel_choice *choice, const char *format, struct sheaf_error *err)
{
    bool rectangle = strcmp(format, "text") != 0 && strcmp(format, "json") != 0;
    for (size_t i = 0; rectangle && choice->count > 1 && i < choice->count; i++)
        if (choice->kernels[i]->laws & SHEAF_LAW_TABLE)
            return sheaf_fail(err, SHEAF_USAGE, "%s holds one table, and %s gives one of its own: ask for --json or "
                                                "--format text, or for %s alone", format, choice->kernels[i]->name,
                              choice->kernels[i]->name);
    return SHEAF_OK;
}

static enum sheaf_status check_options(const struct run_options *options, struct sheaf_error *err)
{
    const struct saved_options *saved = &options->saved;
    bool tolerance = saved->tolerance.ulp.set || saved->tolerance.rtol.set || saved->tolerance.atol.set;
    if (tolerance && !saved->against)
        return sheaf_fail(err, SHEAF_USAGE, "--ulp, --rtol and --atol say how far --against FILE may be off; "
                          "name the FILE");
    if (options->output.dry_run && (saved->save || saved->against))
        return sheaf_fail(err, SHEAF_USAGE, "--dry-run computes no answer to keep or compare");
    if (strcmp(output_format(&options->output), "npy") == 0 && !options->output.dry_run)
        return output_check_binary(options->output.path, "npy", "text", err);
    return SHEAF_OK;
}

static enum sheaf_status read_call(struct call *call, const struct invocation *in, struct sheaf_error *err)
{
    const struct run_options *options = in->options;
    *call = (struct call){.options = options};
    if (in->operands.count == 0)
        return sheaf_fail(err, SHEAF_USAGE, "say what to compute: sheaf run KERNEL FILE, as in: sheaf run sum data.npy "
                                            "(sheaf kernels lists them)");
    const char *kernels = in->operands.items[0], *sums;
    enum sheaf_status status = kernel_choose(&options->kernel, kernels, &call->choice, err);
    if (status == SHEAF_OK)
        status = sums_read(&options->sums, &sums, err);
    if (status == SHEAF_OK)
        status = kernel_choice_take_sums(&call->choice, sums, err);
    if (status == SHEAF_OK)
        status = execution_check_merge(options->execution.way.strategy, options->execution.way.merge, err);
    if (status == SHEAF_OK)
        status = check_options(options, err);
    if (status == SHEAF_OK)
        status = check_tables(&call->choice, output_format(&options->output), err);
    if (status == SHEAF_OK)
        status = data_names(&call->names, &options->input, in->operands.items + 1, in->operands.count - 1,
                            keep_text("sheaf run %s data.npy, or: sheaf run %s gen:uniform --count 1M", kernels, kernels),
                            err);
    if (status == SHEAF_OK && options->saved.against)
        status = saved_read(&call->before, options->saved.against, err);
    call->file_count = options->own.per_file ? call->names.count : 0;
    call->request = (struct request){
        .input = &options->input,
        .choice = &call->choice,
        .execution = &options->execution.way,
        .world = in->world,
        .each = call->file_count > 1, /* one file needs no separate total */
    };
    return status;
}

/* ---- computing --------------------------------------------------------------------------------------------------- */

static enum sheaf_status compute_all(struct call *call, struct sheaf_error *err)
{
    struct progress progress;
    progress_begin(&progress, call->options->output.progress, call->options->common.quiet);
    enum sheaf_status status = reduction_run(&call->reduction, &call->request, &progress, err);
    progress_end(&progress, status == SHEAF_OK ? &call->reduction.answer->bytes : NULL);
    return status;
}

/* ---- after ------------------------------------------------------------------------------------------------------- */

static struct report make_report(const struct call *call)
{
    const struct reduction *done = &call->reduction;
    struct report report = {.kernels = call->choice.spelled, .file_count = call->file_count};
    report.files = keep_bytes((call->file_count + 1) * sizeof *report.files);
    for (size_t i = 0; i < call->file_count; i++)
        report_section_init(&report.files[i], call->names.items[i], done->each ? done->each[i] : done->answer,
                            done->data.source);
    report_section_init(&report.total, NULL, done->answer, done->data.source);
    for (size_t i = 0; i < sheaf_source_left_out_count(done->data.source); i++)
        text_list_add(&report.left_out, sheaf_source_left_out_name(done->data.source, i));
    sheaf_plan_view(done->plan, &report.run.plan);
    report.run.answer = done->answer;
    return report;
}

/* Where the answer goes, and a copy of it. Opened before anything is computed: a place that cannot be written is better
 * known at once. */
struct outputs {
    struct output_file answer, save;
};

static bool same_file(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && S_ISREG(one.st_mode) && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

/* -o and --save, where they are given, are none of the names, which are of `what`. */
static enum sheaf_status check_apart(const char *const paths[2], const char *const *names, size_t count, const char *what,
                                     struct sheaf_error *err)
{
    for (size_t p = 0; p < 2; p++)
        for (size_t i = 0; paths[p] && i < count; i++)
            if (names[i] && same_file(paths[p], names[i]))
                return sheaf_fail(err, SHEAF_USAGE, "%s %s would replace %s; name another file", p ? "--save" : "-o",
                                  paths[p], what);
    return SHEAF_OK;
}

static enum sheaf_status check_outputs(const struct call *call, struct sheaf_error *err)
{
    const char *const paths[] = {call->options->output.path, call->options->saved.save};
    const char *const lists[] = {call->options->input.files_from, call->options->input.files0_from};
    enum sheaf_status status = check_apart(paths, call->names.items, call->names.count, "an input", err);
    if (status == SHEAF_OK)
        status = check_apart(paths, lists, 2, "the list of inputs", err);
    if (status != SHEAF_OK)
        return status;
    if (paths[0] && paths[1] && (strcmp(paths[0], paths[1]) == 0 || same_file(paths[0], paths[1])))
        return sheaf_fail(err, SHEAF_USAGE, "-o and --save name the same file, %s", paths[0]);
    return SHEAF_OK;
}

static enum sheaf_status outputs_open(struct outputs *outputs, const struct run_options *options, struct sheaf_error *err)
{
    enum sheaf_status status = output_open(&outputs->answer, options->output.path, err);
    if (status == SHEAF_OK && options->saved.save) {
        status = output_open(&outputs->save, options->saved.save, err);
        if (status != SHEAF_OK)
            output_discard(&outputs->answer);
    }
    return status;
}

static void outputs_discard(struct outputs *outputs, const struct run_options *options)
{
    output_discard(&outputs->answer);
    if (options->saved.save)
        output_discard(&outputs->save);
}

static enum sheaf_status deliver(const struct call *call, struct outputs *outputs, bool *holds, struct sheaf_error *err)
{
    const struct run_options *options = call->options;
    struct report report = make_report(call);
    struct saved now = saved_make(&report);
    struct saved_verdict verdict = {0};
    if (options->saved.against) {
        verdict = saved_compare(&call->before, &now, &options->saved);
        report.against = &verdict;
    }
    print_report(outputs->answer.stream, output_format(&options->output), &report);
    enum sheaf_status status = output_commit(&outputs->answer, err);
    if (status == SHEAF_OK && options->saved.save)
        status = saved_write(&now, &outputs->save, err);
    if (status == SHEAF_OK && report.against)
        saved_tell(&verdict);
    *holds = verdict.beyond == 0;
    explain_answer(&report);
    if (options->input.lines.given && !call->reduction.answer->rows.read)
        note("no data on the lines asked for (--lines %s): the inputs end before, or only a header is there",
             options->input.lines.given);
    return status;
}

/* On standard output: the place of the answer is left alone. */
static void show_plan(const struct call *call)
{
    struct sheaf_plan_view view;
    sheaf_plan_view(call->reduction.plan, &view);
    if (strcmp(output_format(&call->options->output), "json") == 0)
        print_plan_json(stdout, &view, call->choice.spelled);
    else
        print_plan_text(stdout, &view, call->choice.spelled);
}

static bool reads_standard_input(const struct call *call)
{
    for (size_t i = 0; i < call->names.count; i++)
        if (strcmp(call->names.items[i], "-") == 0)
            return true;
    return false;
}

/* ---- the command -------------------------------------------------------------------------------------------------- */

static enum sheaf_status compute(struct call *call, bool *holds, struct sheaf_error *err)
{
    struct outputs outputs;
    enum sheaf_status status = check_outputs(call, err);
    if (status == SHEAF_OK)
        status = reduction_prepare(&call->reduction, &call->request, &call->names, err);
    if (status == SHEAF_OK && call->options->output.dry_run) {
        show_plan(call);
        return SHEAF_OK;
    }
    if (status == SHEAF_OK)
        status = outputs_open(&outputs, call->options, err);
    if (status != SHEAF_OK)
        return status;
    explain_plan(call->reduction.plan, call->choice.spelled);
    status = compute_all(call, err);
    if (call->request.world && reads_standard_input(call))
        launch_outlive_launcher();
    if (status == SHEAF_OK)
        return deliver(call, &outputs, holds, err);
    outputs_discard(&outputs, call->options);
    return status;
}

static int run_run(const struct invocation *in)
{
    struct call call;
    struct sheaf_error err;
    bool holds = true;
    enum sheaf_status status = read_call(&call, in, &err);
    if (status == SHEAF_OK)
        status = compute(&call, &holds, &err);
    reduction_close(&call.reduction);
    if (status != SHEAF_OK)
        return complain(&err);
    return holds ? EXIT_DONE : EXIT_MOVED;
}

const struct command command_run = {
    .name = "run",
    .operands = "KERNEL[,KERNEL...] [FILE...]",
    .summary = "Reduce data to an answer",
    .description =
        "Reads the FILEs as one sequence of rows and computes each KERNEL over each column, in one pass. A FILE is raw "
        "binary (--type), .npy, delimited text, - for standard input, or gen:KIND for generated numbers (sheaf gen). "
        "Without FILE: standard input.\n"
        "One value is printed as the bare number, several as NAME<TAB>VALUE, tables with a header. The answer is the same, "
        "bit for bit, for every strategy, number of workers and block size, except with --fast.",
    .examples = "sheaf run sum data.npy\n"
                "sheaf run mean,max --column temp weather.csv\n"
                "sheaf run histogram --bins 20 --type f32 samples.raw\n"
                "sheaf run dot x.npy y.npy --strategy threads -j4\n"
                "sheaf run summary gen:normal --count 10M --seed 7 --json\n",
    .sections =
        (const struct option_section[]){
            {&run_table, NULL, offsetof(struct run_options, own)},
            {&input_table, NULL, offsetof(struct run_options, input)},
            {&execution_table, NULL, offsetof(struct run_options, execution)},
            {&output_table, NULL, offsetof(struct run_options, output)},
            {&saved_table, NULL, offsetof(struct run_options, saved)},
            {&sums_table, NULL, offsetof(struct run_options, sums)},
            {NULL, kernel_options_make, offsetof(struct run_options, kernel)},
            {&common_table, NULL, offsetof(struct run_options, common)},
            {0},
        },
    .options_size = sizeof(struct run_options),
    .computes = true,
    .run = run_run,
};
