/* How far values moved between a saved answer and this one. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "saved.h"

/* Doubles in their order as integers: neighbours differ by 1, both zeros are 0. */
static int64_t ordinal(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static uint64_t ulps_between(double a, double b)
{
    int64_t x = ordinal(a), y = ordinal(b);
    return x > y ? (uint64_t)x - (uint64_t)y : (uint64_t)y - (uint64_t)x;
}

/* Leading decimal digits on which two numbers agree. */
static int digits_agreeing(double a, double b)
{
    int digits = 0;
    double difference = fabs(a - b), size = fabs(b);
    while (digits < 17 && difference * 10 <= size) {
        difference *= 10;
        digits++;
    }
    return digits;
}

static bool same(const struct sheaf_value *a, const struct sheaf_value *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == SHEAF_REAL)
        return (isnan(a->real) && isnan(b->real)) || memcmp(&a->real, &b->real, sizeof a->real) == 0;
    return a->kind == SHEAF_NULL || strcmp(a->text, b->text) == 0;
}

static bool is_number(const struct sheaf_value *v)
{
    return v->kind == SHEAF_REAL || v->kind == SHEAF_INTEGER || v->kind == SHEAF_NUMERAL;
}

/* Reals, and decimals by the doubles nearest to them. */
static bool has_ulps(const struct sheaf_value *v)
{
    return v->kind == SHEAF_REAL || v->kind == SHEAF_NUMERAL;
}

static bool tolerated(const struct sheaf_value *before, const struct sheaf_value *now, const struct tolerance *tolerance)
{
    if (!is_number(before) || !is_number(now) || has_ulps(before) != has_ulps(now) ||
        !isfinite(before->real) || !isfinite(now->real))
        return false;
    if (tolerance->ulp.set && has_ulps(before) && ulps_between(before->real, now->real) <= tolerance->ulp.value)
        return true;
    double limit = tolerance->atol.value + tolerance->rtol.value * fabs(before->real);
    return (tolerance->atol.set || tolerance->rtol.set) && fabs(now->real - before->real) <= limit;
}

/* ---- telling ---------------------------------------------------------------------------------------------------- */

static const char *shown(const struct sheaf_value *value)
{
    char real[32];
    if (value->kind == SHEAF_NULL)
        return "null";
    return value->kind == SHEAF_REAL ? keep_text("%s", sheaf_real_text(value->real, real)) : value->text;
}

static const char *full_name(const struct saved_value *v)
{
    return keep_text("%s%s%s%s%s", v->file, *v->file ? ": " : "", v->column, *v->column ? ": " : "", v->name);
}

/* " (2 ulp, 15 digits agree)" for finite numbers, else "". */
static const char *distance(const struct sheaf_value *before, const struct sheaf_value *now)
{
    if (!is_number(before) || !is_number(now) || !isfinite(before->real) || !isfinite(now->real))
        return "";
    int digits = digits_agreeing(now->real, before->real);
    const char *ulps = has_ulps(before) && has_ulps(now)
                           ? keep_text("%" PRIu64 " ulp, ", ulps_between(before->real, now->real))
                           : "";
    return keep_text(" (%s%d digit%s)", ulps, digits, digits == 1 ? " agrees" : "s agree");
}

static void tell_moved(const struct saved_value *before, const struct saved_value *now, bool is_tolerated)
{
    note("moved: %s: %s -> %s%s%s", full_name(now), shown(&before->value), shown(&now->value),
         distance(&before->value, &now->value), is_tolerated ? ", tolerated" : "");
}

static const struct saved_value *find(const struct saved *saved, const struct saved_value *like, size_t guess)
{
    for (size_t i = 0; i < saved->count; i++) {
        const struct saved_value *v = &saved->values[(guess + i) % saved->count];
        if (strcmp(v->name, like->name) == 0 && strcmp(v->column, like->column) == 0 && strcmp(v->file, like->file) == 0)
            return v;
    }
    return NULL;
}

bool saved_holds(const struct saved *before, const struct saved *now, const struct saved_options *options)
{
    size_t moved = 0, beyond = 0;
    for (size_t i = 0; i < now->count; i++) {
        const struct saved_value *v = &now->values[i], *old = find(before, v, i);
        if (old && same(&old->value, &v->value))
            continue;
        bool fine = old && tolerated(&old->value, &v->value, &options->tolerance);
        if (old)
            tell_moved(old, v, fine);
        else
            note("new: %s: %s", full_name(v), shown(&v->value));
        moved++;
        beyond += !fine;
    }
    for (size_t i = 0; i < before->count; i++) {
        if (find(now, &before->values[i], i))
            continue;
        note("gone: %s: %s", full_name(&before->values[i]), shown(&before->values[i].value));
        moved++;
        beyond++;
    }
    if (moved)
        note("against %s: %zu value%s moved, %zu beyond what is tolerated", options->against, moved,
             moved == 1 ? "" : "s", beyond);
    else
        detail("against %s: all %zu values are the same", options->against, now->count);
    return beyond == 0;
}
