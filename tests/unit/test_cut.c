/* The cut: a pure function, every unit in exactly one block. */
#include "rows.h"

#include "source/format.h"

static struct sheaf_source source_of(struct source_input *inputs, size_t count, uint64_t unit_bytes)
{
    for (size_t i = 0; i < count; i++)
        inputs[i].unit_bytes = unit_bytes;
    return (struct sheaf_source){.inputs = inputs, .input_count = count};
}

static void check_cover(const struct sheaf_source *source, uint64_t block_bytes)
{
    struct cut cut;
    assert_int_equal(cut_init(&cut, source, block_bytes, NULL), SHEAF_OK);
    uint64_t block = 0;
    for (size_t i = 0; i < source->input_count; i++) {
        uint64_t block_units = cut_block_units(&cut, i), units = block_bytes / source->inputs[i].unit_bytes;
        assert_int_equal(block_units, units ? units : 1);
        assert_int_equal(cut.first_block[i], block);
        for (uint64_t lo = 0; lo < source->inputs[i].units; block++) {
            struct span span = cut_span(&cut, block);
            assert_int_equal(span.block, block);
            assert_int_equal(span.input, i);
            assert_int_equal(span.lo, lo);
            assert_true(span.hi > lo && span.hi <= source->inputs[i].units);
            assert_true(span.hi - lo == block_units || span.hi == source->inputs[i].units);
            assert_null(span.bytes);
            lo = span.hi;
        }
    }
    assert_int_equal(cut.first_block[source->input_count], block);
    assert_int_equal(cut.block_count, block);
    cut_cleanup(&cut);
}

static void every_unit_is_in_one_block(void **state)
{
    (void)state;
    struct source_input inputs[] = {{.units = 0},    {.units = 1}, {.units = 0}, {.units = 0},
                                    {.units = 1009}, {.units = 64}, {.units = 0}};
    for (size_t count = 1; count <= 7; count++)
        for (uint64_t unit = 1; unit <= 24; unit += 7)
            for (uint64_t block = 0; block < 30000; block = block * 3 + 1) {
                struct sheaf_source source = source_of(inputs, count, unit);
                inputs[4].unit_bytes += 5; /* inputs may differ */
                check_cover(&source, block);
            }
}

/* The blocks of one input are those of the whole cut, numbered from 0. */
static void an_input_is_cut_alone(void **state)
{
    (void)state;
    struct source_input inputs[] = {{.units = 0}, {.units = 1000}, {.units = 0}, {.units = 77}, {.units = 0}};
    struct sheaf_source source = source_of(inputs, 5, 8);
    struct cut all, one;
    assert_int_equal(cut_init(&all, &source, 100, NULL), SHEAF_OK);
    assert_int_equal(cut_init(&one, &source, 100, NULL), SHEAF_OK);
    for (int64_t input = 0; input < 5; input++) {
        cut_choose(&one, input);
        assert_int_equal(one.block_count, all.first_block[input + 1] - all.first_block[input]);
        for (uint64_t b = 0; b < one.block_count; b++) {
            struct span span = cut_span(&one, b), same = cut_span(&all, all.first_block[input] + b);
            assert_int_equal(span.block, b);
            assert_int_equal(span.input, input);
            assert_int_equal(span.lo, same.lo);
            assert_int_equal(span.hi, same.hi);
        }
    }
    cut_choose(&one, ALL_INPUTS);
    assert_int_equal(one.block_count, all.block_count);
    assert_int_equal(cut_span(&one, all.block_count - 1).input, 3);
    cut_cleanup(&one);
    cut_cleanup(&all);
}

static void sizes_have_64_bits(void **state)
{
    (void)state;
    struct source_input inputs[] = {{.units = INT64_MAX}, {.units = INT64_MAX}};
    struct sheaf_source source = source_of(inputs, 2, 8);
    struct cut cut;
    assert_int_equal(cut_init(&cut, &source, UINT64_MAX, NULL), SHEAF_OK);
    assert_int_equal(cut.block_count, 10);
    struct span span = cut_span(&cut, 9);
    assert_int_equal(span.hi, INT64_MAX);
    cut_cleanup(&cut);
    assert_int_equal(cut_init(&cut, &source, 1, NULL), SHEAF_OK);
    assert_int_equal(cut.block_count, UINT64_MAX - 1);
    span = cut_span(&cut, UINT64_MAX - 2);
    assert_int_equal(span.input, 1);
    assert_int_equal(span.lo, INT64_MAX - 1);
    assert_int_equal(span.hi, INT64_MAX);
    cut_cleanup(&cut);
    struct source_input too_many[] = {{.units = INT64_MAX}, {.units = INT64_MAX}, {.units = INT64_MAX}};
    source = source_of(too_many, 3, 8);
    struct sheaf_error err;
    assert_int_equal(cut_init(&cut, &source, 8, &err), SHEAF_USAGE);
    assert_non_null(strstr(err.message, "--block"));
}

static void a_stream_is_not_cut(void **state)
{
    (void)state;
    struct source_input input = {.name = (char[]){"-"}};
    struct sheaf_source source = source_of(&input, 1, 8);
    struct cut cut;
    source.access = SOURCE_ONCE;
    assert_int_equal(cut_init(&cut, &source, 100, NULL), SHEAF_INTERNAL);
    cut_cleanup(NULL);
}

/* The scan against a walk over the blocks one by one. */
static void the_scan_follows_the_blocks(void **state)
{
    (void)state;
    struct source_input inputs[] = {{.units = 100}, {.units = 0}, {.units = 57}, {.units = 1}};
    struct sheaf_source source = source_of(inputs, 4, 1);
    struct cut cut;
    assert_int_equal(cut_init(&cut, &source, 3, NULL), SHEAF_OK);
    uint8_t transition[64], entry[64];
    assert_true(cut.block_count <= 64);
    for (uint64_t b = 0; b < cut.block_count; b++)
        transition[b] = (uint8_t)((b + 1) * 0x9e3779b97f4a7c15u >> 56);
    source_survey_scan(&cut, transition, entry);
    unsigned at = 0;
    for (uint64_t b = 0; b < cut.block_count; b++) {
        unsigned leads_to[4] = {transition[b] & 3u, transition[b] >> 2 & 3u, transition[b] >> 4 & 3u,
                                transition[b] >> 6 & 3u};
        if (b == 0 || b == 34 || b == 53)
            at = 0; /* an input begins outside quotes */
        assert_int_equal(entry[b], at);
        at = leads_to[at];
    }
    cut_cleanup(&cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_unit_is_in_one_block),
        cmocka_unit_test(an_input_is_cut_alone),
        cmocka_unit_test(sizes_have_64_bits),
        cmocka_unit_test(a_stream_is_not_cut),
        cmocka_unit_test(the_scan_follows_the_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
