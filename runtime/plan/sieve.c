#include "plan/sieve.h"

#include <sheaf/job.h>

#include "source/text_number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kept cells of a column, in its own form; of decimals also which are special, and their doubles. */
struct compact {
    unsigned char *data;
    uint8_t *special;
    unsigned char *reals;
};

struct sifter {
    const struct sieve *sieve;
    const struct sheaf_source *source;
    const struct tile *tile;
    bool filtered;           /* some row of the tile was rejected */
    uint8_t *passed;         /* per row: the filter let it pass */
    uint8_t *keep;           /* per row: passed, and every cell present */
    struct compact *compact; /* per column of the source */
    uint64_t *at, *row, *line;
};

enum { MOST_ROWS = TILE_BYTES };

enum sheaf_status nan_policy_parse(enum nan_policy *policy, const char *name, struct sheaf_error *err)
{
    static const char *const names[] = {[NAN_PROPAGATE] = "propagate", [NAN_SKIP] = "skip", [NAN_FAIL] = "fail"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            *policy = (enum nan_policy)i;
            return SHEAF_OK;
        }
    }
    return sheaf_fail(err, SHEAF_USAGE, "unknown NaN policy \"%s\" (propagate, skip or fail)", name);
}

/* ---- the filter ---------------------------------------------------------------------------------------------- */

static bool is_called(const struct sheaf_source *source, size_t column, const char *name, size_t length)
{
    const char *have = sheaf_source_column_name(source, column);
    return strlen(have) == length && memcmp(have, name, length) == 0;
}

/* An array that no column was named of: its only column has no name. */
static bool is_sequence(const struct sheaf_source *source)
{
    return strcmp(sheaf_source_format(source), "npy") == 0 && sheaf_source_column_count(source) == 1 &&
           !*sheaf_source_column_name(source, 0);
}

/* A name goes before a number. */
static bool find_column(const struct sheaf_source *source, const char *name, size_t length, uint32_t *column)
{
    char *end;
    unsigned long number = strtoul(name, &end, 10);
    bool numeral = length && end == name + length;
    size_t count = sheaf_source_column_count(source), i = 0;
    while (i < count && !is_called(source, i, name, length))
        i++;
    for (size_t k = 0; numeral && i == count && k < count; k++)
        if (sheaf_source_column_number(source, k) == number)
            i = k;
    *column = (uint32_t)i;
    return i < count;
}

/* As cells are read; an integer is kept with all its digits (more than any element has, and it is out of range). */
static bool read_number(struct filter *filter, const char *text)
{
    text += strspn(text, " ");
    size_t size = strlen(text);
    while (size && text[size - 1] == ' ')
        size--;
    if (number_parse((const unsigned char *)text, size, &filter->number) != NUMBER_OK || filter->number != filter->number)
        return false;
    size_t sign = *text == '-' || *text == '+', digits = strspn(text + sign, "0123456789");
    filter->integral = digits + sign == size && digits <= 30;
    filter->integer = 0;
    for (size_t i = sign; filter->integral && i < size; i++)
        filter->integer = filter->integer * 10 + (text[i] - '0');
    if (*text == '-')
        filter->integer = -filter->integer;
    return true;
}

const char *sheaf_filter_column(const char *expression, size_t *length)
{
    size_t blanks = strspn(expression, " ");
    *length = strcspn(expression + blanks, "<>=!");
    while (*length && expression[blanks + *length - 1] == ' ')
        --*length;
    return expression + blanks;
}

/* A filter ends a column's name at its first comparison. If a column's whole name begins the expression: what to say. */
static const char *cut_name_hint(const struct sheaf_source *source, const char *expression, char hint[160])
{
    *hint = 0;
    for (size_t k = 0; k < sheaf_source_column_count(source); k++) {
        const char *name = sheaf_source_column_name(source, k);
        if (strpbrk(name, "<>=!") && strncmp(expression, name, strlen(name)) == 0)
            snprintf(hint, 160, "; for column \"%.64s\" say its number, %zu", name, sheaf_source_column_number(source, k));
    }
    return hint;
}

