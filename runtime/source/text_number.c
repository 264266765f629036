#include "source/text_number.h"

#include "source/text_words.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_DIGITS = 19,      /* any 19 digits fit in 64 bits */
    MOST_POWER = 27,       /* 5^27 < 2^64 */
    KEPT_DIGITS = 800,     /* no tie between doubles has more than 767 significant digits */
    BEYOND = 100000        /* a power of ten past anything KEPT_DIGITS digits can bring back into range */
};

static bool is_digit(unsigned char c)
{
    return (unsigned)(c - '0') < 10;
}

static const unsigned char *scan_digits(const unsigned char *p, const unsigned char *end, uint64_t *digits)
{
    uint64_t d = *digits, word;
    for (; end - p >= WORD && !word_not_digits(word = word_load_digits(p)); p += WORD)
        d = 100000000 * d + word_value(word);
    while (p < end && is_digit(*p))
        d = 10 * d + (uint64_t)(*p++ - '0');
    *digits = d;
    return p;
}

/* [+-] digits after the `e`; saturates. NULL: there is no digit. */
static const unsigned char *scan_exponent(const unsigned char *p, const unsigned char *end, int64_t *exponent)
{
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return NULL;
    int64_t e = 0;
    for (; p < end && is_digit(*p); p++)
        if (e < INT64_MAX / 100)
            e = 10 * e + (*p - '0');
    *exponent = negative ? -e : e;
    return p;
}

/* Significant digits in [first, end): all but the leading zeros. */
static size_t significant_digits(const unsigned char *first, const unsigned char *end)
{
    size_t count = 0;
    for (; first < end; first++)
        if (is_digit(*first) && (count || *first != '0'))
            count++;
    return count;
}

/* The unsigned part of a literal; false if it is none. */
static bool scan_digits_of(const unsigned char *p, const unsigned char *end, struct number *d)
{
    d->digits = 0;
    d->first = p;
    p = scan_digits(p, end, &d->digits);
    int64_t count = p - d->first, exponent = 0;
    if (p < end && *p == '.') {
        const unsigned char *fraction = ++p;
        p = scan_digits(p, end, &d->digits);
        count += p - fraction;
        exponent = fraction - p;
    }
    d->end = p;
    if (count == 0)
        return false;
    if (p < end && (*p == 'e' || *p == 'E')) {
        int64_t written;
        p = scan_exponent(p + 1, end, &written);
        if (!p)
            return false;
        exponent += written;
    }
    d->exponent = exponent;
    d->whole = count <= MOST_DIGITS || significant_digits(d->first, d->end) <= MOST_DIGITS;
    return p == end;
}

static const uint64_t power_of_five[MOST_POWER + 1] = {
    1u, 5u, 25u, 125u, 625u, 3125u, 15625u, 78125u, 390625u, 1953125u, 9765625u, 48828125u, 244140625u, 1220703125u,
    6103515625u, 30517578125u, 152587890625u, 762939453125u, 3814697265625u, 19073486328125u, 95367431640625u,
    476837158203125u, 2384185791015625u, 11920928955078125u, 59604644775390625u, 298023223876953125u,
    1490116119384765625u, 7450580596923828125u,
};

/* bits x 2^exponent, bits < 2^63 rounded once; the result is a normal number for every caller. */
static double scale(uint64_t bits, int exponent)
{
    uint64_t word = (uint64_t)(1023 + exponent) << 52;
    double power;
    memcpy(&power, &word, sizeof power);
    return (double)(int64_t)bits * power;
}

/* digits x 10^power for 0 < digits, 0 <= power <= MOST_POWER: the exact product of 128 bits, cut to 63 bits whose
 * last one is sticky, so that the one rounding to 53 bits is right. */
static double multiply(uint64_t digits, int power)
{
    unsigned __int128 product = (unsigned __int128)digits * power_of_five[power];
    uint64_t high = (uint64_t)(product >> 63);
    if (high == 0)
        return scale((uint64_t)product, power);
    int shift = 64 - __builtin_clzll(high);
    uint64_t lost = (uint64_t)product & (UINT64_MAX >> (64 - shift));
    return scale((uint64_t)(product >> shift) | (lost != 0), shift + power);
}

/* digits / 10^power for 0 < digits, 0 < power <= MOST_POWER: the quotient to 62 or 63 bits, the last one sticky. */
static double divide(uint64_t digits, int power)
{
    int up = __builtin_clzll(digits), down = __builtin_clzll(power_of_five[power]);
    uint64_t divisor = power_of_five[power] << down;
    unsigned __int128 dividend = (unsigned __int128)(digits << up) << 62;
    uint64_t quotient = (uint64_t)(dividend / divisor);
    uint64_t rest = (uint64_t)dividend - quotient * divisor;
    return scale(quotient | (rest != 0), down - up - 62 - power);
}

/* Any decimal, by strtod on a text that means the same in every locale: digits and an exponent, no point. Digits
 * past the first KEPT_DIGITS matter only in being zero or not. */
static double convert_slowly(const struct number *d)
{
    char text[KEPT_DIGITS + 32];
    size_t size = 0;
    int64_t exponent = d->exponent;
    bool rest = false;
    for (const unsigned char *p = d->first; p < d->end; p++) {
        if (*p == '.' || (size == 0 && *p == '0'))
            continue;
        if (size < KEPT_DIGITS) {
            text[size++] = (char)*p;
        } else {
            rest |= *p != '0';
            exponent++;
        }
    }
    if (size == 0)
        return 0;
    if (rest) {
        text[size++] = '1';
        exponent--;
    }
    if (exponent < -BEYOND || exponent > BEYOND)
        exponent = exponent < 0 ? -BEYOND : BEYOND;
    snprintf(text + size, sizeof text - size, "e%d", (int)exponent);
    return strtod(text, NULL);
}

