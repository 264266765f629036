/* sheaf compare: measures ways to compute the same answer, and checks that it is the same. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "compare/files.h"
#include "compare/launcher.h"
#include "compare/measure.h"
#include "compare/options.h"
#include "compare/table.h"
#include "compare/reading.h"
#include "compare/row.h"
#include "compare/timings.h"
#include "interrupt.h"
#include "message.h"
#include "output_file.h"
#include "output_options.h"
#include "reduction.h"

struct compare_options {
    struct common common;
    struct input_options input;
    struct way_options ways;
    struct measure_options measure;
    struct output_options output;
    struct timings_options timings;
    struct kernel_options kernel;
};

struct call {
    const struct invocation *in;
    const struct compare_options *options;
    struct kernel_choice choice;
    struct text_list names;
    struct request request;
    struct launcher launcher;
    struct ways ways;
    bool has_files; /* not only made-up numbers */
    struct timings before;
    struct comparison comparison;
};

/* ---- before ---------------------------------------------------------------------------------------------------- */

static enum sheaf_status check_options(const struct compare_options *options, struct sheaf_error *err)
{
    const struct timings_options *timings = &options->timings;
    if (timings->rtol.set && !timings->against)
        return sheaf_fail(err, SHEAF_USAGE, "--rtol says how far --against FILE may be off; name the FILE");
    if (options->output.dry_run && (timings->save || timings->against))
        return sheaf_fail(err, SHEAF_USAGE, "--dry-run measures nothing to keep or compare");
    if (options->measure.repeat.set && options->measure.repeat.value == 0)
        return sheaf_fail(err, SHEAF_USAGE, "--repeat: 0 repetitions measure nothing; give 1 or more");
    if (strcmp(output_format(&options->output), "npy") == 0)
        return sheaf_fail(err, SHEAF_USAGE, "--format npy holds answers; timings are text, json, csv or tsv");
    return SHEAF_OK;
}

/* Every row reads the input again and again. */
static enum sheaf_status check_names(const struct call *call, struct sheaf_error *err)
{
    const struct input_options *input = &call->options->input;
    bool once = (input->files_from && strcmp(input->files_from, "-") == 0) ||
                (input->files0_from && strcmp(input->files0_from, "-") == 0);
    for (size_t i = 0; i < call->names.count; i++)
        once = once || strcmp(call->names.items[i], "-") == 0;
    if (once)
        return sheaf_fail(err, SHEAF_USAGE, "standard input can be read only once, and each row of a comparison reads "
                                            "everything several times: name a FILE, or gen:uniform --count 100M");
    return SHEAF_OK;
}

static enum sheaf_status read_call(struct call *call, const struct invocation *in, struct sheaf_error *err)
{
    const struct compare_options *options = in->options;
    *call = (struct call){.in = in, .options = options};
    if (in->operands.count == 0)
        return sheaf_fail(err, SHEAF_USAGE, "say what to compute: sheaf compare KERNEL FILE, as in: sheaf compare sum "
                                            "data.npy (sheaf kernels lists them)");
    const char *kernels = in->operands.items[0];
    const char *example = keep_text("sheaf compare %s data.npy, or: sheaf compare %s gen:uniform --count 100M", kernels,
                                    kernels);
    enum sheaf_status status = kernel_choose(&options->kernel, kernels, &call->choice, err);
    if (status == SHEAF_OK)
        status = data_names(&call->names, &options->input, in->operands.items + 1, in->operands.count - 1, example, err);
    call->request = (struct request){.input = &options->input, .choice = &call->choice, .world = in->world};
    return status;
}

