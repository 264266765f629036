/* Sets of blocks and partials: nothing counts twice, nothing damaged is taken. */
#include "engine/partial.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A state of two counters, as simple as work can be. */
struct counters {
    uint64_t rows, sum;
};

static enum sheaf_status init(const struct work *work, void *state, struct sheaf_error *err)
{
    (void)work, (void)state, (void)err;
    return SHEAF_OK;
}

static void cleanup(const struct work *work, void *state)
{
    (void)work, (void)state;
}

static enum sheaf_status merge(const struct work *work, void *into, const void *from, struct sheaf_error *err)
{
    (void)err;
    add64(into, from, work->state_size);
    return SHEAF_OK;
}

static enum sheaf_status pack(const struct work *work, const void *state, struct sheaf_buffer *out,
                              struct sheaf_error *err)
{
    (void)err;
    return sheaf_buffer_append(out, state, work->state_size);
}

static enum sheaf_status unpack(const struct work *work, void *state, const void *bytes, size_t size,
                                struct sheaf_error *err)
{
    struct counters from;
    assert_int_equal(size, sizeof from);
    memcpy(&from, bytes, size);
    return merge(work, state, &from, err);
}

static const struct work_ops ops = {.init = init, .cleanup = cleanup, .merge = merge, .pack = pack, .unpack = unpack};
static const struct work work = {
    .ops = &ops, .state_size = sizeof(struct counters), .laws = SHEAF_LAW_ADD64 | SHEAF_LAW_FLAT};
static const struct pass pass = {.work = &work, .plan_id = 77, .number = 3};

/* Block b holds b rows. */
static void fill(struct partial *partial, uint64_t first, uint64_t end)
{
    struct counters *state = partial->state;
    assert_int_equal(blockset_add(&partial->blocks, first, end), SHEAF_OK);
    for (uint64_t b = first; b < end; b++)
        state->rows += b, state->sum += b * b;
}

static void test_blockset_joins(void **state)
{
    (void)state;
    struct blockset set = {0};
    uint64_t missing;
    assert_true(blockset_covers(&set, 0, &missing));
    assert_int_equal(blockset_add(&set, 4, 6), SHEAF_OK);
    assert_int_equal(blockset_add(&set, 0, 2), SHEAF_OK);
    assert_false(blockset_covers(&set, 6, &missing));
    assert_int_equal(missing, 2);
    assert_int_equal(blockset_add(&set, 2, 4), SHEAF_OK);
    assert_int_equal(set.count, 1);
    assert_true(blockset_covers(&set, 6, &missing));
    assert_false(blockset_covers(&set, 5, &missing));
    assert_int_equal(blockset_size(&set), 6);
    blockset_cleanup(&set);
}

/* Against a plain array of flags. */
static void test_blockset_random(void **state)
{
    (void)state;
    enum { BLOCKS = 200 };
    srand(1);
    for (int round = 0; round < 200; round++) {
        struct blockset set = {0};
        unsigned char there[BLOCKS] = {0};
        for (int i = 0; i < 40; i++) {
            uint64_t first = (uint64_t)(rand() % BLOCKS), end = first + (uint64_t)(rand() % 6);
            end = end > BLOCKS ? BLOCKS : end;
            bool clash = false;
            for (uint64_t b = first; b < end; b++)
                clash = clash || there[b];
            assert_int_equal(blockset_add(&set, first, end), clash ? SHEAF_OVERLAP : SHEAF_OK);
            for (uint64_t b = first; b < end && !clash; b++)
                there[b] = 1;
        }
        uint64_t expected = 0;
        for (int b = 0; b < BLOCKS; b++)
            expected += there[b];
        assert_int_equal(blockset_size(&set), expected);
        for (size_t i = 0; i + 1 < set.count; i++)
            assert_true(set.ranges[i].end < set.ranges[i + 1].first);
        blockset_cleanup(&set);
    }
}

/* Two interleaved sets become one range; the same again is refused, and changes nothing. */
static void test_blockset_interleaved(void **state)
{
    (void)state;
    struct blockset even = {0}, odd = {0};
    uint64_t missing;
    for (uint64_t b = 0; b < 1000; b++)
        assert_int_equal(blockset_add(b % 2 ? &odd : &even, b, b + 1), SHEAF_OK);
    assert_int_equal(even.count, 500);
    assert_int_equal(blockset_merge(&even, &odd), SHEAF_OK);
    assert_true(blockset_covers(&even, 1000, &missing));
    assert_int_equal(blockset_merge(&even, &odd), SHEAF_OVERLAP);
    assert_int_equal(even.count, 1);
    blockset_cleanup(&even);
    blockset_cleanup(&odd);
}

