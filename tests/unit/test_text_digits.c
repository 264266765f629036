/* Plain cells, of every shape there is and of near misses, against the grammar and against number_parse: in every variant
 * that this machine has. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "source/text_digits.h"
#include "source/text_number.h"

static const struct variant {
    const char *name;
    text_digits_reader *read;
} variants[] = {
#define VARIANT(isa) {#isa, text_digits_##isa},
    VARIANT(portable) SHEAF_ISAS(VARIANT)
#undef VARIANT
};
enum { VARIANTS = sizeof variants / sizeof variants[0], USUAL = 7 };

static uint64_t state;

static uint64_t draw(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

/* ---- what a cell is ------------------------------------------------------------------------------------------------ */

struct meaning {
    bool plain, negative, rounded_at_once;
    int places;
    unsigned __int128 magnitude;
    double nearest;
};

static struct meaning meaning_of(const char *text, size_t size)
{
    struct meaning meaning = {.negative = size && text[0] == '-'};
    size_t digits = 0, points = 0, others = 0;
    for (size_t i = meaning.negative; i < size; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (is_digit)
            meaning.magnitude = 10 * meaning.magnitude + (unsigned)(text[i] - '0');
        meaning.places += is_digit && points;
        digits += is_digit;
        points += text[i] == '.';
        others += !is_digit && text[i] != '.';
    }
    meaning.plain = digits && points <= 1 && !others && size <= DIGITS_MOST;
    if (meaning.plain)
        assert_int_equal(number_parse((const unsigned char *)text, size, &meaning.nearest), NUMBER_OK);
    /* Both operands of the one division are doubles. */
    meaning.rounded_at_once = meaning.plain && meaning.magnitude < 1ull << 53 && meaning.places <= 22;
    return meaning;
}

/* ---- a page of cells ------------------------------------------------------------------------------------------------ */

struct page {
    char text[DIGITS_MOST + 1 + DIGITS_CELLS * (DIGITS_MOST + 16)];
    uint32_t size, end[2 * DIGITS_CELLS + 1];
    unsigned count, stride;
    bool returns;
};

static void page_clear(struct page *page, unsigned stride, bool returns)
{
    *page = (struct page){.size = DIGITS_MOST + 1, .end = {DIGITS_MOST}, .stride = stride, .returns = returns};
    memset(page->text, '9', page->size);
}

static void page_add(struct page *page, const char *cell, size_t size)
{
    memcpy(page->text + page->size, cell, size);
    page->size += (uint32_t)size;
    if (page->returns && draw() % 2)
        page->text[page->size++] = '\r';
    page->end[++page->count * page->stride - (page->stride - 1)] = page->size;
    page->text[page->size++] = ',';
    if (page->stride == 2) { /* a cell of another column */
        page->text[page->size++] = "-.57"[draw() % 4];
        page->end[2 * page->count] = page->size;
        page->text[page->size++] = '\n';
    }
}

struct numbers {
    int64_t whole[DIGITS_CELLS];
    int16_t exponent[DIGITS_CELLS];
    double reals[DIGITS_CELLS];
};

static void check_cell(const struct plain_cells *cells, unsigned i, bool refused, const char *text, int size,
                       const char *variant)
{
    struct meaning meaning = meaning_of(text, (size_t)size);
    bool expected = cells->reals ? meaning.rounded_at_once : meaning.plain;
    if (refused == expected)
        fail_msg("\"%.*s\" was %s (%s)", size, text, refused ? "refused" : "taken", variant);
    __int128 magnitude = refused ? 0 : (__int128)meaning.magnitude, sign = meaning.negative ? -1 : 1;
    double nearest = refused ? 0 : meaning.nearest;
    if (cells->reals && (refused ? cells->reals[i] != 0 : memcmp(&cells->reals[i], &nearest, sizeof nearest) != 0))
        fail_msg("\"%.*s\" became %a, not %a (%s)", size, text, cells->reals[i], nearest, variant);
    if (!cells->whole)
        return;
    __int128 over = cells->wide >> i & 1 ? cells->over[i] : 0;
    int exponent = refused ? USUAL : -meaning.places;
    if (cells->whole[i] + over * LIMB_RADIX != sign * magnitude || cells->exponent[i] != exponent)
        fail_msg("\"%.*s\" became %lld x 10^%d (%s)", size, text, (long long)cells->whole[i], cells->exponent[i], variant);
    if (exponent < cells->low || exponent > cells->high || ((uint64_t)llabs(cells->whole[i]) & ~cells->bits) != 0)
        fail_msg("\"%.*s\" is outside of what was noted (%s)", size, text, variant);
}

