/* A cell of text as a number. */
#ifndef SHEAF_RUNTIME_TEXT_NUMBER_H
#define SHEAF_RUNTIME_TEXT_NUMBER_H

#include <stddef.h>

enum number_status {
    NUMBER_OK,
    NUMBER_NOT, /* not of the grammar below */
    NUMBER_HUGE /* finite as written, but beyond the largest double */
};

/* Reads the whole of `text` as a double, correctly rounded (nearest, ties to even).
 *
 *     number = [+-] (digits [. [digits]] | . digits) [(e|E) [+-] digits] | [+-] (inf | infinity | nan)
 *
 * Words in either case; "nan" is the positive quiet NaN under either sign. No blanks, no grouping (1,000 or 1_000),
 * no hexadecimal, no decimal comma, whatever the process's locale. What is too small becomes a zero of its sign.
 * *value is set only with NUMBER_OK. Pure; expects the default rounding mode. */
enum number_status number_parse(const unsigned char *text, size_t size, double *value);

#endif
