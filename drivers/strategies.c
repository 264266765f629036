/* sheaf strategies: ways to compute. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "execution_options.h"
#include "json.h"
#include "message.h"
#include "output_options.h"
#include "terminal.h"

enum { INDENT = 13 };

struct strategies_options {
    struct common common;
    struct listing_options listing;
};

static void print_head(FILE *out, const struct sheaf_strategy *s, unsigned width)
{
    fprintf(out, "%s%-12s %s", style_bold(out), s->name, style_end(out));
    print_wrapped(out, s->summary, INDENT, INDENT, width);
    fprintf(out, "  isolation  ");
    print_wrapped(out, s->isolation, INDENT, INDENT, width);
}

static void print_tail(FILE *out, const struct sheaf_strategy *s, unsigned width)
{
    if (!s->unavailable)
        return;
    fprintf(out, "  not here   ");
    print_wrapped(out, s->unavailable, INDENT, INDENT, width);
}

static void print_short(FILE *out, const struct sheaf_strategy *s)
{
    unsigned width = terminal_width(out);
    const char *names = "";
    for (const struct sheaf_merge *m = s->merges; m->name; m++)
        names = keep_text("%s%s%s", names, *names ? ", " : "", m->name);
    print_head(out, s, width);
    fprintf(out, "  merge      ");
    print_wrapped(out, names, INDENT, INDENT, width);
    print_tail(out, s, width);
}

static const char *law_text(uint32_t law)
{
    return law & SHEAF_LAW_ADD64 ? " (kernels with law add64)" : law & SHEAF_LAW_FLAT ? " (kernels with a flat state)" : "";
}

static void print_long(FILE *out, const struct sheaf_strategy *s)
{
    enum { MERGE_INDENT = 24 };
    unsigned width = terminal_width(out);
    print_head(out, s, width);
    fprintf(out, "  engine     %s\n  exchange   %s\n", s->engine, s->exchange);
    for (const struct sheaf_merge *m = s->merges; m->name; m++) {
        fprintf(out, "  merge      %-11s", m->name);
        print_wrapped(out, keep_text("%s%s", m->summary, law_text(m->law)), MERGE_INDENT, MERGE_INDENT, width);
    }
    print_tail(out, s, width);
}

static void json_strategy(struct json *json, const struct sheaf_strategy *s)
{
    json_object(json, NULL, JSON_LINES);
    json_text(json, "name", s->name);
    json_text(json, "summary", s->summary);
    json_text(json, "isolation", s->isolation);
    json_text(json, "engine", s->engine);
    json_text(json, "exchange", s->exchange);
    json_array(json, "merges", JSON_LINES);
    for (const struct sheaf_merge *m = s->merges; m->name; m++) {
        json_object(json, NULL, JSON_INLINE);
        json_text(json, "name", m->name);
        json_text(json, "summary", m->summary);
        json_text(json, "law", m->law & SHEAF_LAW_ADD64 ? "add64" : m->law & SHEAF_LAW_FLAT ? "flat" : "any");
        json_close(json);
    }
    json_close(json);
    json_bool(json, "available", !s->unavailable);
    json_text(json, "unavailable", s->unavailable);
    json_close(json);
}

static int run_strategies(const struct invocation *in)
{
    const struct strategies_options *options = in->options;
    size_t count;
    const struct sheaf_strategy *all = sheaf_strategies(&count);
    struct sheaf_error err;
    size_t named = in->operands.count;
    const struct sheaf_strategy **list = keep_bytes((count + named) * sizeof *list);
    for (size_t i = 0; i < named; i++) {
        if (execution_check_strategy(in->operands.items[i], &err) != SHEAF_OK)
            return complain(&err);
        list[i] = sheaf_strategy_find(in->operands.items[i]);
        if (!list[i]) {
            sheaf_fail(&err, SHEAF_USAGE, "auto is no strategy of its own: it takes one of the others");
            return complain(&err);
        }
    }
    for (size_t i = 0; i < count && !named; i++)
        list[i] = &all[i];
    count = named ? named : count;
    if (!options->listing.json) {
        for (size_t i = 0; i < count; i++) {
            fputs(named && i ? "\n" : "", stdout);
            (named ? print_long : print_short)(stdout, list[i]);
        }
        return EXIT_DONE;
    }
    struct json json;
    json_begin(&json, stdout);
    json_array(&json, NULL, JSON_LINES);
    for (size_t i = 0; i < count; i++)
        json_strategy(&json, list[i]);
    json_close(&json);
    json_end(&json);
    return EXIT_DONE;
}

const struct command command_strategies = {
    .name = "strategies",
    .operands = "[STRATEGY...]",
    .summary = "List ways to compute, and why one is not available",
    .description = "A strategy is an engine (who computes inside one address space) and an exchange (how partial "
                   "answers cross address spaces). The answer is the same under each, bit for bit; they differ in "
                   "speed and in what the crash of a worker takes with it.",
    .examples = "sheaf strategies\nsheaf strategies threads\n",
    .sections =
        (const struct option_section[]){
            {&listing_table, NULL, offsetof(struct strategies_options, listing)},
            {&common_table, NULL, offsetof(struct strategies_options, common)},
            {0},
        },
    .options_size = sizeof(struct strategies_options),
    .run = run_strategies,
};
