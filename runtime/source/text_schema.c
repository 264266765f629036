#include "source/text_schema.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* ---- the delimiter ----------------------------------------------------------------------------------------- */

enum { SNIFFED_RECORDS = 100 };

/* Of up to SNIFFED_RECORDS records, the share in thousandths with as many cells as the first; 0 if it has one. */
static unsigned agreement(const struct lex *lex, const unsigned char *bytes, size_t size)
{
    struct record record = {0};
    size_t cells = 0, records = 0, agreeing = 0;
    const unsigned char *end = bytes + size;
    for (const unsigned char *p = bytes; p < end && records < SNIFFED_RECORDS; p = record.end) {
        /* The last record may be cut short: it counts only if there is no other. */
        enum lex_result result = lex_record(lex, p, end, records == 0, &record);
        if (result == LEX_BLANK)
            continue;
        if (result != LEX_RECORD)
            break;
        if (records++ == 0)
            cells = record.count;
        agreeing += record.count == cells;
    }
    return cells > 1 ? (unsigned)(1000 * agreeing / records) : 0;
}

int schema_delimiter(const unsigned char *bytes, size_t size)
{
    static const int candidates[] = {'\t', ';', '|', ',', DELIMITER_BLANKS};
    enum { NEARLY_ALL = 900 };
    int best = ',';
    unsigned most = 0;
    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0] && most < NEARLY_ALL; i++) {
        struct lex lex;
        lex_init(&lex, candidates[i] == DELIMITER_BLANKS, (unsigned char)candidates[i]);
        unsigned share = agreement(&lex, bytes, size);
        if (share > most) {
            most = share;
            best = candidates[i];
        }
    }
    return best;
}

/* ---- header and columns -------------------------------------------------------------------------------------- */

/* What was seen in a column. */
struct evidence {
    enum cell_status first; /* in the first record */
    enum cell_status below; /* the first cell below it that is not missing, or CELL_MISSING */
    uint64_t numbers, words; /* below */
};

static void weigh_record(struct evidence *seen, const struct text *text, const struct record *record, size_t columns)
{
    for (size_t c = 0; c < columns && c < record->count; c++) {
        struct number number;
        enum cell_status status = text_number(text, record->cells[c], &number);
        if (seen[c].below == CELL_MISSING)
            seen[c].below = status;
        seen[c].numbers += status == CELL_VALUE;
        seen[c].words += status == CELL_WORD;
    }
}

/* False if there is no record. */
static bool weigh_below(struct evidence *seen, const struct text *text, struct record *record, size_t columns,
                            const struct below *below)
{
    bool any = false;
    uint64_t line = below->line;
    const unsigned char *end = below->bytes + below->size;
    for (const unsigned char *p = below->bytes; p < end; p = record->end) {
        if (below->last_line && line > below->last_line)
            break;
        enum lex_result result = lex_record(&text->lex, p, end, below->is_all, record);
        if (result != LEX_BLANK && result != LEX_RECORD)
            break;
        line += record->newlines;
        if (result == LEX_BLANK)
            continue;
        any = true;
        weigh_record(seen, text, record, columns);
    }
    return any;
}

static void conclude(struct schema *schema, const struct evidence *seen, int header)
{
    schema->header = header > 0;
    for (size_t c = 0; c < schema->count && header == 0; c++)
        schema->header |= seen[c].first == CELL_WORD && seen[c].below == CELL_VALUE;
    for (size_t c = 0; c < schema->count; c++) {
        uint64_t numbers = seen[c].numbers + (!schema->header && seen[c].first == CELL_VALUE);
        uint64_t words = seen[c].words + (!schema->header && seen[c].first == CELL_WORD);
        schema->numeric[c] = words <= numbers;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Neither a digit nor a letter: of ASCII, and what UTF-8 begins with C2 or E2 (pounds, euros, dashes). */
static bool is_sign(char c)
{
    unsigned char byte = (unsigned char)c, lower = byte | 0x20;
    if (byte >= 0x80)
        return byte < 0xc0 || byte == 0xc2 || byte == 0xe2;
    return !is_digit(c) && !(lower >= 'a' && lower <= 'z');
}

/* A number mistyped or with a sign to it, or what people write where there is none: "1O", "$10", "n/a", "-". */
static bool looks_like_data(const char *name)
{
    static const char *const nothing[] = {"na", "n/a", "#n/a", "nan", "null", "nil", "none", "missing"};
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        if (strcasecmp(name, nothing[i]) == 0)
            return true;
    const char *letter = name;
    while (*letter && is_sign(*letter))
        letter++;
    return is_digit(*letter) || (*name && !*letter);
}

/* Of a header that was found out. */
static const char *find_doubtful(const struct schema *schema)
{
    size_t c = 0;
    while (c < schema->count && !looks_like_data(schema->names[c]))
        c++;
    return c < schema->count ? schema->names[c] : NULL;
}

static bool copy_names(struct schema *schema, const struct record *first)
{
    for (size_t c = 0; c < schema->count; c++) {
        struct cell cell = cell_trim(first->cells[c]);
        schema->names[c] = malloc(cell.size + 1);
        if (!schema->names[c])
            return false;
        cell_copy(cell, schema->names[c], cell.size + 1);
    }
    return true;
}

enum sheaf_status schema_infer(struct schema *schema, const struct text *text, const struct record *first,
                               const struct below *below, int header, struct sheaf_error *err)
{
    size_t count = first->count;
    *schema = (struct schema){.count = count};
    schema->names = calloc(count, sizeof *schema->names);
    schema->numeric = calloc(count, sizeof *schema->numeric);
    struct evidence *seen = calloc(count, sizeof *seen);
    struct record record = {.cells = calloc(count, sizeof *record.cells), .capacity = count};
    bool enough = schema->names && schema->numeric && seen && record.cells && copy_names(schema, first);
    if (enough) {
        for (size_t c = 0; c < count; c++)
            seen[c].below = CELL_MISSING;
        weigh_record(seen, text, first, count);
        for (size_t c = 0; c < count; c++)
            seen[c] = (struct evidence){.first = seen[c].below, .below = CELL_MISSING};
        schema->empty = !weigh_below(seen, text, &record, count, below);
        conclude(schema, seen, header);
        schema->doubtful = schema->header && header == 0 ? find_doubtful(schema) : NULL;
    }
    free(seen);
    free(record.cells);
    return enough ? SHEAF_OK : sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu columns", count);
}

void schema_cleanup(struct schema *schema)
{
    for (size_t c = 0; schema->names && c < schema->count; c++)
        free(schema->names[c]);
    free(schema->names);
    free(schema->numeric);
    memset(schema, 0, sizeof *schema);
}
