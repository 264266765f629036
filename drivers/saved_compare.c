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

static bool is_number(const struct sheaf_value *v)
{
    return v->kind == SHEAF_REAL || v->kind == SHEAF_INTEGER || v->kind == SHEAF_NUMERAL;
}

/* All digits of a number: a double has at most 767. */
static const char *exact_text(const struct sheaf_value *v)
{
    char real[32];
    if (v->kind != SHEAF_REAL)
        return v->text;
    return isfinite(v->real) ? keep_text("%.766e", v->real) : keep_text("%s", sheaf_real_text(v->real, real));
}

static bool is_finite_text(const char *text)
{
    text += *text == '-';
    return *text >= '0' && *text <= '9';
}

/* A decimal, an integer and a double are the same if they stand for the same number. */
static bool same_across_kinds(const struct sheaf_value *a, const struct sheaf_value *b)
{
    const char *x = exact_text(a), *y = exact_text(b);
    return is_finite_text(x) && is_finite_text(y) ? same_number(x, y) : strcmp(x, y) == 0;
}

static bool same(const struct sheaf_value *a, const struct sheaf_value *b)
{
    if (a->kind != b->kind)
        return is_number(a) && is_number(b) && same_across_kinds(a, b);
    if (a->kind == SHEAF_REAL)
        return (isnan(a->real) && isnan(b->real)) || memcmp(&a->real, &b->real, sizeof a->real) == 0;
    return a->kind == SHEAF_NULL || strcmp(a->text, b->text) == 0;
}

/* Reals, and decimals by the doubles nearest to them. */
static bool is_real(const struct sheaf_value *v)
{
    return v->kind == SHEAF_REAL || v->kind == SHEAF_NUMERAL;
}

static bool tolerated(const struct sheaf_value *before, const struct sheaf_value *now, const struct tolerance *tolerance)
{
    if (!is_number(before) || !is_number(now) || !isfinite(before->real) || !isfinite(now->real))
        return false;
    if (tolerance->ulp.set && is_real(before) && is_real(now) &&
        ulps_between(before->real, now->real) <= tolerance->ulp.value)
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

/* "decimal" and "double" may be written alike and differ: 0.1 is no double. */
static bool changes_kind(const struct saved_change *change)
{
    return change->before && change->now && is_number(&change->before->value) && is_number(&change->now->value) &&
           change->before->value.kind != change->now->value.kind;
}

static const char *kind_of(const struct saved_value *v)
{
    return v->value.kind == SHEAF_REAL ? "double" : v->value.kind == SHEAF_INTEGER ? "integer" : "decimal";
}

/* " (2 ulp, 15 digits agree)" for finite numbers, else ""; and of which kinds they are, if those are two. */
static const char *distance(const struct saved_change *change)
{
    if (!is_measurable(change))
        return "";
    double before = change->before->value.real, now = change->now->value.real;
    int digits = digits_agreeing(now, before);
    const char *ulps = has_ulps(change) ? keep_text("%" PRIu64 " ulp, ", ulps_between(before, now)) : "";
    const char *kinds = changes_kind(change)
                            ? keep_text("%s before, %s now: ", kind_of(change->before), kind_of(change->now))
                            : "";
    return keep_text(" (%s%s%d digit%s)", kinds, ulps, digits, digits == 1 ? " agrees" : "s agree");
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

/* Does a JSON number hold all of it? Two wide integers may differ where their nearest doubles do not. */
static bool fits_number(const struct saved_value *v)
{
    char shortest[32];
    if (!v || v->value.kind == SHEAF_REAL || v->value.kind == SHEAF_NULL)
        return true;
    if (v->value.kind == SHEAF_INTEGER)
        return integer_fits_signed(v->value.text);
    return v->value.kind == SHEAF_NUMERAL && isfinite(v->value.real) &&
           same_number(v->value.text, sheaf_real_text(v->value.real, shortest));
}

/* Both values of a change are written alike: as numbers if both fit, else as text in full. */
static void json_exact(struct json *json, const char *key, const struct saved_value *v, bool as_number)
{
    if (!v)
        return;
    if (v->value.kind == SHEAF_NULL)
        json_null(json, key);
    else if (!as_number)
        json_text(json, key, shown(&v->value));
    else if (v->value.kind == SHEAF_INTEGER)
        json_digits(json, key, v->value.text);
    else
        json_real(json, key, v->value.real);
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
    bool as_numbers = fits_number(change->before) && fits_number(change->now);
    json_exact(json, "before", change->before, as_numbers);
    json_exact(json, "now", change->now, as_numbers);
    if (changes_kind(change)) {
        json_text(json, "before_kind", kind_of(change->before));
        json_text(json, "now_kind", kind_of(change->now));
    }
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
