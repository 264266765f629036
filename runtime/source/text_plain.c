#include "source/text_reader.h"

#include "base/cpu.h"

#include <stdlib.h>
#include <string.h>

/* ---- variants, best last ---------------------------------------------------------------------------------------- */

#define VARIANT(isa) {#isa, text_index_##isa, text_digits_##isa},
static const struct {
    const char *cpu;
    text_indexer *index;
    text_digits_reader *digits;
} variants[] = {VARIANT(portable) SHEAF_ISAS(VARIANT)};
#undef VARIANT

static size_t best_variant(void)
{
    size_t best = sizeof variants / sizeof variants[0] - 1;
    while (best && !cpu_has(variants[best].cpu))
        best--;
    return best;
}

/* ---- opening ------------------------------------------------------------------------------------------------------ */

bool plain_init(struct plain *plain, const struct text *text)
{
    size_t best = best_variant();
    plain->fill_index = variants[best].index;
    plain->read_digits = variants[best].digits;
    plain->na = calloc(text->na_count + 1, sizeof *plain->na);
    for (size_t i = 0; plain->na && i < text->na_count; i++) {
        struct number number;
        struct number_limbs limbs;
        struct na_number *na = &plain->na[plain->na_count];
        bool is_number = number_scan((const unsigned char *)text->na[i], strlen(text->na[i]), &number) == NUMBER_OK &&
                         number.special == SHEAF_FINITE && number_whole(&number, &limbs) == NUMBER_OK;
        if (is_number && limbs.count == 1 && number_real(&number, &na->real) == NUMBER_OK) {
            na->whole = limbs.limb[0];
            plain->na_count++;
        }
    }
    return plain->na;
}

void plain_cleanup(struct plain *plain)
{
    free(plain->na);
}

/* ---- a stretch ------------------------------------------------------------------------------------------------------ */

/* Bytes of the window before a stretch that may be read with its cells. */
enum { BYTES_BEFORE = DIGITS_MOST + 1 };

/* Sees to it that the index shows what is at `next`; false if it cannot. */
static bool find_stretch(struct text_reader *reader)
{
    struct plain *plain = &reader->plain;
    struct text_index *index = &plain->index;
    if (index->size == 0 || reader->next >= plain->from + index->size) {
        const struct window *window = &reader->window;
        if (reader->text->lex.blanks || reader->next < BYTES_BEFORE || reader->next >= window->size ||
            window->at + reader->next >= reader->hi)
            return false;
        plain->fill_index(index, window->bytes + reader->next, window->size - reader->next, reader->text->lex.delimiter);
        plain->from = reader->next;
        plain->end = plain->line = 1;
    }
    uint32_t next = (uint32_t)(reader->next - plain->from);
    while (plain->end < index->end_count && index->ends[plain->end] < next)
        plain->end++;
    while (plain->line < index->line_count && index->lines[plain->line] < next)
        plain->line++;
    return plain->line < index->line_count;
}

/* Where in the stretch the record begins whose line end is number `line`. */
static size_t record_start(const struct text_index *index, uint32_t line)
{
    return (uint32_t)(index->lines[line - 1] + 1);
}

/* How many of the next records, `most` at most, have as many cells as they should, are no empty lines and begin in the
 * block. */
static unsigned count_regular(const struct text_reader *reader, uint64_t most)
{
    const struct plain *plain = &reader->plain;
    const struct text_index *index = &plain->index;
    const uint64_t cells = reader->text->cells, from = reader->window.at + plain->from;
    const uint64_t limit = reader->hi > from ? reader->hi - from : 0;
    uint64_t left = index->line_count - plain->line, end = plain->end + cells - 1;
    most = most < left ? most : left;
    unsigned count = 0;
    if (cells == 1 && index->end_count == index->line_count && !index->empty_lines && limit >= index->size)
        return (unsigned)most;
    for (; count < most; count++, end += cells) {
        uint32_t line = plain->line + count;
        size_t start = record_start(index, line);
        if (end >= index->end_count || index->ends[end] != index->lines[line] || start == index->lines[line] ||
            start >= limit)
            break;
    }
    return count;
}

/* ---- cells ------------------------------------------------------------------------------------------------------- */

static struct cell cell_of(const struct plain_cells *cells, unsigned i)
{
    const uint32_t *end = cells->end + i * cells->stride;
    uint32_t from = end[-1] + 1, to = *end;
    to -= cells->returns && to > from && cells->text[to - 1] == '\r';
    return (struct cell){cells->text + from, to - from, false};
}

