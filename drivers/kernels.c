/* sheaf kernels: what can be computed. */
#include <stdio.h>
#include <string.h>

#include <sheaf/job.h>

#include "command.h"
#include "json.h"
#include "kernel_options.h"
#include "message.h"
#include "output_options.h"
#include "terminal.h"

struct kernels_options {
    struct common common;
    struct listing_options listing;
    struct text_list load;
};

static const struct {
    uint32_t law;
    const char *name, *meaning;
} laws[] = {
    {SHEAF_LAW_EXACT, "exact", "the state holds the exact value, so the cut cannot show"},
    {SHEAF_LAW_FIXED_ORDER, "fixed order", "a canonical tree over positions, so the cut cannot show"},
    {SHEAF_LAW_ADD64, "add64", "the state is 64-bit words under addition: atomics, MPI_SUM and accumulation apply"},
    {SHEAF_LAW_ROUNDED, "rounded", "every addition rounds, so the cut shows: not reproducible"},
};
enum { LAW_COUNT = sizeof laws / sizeof laws[0] };

/* ---- text ------------------------------------------------------------------------------------------------------- */

static void print_types(FILE *out, uint32_t types)
{
    if ((types & SHEAF_ALL_TYPES) == SHEAF_ALL_TYPES) {
        fputs(" any number", out);
        return;
    }
    for (int t = 0; t < SHEAF_TYPE_COUNT; t++)
        if (types & SHEAF_TYPE_BIT(t))
            fprintf(out, " %s", sheaf_type_name((enum sheaf_type)t));
}

/* As what the numbers of text come to an input of these types. */
static const char *numbers_in_text(uint32_t types)
{
    if (types & SHEAF_TYPE_BIT(SHEAF_DECIMAL))
        return "; numbers in text as decimals\n";
    return types & SHEAF_TYPE_BIT(SHEAF_F64) ? "; numbers in text as f64\n" : "\n";
}

static void print_parameters(FILE *out, const struct sheaf_kernel *kernel, unsigned width)
{
    for (uint32_t i = 0; i < kernel->param_count; i++) {
        const struct sheaf_param *p = &kernel->params[i];
        fprintf(out, "  --%s %s%s%s%s\n", p->name, p->metavar ? p->metavar : "VALUE", p->fallback ? " (" : "",
                p->fallback ? p->fallback : "", p->fallback ? ")" : "");
        fprintf(out, "              ");
        print_wrapped(out, p->help, 14, 14, width);
    }
}

static void print_kernel(FILE *out, const struct sheaf_kernel *kernel)
{
    unsigned width = terminal_width(out);
    fprintf(out, "%s%s%s: %s\n", style_bold(out), kernel->name, style_end(out), kernel->summary);
    if (kernel->formula)
        fprintf(out, "  formula     %s\n", kernel->formula);
    for (uint32_t r = 0; r < kernel->role_count; r++) {
        fprintf(out, "  input %-6s", kernel->roles[r].name);
        print_types(out, kernel->roles[r].types);
        fputs(numbers_in_text(kernel->roles[r].types), out);
    }
    print_parameters(out, kernel, width);
    for (size_t i = 0; i < LAW_COUNT; i++)
        if (kernel->laws & laws[i].law)
            fprintf(out, "  law         %s: %s\n", laws[i].name, laws[i].meaning);
    if (kernel->next)
        fputs("  passes      more than one where the first must find something out\n", out);
    for (const struct sheaf_variant *v = kernel->variants; v && v->cpu; v++)
        fprintf(out, "  tuned for   %s\n", v->cpu);
    if (kernel->description) {
        fputs("\n  ", out);
        print_wrapped(out, kernel->description, 2, 2, width);
    }
}

static void print_list(FILE *out)
{
    size_t count, widest = 0;
    const struct sheaf_kernel *const *kernels = sheaf_kernels(&count);
    for (size_t i = 0; i < count; i++)
        widest = strlen(kernels[i]->name) > widest ? strlen(kernels[i]->name) : widest;
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s%-*s%s  %s\n", style_bold(out), (int)widest, kernels[i]->name, style_end(out),
                kernels[i]->summary);
}

/* ---- JSON ------------------------------------------------------------------------------------------------------- */

