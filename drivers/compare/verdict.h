/* What a comparison comes to, in two lines: which row is fastest, if one clearly is, and whether the bits agree. */
#ifndef DRIVERS_COMPARE_VERDICT_H
#define DRIVERS_COMPARE_VERDICT_H

#include "compare/comparison.h"
#include "json.h"

struct verdict {
    const struct row *fastest;  /* by median, of the rows that agree */
    size_t as_fast;             /* others that agree and whose quartiles overlap its own */
    size_t answers, agreeing;   /* rows that gave an answer, serial's among them; those with serial's bits */
    struct text_list differing; /* the others, as labels */
    size_t inexact;             /* rows of sums that are not exact (--sums), which count for none of these */
    size_t lost;                /* rows that should have given one and did not */
};

/* False: nothing was measured, so there is no verdict. */
bool verdict_make(struct verdict *verdict, const struct comparison *comparison);

void print_verdict_text(FILE *out, const struct comparison *comparison);
/* The member "verdict" of an open object; null if there is none. */
void json_verdict(struct json *json, const struct comparison *comparison);

#endif