enum sheaf_status filter_parse(struct filter *filter, const char *text, const struct sheaf_source *source,
                               struct sheaf_error *err)
{
    static const struct {
        const char *text;
        enum comparison comparison;
    } operators[] = {{"<=", LESS_EQUAL}, {">=", GREATER_EQUAL}, {"==", EQUAL}, {"!=", NOT_EQUAL},
                     {"<", LESS},        {">", GREATER},        {"=", EQUAL}};
    size_t name_length;
    char hint[160];
    const char *name = sheaf_filter_column(text, &name_length), *rest = name + strcspn(name, "<>=!");
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        size_t length = strlen(operators[i].text);
        if (!name_length || strncmp(rest, operators[i].text, length) != 0)
            continue;
        filter->comparison = operators[i].comparison;
        if (!read_number(filter, rest + length))
            return sheaf_fail(err, SHEAF_USAGE, "filter \"%s\": \"%s\" is not a number%s", text, rest + length,
                              cut_name_hint(source, name, hint));
        if (!find_column(source, name, name_length, &filter->column))
            return sheaf_fail(err, SHEAF_USAGE, "filter \"%s\": no column of numbers in use is called \"%.*s\"%s", text,
                              (int)name_length, name,
                              is_sequence(source) ? " (an array is one sequence of elements; with --column it is a table "
                                                    "whose rows are filtered)"
                                                  : cut_name_hint(source, name, hint));
        return SHEAF_OK;
    }
    return sheaf_fail(err, SHEAF_USAGE, "filter \"%s\" is not COLUMN OP NUMBER with OP one of < <= == != >= >", text);
}

/* Sign of (integer - the filter's number), exactly: a fraction is split at its integer part, so no bit is lost. */
static int compare_integer(__int128 integer, const struct filter *filter)
{
    double number = filter->number;
    if (filter->integral)
        return (integer > filter->integer) - (integer < filter->integer);
    if (number >= 0x1p64)
        return -1;
    if (number < -0x1p63)
        return 1;
    __int128 whole = (__int128)number; /* toward zero */
    double fraction = number - (double)whole;
    if (integer != whole)
        return integer < whole ? -1 : 1;
    return (fraction < 0) - (fraction > 0);
}

static int compare_real(double value, double number)
{
    return (value > number) - (value < number);
}

static bool holds(enum comparison comparison, int sign)
{
    switch (comparison) {
    case LESS: return sign < 0;
    case LESS_EQUAL: return sign <= 0;
    case EQUAL: return sign == 0;
    case NOT_EQUAL: return sign != 0;
    case GREATER_EQUAL: return sign >= 0;
    case GREATER: return sign > 0;
    }
    return false;
}

/* One loop per element type. A NaN satisfies nothing but "!=". */
#define FILTER_INTEGER(c_type)                                                                             \
    for (uint64_t i = 0; i < rows; i++)                                                                    \
        passed[i] &= holds(filter->comparison, compare_integer(((const c_type *)data)[i], filter));
#define FILTER_REAL(c_type)                                                                                \
    for (uint64_t i = 0; i < rows; i++) {                                                                  \
        double value = ((const c_type *)data)[i];                                                          \
        passed[i] &= value != value ? filter->comparison == NOT_EQUAL                                       \
                                   : holds(filter->comparison, compare_real(value, filter->number));       \
    }

static void apply_filter(const struct filter *filter, const struct tile_column *column, uint64_t rows, uint8_t *passed)
{
    bool decimals = column->type == SHEAF_DECIMAL;
    const void *data = decimals ? column->reals : column->data;
    switch (decimals ? SHEAF_F64 : column->type) {
    case SHEAF_I8: FILTER_INTEGER(int8_t) break;
    case SHEAF_I16: FILTER_INTEGER(int16_t) break;
    case SHEAF_I32: FILTER_INTEGER(int32_t) break;
    case SHEAF_I64: FILTER_INTEGER(int64_t) break;
    case SHEAF_U8: FILTER_INTEGER(uint8_t) break;
    case SHEAF_U16: FILTER_INTEGER(uint16_t) break;
    case SHEAF_U32: FILTER_INTEGER(uint32_t) break;
    case SHEAF_U64: FILTER_INTEGER(uint64_t) break;
    case SHEAF_F32: FILTER_REAL(float) break;
    case SHEAF_F64: FILTER_REAL(double) break;
    case SHEAF_TYPE_COUNT: break;
    }
    for (uint64_t i = 0; column->valid && i < rows; i++)
        passed[i] &= column->valid[i];
}

