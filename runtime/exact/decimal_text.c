#include "exact/decimal.h"

#include <stdio.h>
#include <string.h>

enum { FILLING_MOST = 20 };

/* The significant digits, without zeros at either end; returns their number. The first weighs 10^*exponent. */
static unsigned write_digits(char *out, const struct tens *tens, int *exponent)
{
    char *end = out, group[TENS_DIGITS + 1];
    for (unsigned i = tens->high; i-- > tens->low;) {
        snprintf(group, sizeof group, "%09u", (unsigned)tens->digit[i]);
        unsigned skipped = i + 1 == tens->high ? (unsigned)strspn(group, "0") : 0;
        if (i + 1 == tens->high)
            *exponent = ((int)i - TENS_UNIT) * TENS_DIGITS + TENS_DIGITS - 1 - (int)skipped;
        memcpy(end, group + skipped, TENS_DIGITS - skipped);
        end += TENS_DIGITS - skipped;
    }
    while (end[-1] == '0')
        end--;
    return (unsigned)(end - out);
}

static char *put(char *out, const char *text, unsigned count)
{
    memcpy(out, text, count);
    return out + count;
}

static char *put_zeros(char *out, int count)
{
    for (; count > 0; count--)
        *out++ = '0';
    return out;
}

/* `digits` with the point where the first of them weighs 10^exponent. */
static char *put_fixed(char *out, const char *digits, unsigned count, int exponent)
{
    if (exponent < 0) {
        out = put(out, "0.", 2);
        return put(put_zeros(out, -exponent - 1), digits, count);
    }
    unsigned whole = (unsigned)exponent + 1;
    if (whole >= count)
        return put_zeros(put(out, digits, count), (int)(whole - count));
    out = put(put(out, digits, whole), ".", 1);
    return put(out, digits + whole, count - whole);
}

static char *put_scientific(char *out, const char *digits, unsigned count, int exponent)
{
    *out++ = digits[0];
    if (count > 1)
        out = put(put(out, ".", 1), digits + 1, count - 1);
    return out + snprintf(out, 12, "e%+03d", exponent);
}

const char *sheaf_decimal_text(const struct sheaf_decimal *x, char text[SHEAF_DECIMAL_TEXT])
{
    struct tens tens;
    char digits[TENS_COUNT * TENS_DIGITS], *end = text;
    int exponent = 0;
    tens_set(&tens, x->limb, TENS_COUNT);
    if (!sheaf_decimal_is_finite(x) || tens.high == 0)
        return strcpy(text, tens.high == 0 && sheaf_decimal_is_finite(x) ? "0" : "");
    unsigned count = write_digits(digits, &tens, &exponent);
    bool far = exponent < -FILLING_MOST || exponent >= (int)count + FILLING_MOST;
    if (tens.negative)
        *end++ = '-';
    end = (far ? put_scientific : put_fixed)(end, digits, count, exponent);
    *end = '\0';
    return text;
}

enum sheaf_status sheaf_result_decimal(struct sheaf_result *result, const char *name, const struct sheaf_decimal *x)
{
    char text[SHEAF_DECIMAL_TEXT];
    double nearest = sheaf_decimal_round(x);
    if (!sheaf_decimal_is_finite(x))
        return sheaf_result_real(result, name, nearest);
    return sheaf_result_numeral(result, name, sheaf_decimal_text(x, text), nearest);
}
