/* The arithmetic of comparisons, and what rows and their parent say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "compare/verdict.h"

/* ---- figures --------------------------------------------------------------------------------------------------- */

static void check_spread(double *values, size_t count, double least, double q1, double median, double q3)
{
    struct spread s = spread_of(values, count);
    assert_int_equal(s.count, count);
    assert_float_equal(s.least, least, 1e-12);
    assert_float_equal(s.q1, q1, 1e-12);
    assert_float_equal(s.median, median, 1e-12);
    assert_float_equal(s.q3, q3, 1e-12);
}

/* What R's quantile(x, type = 7) gives. */
static void quartiles_are_interpolated(void **state)
{
    (void)state;
    check_spread((double[]){3}, 1, 3, 3, 3, 3);
    check_spread((double[]){5, 1}, 2, 1, 2, 3, 4);
    check_spread((double[]){9, 1, 4}, 3, 1, 2.5, 4, 6.5);
    check_spread((double[]){4, 3, 2, 1}, 4, 1, 1.75, 2.5, 3.25);
    check_spread((double[]){10, 40, 20, 30, 50}, 5, 10, 20, 30, 40);
    assert_int_equal(spread_of(NULL, 0).count, 0);
}

static struct row row_of(enum way_kind kind, unsigned ranks, unsigned workers, uint64_t bytes, const double *seconds,
                         size_t count)
{
    struct row row = {.way = {.kind = kind, .ranks = ranks, .workers = workers}, .state = ROW_STANDING};
    for (size_t i = 0; i < count; i++)
        row_add_repetition(&row, &(struct repetition){.elapsed_s = seconds[i], .bytes = bytes, .peak_bytes = 10 * (i + 1)});
    return row;
}

/* Of the rows that agree; others are as fast where their first quartile is within its third. */
static void the_fastest_row_agrees(void **state)
{
    (void)state;
    struct row rows[] = {
        row_of(WAY_PLAN, 0, 1, 1000, (double[]){8, 8, 8}, 3), row_of(WAY_PLAN, 0, 2, 1000, (double[]){2, 3, 4}, 3),
        row_of(WAY_PLAN, 0, 3, 1000, (double[]){3, 5, 9}, 3), row_of(WAY_PLAN, 0, 4, 1000, (double[]){1, 1, 1}, 3),
        row_of(WAY_PLAN, 0, 5, 1000, NULL, 0),                row_of(WAY_PREAD, 0, 1, 1000, (double[]){0.5}, 1),
        row_of(WAY_PLAN, 0, 6, 1000, (double[]){3.4, 3.5}, 2),
    };
    struct comparison c = {.rows = rows, .count = sizeof rows / sizeof rows[0], .base = 0, .has_base = true};
    struct verdict verdict;
    rows[3].differs = true;
    rows[4].state = ROW_FAILED;
    assert_true(verdict_make(&verdict, &c));
    assert_ptr_equal(verdict.fastest, &rows[1]);
    assert_int_equal(verdict.as_fast, 1); /* 3.425 <= 3.5; row 2's is 4 */
    assert_int_equal(verdict.answers, 5);
    assert_int_equal(verdict.agreeing, 4);
    assert_int_equal(verdict.differing.count, 1);
    assert_int_equal(verdict.lost, 1);
    struct comparison none = {.rows = &rows[4], .count = 2};
    assert_false(verdict_make(&verdict, &none));
}

static void rates_refer_to_the_fastest_reading_with_as_many_workers(void **state)
{
    (void)state;
    struct row rows[] = {
        row_of(WAY_PLAN, 0, 1, 1000, (double[]){2, 1, 4}, 3),   row_of(WAY_PLAN, 2, 3, 1000, (double[]){0.5, 0.5}, 2),
        row_of(WAY_PREAD, 0, 1, 1000, (double[]){1}, 1),        row_of(WAY_MMAP, 0, 1, 1000, (double[]){0.5}, 1),
        row_of(WAY_MEMORY, 0, 1, 1000, (double[]){0.001}, 1),   row_of(WAY_PREAD, 0, 6, 1000, (double[]){0.25}, 1),
        row_of(WAY_PLAN, 0, 4, 1000, (double[]){1}, 1),         row_of(WAY_PLAN, 0, 4, 1000, NULL, 0),
    };
    struct comparison c = {.rows = rows, .count = sizeof rows / sizeof rows[0], .base = 0, .has_base = true};
    assert_float_equal(row_rate(&rows[0]), 500, 1e-9);
    assert_float_equal(comparison_read_rate(&c, &rows[0]), 2000, 1e-9);
    assert_float_equal(comparison_read_rate(&c, &rows[1]), 4000, 1e-9);
    assert_float_equal(comparison_read_rate(&c, &rows[6]), 0, 0);
    assert_float_equal(comparison_speedup(&c, &rows[0]), 1, 1e-12);
    assert_float_equal(comparison_speedup(&c, &rows[1]), 4, 1e-12);
    assert_float_equal(comparison_speedup(&c, &rows[2]), 0, 0);
    assert_float_equal(comparison_speedup(&c, &rows[7]), 0, 0);
    assert_int_equal(row_peak_bytes(&rows[0]), 30);
}

