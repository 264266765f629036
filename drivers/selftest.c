/* sheaf selftest: are exact answers exact here? */
#include <stdio.h>

#include <sheaf/selftest.h>

#include "command.h"
#include "json.h"
#include "message.h"
#include "output_options.h"
#include "terminal.h"

enum { INDENT = 31 };

struct selftest_options {
    struct common common;
    struct listing_options listing;
};

static void print_check(void *context, const struct sheaf_check *check)
{
    FILE *out = context;
    fprintf(out, "%s%-6s%s %-23s ", style_bold(out), check->passed ? "ok" : "FAILED", style_end(out), check->name);
    print_wrapped(out, check->text, INDENT, INDENT, terminal_width(out));
}

static void json_check(void *context, const struct sheaf_check *check)
{
    struct json *json = context;
    json_object(json, NULL, JSON_INLINE);
    json_text(json, "name", check->name);
    json_bool(json, "passed", check->passed);
    json_text(json, "text", check->text);
    json_close(json);
}

static unsigned check_json(void)
{
    struct json json;
    json_begin(&json, stdout);
    json_object(&json, NULL, JSON_LINES);
    json_array(&json, "checks", JSON_LINES);
    unsigned failed = sheaf_selftest(json_check, &json);
    json_close(&json);
    json_uint(&json, "failed", failed);
    json_close(&json);
    json_end(&json);
    return failed;
}

static int run_selftest(const struct invocation *in)
{
    const struct selftest_options *options = in->options;
    struct sheaf_error err;
    if (in->operands.count) {
        sheaf_fail(&err, SHEAF_USAGE, "selftest takes no operand, but there is \"%s\"", in->operands.items[0]);
        return complain(&err);
    }
    unsigned failed = options->listing.json ? check_json() : sheaf_selftest(print_check, stdout);
    return failed ? EXIT_FAILED : EXIT_DONE;
}

const struct command command_selftest = {
    .name = "selftest",
    .operands = "",
    .judges_host = true,
    .summary = "Check that exact answers are exact on this machine",
    .description = "Looks whether something has changed how this process computes (a library linked with -ffast-math makes "
                   "it take subnormal numbers for zero), then computes sums and statistics with known answers, which "
                   "floating-point arithmetic gets wrong: with every instruction set that the machine has, in every "
                   "rounding mode, with subnormal numbers kept and flushed. Exit code 1 if a check fails.",
    .examples = "sheaf selftest\nsheaf selftest --json\nSHEAF_CPU=portable sheaf selftest\n",
    .sections =
        (const struct option_section[]){
            {&listing_table, NULL, offsetof(struct selftest_options, listing)},
            {&common_table, NULL, offsetof(struct selftest_options, common)},
            {0},
        },
    .options_size = sizeof(struct selftest_options),
    .run = run_selftest,
};