/* Opens the data as a row would: what is wrong with them is said once, before anything is started. */
static enum sheaf_status look_at_data(struct call *call, struct sheaf_error *err)
{
    const struct execution serial = {.strategy = "serial"};
    struct comparison *c = &call->comparison;
    struct reduction reduction;
    struct files files = {0};
    call->request.execution = &serial;
    enum sheaf_status status = reduction_prepare(&reduction, &call->request, &call->names, err);
    if (status != SHEAF_OK)
        return status;
    status = files_list(&files, reduction.data.source, call->options->input.offset.value, err);
    int64_t bytes = sheaf_source_bytes(reduction.data.source);
    c->kernels = call->choice.spelled;
    c->inputs = call->names;
    c->input_bytes = bytes == SHEAF_UNKNOWN ? files.bytes : (uint64_t)bytes;
    call->has_files = files.bytes > 0;
    files_cleanup(&files);
    reduction_close(&reduction);
    return status;
}

static void make_ways(struct call *call)
{
    uint64_t most = (uint64_t)1 << 30, bytes = call->comparison.input_bytes;
    ways_make(&call->ways, &call->options->ways, &call->choice, call->launcher.missing);
    if (bytes)
        ways_add_readings(&call->ways, call->has_files, bytes < most ? bytes : most, reading_memory_limit());
}

static enum sheaf_status prepare(struct call *call, struct sheaf_error *err)
{
    const struct compare_options *options = call->options;
    if (call->in->world || sheaf_world_launched())
        return sheaf_fail(err, SHEAF_USAGE, "compare starts mpirun by itself, for the rows that need it: call it alone, "
                                            "without a launcher");
    enum sheaf_status status = check_options(options, err);
    if (status == SHEAF_OK)
        status = check_names(call, err);
    if (status == SHEAF_OK)
        status = launcher_find(&call->launcher, options->ways.launcher, err);
    if (status == SHEAF_OK)
        status = look_at_data(call, err);
    if (status == SHEAF_OK)
        make_ways(call);
    if (status == SHEAF_OK && options->timings.against)
        status = timings_read(&call->before, options->timings.against, err);
    if (status == SHEAF_OK && options->timings.against)
        status = timings_check(&call->before, &call->comparison, options->timings.against, err);
    return status;
}

/* ---- after ----------------------------------------------------------------------------------------------------- */

static void print(const struct call *call, FILE *out)
{
    const struct comparison *c = &call->comparison;
    const char *format = output_format(&call->options->output);
    if (strcmp(format, "json") == 0)
        print_comparison_json(out, c);
    else if (strcmp(format, "text") == 0)
        print_comparison_text(out, c, message_is_verbose());
    else
        print_comparison_separated(out, c, strcmp(format, "csv") == 0 ? ',' : '\t');
}

/* A row that was lost, or that gives other bits, fails the comparison. */
static int verdict(const struct call *call)
{
    const struct comparison *c = &call->comparison;
    int code = EXIT_DONE;
    for (size_t i = 0; i < c->count; i++) {
        struct sheaf_error err;
        const struct row *row = &c->rows[i];
        if (row->differs)
            code = EXIT_FAILED;
        if (row->state != ROW_FAILED)
            continue;
        sheaf_fail(&err, SHEAF_WORKER, "%s: %s", row_label(row), row->why);
        code = complain(&err);
    }
    return code;
}

static enum sheaf_status deliver(struct call *call, struct output_file *output, int *code, struct sheaf_error *err)
{
    const struct timings_options *timings = &call->options->timings;
    if (timings->against)
        timings_join(&call->before, &call->comparison, timings);
    print(call, output->stream);
    enum sheaf_status status = output_commit(output, err);
    *code = verdict(call);
    if (status == SHEAF_OK && timings->save)
        status = timings_write(&call->comparison, timings->save, err);
    if (status == SHEAF_OK && timings->against && !timings_hold(&call->before, &call->comparison, timings->against) &&
        *code == EXIT_DONE)
        *code = EXIT_MOVED;
    return status;
}

/* ---- the command ----------------------------------------------------------------------------------------------- */

