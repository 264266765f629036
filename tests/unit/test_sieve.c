/* The sieve: what counts as NaN, wherever it stands. */
#include "plan/sieve.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 67 };

static struct sheaf_source *open_generator(const char *name)
{
    struct sheaf_source *source;
    struct sheaf_reading reading = {.count_set = true, .count = ROWS};
    assert_int_equal(sheaf_source_open(&source, &name, 1, &reading, NULL), SHEAF_OK);
    return source;
}

/* Rows that are left of a tile under NAN_SKIP. */
static uint64_t kept(struct sifter *sifter, enum sheaf_type type, const void *data, uint64_t rows)
{
    const uint32_t column = 0;
    struct tile_column cells = {.type = type, .data = data};
    struct tile tile = {.rows = rows, .columns = &cells};
    struct sheaf_tally all = {0}, tally = {0};
    struct sheaf_batch batch;
    struct sheaf_column out;
    sifter_begin(sifter, &tile, &all);
    assert_int_equal(sifter_batch(sifter, &column, &type, 1, &batch, &out, &tally, NULL), SHEAF_OK);
    assert_int_equal(all.read, rows);
    assert_int_equal(tally.used, batch.rows);
    assert_int_equal(tally.nan, rows - batch.rows);
    return batch.rows;
}

/* Of the same rows under NAN_PROPAGATE: all stay, and the NaN among them. */
static uint64_t let_through(enum sheaf_type type, const void *data, uint64_t rows)
{
    struct sheaf_column column = {.type = type, .data = data};
    struct sheaf_batch batch = {.rows = rows, .columns = &column};
    return batch_count_nan(&batch, 1);
}

/* Each special as the only one, at every place of runs of every length. */
#define CHECK_SPECIALS(TYPE, word, real, name, ...)                                                        \
    static void name(void **state)                                                                         \
    {                                                                                                      \
        (void)state;                                                                                       \
        static const struct {                                                                              \
            word bits;                                                                                     \
            bool nan;                                                                                      \
        } specials[] = {__VA_ARGS__};                                                                      \
        struct sheaf_source *source = open_generator("gen:uniform");                                       \
        struct sieve sieve = {.nan = NAN_SKIP};                                                            \
        struct sifter *sifter;                                                                             \
        assert_int_equal(sifter_new(&sifter, &sieve, source, NULL), SHEAF_OK);                             \
        for (size_t s = 0; s < sizeof specials / sizeof specials[0]; s++)                                  \
            for (uint64_t rows = 1; rows <= ROWS; rows++)                                                  \
                for (uint64_t at = 0; at < rows; at++) {                                                   \
                    real x[ROWS] = {0};                                                                    \
                    memcpy(&x[at], &specials[s].bits, sizeof x[at]);                                       \
                    assert_int_equal(kept(sifter, TYPE, x, rows), rows - specials[s].nan);                 \
                    assert_int_equal(let_through(TYPE, x, rows), specials[s].nan);                         \
                }                                                                                          \
        sifter_destroy(sifter);                                                                            \
        sheaf_source_destroy(source);                                                                      \
    }

CHECK_SPECIALS(SHEAF_F64, uint64_t, double, specials_of_f64, {0x7ff0000000000000, false},
               {0xfff0000000000000, false}, {0x7ff0000000000001, true}, {0xfff0000000000001, true},
               {0x7ff8000000000000, true}, {0xffffffffffffffff, true}, {0x7fffffffffffffff, true},
               {0x8000000000000000, false}, {0x7fefffffffffffff, false}, {0xffefffffffffffff, false},
               {0x0000000000000001, false})
CHECK_SPECIALS(SHEAF_F32, uint32_t, float, specials_of_f32, {0x7f800000, false}, {0xff800000, false},
               {0x7f800001, true}, {0xff800001, true}, {0x7fc00000, true}, {0xffffffff, true}, {0x7fffffff, true},
               {0x80000000, false}, {0x7f7fffff, false}, {0xff7fffff, false}, {0x00000001, false})

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(specials_of_f64), cmocka_unit_test(specials_of_f32)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
