#include <sheaf/result.h>

#include "base/fpenv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void entry_cleanup(struct sheaf_entry *entry)
{
    free(entry->name);
    free(entry->value.text);
    for (uint32_t i = 0; entry->column_names && i < entry->column_count; i++)
        free(entry->column_names[i]);
    free(entry->column_names);
    for (uint64_t i = 0; i < entry->cell_count; i++)
        free(entry->cells[i].text);
    free(entry->cells);
}

void sheaf_result_cleanup(struct sheaf_result *result)
{
    if (!result)
        return;
    for (size_t i = 0; i < result->count; i++)
        entry_cleanup(&result->entries[i]);
    free(result->entries);
    memset(result, 0, sizeof *result);
}

const struct sheaf_entry *sheaf_result_find(const struct sheaf_result *result, const char *name)
{
    for (size_t i = 0; i < result->count; i++)
        if (strcmp(result->entries[i].name, name) == 0)
            return &result->entries[i];
    return NULL;
}

/* Makes room for an entry; *entry is NULL when the name is there already. */
static enum sheaf_status entry_new(struct sheaf_result *result, const char *name, struct sheaf_entry **entry)
{
    *entry = NULL;
    result->muted = sheaf_result_find(result, name) != NULL;
    if (result->muted)
        return SHEAF_OK;
    struct sheaf_entry *entries = realloc(result->entries, (result->count + 1) * sizeof *entries);
    if (!entries)
        return SHEAF_MEMORY;
    result->entries = entries;
    struct sheaf_entry *fresh = &entries[result->count];
    memset(fresh, 0, sizeof *fresh);
    fresh->name = strdup(name);
    if (!fresh->name)
        return SHEAF_MEMORY;
    result->count++;
    *entry = fresh;
    return SHEAF_OK;
}

static enum sheaf_status value_set(struct sheaf_value *value, enum sheaf_value_kind kind, double real, const char *text)
{
    value->kind = kind;
    value->real = real;
    value->text = text ? strdup(text) : NULL;
    return text && !value->text ? SHEAF_MEMORY : SHEAF_OK;
}

static enum sheaf_status scalar(struct sheaf_result *result, const char *name, enum sheaf_value_kind kind, double real,
                                const char *text)
{
    struct sheaf_entry *entry;
    enum sheaf_status status = entry_new(result, name, &entry);
    return status == SHEAF_OK && entry ? value_set(&entry->value, kind, real, text) : status;
}

static enum sheaf_status cell(struct sheaf_result *result, enum sheaf_value_kind kind, double real, const char *text)
{
    if (result->muted)
        return SHEAF_OK;
    struct sheaf_entry *entry = &result->entries[result->count - 1];
    if (entry->cell_count == entry->cell_capacity) {
        uint64_t capacity = entry->cell_capacity ? entry->cell_capacity * 2 : 64;
        struct sheaf_value *cells = realloc(entry->cells, capacity * sizeof *cells);
        if (!cells)
            return SHEAF_MEMORY;
        entry->cells = cells;
        entry->cell_capacity = capacity;
    }
    enum sheaf_status status = value_set(&entry->cells[entry->cell_count], kind, real, text);
    if (status == SHEAF_OK)
        entry->cell_count++;
    return status;
}

enum sheaf_status sheaf_result_null(struct sheaf_result *result, const char *name)
{
    return scalar(result, name, SHEAF_NULL, 0, NULL);
}

enum sheaf_status sheaf_result_int(struct sheaf_result *result, const char *name, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    return scalar(result, name, SHEAF_INTEGER, (double)value, text);
}

enum sheaf_status sheaf_result_uint(struct sheaf_result *result, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return scalar(result, name, SHEAF_INTEGER, (double)value, text);
}

enum sheaf_status sheaf_result_integer(struct sheaf_result *result, const char *name, const char *digits)
{
    return scalar(result, name, SHEAF_INTEGER, strtod(digits, NULL), digits);
}

enum sheaf_status sheaf_result_numeral(struct sheaf_result *result, const char *name, const char *digits,
                                       double nearest)
{
    return scalar(result, name, SHEAF_NUMERAL, nearest, digits);
}

enum sheaf_status sheaf_result_real(struct sheaf_result *result, const char *name, double value)
{
    return scalar(result, name, SHEAF_REAL, value, NULL);
}

enum sheaf_status sheaf_result_text(struct sheaf_result *result, const char *name, const char *value)
{
    return scalar(result, name, SHEAF_TEXT, 0, value);
}

enum sheaf_status sheaf_result_table(struct sheaf_result *result, const char *name, uint32_t column_count,
                                     const char *const *column_names)
{
    struct sheaf_entry *entry;
    enum sheaf_status status = entry_new(result, name, &entry);
    if (status != SHEAF_OK || !entry)
        return status;
    entry->column_names = calloc(column_count, sizeof *entry->column_names);
    if (!entry->column_names)
        return SHEAF_MEMORY;
    entry->column_count = column_count;
    for (uint32_t i = 0; i < column_count; i++) {
        entry->column_names[i] = strdup(column_names[i]);
        if (!entry->column_names[i])
            return SHEAF_MEMORY;
    }
    return SHEAF_OK;
}

