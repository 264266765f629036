/* The one writer of JSON. Keys come out in the order in which they are written. */
#ifndef DRIVERS_JSON_H
#define DRIVERS_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum json_style {
    JSON_LINES, /* a member a line */
    JSON_INLINE /* all on one line, whatever is inside */
};

struct json {
    FILE *out;
    unsigned depth;
    struct {
        char close;
        bool any, inline_;
    } level[16];
};

void json_begin(struct json *json, FILE *out);
/* Ends the document with a newline. Everything must be closed. */
void json_end(struct json *json);

/* `key` is NULL inside an array and for the document itself. */
void json_object(struct json *json, const char *key, enum json_style style);
void json_array(struct json *json, const char *key, enum json_style style);
void json_close(struct json *json);

void json_null(struct json *json, const char *key);
void json_bool(struct json *json, const char *key, bool value);
void json_int(struct json *json, const char *key, int64_t value);
void json_uint(struct json *json, const char *key, uint64_t value);
/* The shortest number that reads back the same; "NaN", "Infinity", "-Infinity" as strings. */
void json_real(struct json *json, const char *key, double value);
/* A number given by its digits. */
void json_digits(struct json *json, const char *key, const char *digits);
/* Bytes that are no UTF-8 become U+FFFD. NULL is null. */
void json_text(struct json *json, const char *key, const char *value);

#endif
