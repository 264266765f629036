/* The readers of options: text to field. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nearest.h"
#include "number.h"
#include "option.h"

static bool word_among(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

/* A switch's text: "yes" on the command line; presets may also say no. */
static enum sheaf_status read_yes(const char *text, bool *yes, struct sheaf_error *err)
{
    static const char *const yes_words[] = {"yes", "1", "true", "on", NULL};
    static const char *const no_words[] = {"no", "0", "false", "off", NULL};
    *yes = word_among(text, yes_words);
    if (!*yes && !word_among(text, no_words))
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is neither yes nor no", text);
    return SHEAF_OK;
}

enum sheaf_status option_switch(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    return read_yes(text, field, err);
}

enum sheaf_status option_on(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    bool yes;
    enum sheaf_status status = read_yes(text, &yes, err);
    *(int *)field = yes ? 1 : -1;
    return status;
}

enum sheaf_status option_off(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    bool yes;
    enum sheaf_status status = read_yes(text, &yes, err);
    *(int *)field = yes ? -1 : 1;
    return status;
}

enum sheaf_status option_text(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    (void)err;
    *(const char **)field = text;
    return SHEAF_OK;
}

/* The metavar "a|b|c" is the list of choices. */
enum sheaf_status option_choice(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    struct nearest nearest = nearest_to(text);
    for (const char *choice = option->metavar; choice;) {
        size_t length = strcspn(choice, "|");
        if (strlen(text) == length && strncmp(text, choice, length) == 0) {
            *(const char **)field = text;
            return SHEAF_OK;
        }
        nearest_offer(&nearest, keep_text("%.*s", (int)length, choice));
        choice = choice[length] ? choice + length + 1 : NULL;
    }
    return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not one of %s%s", text, option->metavar,
                      nearest_hint(&nearest, "", ""));
}

enum sheaf_status option_own_name(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    bool yes = false;
    enum sheaf_status status = read_yes(text, &yes, err);
    if (yes)
        *(const char **)field = option->name;
    return status;
}

enum sheaf_status option_size(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    struct option_number *number = field;
    number->set = parse_size(text, &number->value);
    if (!number->set)
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not a size in bytes (64K, 8MiB, 1.5GB)", text);
    return SHEAF_OK;
}

enum sheaf_status option_count(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    struct option_number *number = field;
    number->set = parse_count(text, &number->value);
    if (!number->set)
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not a count (1000, 100M, 1e8)", text);
    return SHEAF_OK;
}

enum sheaf_status option_real(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    struct option_real *real = field;
    char *end;
    real->value = strtod(text, &end);
    real->set = *text && !*end && isfinite(real->value) && real->value >= 0;
    if (!real->set)
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not a number of 0 or more", text);
    return SHEAF_OK;
}

enum sheaf_status option_seconds(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    struct option_real *real = field;
    real->set = parse_duration(text, &real->value);
    if (!real->set)
        return sheaf_fail(err, SHEAF_USAGE, "\"%s\" is not a duration (90, 200ms, 5m, 2h, 1d)", text);
    return SHEAF_OK;
}

enum sheaf_status option_list(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    (void)err;
    text_list_add(field, text);
    return SHEAF_OK;
}

enum sheaf_status option_pieces(const struct option *option, void *field, const char *text, struct sheaf_error *err)
{
    (void)option;
    (void)err;
    text_list_add_pieces(field, text);
    return SHEAF_OK;
}