static uint64_t count_ones(const uint8_t *flags, uint64_t rows)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < rows; i++)
        count += flags[i];
    return count;
}

/* ---- NaN ------------------------------------------------------------------------------------------------------ */

/* The bits of a NaN without its sign are above those of infinity; adding what then carries into the sign is one of the
 * fastest tests on every processor, and a loop without branches. */
#define ANY_NAN(word, fraction_bits)                                                                       \
    static bool any_nan_##word(const void *data, uint64_t rows)                                            \
    {                                                                                                      \
        const word sign = (word)((word)1 << (8 * sizeof(word) - 1)), carry = ((word)1 << fraction_bits) - 1; \
        word any = 0;                                                                                      \
        for (uint64_t i = 0; i < rows; i++) {                                                              \
            word bits;                                                                                     \
            memcpy(&bits, (const unsigned char *)data + i * sizeof bits, sizeof bits);                     \
            any |= (bits & ~sign) + carry;                                                                 \
        }                                                                                                  \
        return any & sign;                                                                                 \
    }
ANY_NAN(uint64_t, 52)
ANY_NAN(uint32_t, 23)

static bool any_nan(const struct sheaf_column *column, uint64_t rows)
{
    if (column->type == SHEAF_DECIMAL)
        return column->special && memchr(column->special, SHEAF_NAN, rows);
    if (column->type == SHEAF_F64)
        return any_nan_uint64_t(column->data, rows);
    return column->type == SHEAF_F32 && any_nan_uint32_t(column->data, rows);
}

static bool is_nan(const struct sheaf_column *column, uint64_t i)
{
    if (column->type == SHEAF_DECIMAL)
        return column->special && column->special[i] == SHEAF_NAN;
    if (column->type == SHEAF_F64)
        return ((const double *)column->data)[i] != ((const double *)column->data)[i];
    if (column->type == SHEAF_F32)
        return ((const float *)column->data)[i] != ((const float *)column->data)[i];
    return false;
}

static bool row_has_nan(const struct sheaf_column *columns, uint32_t count, uint64_t i, uint32_t *which)
{
    *which = 0;
    while (*which < count && !is_nan(&columns[*which], i))
        ++*which;
    return *which < count;
}

uint64_t batch_count_nan(const struct sheaf_batch *batch, uint32_t count)
{
    bool any = false;
    for (uint32_t c = 0; c < count; c++)
        any = any || any_nan(&batch->columns[c], batch->rows);
    uint64_t found = 0;
    uint32_t which;
    for (uint64_t i = 0; any && i < batch->rows; i++)
        found += row_has_nan(batch->columns, count, i, &which);
    return found;
}

/* ---- compaction ------------------------------------------------------------------------------------------------ */

#define COMPACT(word)                                                                                      \
    for (uint64_t i = 0; i < rows; i++) {                                                                  \
        ((word *)to)[kept] = ((const word *)from)[i];                                                      \
        kept += keep[i];                                                                                   \
    }

/* Branch-free: a dropped cell is overwritten by the next one. `to` has room for all rows. */
static void compact(void *to, const void *from, size_t size, const uint8_t *keep, uint64_t rows)
{
    uint64_t kept = 0;
    if (size == 1)
        COMPACT(uint8_t)
    else if (size == 2)
        COMPACT(uint16_t)
    else if (size == 4)
        COMPACT(uint32_t)
    else
        COMPACT(uint64_t)
}

enum sheaf_status sifter_new(struct sifter **out, const struct sieve *sieve, const struct sheaf_source *source,
                             struct sheaf_error *err)
{
    size_t columns = sheaf_source_column_count(source);
    struct sifter *sifter = calloc(1, sizeof *sifter);
    if (sifter) {
        sifter->sieve = sieve;
        sifter->source = source;
        sifter->compact = calloc(columns, sizeof *sifter->compact);
        sifter->passed = malloc(MOST_ROWS);
        sifter->keep = malloc(MOST_ROWS);
    }
    if (!sifter || !sifter->compact || !sifter->passed || !sifter->keep) {
        sifter_destroy(sifter);
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a worker's buffers");
    }
    *out = sifter;
    return SHEAF_OK;
}

static void compact_cleanup(struct compact *compact)
{
    free(compact->data);
    free(compact->special);
    free(compact->reals);
}

