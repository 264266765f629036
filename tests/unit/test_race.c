/* The race of two ways: the faster is taken, the slower is tried ever less often, and neither for ever. */
#include "rows.h"

#include "source/race.h"

enum { WINDOW = 1 << 20 };

/* Runs windows until `bytes` are done, a byte of way w costing cost[w] nanoseconds, and counts those of way 1. */
static uint64_t run(struct race *race, uint64_t bytes, const double cost[2])
{
    uint64_t second = 0;
    for (uint64_t done = 0; done < bytes; done += WINDOW) {
        unsigned way = race->way;
        assert_true(way < 2);
        second += way ? WINDOW : 0;
        race_tell(race, WINDOW, (int64_t)(cost[way] * WINDOW));
    }
    return second;
}

static void the_faster_way_is_taken(void **state)
{
    (void)state;
    const uint64_t much = (uint64_t)4 << 30;
    struct race race = {0}, other = {0};
    assert_true(run(&race, much, (double[]){1, 1.2}) < much / 32);
    assert_true(run(&other, much, (double[]){1.2, 1}) > much - much / 32);
}

static void both_are_tried_before_long(void **state)
{
    (void)state;
    struct race race = {0};
    uint64_t second = run(&race, 16 << 20, (double[]){1, 2});
    assert_true(second > 0 && second < 16 << 20);
}

static void a_change_is_noticed(void **state)
{
    (void)state;
    struct race race = {0};
    run(&race, (uint64_t)4 << 30, (double[]){1, 2});
    run(&race, (uint64_t)300 << 20, (double[]){1, 0.5}); /* the longest pause and a turn */
    assert_int_equal(race.way, 1);
    run(&race, (uint64_t)64 << 20, (double[]){1, 4}); /* the leader became slow: no trial is needed */
    assert_int_equal(race.lead, 0);
}

static void one_interruption_changes_nothing_for_long(void **state)
{
    (void)state;
    struct race race = {0};
    race_tell(&race, 4 * WINDOW, 400 * WINDOW); /* a hundred times what it costs */
    run(&race, (uint64_t)128 << 20, (double[]){1, 2});
    assert_int_equal(race.lead, 0);
    race_tell(&race, 4 * WINDOW, 400 * WINDOW);
    assert_int_equal(race.lead, 0);
    run(&race, (uint64_t)64 << 20, (double[]){1, 2});
    assert_int_equal(race.lead, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_faster_way_is_taken),
        cmocka_unit_test(both_are_tried_before_long),
        cmocka_unit_test(a_change_is_noticed),
        cmocka_unit_test(one_interruption_changes_nothing_for_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
