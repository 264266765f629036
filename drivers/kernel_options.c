#include "kernel_options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sheaf/job.h>

enum sheaf_status kernel_find(const char *name, const struct sheaf_kernel **kernel, struct sheaf_error *err)
{
    *kernel = sheaf_kernel_find(name);
    if (*kernel)
        return SHEAF_OK;
    if (access(name, F_OK) == 0)
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is a file, not a kernel; the kernel comes first: sheaf run sum %s",
                          name, name);
    const char *nearest = sheaf_kernel_nearest(name);
    if (nearest)
        return sheaf_fail(err, SHEAF_USAGE, "there is no kernel \"%s\" (did you mean %s?)", name, nearest);
    return sheaf_fail(err, SHEAF_USAGE, "there is no kernel \"%s\" (sheaf kernels lists them)", name);
}

/* ---- the table of parameters ---------------------------------------------------------------------------------- */

static enum sheaf_status read_parameter(const struct option *option, void *field, const char *text,
                                        struct sheaf_error *err)
{
    (void)err;
    struct kernel_options *options = field;
    text_list_add(&options->names, option->name);
    text_list_add(&options->texts, text);
    return SHEAF_OK;
}

enum sheaf_status kernel_options_load(const char *const *argv, size_t count, struct sheaf_error *err)
{
    struct text_list paths = {0};
    const char *path = getenv("SHEAF_LOAD");
    size_t cursor = 0;
    enum sheaf_status status = SHEAF_OK;
    if (path && *path)
        text_list_add(&paths, path);
    while ((path = option_peek("load", argv, count, &cursor)))
        text_list_add(&paths, path);
    for (size_t i = 0; i < paths.count && status == SHEAF_OK; i++)
        status = *paths.items[i] ? sheaf_kernel_load(paths.items[i], err)
                                 : sheaf_fail(err, SHEAF_USAGE, "--load takes a value: --load KERNELS.so");
    return status;
}

/* A growing list. */
struct parameters {
    struct option *options;
    size_t count, capacity;
};

static void parameter_add(struct parameters *list, struct option option)
{
    list->options = keep_room(list->options, list->count, &list->capacity, sizeof *list->options);
    list->options[list->count++] = option;
}

enum audience { NAMED, SHOWN, HIDDEN };

static void add_parameters(struct parameters *list, const struct sheaf_kernel *kernel, enum audience audience)
{
    for (uint32_t i = 0; i < kernel->param_count; i++) {
        const struct sheaf_param *p = &kernel->params[i];
        const char *help = p->fallback ? keep_text("%s: %s (%s)", kernel->name, p->help, p->fallback)
                                       : keep_text("%s: %s", kernel->name, p->help);
        parameter_add(list, (struct option){
            .name = p->name,
            .no_preset = audience != NAMED,
            .metavar = p->metavar ? p->metavar : "VALUE",
            .read = read_parameter,
            .help = audience == HIDDEN ? NULL : help,
        });
    }
}

enum sheaf_status kernel_options_make(const struct option_table **table, const char *const *argv, size_t count,
                                      struct sheaf_error *err)
{
    enum sheaf_status status = kernel_options_load(argv, count, err);
    if (status != SHEAF_OK)
        return status;
    struct parameters list = {0};
    for (size_t i = 0; i < count; i++) {
        struct text_list words = {0};
        text_list_add_pieces(&words, argv[i]);
        for (size_t w = 0; w < words.count; w++) {
            const struct sheaf_kernel *named = sheaf_kernel_find(words.items[w]);
            if (named)
                add_parameters(&list, named, NAMED);
        }
    }
    size_t kernel_count;
    const struct sheaf_kernel *const *kernels = sheaf_kernels(&kernel_count);
    enum audience others = list.count ? HIDDEN : SHOWN;
    for (size_t i = 0; i < kernel_count; i++)
        add_parameters(&list, kernels[i], others);
    parameter_add(&list, (struct option){0}); /* the end */
    struct option_table *made = keep_bytes(sizeof *made);
    *made = (struct option_table){"Of the kernels", list.options};
    *table = made;
    return SHEAF_OK;
}

/* ---- choosing --------------------------------------------------------------------------------------------------- */

static bool is_chosen(const struct kernel_choice *choice, const struct sheaf_kernel *kernel)
{
    for (size_t i = 0; i < choice->count; i++)
        if (choice->kernels[i] == kernel)
            return true;
    return false;
}

/* The last text given for a parameter, or NULL. */
static const char *given_text(const struct kernel_options *options, const char *name)
{
    for (size_t i = options->names.count; i-- > 0;)
        if (strcmp(options->names.items[i], name) == 0)
            return options->texts.items[i];
    return NULL;
}

static enum sheaf_status read_values(const struct kernel_options *options, const struct sheaf_kernel *kernel,
                                     struct sheaf_arg *values, struct sheaf_error *err)
{
    for (uint32_t i = 0; i < kernel->param_count; i++) {
        const struct sheaf_param *param = &kernel->params[i];
        const char *text = given_text(options, param->name);
        if (!text)
            text = param->fallback;
        if (!text)
            continue;
        enum sheaf_status status = sheaf_param_parse(param, text, &values[i], err);
        if (status != SHEAF_OK)
            return status;
    }
    return SHEAF_OK;
}