void sifter_destroy(struct sifter *sifter)
{
    if (!sifter)
        return;
    for (size_t i = 0; sifter->compact && i < sheaf_source_column_count(sifter->source); i++)
        compact_cleanup(&sifter->compact[i]);
    free(sifter->compact);
    free(sifter->passed);
    free(sifter->keep);
    free(sifter->at);
    free(sifter->row);
    free(sifter->line);
    free(sifter);
}

void sifter_begin(struct sifter *sifter, const struct tile *tile, struct sheaf_tally *rows)
{
    const struct sieve *sieve = sifter->sieve;
    sifter->tile = tile;
    sifter->filtered = false;
    rows->read += tile->rows;
    if (sieve->filter_count == 0)
        return;
    memset(sifter->passed, 1, tile->rows);
    for (uint32_t i = 0; i < sieve->filter_count; i++)
        apply_filter(&sieve->filters[i], &tile->columns[sieve->filters[i].column], tile->rows, sifter->passed);
    uint64_t rejected = tile->rows - count_ones(sifter->passed, tile->rows);
    rows->rejected += rejected;
    sifter->filtered = rejected > 0;
}

static enum sheaf_status refuse_nan(const struct sifter *sifter, uint32_t column, uint64_t i, struct sheaf_error *err)
{
    const struct tile *tile = sifter->tile;
    struct sheaf_batch where = {tile->rows, NULL, tile->first, tile->at, tile->row, tile->line};
    struct sheaf_position position = sheaf_batch_position(&where, i);
    struct sheaf_location place = {0};
    sheaf_fail(err, SHEAF_INPUT, "NaN (--nan skip leaves such rows out)");
    if (source_locate(sifter->source, &position, &place, NULL) != SHEAF_OK)
        return SHEAF_INPUT;
    if (place.line == SHEAF_UNKNOWN)
        sheaf_fail(err, SHEAF_INPUT, "element %llu is NaN (--nan skip leaves such rows out)",
                   (unsigned long long)place.row);
    const char *name = sheaf_source_column_name(sifter->source, column);
    sheaf_error_at(err, place.file, SHEAF_UNKNOWN, place.line, *name ? name : NULL);
    return SHEAF_INPUT;
}

/* Marks in `keep` the rows that stay for a set of columns; counts. */
static enum sheaf_status choose_rows(struct sifter *sifter, const uint32_t *columns, uint32_t count,
                                     const struct sheaf_batch *batch, struct sheaf_tally *tally, uint64_t *kept,
                                     struct sheaf_error *err)
{
    const struct tile *tile = sifter->tile;
    uint64_t rows = tile->rows;
    uint8_t *keep = sifter->keep;
    if (sifter->filtered)
        memcpy(keep, sifter->passed, rows);
    else
        memset(keep, 1, rows);
    uint64_t passed = count_ones(keep, rows);
    for (uint32_t c = 0; c < count; c++) {
        const uint8_t *valid = tile->columns[columns[c]].valid;
        for (uint64_t i = 0; valid && i < rows; i++)
            keep[i] &= valid[i];
    }
    *kept = count_ones(keep, rows);
    tally->missing += passed - *kept;
    for (uint64_t i = 0; sifter->sieve->nan != NAN_PROPAGATE && i < rows; i++) {
        uint32_t which;
        if (!keep[i] || !row_has_nan(batch->columns, count, i, &which))
            continue;
        tally->nan++;
        if (sifter->sieve->nan == NAN_FAIL)
            return refuse_nan(sifter, columns[which], i, err);
        keep[i] = 0;
        --*kept;
    }
    return SHEAF_OK;
}

static bool make_room(struct sifter *sifter, const uint32_t *columns, uint32_t count)
{
    if (!sifter->at) {
        sifter->at = malloc(MOST_ROWS * sizeof *sifter->at);
        sifter->row = malloc(MOST_ROWS * sizeof *sifter->row);
        sifter->line = malloc(MOST_ROWS * sizeof *sifter->line);
    }
    bool room = sifter->at && sifter->row && sifter->line;
    for (uint32_t c = 0; c < count && room; c++) {
        struct compact *compact = &sifter->compact[columns[c]];
        bool decimals = sifter->tile->columns[columns[c]].type == SHEAF_DECIMAL;
        if (!compact->data)
            compact->data = aligned_alloc(64, TILE_BYTES + 64);
        if (decimals && !compact->special)
            compact->special = malloc(MOST_ROWS);
        if (decimals && !compact->reals)
            compact->reals = aligned_alloc(64, TILE_BYTES + 64);
        room = compact->data && (!decimals || (compact->special && compact->reals));
    }
    return room;
}