/* In every variant and every form. */
static void check_page(const struct page *page)
{
    for (size_t v = 0; v < VARIANTS; v++) {
        if (!cpu_has(variants[v].name))
            continue;
        for (int form = 1; form <= 3; form++) {
            struct numbers numbers;
            struct plain_cells cells = {.text = (const unsigned char *)page->text,
                                        .end = page->end + 1,
                                        .stride = page->stride,
                                        .count = page->count,
                                        .returns = page->returns,
                                        .usual = USUAL,
                                        .whole = form & 1 ? numbers.whole : NULL,
                                        .exponent = form & 1 ? numbers.exponent : NULL,
                                        .reals = form & 2 ? numbers.reals : NULL};
            uint64_t refused = variants[v].read(&cells);
            for (unsigned i = 0; i < page->count; i++) {
                uint32_t from = page->end[i * page->stride] + 1, to = page->end[i * page->stride + 1];
                to -= page->returns && to > from && page->text[to - 1] == '\r';
                check_cell(&cells, i, refused >> i & 1, page->text + from, (int)(to - from), variants[v].name);
            }
        }
    }
}

/* ---- cells ---------------------------------------------------------------------------------------------------------- */

/* Digits of many kinds: all of them random, only the last few, one among zeros, all nines. */
static char draw_digit(uint64_t kind, size_t left)
{
    bool zero = (kind == 1 && left > draw() % 20) || (kind == 2 && left != 1) || (kind == 3 && draw() % 8);
    return zero ? '0' : kind == 4 ? '9' : (char)('0' + draw() % 10);
}

/* `point`: where it stands, `size` for nowhere. */
static void write_cell(char *cell, size_t size, bool negative, size_t point)
{
    uint64_t kind = draw() % 5;
    for (size_t i = 0; i < size; i++)
        cell[i] = i == 0 && negative ? '-' : i == point ? '.' : draw_digit(kind, size - i);
}

/* Every sign and every place of the point, for cells of up to `most` bytes: so many decide how they are read. */
static void every_shape(size_t most, unsigned stride, bool returns)
{
    struct page page;
    page_clear(&page, stride, returns);
    for (size_t size = 1; size <= most; size++)
        for (int negative = 0; negative < 2; negative++)
            for (size_t point = 0; point <= size; point++) {
                char cell[DIGITS_MOST];
                write_cell(cell, size, negative, point);
                page_add(&page, cell, size);
                if (page.count == DIGITS_CELLS || (size == most && draw() % 16 == 0)) {
                    check_page(&page);
                    page_clear(&page, stride, returns);
                }
            }
    if (page.count)
        check_page(&page);
}

static void shapes(void **unused)
{
    (void)unused;
    state = 1;
    for (int round = 0; round < 60; round++)
        for (size_t most = 8; most <= DIGITS_MOST; most += 8)
            for (unsigned stride = 1; stride <= 2; stride++) {
                every_shape(most, stride, false);
                every_shape(most, stride, true);
            }
}

/* One byte changed, or too long, or nothing at all. */
static void near_misses(void **unused)
{
    static const char others[] = "-.+eE 0/:;x\r\"\0\x80\xb0\xff";
    (void)unused;
    state = 2;
    for (int round = 0; round < 10000; round++) {
        struct page page;
        size_t most = 8 * (1 + draw() % 3);
        page_clear(&page, 1 + draw() % 2, false);
        for (unsigned count = 1 + (unsigned)(draw() % DIGITS_CELLS); page.count < count;) {
            char cell[DIGITS_MOST + 8];
            size_t size = draw() % (most + (draw() % 8 ? 1 : 9));
            write_cell(cell, size, draw() % 4 == 0, draw() % (size + 1));
            if (size && draw() % 2)
                cell[draw() % size] = others[draw() % (sizeof others - 1)];
            page_add(&page, cell, size);
        }
        check_page(&page);
    }
}

/* 10^22 is a double, 10^23 is none: one place too many to divide by. */
static void most_places(void **unused)
{
    static const char *const cells[] = {
        ".00000000000000000000007", "0.0000000000000000000007", "-.0000000000000000000007", "-0.000000000000000000007",
        ".00000009007199254740991", ".0000009007199254740992",  "9007199254740991.000000", "9007199254740993.000000",
        ".00000000000000000000000", "-0.00000000000000000000",  "0000000000000000000000.7", "999999999999999999999999",
    };
    (void)unused;
    struct page page;
    page_clear(&page, 1, false);
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++)
        page_add(&page, cells[i], strlen(cells[i]));
    check_page(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(most_places),
        cmocka_unit_test(shapes),
        cmocka_unit_test(near_misses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
