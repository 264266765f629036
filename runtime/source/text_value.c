/* Cells as numbers, and as parts of messages. */
#include "source/text.h"

#include <string.h>

static bool is_na(const struct text *text, struct cell cell)
{
    for (size_t i = 0; i < text->na_count; i++)
        if (strlen(text->na[i]) == cell.size && memcmp(text->na[i], cell.text, cell.size) == 0)
            return true;
    return false;
}

enum cell_status text_number(const struct text *text, struct cell cell, struct number *number)
{
    cell = cell_trim(cell);
    if (cell.size == 0 || is_na(text, cell))
        return CELL_MISSING;
    return number_scan(cell.text, cell.size, number) == NUMBER_OK ? CELL_VALUE : CELL_WORD;
}

const char *text_shown(struct cell cell, char out[SHOWN_CELL])
{
    static const char more[] = "...";
    size_t size = cell_copy(cell_trim(cell), out, SHOWN_CELL);
    if (cell.size >= SHOWN_CELL) {
        size = SHOWN_CELL - sizeof more;
        while (size && ((unsigned char)out[size] & 0xc0) == 0x80) /* not within a UTF-8 character */
            size--;
        memcpy(out + size, more, sizeof more);
    }
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    return out;
}

enum sheaf_status text_bad_record(enum lex_result result, const char *name, uint64_t at, uint64_t nul, int64_t line,
                                  struct sheaf_error *err)
{
    if (result == LEX_BINARY)
        sheaf_fail(err, SHEAF_INPUT,
                   "there is a NUL byte (byte %llu of the input), so this is not text; raw binary numbers need their "
                   "type named (--type f64, i32, u8, ...)", (unsigned long long)nul);
    else
        sheaf_fail(err, SHEAF_INPUT, "a quote that is opened in this record is never closed");
    sheaf_error_at(err, name, (int64_t)at, line, NULL);
    return SHEAF_INPUT;
}