/* ---- ways ------------------------------------------------------------------------------------------------------ */

static void a_way_survives_its_text(void **state)
{
    (void)state;
    const struct way ways[] = {
        {.kind = WAY_PLAN, .strategy = "hybrid", .merge = "reduce", .pin = "0,2,4-7", .ranks = 2, .workers = 4,
         .block_bytes = 65536},
        {.kind = WAY_PLAN, .strategy = "auto", .workers = 3},
        {.kind = WAY_MEMORY, .workers = 8, .block_bytes = (uint64_t)1 << 40},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct way back;
        assert_true(way_parse(way_text(&ways[i]), &back));
        assert_string_equal(way_text(&back), way_text(&ways[i]));
        assert_int_equal(back.kind, ways[i].kind);
        assert_int_equal(back.ranks, ways[i].ranks);
        assert_int_equal(back.workers, ways[i].workers);
        assert_true(back.block_bytes == ways[i].block_bytes);
    }
    struct way bad;
    assert_false(way_parse("", &bad));
    assert_false(way_parse("plan:0:0:0:serial::", &bad));
    assert_false(way_parse("plain:0:1:0:serial::", &bad));
}

static void workers_may_have_a_shape(void **state)
{
    (void)state;
    struct shape shape;
    struct sheaf_error err;
    assert_int_equal(shape_parse("12", &shape, &err), SHEAF_OK);
    assert_int_equal(shape.ranks, 0);
    assert_int_equal(shape.threads, 12);
    assert_int_equal(shape_parse("3x2", &shape, &err), SHEAF_OK);
    assert_int_equal(shape.ranks, 3);
    assert_int_equal(shape.threads, 2);
    static const char *const bad[] = {"", "x", "2x", "x2", "2x0", "0", "2x2x2", "1000x1000", "-1", "two"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(shape_parse(bad[i], &shape, &err), SHEAF_USAGE);
}

/* ---- the wire -------------------------------------------------------------------------------------------------- */

static void lines_that_are_not_ours_are_passed_over(void **state)
{
    (void)state;
    assert_null(wire_payload("hello"));
    assert_null(wire_payload(""));
    assert_string_equal(wire_payload("sheaf-row: end"), "end");
    assert_string_equal(wire_payload("printed by a kernel sheaf-row: end"), "end");
}

static void payloads_are_told_apart(void **state)
{
    (void)state;
    struct row_plan plan;
    struct repetition r;
    enum sheaf_status status;
    const char *text;
    uint64_t place;
    assert_true(wire_read_plan("plan mpi reduce 0,1,5-7 4 1 65536 12", &plan));
    assert_string_equal(plan.pin, "0,1,5-7");
    assert_int_equal(plan.ranks, 4);
    assert_int_equal(plan.block_bytes, 65536);
    assert_false(wire_read_plan("plan mpi reduce", &plan));
    assert_true(wire_read_repetition("run 1.5 0.25 1 0.5 800 4096 2 100 90 5 0 5 00000000deadbeef", &r));
    assert_float_equal(r.elapsed_s, 1.5, 0);
    assert_int_equal(r.rows.rejected, 5);
    assert_int_equal(r.digest, 0xdeadbeef);
    assert_false(wire_read_repetition("run 1.5 0.25", &r));
    assert_false(wire_read_repetition("end", &r));
    assert_true(wire_read_error("error 2 x.csv:3: \"oops\" is not a number", &status, &text));
    assert_int_equal(status, SHEAF_INPUT);
    assert_string_equal(text, "x.csv:3: \"oops\" is not a number");
    assert_false(wire_read_error("end", &status, &text));
    assert_true(wire_read_value("value sum=4", &text));
    assert_string_equal(text, "sum=4");
    assert_false(wire_read_value("end", &text));
    assert_true(wire_read_at("at 18446744073709551615", &place));
    assert_true(place == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quartiles_are_interpolated),
        cmocka_unit_test(rates_refer_to_the_fastest_reading_with_as_many_workers),
        cmocka_unit_test(the_fastest_row_agrees),
        cmocka_unit_test(a_way_survives_its_text),
        cmocka_unit_test(workers_may_have_a_shape),
        cmocka_unit_test(lines_that_are_not_ours_are_passed_over),
        cmocka_unit_test(payloads_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