/* Decimals that were asked for as doubles. */
static bool as_reals(const struct tile_column *column, enum sheaf_type type)
{
    return column->type == SHEAF_DECIMAL && type == SHEAF_F64;
}

static struct sheaf_column whole_column(const struct tile_column *column, enum sheaf_type type)
{
    if (as_reals(column, type))
        return (struct sheaf_column){.type = SHEAF_F64, .data = column->reals};
    return (struct sheaf_column){column->type, column->data, column->exponent, column->terms, column->special};
}

/* Takes the rows that do not stay out of a column. */
static void compact_column(const struct sifter *sifter, const struct compact *compacted,
                           const struct tile_column *column, uint64_t kept, struct sheaf_column *out)
{
    uint64_t rows = sifter->tile->rows;
    size_t size = sheaf_type_size(out->type);
    bool reals = as_reals(column, out->type);
    unsigned char *to = reals ? compacted->reals : compacted->data;
    compact(to, out->data, size, sifter->keep, rows);
    for (uint32_t j = 1; j < out->terms; j++)
        compact(to + j * kept * size, (const unsigned char *)out->data + j * rows * size, size, sifter->keep, rows);
    if (out->special) {
        compact(compacted->special, out->special, 1, sifter->keep, rows);
        out->special = compacted->special;
    }
    out->data = to;
}

static void compact_positions(struct sifter *sifter, struct sheaf_batch *batch)
{
    const struct tile *tile = sifter->tile;
    bool rows_known = tile->row || tile->first.row != SHEAF_UNKNOWN;
    uint64_t kept = 0;
    for (uint64_t i = 0; i < tile->rows; i++) {
        if (!sifter->keep[i])
            continue;
        sifter->at[kept] = tile->at ? tile->at[i] : tile->first.at + i;
        if (rows_known)
            sifter->row[kept] = tile->row ? tile->row[i] : (uint64_t)tile->first.row + i;
        if (tile->line)
            sifter->line[kept] = tile->line[i];
        kept++;
    }
    batch->at = sifter->at;
    batch->row = rows_known ? sifter->row : NULL;
    batch->line = tile->line ? sifter->line : NULL;
}

enum sheaf_status sifter_batch(struct sifter *sifter, const uint32_t *columns, const enum sheaf_type *types, uint32_t count,
                               struct sheaf_batch *batch, struct sheaf_column *batch_columns, struct sheaf_tally *tally,
                               struct sheaf_error *err)
{
    const struct tile *tile = sifter->tile;
    *batch = (struct sheaf_batch){tile->rows, batch_columns, tile->first, tile->at, tile->row, tile->line};
    bool missing = false, nan = false;
    for (uint32_t c = 0; c < count; c++) {
        const struct tile_column *column = &tile->columns[columns[c]];
        batch_columns[c] = whole_column(column, types[c]);
        missing = missing || column->valid;
        nan = nan || (sifter->sieve->nan != NAN_PROPAGATE && any_nan(&batch_columns[c], tile->rows));
    }
    tally->read += tile->rows;
    uint64_t kept = tile->rows;
    if (sifter->filtered || missing || nan) {
        uint64_t passed = sifter->filtered ? count_ones(sifter->passed, tile->rows) : tile->rows;
        tally->rejected += tile->rows - passed;
        enum sheaf_status status = choose_rows(sifter, columns, count, batch, tally, &kept, err);
        if (status != SHEAF_OK)
            return status;
    }
    tally->used += kept;
    batch->rows = kept;
    if (kept == tile->rows || kept == 0)
        return SHEAF_OK;
    if (!make_room(sifter, columns, count))
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a worker's buffers");
    for (uint32_t c = 0; c < count; c++)
        compact_column(sifter, &sifter->compact[columns[c]], &tile->columns[columns[c]], kept, &batch_columns[c]);
    compact_positions(sifter, batch);
    return SHEAF_OK;
}