static void json_roles(struct json *json, const struct sheaf_kernel *kernel)
{
    json_array(json, "inputs", JSON_INLINE);
    for (uint32_t r = 0; r < kernel->role_count; r++) {
        json_object(json, NULL, JSON_INLINE);
        json_text(json, "name", kernel->roles[r].name);
        json_array(json, "types", JSON_INLINE);
        for (int t = 0; t <= SHEAF_DECIMAL; t++)
            if (kernel->roles[r].types & SHEAF_TYPE_BIT(t))
                json_text(json, NULL, sheaf_type_name((enum sheaf_type)t));
        json_close(json);
        json_close(json);
    }
    json_close(json);
}

static void json_parameters(struct json *json, const struct sheaf_kernel *kernel)
{
    static const char *const types[] = {
        [SHEAF_PARAM_COUNT] = "count",
        [SHEAF_PARAM_REAL] = "real",
        [SHEAF_PARAM_RANGE] = "range",
        [SHEAF_PARAM_WORD] = "word",
    };
    json_array(json, "parameters", JSON_LINES);
    for (uint32_t i = 0; i < kernel->param_count; i++) {
        const struct sheaf_param *p = &kernel->params[i];
        json_object(json, NULL, JSON_INLINE);
        json_text(json, "name", p->name);
        json_text(json, "type", types[p->type]);
        json_text(json, "metavar", p->metavar);
        json_text(json, "default", p->fallback);
        json_text(json, "help", p->help);
        json_close(json);
    }
    json_close(json);
}

static void json_kernel(struct json *json, const struct sheaf_kernel *kernel)
{
    json_object(json, NULL, JSON_LINES);
    json_text(json, "name", kernel->name);
    json_text(json, "summary", kernel->summary);
    json_text(json, "formula", kernel->formula);
    json_text(json, "description", kernel->description);
    json_roles(json, kernel);
    json_parameters(json, kernel);
    json_array(json, "laws", JSON_INLINE);
    for (size_t i = 0; i < LAW_COUNT; i++)
        if (kernel->laws & laws[i].law)
            json_text(json, NULL, laws[i].name);
    json_close(json);
    json_array(json, "variants", JSON_INLINE);
    for (const struct sheaf_variant *v = kernel->variants; v && v->cpu; v++)
        json_text(json, NULL, v->cpu);
    json_close(json);
    json_bool(json, "several_passes", kernel->next != NULL);
    json_close(json);
}

/* ---- the command -------------------------------------------------------------------------------------------------- */

static void print_json(const struct sheaf_kernel *const *kernels, size_t count)
{
    struct json json;
    json_begin(&json, stdout);
    json_array(&json, NULL, JSON_LINES);
    for (size_t i = 0; i < count; i++)
        json_kernel(&json, kernels[i]);
    json_close(&json);
    json_end(&json);
}

static int run_kernels(const struct invocation *in)
{
    const struct kernels_options *options = in->options;
    struct sheaf_error err;
    size_t count = in->operands.count;
    const struct sheaf_kernel **named = keep_bytes((count + 1) * sizeof *named);
    for (size_t i = 0; i < count; i++)
        if (kernel_find(in->operands.items[i], &named[i], &err) != SHEAF_OK)
            return complain(&err);
    if (options->listing.json) {
        size_t all;
        const struct sheaf_kernel *const *kernels = sheaf_kernels(&all);
        print_json(count ? named : kernels, count ? count : all);
    } else if (count == 0) {
        print_list(stdout);
    }
    for (size_t i = 0; !options->listing.json && i < count; i++) {
        fputs(i ? "\n" : "", stdout);
        print_kernel(stdout, named[i]);
    }
    return EXIT_DONE;
}

static const struct option_table load_table = {
    "Execution",
    (const struct option[]){
        {"load", 0, false, "KERNELS.so", option_list, 0, "Load kernels from a shared object"},
        {0},
    },
};

static enum sheaf_status make_load_table(const struct option_table **table, const char *const *argv, size_t count,
                                         struct sheaf_error *err)
{
    *table = &load_table;
    return kernel_options_load(argv, count, err);
}

const struct command command_kernels = {
    .name = "kernels",
    .operands = "[KERNEL...]",
    .summary = "List what can be computed, or explain a kernel",
    .description = "Lists the kernels. With names: what each computes, its formula, inputs, parameters and laws.",
    .examples = "sheaf kernels\nsheaf kernels histogram\nsheaf kernels --json\n",
    .sections =
        (const struct option_section[]){
            {.make = make_load_table, .offset = offsetof(struct kernels_options, load)},
            {&listing_table, NULL, offsetof(struct kernels_options, listing)},
            {&common_table, NULL, offsetof(struct kernels_options, common)},
            {0},
        },
    .options_size = sizeof(struct kernels_options),
    .run = run_kernels,
};
