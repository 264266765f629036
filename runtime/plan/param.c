#include "source/text_number.h"

#include <sheaf/job.h>
#include <string.h>

/* Digits, then nothing, k, M or G. */
static bool parse_count(const char *text, int64_t *count)
{
    static const struct {
        char suffix;
        int64_t unit;
    } units[] = {{'\0', 1}, {'k', 1000}, {'M', 1000000}, {'G', 1000000000}};
    int64_t digits = 0;
    const char *p = text;
    for (; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(digits, 10, &digits) || __builtin_add_overflow(digits, *p - '0', &digits))
            return false;
    if (p == text || (*p && p[1]))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (*p == units[i].suffix)
            return !__builtin_mul_overflow(digits, units[i].unit, count);
    return false;
}

static bool parse_real(const char *text, size_t size, double *real)
{
    return number_parse((const unsigned char *)text, size, real) == NUMBER_OK;
}

static bool parse_range(const char *text, double range[2])
{
    const char *colon = strchr(text, ':');
    return colon && parse_real(text, (size_t)(colon - text), &range[0]) &&
           parse_real(colon + 1, strlen(colon + 1), &range[1]) && range[0] == range[0] && range[1] == range[1];
}

static bool parse_word(const char *text, char word[64])
{
    size_t length = strlen(text);
    if (length == 0 || length >= 64)
        return false;
    memcpy(word, text, length);
    return true;
}

static bool parse(enum sheaf_param_type type, const char *text, struct sheaf_arg *value)
{
    switch (type) {
    case SHEAF_PARAM_COUNT:
        return parse_count(text, &value->count);
    case SHEAF_PARAM_REAL:
        return parse_real(text, strlen(text), &value->real);
    case SHEAF_PARAM_RANGE:
        return parse_range(text, value->range);
    case SHEAF_PARAM_WORD:
        return parse_word(text, value->word);
    }
    return false;
}

enum sheaf_status sheaf_param_parse(const struct sheaf_param *param, const char *text, struct sheaf_arg *value,
                                    struct sheaf_error *err)
{
    static const char *const wanted[] = {
        [SHEAF_PARAM_COUNT] = "a whole number from 0 to 2^63 - 1; k, M and G are powers of 1000",
        [SHEAF_PARAM_REAL] = "a number such as -1.5e3",
        [SHEAF_PARAM_RANGE] = "two numbers with a colon between them, such as -1.5:2e3",
        [SHEAF_PARAM_WORD] = "a word of 1 to 63 bytes",
    };
    struct sheaf_arg parsed;
    memset(&parsed, 0, sizeof parsed); /* padding too: values cross address spaces as bytes */
    parsed.set = 1;
    if (!parse(param->type, text, &parsed))
        return sheaf_fail(err, SHEAF_USAGE, "--%s %s: \"%s\" is not %s", param->name, param->metavar, text,
                          wanted[param->type]);
    *value = parsed;
    return SHEAF_OK;
}
