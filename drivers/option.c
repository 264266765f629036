#include "option.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"

/* An option as it was given. */
struct given {
    const struct option *option;
    void *into;
    const char *spelled; /* "--workers", "-j", "SHEAF_WORKERS" */
    const char *text;
};

struct parser {
    const struct option_target *targets;
    size_t target_count;
    const char *const *argv;
    size_t count, next;
    struct given *given;
    size_t given_count;
    struct text_list *operands;
    struct sheaf_error *err;
};

static const struct option *find(const struct parser *p, const char *name, size_t length, char letter, void **into)
{
    for (size_t t = 0; t < p->target_count; t++) {
        for (const struct option *o = p->targets[t].table->options; o->name; o++) {
            bool same = name ? strncmp(o->name, name, length) == 0 && !o->name[length] : o->letter == letter;
            if (same) {
                *into = p->targets[t].into;
                return o;
            }
        }
    }
    return NULL;
}

static void take(struct parser *p, const struct option *option, void *into, const char *spelled, const char *text)
{
    p->given[p->given_count++] = (struct given){option, into, spelled, text};
}

static enum sheaf_status unknown(struct parser *p, const char *dashes, const char *name)
{
    struct nearest nearest = nearest_to(name);
    for (size_t t = 0; t < p->target_count; t++)
        for (const struct option *o = p->targets[t].table->options; o->name; o++)
            nearest_offer(&nearest, o->name);
    return sheaf_fail(p->err, SHEAF_USAGE, "unknown option %s%s%s", dashes, name, nearest_hint(&nearest, "--", ""));
}

/* The value of an option that needs one: what is attached, or the next argument. */
static enum sheaf_status value_of(struct parser *p, const struct option *option, const char *spelled,
                                  const char *attached, const char **value)
{
    if (!attached && p->next < p->count)
        attached = p->argv[p->next++];
    if (!attached)
        return sheaf_fail(p->err, SHEAF_USAGE, "%s takes a value: %s %s", spelled, spelled, option->metavar);
    *value = attached;
    return SHEAF_OK;
}

static enum sheaf_status scan_long(struct parser *p, const char *word)
{
    const char *name = word + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const char *spelled = keep_text("--%.*s", (int)length, name), *text = "yes";
    void *into;
    const struct option *option = find(p, name, length, 0, &into);
    if (!option)
        return unknown(p, "--", spelled + 2);
    if (option->metavar) {
        enum sheaf_status status = value_of(p, option, spelled, equals ? equals + 1 : NULL, &text);
        if (status != SHEAF_OK)
            return status;
    } else if (equals) {
        return sheaf_fail(p->err, SHEAF_USAGE, "%s is a switch and takes no value", spelled);
    }
    take(p, option, into, spelled, text);
    return SHEAF_OK;
}

static enum sheaf_status scan_letters(struct parser *p, const char *word)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const char *spelled = keep_text("-%c", *letter), *text = "yes";
        void *into;
        const struct option *option = find(p, NULL, 0, *letter, &into);
        if (!option)
            return unknown(p, "-", letter == word + 1 ? word + 1 : spelled + 1);
        if (option->metavar) {
            enum sheaf_status status = value_of(p, option, spelled, letter[1] ? letter + 1 : NULL, &text);
            take(p, option, into, spelled, text);
            return status;
        }
        take(p, option, into, spelled, text);
    }
    return SHEAF_OK;
}

static enum sheaf_status scan(struct parser *p, enum operand_rule rule)
{
    bool options = true;
    while (p->next < p->count) {
        const char *word = p->argv[p->next++];
        enum sheaf_status status = SHEAF_OK;
        if (options && strcmp(word, "--") == 0)
            options = false;
        else if (options && strncmp(word, "--", 2) == 0)
            status = scan_long(p, word);
        else if (options && word[0] == '-' && word[1])
            status = scan_letters(p, word);
        else {
            text_list_add(p->operands, word);
            options = options && rule == OPERANDS_ANYWHERE;
        }
        if (status != SHEAF_OK)
            return status;
    }
    return SHEAF_OK;
}

const char *option_preset(const struct option *option)
{
    char *name = keep_bytes(sizeof "SHEAF_" + strlen(option->name));
    strcpy(name, "SHEAF_");
    for (const char *c = option->name; *c; c++)
        name[6 + (c - option->name)] = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
    return name;
}