/* Numbers that may stand for missing cells, if they are written so. */
static uint64_t perhaps_missing(const struct plain *plain, const struct plain_cells *cells)
{
    uint64_t mask = 0;
    for (size_t n = 0; n < plain->na_count; n++)
        for (unsigned i = 0; i < cells->count; i++)
            mask |= (uint64_t)(cells->whole ? cells->whole[i] == plain->na[n].whole
                                            : cells->reals[i] == plain->na[n].real) << i;
    return mask;
}

/* Puts the cells of `mask`, which are not plain or wide, one by one. Returns how many of all are good: those before the
 * first that is in error, or that is a blank line. */
static unsigned put_others(struct text_reader *reader, size_t k, const struct plain_cells *cells, uint64_t mask)
{
    struct batch *batch = &reader->batch;
    for (; mask; mask &= mask - 1) {
        unsigned i = (unsigned)__builtin_ctzll(mask);
        struct cell cell = cell_of(cells, i);
        enum cell_status status = cells->wide >> i & 1
                                      ? batch_put_over(&batch->columns[k], batch->rows + i, cells->over[i])
                                      : batch_put(batch, reader->text, k, batch->rows + i, cell);
        if (status > CELL_MISSING || (reader->text->cells == 1 && cell_trim(cell).size == 0))
            return i;
    }
    return cells->count;
}

/* Reads column k of the next `count` records; returns how many of them are good. */
static unsigned read_column(struct text_reader *reader, size_t k, unsigned count)
{
    const struct plain *plain = &reader->plain;
    struct batch *batch = &reader->batch;
    struct batch_column *column = &batch->columns[k];
    const uint64_t cell = reader->input->cell[k];
    const bool decimals = column->forms & FORM_DECIMAL;
    struct plain_cells cells = {
        .text = reader->window.bytes + plain->from,
        .end = plain->index.ends + plain->end + cell,
        .stride = reader->text->cells,
        .count = count,
        .returns = plain->index.returns && cell == reader->text->cells - 1,
        .usual = column->usual,
        .whole = decimals ? column->whole + batch->rows : NULL,
        .exponent = decimals ? column->exponent + batch->rows : NULL,
        .reals = column->forms & FORM_REAL ? column->reals + batch->rows : NULL,
    };
    uint64_t others = plain->read_digits(&cells);
    if (decimals)
        batch_note(column, cells.low, cells.high, cells.bits);
    if (plain->na_count)
        others |= perhaps_missing(plain, &cells);
    cells.wide &= ~others; /* which are read whole */
    others |= cells.wide;
    return others ? put_others(reader, k, &cells, others) : count;
}

/* ---- records ----------------------------------------------------------------------------------------------------- */

/* Counts the next `count` records in. */
static void pass_records(struct text_reader *reader, unsigned count)
{
    struct plain *plain = &reader->plain;
    struct batch *batch = &reader->batch;
    uint64_t base = reader->window.at + plain->from;
    for (unsigned i = 0; i < count; i++)
        batch->at[batch->rows + i] = base + record_start(&plain->index, plain->line + i);
    for (unsigned i = 0; reader->fed && i < count; i++)
        batch->line[batch->rows + i] = reader->line + i;
    batch->rows += count;
    plain->line += count;
    plain->end += count * (uint32_t)reader->text->cells;
    reader->row += count;
    reader->line += count;
    reader->next = plain->from + record_start(&plain->index, plain->line);
}

/* Lines without a byte in them are no records. */
static void pass_empty_lines(struct text_reader *reader)
{
    struct plain *plain = &reader->plain;
    const struct text_index *index = &plain->index;
    while (index->empty_lines && plain->line < index->line_count &&
           record_start(index, plain->line) == index->lines[plain->line] &&
           reader->window.at + reader->next < reader->hi) {
        plain->line++;
        plain->end++;
        reader->line++;
        reader->next++;
    }
}

bool plain_take(struct text_reader *reader)
{
    struct batch *batch = &reader->batch;
    while (batch->rows < batch->capacity && find_stretch(reader)) {
        uint64_t room = batch->capacity - batch->rows;
        pass_empty_lines(reader);
        unsigned count = count_regular(reader, room < DIGITS_CELLS ? room : DIGITS_CELLS), good = count;
        for (size_t k = 0; k < batch->column_count && good; k++)
            good = read_column(reader, k, good);
        if (good)
            pass_records(reader, good);
        if (good < count && batch->rows == 0)
            batch_begin(batch);
        if (good < count)
            return batch->rows > 0;
        if (count == 0)
            return false;
    }
    return false;
}