static enum sheaf_status compare(struct call *call, int *code, struct sheaf_error *err)
{
    const struct compare_options *options = call->options;
    struct output_file output;
    enum sheaf_status status = prepare(call, err);
    if (status == SHEAF_OK)
        status = output_open(&output, options->output.dry_run ? NULL : options->output.path, err);
    if (status != SHEAF_OK)
        return status;
    struct measuring how = {
        .launcher = &call->launcher,
        .argv = call->in->argv,
        .argc = call->in->argc,
        .dry_run = options->output.dry_run,
        .repeat = options->measure.repeat.value,
        .stall_s = options->measure.stall.set ? options->measure.stall.value : 300,
        .wait_mask = interrupt_hold(),
        .progress = options->output.progress,
        .quiet = options->common.quiet,
    };
    status = comparison_measure(&call->comparison, &call->ways, &how, err);
    if (status != SHEAF_OK)
        output_discard(&output);
    interrupt_release();
    return status == SHEAF_OK ? deliver(call, &output, code, err) : status;
}

static int run_compare(const struct invocation *in)
{
    struct call call;
    struct way way;
    struct sheaf_error err;
    int code = EXIT_DONE;
    enum sheaf_status status = read_call(&call, in, &err);
    bool is_row = status == SHEAF_OK && call.options->ways.row && way_parse(call.options->ways.row, &way);
    if (is_row && way.sums)
        status = kernel_choice_take_sums(&call.choice, way.sums, &err);
    if (is_row && status == SHEAF_OK)
        return row_serve(&way, call.request, &call.names);
    if (status == SHEAF_OK)
        status = compare(&call, &code, &err);
    return status == SHEAF_OK ? code : complain(&err);
}

const struct command command_compare = {
    .name = "compare",
    .operands = "KERNEL[,KERNEL...] [FILE...]",
    .summary = "Measure strategies, merge methods, workers and blocks side by side",
    .description =
        "Computes the same answer in every way that --strategy, --merge, --workers, --block and --pin name, and prints a "
        "row for each: median and spread (half of what lies between the quartiles), rate, its share of the read bandwidth, "
        "speed-up over the first serial row and efficiency, the time until the first block and that of merging, memory, "
        "and whether the answer has serial's bits.\n"
        "The last two lines say which row is fastest, or that there is no clear winner because others are as fast within "
        "the spread, and whether all agree bit for bit. Where standard error is no terminal nothing is said before; "
        "--progress tells every 10 seconds where it is.\n"
        "Each row is a process tree of its own, asked for one repetition in turn; mpirun is started for the rows mpi and "
        "hybrid. The rows \"read\" are the best plain loops over the same files with as many workers (pread, mmap with its "
        "page faults and unmapping) and over memory: the faster of the first two is what the column \"read\" refers to.\n"
        "Exit code 1: some row gives other bits, or was lost. What cannot be measured is a row that says why.",
    .examples = "sheaf compare sum data.npy\n"
                "sheaf compare sum,min,max --type u8 big.bin --workers 1,2,4\n"
                "sheaf compare sumsq gen:uniform --count 100M --strategy threads,shared --merge all --block 64K\n"
                "sheaf compare mean w.csv --column temp --save before.timings\n"
                "sheaf compare mean w.csv --column temp --against before.timings\n",
    .sections =
        (const struct option_section[]){
            {&input_table, NULL, offsetof(struct compare_options, input)},
            {&way_table, NULL, offsetof(struct compare_options, ways)},
            {&measure_table, NULL, offsetof(struct compare_options, measure)},
            {&output_table, NULL, offsetof(struct compare_options, output)},
            {&timings_table, NULL, offsetof(struct compare_options, timings)},
            {NULL, kernel_options_make, offsetof(struct compare_options, kernel)},
            {&common_table, NULL, offsetof(struct compare_options, common)},
            {0},
        },
    .options_size = sizeof(struct compare_options),
    .computes = true,
    .run = run_compare,
};
