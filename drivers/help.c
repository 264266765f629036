#include "help.h"

#include <string.h>

#include "message.h"
#include "terminal.h"

enum { HELP_COLUMN = 28, WIDEST = 100 };

static unsigned text_width(FILE *out)
{
    unsigned width = terminal_width(out);
    return width > WIDEST ? WIDEST : width;
}

static void title(FILE *out, const char *text)
{
    fprintf(out, "\n%s%s%s\n", style_bold(out), text, style_end(out));
}

void help_short(FILE *out)
{
    fprintf(out, "sheaf %s: parallel data processing, the same bits however the work is cut\n", sheaf_version());
    fputs("Usage: sheaf COMMAND [ARGUMENT...]\n"
          "\n"
          "  sheaf run sum data.npy                       the sum, correctly rounded\n"
          "  sheaf run mean,max --column temp w.csv       two answers in one pass\n"
          "  sheaf run sumsq gen:uniform --count 100M     numbers made on the spot\n"
          "\n"
          "Commands:",
          out);
    for (const struct command *const *c = commands; *c; c++)
        fprintf(out, " %s", (*c)->name);
    fputs("\n"
          "What can be computed: sheaf kernels\n"
          "More: sheaf help, sheaf help COMMAND\n",
          out);
}

void help_program(FILE *out)
{
    unsigned width = text_width(out);
    fputs("Usage: sheaf COMMAND [ARGUMENT...]\n\n", out);
    print_wrapped(out,
                  "Names a kernel, names the data, and gives the answer, on threads, processes, shared "
                  "memory or MPI ranks, with the same bits however the work was cut.",
                  0, 0, width);
    title(out, "Commands");
    for (const struct command *const *c = commands; *c; c++) {
        unsigned at = (unsigned)fprintf(out, "  %-11s ", (*c)->name);
        print_wrapped(out, (*c)->summary, at, at, width);
    }
    title(out, "Conventions");
    static const char *const conventions[] = {
        "Sizes in bytes: K M G T and KiB MiB GiB TiB are powers of 1024, kB MB GB TB of 1000. Counts: k M G T are "
        "powers of 1000. Durations: a bare number is seconds; ms s m h d.",
        "SHEAF_NAME in the environment presets the option --name of every command that has it: SHEAF_WORKERS=4.",
        "Exit codes: 0 done; 1 failed (input, I/O, worker); 2 usage, nothing was started; 3 complete, but --against "
        "did not hold; after a signal, that signal.",
    };
    for (size_t i = 0; i < sizeof conventions / sizeof conventions[0]; i++) {
        fputs("  ", out);
        print_wrapped(out, conventions[i], 2, 2, width);
    }
    fputs("\nsheaf help COMMAND, or sheaf COMMAND --help, tells the rest.\n", out);
}

static void print_option(FILE *out, const struct option *option, unsigned width)
{
    char letter[8] = "    ";
    if (option->letter)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    unsigned at = (unsigned)fprintf(out, "  %s--%s%s%s", letter, option->name, option->metavar ? " " : "",
                                    option->metavar ? option->metavar : "");
    if (at + 2 > HELP_COLUMN) {
        fputc('\n', out);
        at = 0;
    }
    fprintf(out, "%*s", (int)(HELP_COLUMN - at), "");
    print_wrapped(out, option->help, HELP_COLUMN, HELP_COLUMN, width);
}

/* Paragraphs are divided by '\n'. */
static void print_paragraphs(FILE *out, const char *text, unsigned width)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        fputc('\n', out);
        print_wrapped(out, keep_text("%.*s", (int)length, text), 0, 0, width);
        text += length;
        text += *text == '\n';
    }
}

void help_command(FILE *out, const struct command *command, const struct option_target *targets, size_t count)
{
    unsigned width = text_width(out);
    fprintf(out, "Usage: sheaf %s %s%s[OPTION...]\n", command->name, command->operands, *command->operands ? " " : "");
    print_paragraphs(out, command->description, width);
    title(out, "Examples");
    for (const char *line = command->examples; *line; line += strcspn(line, "\n") + 1)
        fprintf(out, "  %.*s\n", (int)strcspn(line, "\n"), line);
    for (size_t t = 0; t < count; t++) {
        if (!targets[t].table->options->name)
            continue;
        title(out, targets[t].table->title);
        for (const struct option *o = targets[t].table->options; o->name; o++)
            if (o->help)
                print_option(out, o, width);
    }
}

/* ---- sheaf help --------------------------------------------------------------------------------------------- */

struct help_options {
    struct common common;
};

static int run_help(const struct invocation *in)
{
    struct sheaf_error err;
    if (in->operands.count == 0) {
        help_program(stdout);
        return EXIT_DONE;
    }
    if (in->operands.count > 1) {
        sheaf_fail(&err, SHEAF_USAGE, "help explains one command at a time, but there is also \"%s\"",
                   in->operands.items[1]);
        return complain(&err);
    }
    const struct command *command;
    if (command_find(in->operands.items[0], &command, &err) != SHEAF_OK)
        return complain(&err);
    struct option_target *targets;
    size_t count;
    void *options = keep_bytes(command->options_size);
    if (command_targets(command, options, in->argv, in->argc, &targets, &count, &err) != SHEAF_OK)
        return complain(&err);
    help_command(stdout, command, targets, count);
    return EXIT_DONE;
}

const struct command command_help = {
    .name = "help",
    .operands = "[COMMAND]",
    .summary = "Explain sheaf or one of its commands",
    .description = "Explains the program, or one command with all its options.",
    .examples = "sheaf help\nsheaf help run\n",
    .sections = (const struct option_section[]){{&common_table, NULL, offsetof(struct help_options, common)}, {0}},
    .options_size = sizeof(struct help_options),
    .run = run_help,
};
