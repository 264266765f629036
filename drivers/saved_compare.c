/* How far values moved between a saved answer and this one. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "keep.h"
#include "message.h"
#include "number.h"
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
static bool is_real(const struct sheaf_value *v)
{
    return v->kind == SHEAF_REAL || v->kind == SHEAF_NUMERAL;
}

static bool tolerated(const struct sheaf_value *before, const struct sheaf_value *now, const struct tolerance *tolerance)
{
    if (!is_number(before) || !is_number(now) || is_real(before) != is_real(now) ||
        !isfinite(before->real) || !isfinite(now->real))
        return false;
    if (tolerance->ulp.set && is_real(before) && ulps_between(before->real, now->real) <= tolerance->ulp.value)
        return true;
    double limit = tolerance->atol.value + tolerance->rtol.value * fabs(before->real);
    return (tolerance->atol.set || tolerance->rtol.set) && fabs(now->real - before->real) <= limit;
}

/* ---- comparing --------------------------------------------------------------------------------------------------- */

static const struct saved_value *find(const struct saved *saved, const struct saved_value *like, size_t guess)
{
    for (size_t i = 0; i < saved->count; i++) {
        const struct saved_value *v = &saved->values[(guess + i) % saved->count];
        if (strcmp(v->name, like->name) == 0 && strcmp(v->column, like->column) == 0 && strcmp(v->file, like->file) == 0)
            return v;
    }
    return NULL;
}

static void add_change(struct saved_verdict *verdict, const struct saved_value *before, const struct saved_value *now,
                       bool is_tolerated)
{
    verdict->changes = keep_room(verdict->changes, verdict->count, &verdict->capacity, sizeof *verdict->changes);
    verdict->changes[verdict->count++] = (struct saved_change){before, now, is_tolerated};
    verdict->beyond += !is_tolerated;
}

struct saved_verdict saved_compare(const struct saved *before, const struct saved *now,
                                   const struct saved_options *options)
{
    struct saved_verdict verdict = {.path = options->against, .values = now->count};
    for (size_t i = 0; i < now->count; i++) {
        const struct saved_value *v = &now->values[i], *old = find(before, v, i);
        if (!old || !same(&old->value, &v->value))
            add_change(&verdict, old, v, old && tolerated(&old->value, &v->value, &options->tolerance));
    }
    for (size_t i = 0; i < before->count; i++)
        if (!find(now, &before->values[i], i))
            add_change(&verdict, &before->values[i], NULL, false);
    return verdict;
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

/* Both finite numbers: then it can be said how far apart they are. */
static bool is_measurable(const struct saved_change *change)
{
    return change->before && change->now && is_number(&change->before->value) && is_number(&change->now->value) &&
           isfinite(change->before->value.real) && isfinite(change->now->value.real);
}

static bool has_ulps(const struct saved_change *change)
{
    return is_real(&change->before->value) && is_real(&change->now->value);
}

/* " (2 ulp, 15 digits agree)" for finite numbers, else "". */
static const char *distance(const struct saved_change *change)
{
    if (!is_measurable(change))
        return "";
    double before = change->before->value.real, now = change->now->value.real;
    int digits = digits_agreeing(now, before);
    const char *ulps = has_ulps(change) ? keep_text("%" PRIu64 " ulp, ", ulps_between(before, now)) : "";
    return keep_text(" (%s%d digit%s)", ulps, digits, digits == 1 ? " agrees" : "s agree");
}

static void tell_change(const struct saved_change *change)
{
    const struct saved_value *before = change->before, *now = change->now;
    if (!before)
        note("new: %s: %s", full_name(now), shown(&now->value));
    else if (!now)
        note("gone: %s: %s", full_name(before), shown(&before->value));
    else
        note("moved: %s: %s -> %s%s%s", full_name(now), shown(&before->value), shown(&now->value), distance(change),
             change->tolerated ? ", tolerated" : "");
}

void saved_tell(const struct saved_verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++)
        tell_change(&verdict->changes[i]);
    if (verdict->count)
        note("against %s: %zu value%s moved, %zu beyond what is tolerated", verdict->path, verdict->count,
             verdict->count == 1 ? "" : "s", verdict->beyond);
    else
        detail("against %s: all %zu values are the same", verdict->path, verdict->values);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/* In full: two wide integers may differ where their nearest doubles do not. */
static void json_exact(struct json *json, const char *key, const struct saved_value *v)
{
    if (v->value.kind == SHEAF_REAL)
        json_real(json, key, v->value.real);
    else if (v->value.kind == SHEAF_INTEGER && integer_fits_signed(v->value.text))
        json_digits(json, key, v->value.text);
    else
        json_text(json, key, v->value.kind == SHEAF_NULL ? NULL : v->value.text);
}

static void json_change(struct json *json, const struct saved_change *change)
{
    const struct saved_value *any = change->now ? change->now : change->before;
    json_object(json, NULL, JSON_INLINE);
    if (*any->file)
        json_text(json, "file", any->file);
    if (*any->column)
        json_text(json, "column", any->column);
    json_text(json, "name", any->name);
    if (change->before)
        json_exact(json, "before", change->before);
    if (change->now)
        json_exact(json, "now", change->now);
    if (is_measurable(change) && has_ulps(change))
        json_uint(json, "ulps", ulps_between(change->before->value.real, change->now->value.real));
    if (is_measurable(change))
        json_int(json, "digits", digits_agreeing(change->now->value.real, change->before->value.real));
    json_bool(json, "tolerated", change->tolerated);
    json_close(json);
}

void json_against(struct json *json, const struct saved_verdict *verdict)
{
    json_object(json, "against", JSON_LINES);
    json_text(json, "saved", verdict->path);
    json_bool(json, "holds", verdict->beyond == 0);
    json_uint(json, "values", verdict->values);
    json_array(json, "moved", JSON_LINES);
    for (size_t i = 0; i < verdict->count; i++)
        json_change(json, &verdict->changes[i]);
    json_close(json);
    json_close(json);
}
