#include "number.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "keep.h"

struct unit {
    const char *suffix;
    uint64_t factor;
};

static const struct unit size_units[] = {
    {"", 1},           {"B", 1},
    {"K", 1ull << 10}, {"KiB", 1ull << 10}, {"k", 1ull << 10}, {"kB", 1000},
    {"M", 1ull << 20}, {"MiB", 1ull << 20}, {"MB", 1000000},
    {"G", 1ull << 30}, {"GiB", 1ull << 30}, {"GB", 1000000000},
    {"T", 1ull << 40}, {"TiB", 1ull << 40}, {"TB", 1000000000000},
    {NULL, 0},
};
static const struct unit count_units[] = {
    {"", 1}, {"k", 1000}, {"K", 1000}, {"M", 1000000}, {"G", 1000000000}, {"T", 1000000000000}, {NULL, 0},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool find_unit(const struct unit *units, const char *suffix, uint64_t *factor)
{
    for (; units->suffix; units++) {
        if (strcmp(units->suffix, suffix) == 0) {
            *factor = units->factor;
            return true;
        }
    }
    return false;
}

/* Digits, an optional fraction and an optional exponent: mantissa x 10^power. `*end` is what follows. */
static bool scan_decimal(const char *text, unsigned __int128 *mantissa, int *power, const char **end)
{
    bool any = false, fraction = false;
    *mantissa = 0;
    *power = 0;
    for (; is_digit(*text) || (*text == '.' && !fraction); text++) {
        if (*text == '.') {
            fraction = true;
            continue;
        }
        if (*mantissa > UINT64_MAX)
            return false;
        *mantissa = *mantissa * 10 + (unsigned)(*text - '0');
        *power -= fraction;
        any = true;
    }
    if ((*text == 'e' || *text == 'E') && is_digit(text[1])) {
        int exponent = 0;
        for (text++; is_digit(*text) && exponent < 1000; text++)
            exponent = exponent * 10 + (*text - '0');
        *power += exponent;
    }
    *end = text;
    return any;
}

/* mantissa x 10^power x factor, if that is a whole number below 2^64. */
static bool scale(unsigned __int128 mantissa, int power, uint64_t factor, uint64_t *value)
{
    unsigned __int128 product = mantissa;
    if (factor && product > ~(unsigned __int128)0 / factor)
        return false;
    product *= factor;
    for (; power < 0; power++) {
        if (product % 10)
            return false;
        product /= 10;
    }
    for (; power > 0 && product; power--) {
        product *= 10;
        if (product > UINT64_MAX)
            return false;
    }
    *value = (uint64_t)product;
    return product <= UINT64_MAX;
}

static bool parse_scaled(const struct unit *units, const char *text, uint64_t *value)
{
    unsigned __int128 mantissa;
    int power;
    const char *suffix;
    uint64_t factor;
    return scan_decimal(text, &mantissa, &power, &suffix) && find_unit(units, suffix, &factor) &&
           scale(mantissa, power, factor, value);
}

bool parse_size(const char *text, uint64_t *bytes)
{
    return parse_scaled(size_units, text, bytes);
}

bool parse_count(const char *text, uint64_t *count)
{
    return parse_scaled(count_units, text, count);
}

bool parse_duration(const char *text, double *seconds)
{
    static const struct {
        const char *suffix;
        double factor;
    } units[] = {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    if (!is_digit(text[0]) && !(text[0] == '.' && is_digit(text[1])))
        return false;
    char *suffix;
    double number = strtod(text, &suffix);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(suffix, units[i].suffix) == 0) {
            *seconds = number * units[i].factor;
            return *seconds <= 1e15;
        }
    }
    return false;
}

static bool is_at_most(const char *digits, const char *limit)
{
    size_t length = strlen(digits), most = strlen(limit);
    return length < most || (length == most && strcmp(digits, limit) <= 0);
}

bool integer_fits_signed(const char *digits)
{
    return is_at_most(digits, *digits == '-' ? "-9223372036854775808" : "9223372036854775807");
}

bool integer_fits_unsigned(const char *digits)
{
    return *digits != '-' && is_at_most(digits, "18446744073709551615");
}

const char *show_bytes(double bytes, char text[32])
{
    static const char *const names[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
    size_t i = 0;
    for (; bytes >= 999.5 && i + 1 < sizeof names / sizeof names[0]; i++)
        bytes /= 1000;
    int digits = i == 0 || bytes >= 99.95 ? 0 : bytes >= 9.995 ? 1 : 2;
    snprintf(text, 32, "%.*f %s", digits, bytes, names[i]);
    return text;
}

/* In powers of 1024 where that makes a whole number, else of 1000. */
static const char *show_exactly(uint64_t bytes, const char *const units[2][5], char text[32])
{
    bool binary = bytes % 1024 == 0;
    uint64_t base = binary ? 1024 : 1000;
    int unit = 0;
    for (; bytes && bytes % base == 0 && unit < 4; unit++)
        bytes /= base;
    snprintf(text, 32, "%" PRIu64 "%s", bytes, units[binary][unit]);
    return text;
}

const char *show_size(uint64_t bytes, char text[32])
{
    static const char *const units[2][5] = {{" B", " kB", " MB", " GB", " TB"}, {" B", " KiB", " MiB", " GiB", " TiB"}};
    return show_exactly(bytes, units, text);
}

const char *show_size_option(uint64_t bytes, char text[32])
{
    static const char *const units[2][5] = {{"", "kB", "MB", "GB", "TB"}, {"", "K", "M", "G", "T"}};
    return show_exactly(bytes, units, text);
}

const char *show_seconds(double seconds, char text[32])
{
    uint64_t s = seconds < 0 ? 0 : seconds > 8e9 ? 8000000000u : (uint64_t)(seconds + 0.5);
    if (s < 3600)
        snprintf(text, 32, "%" PRIu64 ":%02" PRIu64, s / 60, s % 60);
    else
        snprintf(text, 32, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60, s % 60);
    return text;
}

/* A number's digits from the first that is not zero to the last, without the point; the first weighs 10^*exponent. */
static const char *significant_digits(const char *text, long *exponent)
{
    char *digits = keep_bytes(strlen(text) + 1);
    size_t count = 0;
    long whole = 0;
    bool fraction = false;
    for (; is_digit(*text) || *text == '.'; text++) {
        if (*text == '.') {
            fraction = true;
            continue;
        }
        if (count || *text != '0')
            digits[count++] = *text;
        whole += count && !fraction;
        whole -= !count && fraction;
    }
    while (count && digits[count - 1] == '0')
        count--;
    digits[count] = '\0';
    *exponent = (*text == 'e' ? strtol(text + 1, NULL, 10) : 0) + whole - 1;
    return digits;
}

bool same_number(const char *a, const char *b)
{
    long a_exponent, b_exponent;
    bool a_negative = *a == '-', b_negative = *b == '-';
    const char *a_digits = significant_digits(a + a_negative, &a_exponent);
    const char *b_digits = significant_digits(b + b_negative, &b_exponent);
    if (!*a_digits || !*b_digits)
        return !*a_digits && !*b_digits;
    return a_negative == b_negative && a_exponent == b_exponent && strcmp(a_digits, b_digits) == 0;
}