static bool is_given(const struct parser *p, size_t count, const struct option *option)
{
    for (size_t i = 0; i < count; i++)
        if (p->given[i].option == option)
            return true;
    return false;
}

/* Adds the presets of what the command line left open. An empty variable is no preset. */
static void scan_presets(struct parser *p)
{
    size_t on_command_line = p->given_count;
    for (size_t t = 0; t < p->target_count; t++) {
        for (const struct option *o = p->targets[t].table->options; o->name; o++) {
            const char *variable = o->no_preset ? NULL : option_preset(o);
            const char *text = variable ? getenv(variable) : NULL;
            if (text && *text && !is_given(p, on_command_line, o))
                take(p, o, p->targets[t].into, variable, text);
        }
    }
}

static enum sheaf_status read_one(const struct given *given, struct sheaf_error *err)
{
    void *field = (char *)given->into + given->option->offset;
    enum sheaf_status status = given->option->read(given->option, field, given->text, err);
    if (status != SHEAF_OK) {
        struct sheaf_error cause = *err;
        return sheaf_fail(err, status, "%s: %s", given->spelled, cause.message);
    }
    return SHEAF_OK;
}

/* What an option chooses for its field, be it by name (--json) or by value (--format json). */
static const char *choice_of(const struct given *given)
{
    return given->option->read == option_own_name ? given->option->name : given->text;
}

/* On the command line: --json beside --csv would leave it open which of them is meant. */
static enum sheaf_status check_choices(const struct parser *p, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct given *one = &p->given[i];
        for (size_t k = 0; one->option->read == option_own_name && k < count; k++) {
            const struct given *other = &p->given[k];
            bool same_field = other->into == one->into && other->option->offset == one->option->offset;
            if (same_field && strcmp(choice_of(one), choice_of(other)) != 0)
                return sheaf_fail(p->err, SHEAF_USAGE, "%s and %s%s%s contradict each other; give one", one->spelled,
                                  other->spelled, other->option->metavar ? " " : "",
                                  other->option->metavar ? other->text : "");
        }
    }
    return SHEAF_OK;
}

/* Presets come after the command line in the list and are read before it. */
static enum sheaf_status read_all(const struct parser *p, size_t on_command_line)
{
    enum sheaf_status status = SHEAF_OK;
    for (size_t i = on_command_line; i < p->given_count && status == SHEAF_OK; i++)
        status = read_one(&p->given[i], p->err);
    for (size_t i = 0; i < on_command_line && status == SHEAF_OK; i++)
        status = read_one(&p->given[i], p->err);
    return status;
}

/* Most options that can be given: every letter of every argument, and every preset. */
static size_t most_given(const struct parser *p)
{
    size_t most = 0;
    for (size_t i = 0; i < p->count; i++)
        most += strlen(p->argv[i]);
    for (size_t t = 0; t < p->target_count; t++)
        for (const struct option *o = p->targets[t].table->options; o->name; o++)
            most++;
    return most;
}

enum sheaf_status options_parse(const struct option_target *targets, size_t target_count, const char *const *argv,
                                size_t count, enum operand_rule rule, struct text_list *operands,
                                struct sheaf_error *err)
{
    struct parser p = {
        .targets = targets,
        .target_count = target_count,
        .argv = argv,
        .count = count,
        .operands = operands,
        .err = err,
    };
    p.given = keep_bytes(most_given(&p) * sizeof *p.given);
    enum sheaf_status status = scan(&p, rule);
    size_t on_command_line = p.given_count;
    if (status != SHEAF_OK)
        return status;
    scan_presets(&p);
    status = read_all(&p, on_command_line);
    return status == SHEAF_OK ? check_choices(&p, on_command_line) : status;
}

const char *option_peek(const char *name, const char *const *argv, size_t count, size_t *cursor)
{
    size_t length = strlen(name);
    while (*cursor < count && strcmp(argv[*cursor], "--") != 0) {
        const char *word = argv[(*cursor)++];
        if (strncmp(word, "--", 2) != 0 || strncmp(word + 2, name, length) != 0)
            continue;
        if (word[2 + length] == '=')
            return word + 3 + length;
        if (!word[2 + length])
            return *cursor < count ? argv[*cursor] : "";
    }
    return NULL;
}
