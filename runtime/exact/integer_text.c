#include "exact/bigint.h"

#include <string.h>

enum { GROUP_DIGITS = 9, GROUP = 1000000000 };

/* Writes the digits of x backwards from `end`; returns where they begin. */
static char *digits_before(char *end, struct bigint *x)
{
    do {
        uint32_t group = bigint_divide_small(x, GROUP);
        for (int i = 0; i < GROUP_DIGITS && (i == 0 || x->count || group); i++, group /= 10)
            *--end = (char)('0' + group % 10);
    } while (x->count);
    return end;
}

bool sheaf_exact_integer_text(const struct sheaf_exact *x, char text[SHEAF_EXACT_TEXT])
{
    struct bigint number;
    bigint_set_exact(&number, x);
    text[0] = '\0';
    if (!sheaf_exact_is_finite(x) || !bigint_drop_digits(&number, UNIT_LIMB))
        return false;
    char *end = text + SHEAF_EXACT_TEXT - 1;
    *end = '\0';
    bool negative = number.negative;
    char *begin = digits_before(end, &number);
    if (negative)
        *--begin = '-';
    memmove(text, begin, (size_t)(end - begin) + 1);
    return true;
}