static bool takes(const struct sheaf_kernel *kernel, const char *name)
{
    for (uint32_t i = 0; i < kernel->param_count; i++)
        if (strcmp(kernel->params[i].name, name) == 0)
            return true;
    return false;
}

/* Every parameter given must be one of a chosen kernel's. */
static enum sheaf_status check_given(const struct kernel_options *options, const struct kernel_choice *choice,
                                     struct sheaf_error *err)
{
    for (size_t i = 0; i < options->names.count; i++) {
        const char *name = options->names.items[i], *owner = "";
        bool taken = false;
        for (size_t k = 0; k < choice->count && !taken; k++)
            taken = takes(choice->kernels[k], name);
        size_t count;
        const struct sheaf_kernel *const *kernels = sheaf_kernels(&count);
        for (size_t k = 0; k < count && !*owner; k++)
            owner = takes(kernels[k], name) ? keep_text(" (%s has)", kernels[k]->name) : "";
        if (!taken)
            return sheaf_fail(err, SHEAF_USAGE, "--%s: %s has no such parameter%s", name, choice->spelled, owner);
    }
    return SHEAF_OK;
}

enum sheaf_status kernel_choose(const struct kernel_options *options, const char *names, struct kernel_choice *choice,
                                struct sheaf_error *err)
{
    struct text_list list = {0};
    text_list_add_pieces(&list, names);
    *choice = (struct kernel_choice){
        .spelled = names,
        .kernels = keep_bytes(list.count * sizeof *choice->kernels),
        .values = keep_bytes(list.count * sizeof *choice->values),
    };
    for (size_t i = 0; i < list.count; i++) {
        const struct sheaf_kernel *kernel;
        enum sheaf_status status = kernel_find(list.items[i], &kernel, err);
        if (status != SHEAF_OK)
            return status;
        if (is_chosen(choice, kernel))
            continue;
        struct sheaf_arg *values = keep_bytes((kernel->param_count + 1) * sizeof *values);
        status = read_values(options, kernel, values, err);
        if (status != SHEAF_OK)
            return status;
        choice->kernels[choice->count] = kernel;
        choice->values[choice->count++] = values;
    }
    return check_given(options, choice, err);
}

/* ---- sums ------------------------------------------------------------------------------------------------------- */

static const char exactly[] = "exact";

enum sheaf_status sums_check(const char *text, struct sheaf_error *err)
{
    if (strcmp(text, exactly) == 0 || strcmp(text, "fixed") == 0 || strcmp(text, "fast") == 0)
        return SHEAF_OK;
    return sheaf_fail(err, SHEAF_USAGE, "--sums: \"%s\" is none of exact, fixed, fast", text);
}

enum sheaf_status sums_read(const struct sums_options *options, const char **sums, struct sheaf_error *err)
{
    *sums = options->sums ? options->sums : options->fast ? "fast" : exactly;
    if (options->fast && strcmp(*sums, "fast") != 0)
        return sheaf_fail(err, SHEAF_USAGE, "--fast is --sums fast, but --sums %s is given too", *sums);
    return sums_check(*sums, err);
}

/* "sum, sumsq and ..." of all kernels that have the form. */
static const char *names_with(const char *sums)
{
    size_t count;
    const char *names = "";
    const struct sheaf_kernel *const *kernels = sheaf_kernels(&count);
    for (size_t i = 0; i < count; i++)
        if (sheaf_kernel_find(keep_text("%s-%s", kernels[i]->name, sums)))
            names = keep_text("%s%s%s", names, *names ? ", " : "", kernels[i]->name);
    return names;
}

enum sheaf_status kernel_choice_take_sums(struct kernel_choice *choice, const char *sums, struct sheaf_error *err)
{
    size_t taken = 0;
    if (strcmp(sums, exactly) == 0)
        return SHEAF_OK;
    const struct sheaf_kernel **kernels = keep_bytes((choice->count + 1) * sizeof *kernels);
    for (size_t i = 0; i < choice->count; i++) {
        const struct sheaf_kernel *other = sheaf_kernel_find(keep_text("%s-%s", choice->kernels[i]->name, sums));
        kernels[i] = other ? other : choice->kernels[i];
        taken += other != NULL;
    }
    choice->kernels = kernels;
    if (taken == 0)
        return sheaf_fail(err, SHEAF_USAGE, "--sums %s: there is no such form of %s; there is of %s", sums, choice->spelled,
                          names_with(sums));
    return SHEAF_OK;
}

#define FIELD(name) offsetof(struct sums_options, name)
const struct option_table sums_table = {
    "Sums",
    (const struct option[]){
        {"sums", 0, true, "FORM", option_text, FIELD(sums),
         "exact; fixed: rounded at every step, in one order; fast: rounded, in any order, not reproducible (exact)"},
        {"fast", 0, true, NULL, option_switch, FIELD(fast), "The same as --sums fast"},
        {0},
    },
};
#undef FIELD