static void test_overlap_is_refused(void **state)
{
    (void)state;
    struct partial a, b;
    struct sheaf_error err;
    assert_int_equal(partial_init(&a, &work, &err), SHEAF_OK);
    assert_int_equal(partial_init(&b, &work, &err), SHEAF_OK);
    fill(&a, 0, 5);
    fill(&b, 4, 9);
    struct counters before = *(struct counters *)a.state;
    assert_int_equal(partial_merge(&a, &b, &err), SHEAF_OVERLAP);
    assert_memory_equal(a.state, &before, sizeof before);
    assert_int_equal(blockset_size(&a.blocks), 5);
    partial_cleanup(&a);
    partial_cleanup(&b);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct partial a, b;
    struct sheaf_error err;
    struct sheaf_buffer bytes = {0};
    assert_int_equal(partial_init(&a, &work, &err), SHEAF_OK);
    assert_int_equal(partial_init(&b, &work, &err), SHEAF_OK);
    fill(&a, 0, 3);
    fill(&a, 7, 9);
    assert_int_equal(partial_pack(&a, &pass, &bytes, &err), SHEAF_OK);
    assert_int_equal(partial_unpack(&b, &pass, bytes.data, bytes.size, &err), SHEAF_OK);
    assert_memory_equal(a.state, b.state, work.state_size);
    assert_int_equal(b.blocks.count, 2);
    assert_int_equal(partial_unpack(&b, &pass, bytes.data, bytes.size, &err), SHEAF_OVERLAP);
    assert_memory_equal(a.state, b.state, work.state_size);
    sheaf_buffer_cleanup(&bytes);
    partial_cleanup(&a);
    partial_cleanup(&b);
}

/* Any one changed byte, any truncation, another plan or pass: refused, and nothing is merged. */
static void test_damage_is_refused(void **state)
{
    (void)state;
    struct partial a, b;
    struct sheaf_error err;
    struct sheaf_buffer bytes = {0};
    struct counters zero = {0};
    assert_int_equal(partial_init(&a, &work, &err), SHEAF_OK);
    assert_int_equal(partial_init(&b, &work, &err), SHEAF_OK);
    fill(&a, 2, 12);
    assert_int_equal(partial_pack(&a, &pass, &bytes, &err), SHEAF_OK);
    for (size_t i = 0; i < bytes.size; i++) {
        bytes.data[i] ^= 0x10;
        assert_int_equal(partial_unpack(&b, &pass, bytes.data, bytes.size, &err), SHEAF_INTERNAL);
        bytes.data[i] ^= 0x10;
        assert_int_equal(partial_unpack(&b, &pass, bytes.data, i, &err), SHEAF_INTERNAL);
    }
    struct pass other = pass;
    other.number++;
    assert_int_equal(partial_unpack(&b, &other, bytes.data, bytes.size, &err), SHEAF_INTERNAL);
    other = pass;
    other.plan_id++;
    assert_int_equal(partial_unpack(&b, &other, bytes.data, bytes.size, &err), SHEAF_INTERNAL);
    assert_memory_equal(b.state, &zero, sizeof zero);
    assert_int_equal(b.blocks.count, 0);
    sheaf_buffer_cleanup(&bytes);
    partial_cleanup(&a);
    partial_cleanup(&b);
}

static void test_lowest_failure_wins(void **state)
{
    (void)state;
    struct sheaf_error known, next;
    sheaf_error_clear(&known);
    sheaf_fail(&next, SHEAF_CANCELLED, "cancelled");
    failure_note(&known, &next);
    assert_int_equal(known.status, SHEAF_CANCELLED);
    sheaf_fail(&next, SHEAF_WORKER, "nobody's block");
    failure_note(&known, &next);
    assert_int_equal(known.status, SHEAF_WORKER);
    sheaf_fail(&next, SHEAF_INPUT, "block 9");
    next.block = 9;
    failure_note(&known, &next);
    assert_int_equal(known.block, 9);
    next.block = 4;
    failure_note(&known, &next);
    assert_int_equal(known.block, 4);
    next.block = 6;
    failure_note(&known, &next);
    sheaf_fail(&next, SHEAF_CANCELLED, "cancelled");
    failure_note(&known, &next);
    assert_int_equal(known.block, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blockset_joins),    cmocka_unit_test(test_blockset_random),
        cmocka_unit_test(test_blockset_interleaved),
        cmocka_unit_test(test_overlap_is_refused), cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_damage_is_refused), cmocka_unit_test(test_lowest_failure_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