static double magnitude(const struct number *d)
{
    if (!d->whole || d->exponent < -MOST_POWER || d->exponent > MOST_POWER)
        return convert_slowly(d);
    if (d->digits == 0)
        return 0;
    return d->exponent < 0 ? divide(d->digits, (int)-d->exponent) : multiply(d->digits, (int)d->exponent);
}

/* `word` in ASCII letters of either case; not tolower, which a locale changes. */
static bool is_word(const unsigned char *text, size_t size, const char *word)
{
    if (size != strlen(word))
        return false;
    while (size && (text[size - 1] | 0x20) == word[size - 1])
        size--;
    return size == 0;
}

static enum number_status scan_word(const unsigned char *text, size_t size, struct number *d)
{
    if (is_word(text, size, "nan"))
        d->special = SHEAF_NAN;
    else if (is_word(text, size, "inf") || is_word(text, size, "infinity"))
        d->special = d->negative ? SHEAF_NEG_INF : SHEAF_POS_INF;
    else
        return NUMBER_NOT;
    return NUMBER_OK;
}

enum number_status number_scan(const unsigned char *text, size_t size, struct number *d)
{
    const unsigned char *p = text, *end = text + size;
    d->negative = size && *p == '-';
    d->special = SHEAF_FINITE;
    if (size && (*p == '-' || *p == '+'))
        p++;
    return scan_digits_of(p, end, d) ? NUMBER_OK : scan_word(p, (size_t)(end - p), d);
}

enum number_status number_real(const struct number *d, double *value)
{
    static const double specials[] = {[SHEAF_NAN] = NAN, [SHEAF_POS_INF] = INFINITY, [SHEAF_NEG_INF] = -INFINITY};
    if (d->special != SHEAF_FINITE) {
        *value = specials[d->special];
        return NUMBER_OK;
    }
    double size = magnitude(d);
    if (size > 0x1.fffffffffffffp1023)
        return NUMBER_HUGE;
    *value = d->negative ? -size : size;
    return NUMBER_OK;
}

enum number_status number_parse(const unsigned char *text, size_t size, double *value)
{
    struct number d;
    enum number_status status = number_scan(text, size, &d);
    return status == NUMBER_OK ? number_real(&d, value) : status;
}

/* ---- all the digits --------------------------------------------------------------------------------------- */

const int64_t power_of_ten[LIMB_DIGITS + 1] = {
    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
    1000000000000, 10000000000000, 100000000000000, 1000000000000000, 10000000000000000, 100000000000000000, LIMB_RADIX,
};

static bool in_reach(size_t count, int64_t exponent)
{
    return exponent >= -SHEAF_DECIMAL_REACH && (int64_t)count + exponent <= SHEAF_DECIMAL_REACH;
}

/* Digits without a point. */
struct run {
    const unsigned char *first;
    size_t count;
    int64_t exponent; /* of the last */
};

/* Leaves out the zeros at both ends, and the point: a number with one is copied to `room`. */
static enum number_status strip(const struct number *d, unsigned char room[2 * SHEAF_DECIMAL_REACH], struct run *run)
{
    const unsigned char *p = d->first, *q = d->end;
    run->exponent = d->exponent;
    while (p < q && (*p == '0' || *p == '.'))
        p++;
    for (; q > p && (q[-1] == '0' || q[-1] == '.'); q--)
        run->exponent += q[-1] == '0';
    const unsigned char *point = p < q ? memchr(p, '.', (size_t)(q - p)) : NULL;
    run->first = p;
    run->count = (size_t)(q - p) - (point != NULL);
    if (run->count && !in_reach(run->count, run->exponent))
        return run->exponent + (int64_t)run->count > SHEAF_DECIMAL_REACH ? NUMBER_ABOVE : NUMBER_BELOW;
    if (point) {
        memcpy(room, p, (size_t)(point - p));
        memcpy(room + (point - p), point + 1, (size_t)(q - point - 1));
        run->first = room;
    }
    return NUMBER_OK;
}

static enum number_status many_limbs(const struct number *d, struct number_limbs *limbs)
{
    unsigned char room[2 * SHEAF_DECIMAL_REACH];
    struct run run;
    enum number_status status = strip(d, room, &run);
    if (status != NUMBER_OK)
        return status;
    limbs->exponent = run.count ? (int32_t)run.exponent : 0;
    limbs->count = 0;
    do {
        size_t count = run.count < LIMB_DIGITS ? run.count : LIMB_DIGITS;
        uint64_t limb = 0;
        run.count -= count;
        scan_digits(run.first + run.count, run.first + run.count + count, &limb);
        limbs->limb[limbs->count++] = d->negative ? -(int64_t)limb : (int64_t)limb;
    } while (run.count);
    return NUMBER_OK;
}

enum number_status number_whole(const struct number *d, struct number_limbs *limbs)
{
    if (!d->whole || !in_reach(MOST_DIGITS, d->exponent))
        return many_limbs(d, limbs);
    int64_t high = (int64_t)(d->digits / LIMB_RADIX), low = (int64_t)(d->digits % LIMB_RADIX);
    limbs->count = high ? 2 : 1;
    limbs->exponent = d->digits ? (int32_t)d->exponent : 0;
    limbs->limb[0] = d->negative ? -low : low;
    limbs->limb[1] = d->negative ? -high : high;
    return NUMBER_OK;
}