enum sheaf_status sheaf_cell_null(struct sheaf_result *result)
{
    return cell(result, SHEAF_NULL, 0, NULL);
}

enum sheaf_status sheaf_cell_int(struct sheaf_result *result, int64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRId64, value);
    return cell(result, SHEAF_INTEGER, (double)value, text);
}

enum sheaf_status sheaf_cell_uint(struct sheaf_result *result, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return cell(result, SHEAF_INTEGER, (double)value, text);
}

enum sheaf_status sheaf_cell_real(struct sheaf_result *result, double value)
{
    return cell(result, SHEAF_REAL, value, NULL);
}

enum sheaf_status sheaf_cell_text(struct sheaf_result *result, const char *value)
{
    return cell(result, SHEAF_TEXT, 0, value);
}

static bool value_equal(const struct sheaf_value *a, const struct sheaf_value *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == SHEAF_REAL)
        return memcmp(&a->real, &b->real, sizeof a->real) == 0;
    return a->kind == SHEAF_NULL || strcmp(a->text, b->text) == 0;
}

static bool entry_equal(const struct sheaf_entry *a, const struct sheaf_entry *b)
{
    if (strcmp(a->name, b->name) != 0 || a->column_count != b->column_count || a->cell_count != b->cell_count)
        return false;
    for (uint32_t i = 0; i < a->column_count; i++)
        if (strcmp(a->column_names[i], b->column_names[i]) != 0)
            return false;
    for (uint64_t i = 0; i < a->cell_count; i++)
        if (!value_equal(&a->cells[i], &b->cells[i]))
            return false;
    return value_equal(&a->value, &b->value);
}

bool sheaf_result_equal(const struct sheaf_result *a, const struct sheaf_result *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!entry_equal(&a->entries[i], &b->entries[i]))
            return false;
    return true;
}

/* The C library writes the decimal point of the locale; nothing else of "%g" depends on it. */
static void make_point(char *text)
{
    for (; *text; text++) {
        bool plain = (*text >= '0' && *text <= '9') || *text == '-' || *text == '+' || *text == 'e' || *text == '.';
        if (!plain) {
            size_t length = strcspn(text, "0123456789e");
            *text = '.';
            memmove(text + 1, text + length, strlen(text + length) + 1);
        }
    }
}

/* ---- the shortest digits ----------------------------------------------------------------------------------------- */

enum { ALL_DIGITS = 17 }; /* give any double back */

/* The first ALL_DIGITS digits of what "%.17g" has written, which leaves zeros at the end out. */
static uint64_t digits_of(const char *text)
{
    uint64_t digits = 0;
    int count = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9' || (count == 0 && *text == '0'))
            continue;
        digits = 10 * digits + (uint64_t)(*text - '0');
        count++;
    }
    for (; count < ALL_DIGITS; count++)
        digits *= 10;
    return digits;
}

enum verdict { NO, PERHAPS, YES };

/* Does a normal number come back from its text of digits such as 16 or 15, `step` being 10 or 100? It does if it is less
 * than half a unit of its mantissa's last place from what is written. In units of the last of all digits that is
 * digits / (2 mantissa), and the distance is that of `digits` from the nearest multiple of `step`, but for half a unit. */
static enum verdict comes_back(double value, uint64_t digits, uint64_t step)
{
    uint64_t mantissa;
    memcpy(&mantissa, &value, sizeof mantissa);
    mantissa = (mantissa & ((1ull << 52) - 1)) | 1ull << 52;
    uint64_t above = digits % step, distance = above < step - above ? above : step - above, reach = digits / mantissa;
    if (2 * distance > reach + 1)
        return NO;
    /* Below a power of two the last place is half as much. */
    return 2 * distance + 1 < reach && mantissa != 1ull << 52 ? YES : PERHAPS;
}

/* The text of a normal number. Calls of the C library are what takes the time. */
static void write_normal(double value, char text[32])
{
    char shorter[32];
    snprintf(text, 32, "%.*g", ALL_DIGITS, value);
    uint64_t all = digits_of(text);
    for (int digits = 15; digits < ALL_DIGITS; digits++) { /* a text of up to 15 digits comes back as it was */
        enum verdict verdict = comes_back(value, all, digits == 15 ? 100 : 10);
        if (verdict == NO)
            continue;
        snprintf(shorter, sizeof shorter, "%.*g", digits, value);
        if (verdict == YES || strtod(shorter, NULL) == value) {
            strcpy(text, shorter);
            return;
        }
    }
}

static void write_subnormal(double value, char text[32])
{
    for (int digits = 1; digits <= ALL_DIGITS; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

const char *sheaf_real_text(double value, char text[32])
{
    if (value != value)
        return strcpy(text, "NaN");
    if (value - value != 0)
        return strcpy(text, value > 0 ? "Infinity" : "-Infinity");
    fpenv callers = fpenv_enter(); /* which may take subnormals for zeros, or round upwards */
    if (value < 0x1p-1022 && value > -0x1p-1022)
        write_subnormal(value, text);
    else
        write_normal(value, text);
    fpenv_leave(callers);
    make_point(text);
    return text;
}
