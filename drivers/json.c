#include "json.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <sheaf/result.h>

void json_begin(struct json *json, FILE *out)
{
    *json = (struct json){.out = out};
}

void json_end(struct json *json)
{
    fputc('\n', json->out);
}

/* Length of the UTF-8 sequence at `s` (RFC 3629), 0 if there is none. */
static unsigned utf8_length(const unsigned char *s)
{
    static const struct {
        unsigned char lead_low, lead_high, next_low, next_high;
        unsigned length;
    } forms[] = {
        {0x00, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (s[0] < forms[i].lead_low || s[0] > forms[i].lead_high)
            continue;
        if (forms[i].length > 1 && (s[1] < forms[i].next_low || s[1] > forms[i].next_high))
            return 0;
        for (unsigned k = 2; k < forms[i].length; k++)
            if ((s[k] & 0xc0) != 0x80)
                return 0;
        return forms[i].length;
    }
    return 0;
}

static void print_string(FILE *out, const char *value)
{
    fputc('"', out);
    for (const unsigned char *s = (const unsigned char *)value; *s;) {
        unsigned length = utf8_length(s);
        if (length == 0)
            fputs("\\ufffd", out);
        else if (*s == '"' || *s == '\\')
            fprintf(out, "\\%c", *s);
        else if (*s == '\n')
            fputs("\\n", out);
        else if (*s == '\t')
            fputs("\\t", out);
        else if (*s < 0x20 || *s == 0x7f)
            fprintf(out, "\\u%04x", *s);
        else
            fwrite(s, 1, length, out);
        s += length ? length : 1;
    }
    fputc('"', out);
}

static void new_line(struct json *json)
{
    fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
}

/* Everything before a value: comma, line, key. */
static void lead(struct json *json, const char *key)
{
    if (json->depth) {
        bool inline_ = json->level[json->depth - 1].inline_, any = json->level[json->depth - 1].any;
        if (any)
            fputs(inline_ ? ", " : ",", json->out);
        if (!inline_)
            new_line(json);
        json->level[json->depth - 1].any = true;
    }
    if (key) {
        print_string(json->out, key);
        fputs(": ", json->out);
    }
}

static void open_level(struct json *json, const char *key, enum json_style style, char open, char close)
{
    lead(json, key);
    fputc(open, json->out);
    bool inside = json->depth && json->level[json->depth - 1].inline_;
    json->level[json->depth].close = close;
    json->level[json->depth].any = false;
    json->level[json->depth].inline_ = inside || style == JSON_INLINE;
    json->depth++;
}

void json_object(struct json *json, const char *key, enum json_style style)
{
    open_level(json, key, style, '{', '}');
}

void json_array(struct json *json, const char *key, enum json_style style)
{
    open_level(json, key, style, '[', ']');
}

void json_close(struct json *json)
{
    json->depth--;
    if (json->level[json->depth].any && !json->level[json->depth].inline_)
        new_line(json);
    fputc(json->level[json->depth].close, json->out);
}

void json_null(struct json *json, const char *key)
{
    json_digits(json, key, "null");
}

void json_bool(struct json *json, const char *key, bool value)
{
    json_digits(json, key, value ? "true" : "false");
}

void json_int(struct json *json, const char *key, int64_t value)
{
    lead(json, key);
    fprintf(json->out, "%" PRId64, value);
}

void json_uint(struct json *json, const char *key, uint64_t value)
{
    lead(json, key);
    fprintf(json->out, "%" PRIu64, value);
}

void json_real(struct json *json, const char *key, double value)
{
    char text[32];
    sheaf_real_text(value, text);
    if (isfinite(value))
        json_digits(json, key, text);
    else
        json_text(json, key, text);
}

void json_digits(struct json *json, const char *key, const char *digits)
{
    lead(json, key);
    fputs(digits, json->out);
}

void json_text(struct json *json, const char *key, const char *value)
{
    if (!value) {
        json_null(json, key);
        return;
    }
    lead(json, key);
    print_string(json->out, value);
}
