/* Numbers as people write them on a command line. The locale has no part in it. */
#ifndef DRIVERS_NUMBER_H
#define DRIVERS_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes: "8388608", "64K", "8MiB" (powers of 1024), "1.5GB" (powers of 1000). False if `text` is no whole number
 * of bytes that fits 64 bits. */
bool parse_size(const char *text, uint64_t *bytes);
/* Counts: "100000000", "100M", "1e8"; k M G T are powers of 1000. */
bool parse_count(const char *text, uint64_t *count);
/* Durations in seconds: "1.5", "200ms", "90s", "5m", "2h", "1d". */
bool parse_duration(const char *text, double *seconds);

/* Do the digits of an integer, with a '-' before them if it is negative, fit 64 bits? */
bool integer_fits_signed(const char *digits);
bool integer_fits_unsigned(const char *digits);

/* "1.5 GB", "800 MB", "12 B": three digits for people. `text` holds 32 bytes; returned. */
const char *show_bytes(double bytes, char text[32]);
/* "8 MiB", "5 MB" or "100 B": exactly, in the largest unit that divides it. */
const char *show_size(uint64_t bytes, char text[32]);
/* The same as --block takes it: "8M", "5MB", "100". */
const char *show_size_option(uint64_t bytes, char text[32]);
/* "0:09", "12:31", "3:05:00". */
const char *show_seconds(double seconds, char text[32]);

/* Are two numbers, as sheaf_real_text and sheaf_decimal_text write them, the same? */
bool same_number(const char *a, const char *b);

#endif
