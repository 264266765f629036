/* A cell of text as a number: the one place between text and a column's type. */
#ifndef SHEAF_RUNTIME_TEXT_NUMBER_H
#define SHEAF_RUNTIME_TEXT_NUMBER_H

#include <sheaf/kernel.h>

enum number_status {
    NUMBER_OK,
    NUMBER_NOT,  /* not of the grammar below */
    NUMBER_HUGE, /* finite as written, but beyond the largest double */
    NUMBER_ABOVE, /* finite as written, but 10^SHEAF_DECIMAL_REACH or more */
    NUMBER_BELOW  /* less than that, but with digits below 10^-SHEAF_DECIMAL_REACH */
};

/* A literal taken apart: digits x 10^exponent, or something special. */
struct number {
    bool negative;
    bool whole;                       /* `digits` holds every significant digit */
    uint8_t special;                  /* enum sheaf_special; the fields below matter only if SHEAF_FINITE */
    uint64_t digits;
    int64_t exponent;
    const unsigned char *first, *end; /* the digits in the text, with a point among them; borrowed */
};

/* Takes the whole of `text` apart: NUMBER_OK or NUMBER_NOT.
 *
 *     number = [+-] (digits [. [digits]] | . digits) [(e|E) [+-] digits] | [+-] (inf | infinity | nan)
 *
 * Words in either case; "nan" is the same under either sign. No blanks, no grouping (1,000 or 1_000), no hexadecimal,
 * no decimal comma, whatever the process's locale. Pure. */
enum number_status number_scan(const unsigned char *text, size_t size, struct number *number);

/* The nearest double, ties to even: NUMBER_OK or NUMBER_HUGE. What is too small becomes a zero of its sign; NaN is the
 * positive quiet one. *value is set only with NUMBER_OK. Expects the default rounding mode. */
enum number_status number_real(const struct number *number, double *value);

/* number_scan and number_real. */
enum number_status number_parse(const unsigned char *text, size_t size, double *value);

/* A finite number with all its digits: limbs, terms of a column's element, the lowest first, none of a sign unlike the
 * number's. */
enum { LIMB_DIGITS = SHEAF_DECIMAL_TERM_DIGITS, MOST_LIMBS = SHEAF_DECIMAL_MOST_TERMS };
#define LIMB_RADIX INT64_C(1000000000000000000)
struct number_limbs {
    int32_t exponent; /* of the first limb's last digit; 0 for zero */
    uint32_t count;   /* 1 to MOST_LIMBS; the last one is not 0, but for zero */
    int64_t limb[MOST_LIMBS];
};
/* NUMBER_OK, NUMBER_ABOVE or NUMBER_BELOW; zeros at either end do not count. Sets only the limbs that there are. */
enum number_status number_whole(const struct number *number, struct number_limbs *limbs);

/* 10^0 to 10^18. */
extern const int64_t power_of_ten[LIMB_DIGITS + 1];

/* Decimal digits of a magnitude; 0 of 0. */
static inline unsigned count_digits(uint64_t x)
{
    unsigned guess = x ? (unsigned)(64 - __builtin_clzll(x)) * 1233 >> 12 : 0;
    return guess <= LIMB_DIGITS ? guess + (x >= (uint64_t)power_of_ten[guess]) : guess + (x / 10 >= LIMB_RADIX);
}

#endif
