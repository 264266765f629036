#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <sheaf/topo.h>
#include <stdlib.h>
#include <string.h>

#include "topo/cpulist.h"

static struct sheaf_cpuset set_of(const char *text)
{
    struct sheaf_cpuset set;
    assert_int_equal(sheaf_cpuset_parse(&set, text, NULL), SHEAF_OK);
    return set;
}

static void members(void **state)
{
    (void)state;
    struct sheaf_cpuset set = {{0}};
    const unsigned cpus[] = {0, 1, 63, 64, 127, 4095, SHEAF_CPUSET_BITS - 1};
    for (size_t i = 0; i < sizeof cpus / sizeof *cpus; i++) {
        assert_false(sheaf_cpuset_has(&set, cpus[i]));
        sheaf_cpuset_add(&set, cpus[i]);
        assert_true(sheaf_cpuset_has(&set, cpus[i]));
        sheaf_cpuset_add(&set, cpus[i]);
        assert_int_equal(sheaf_cpuset_count(&set), i + 1);
    }
    assert_false(sheaf_cpuset_has(&set, 2));
    size_t seen = 0;
    SHEAF_CPUSET_EACH(cpu, &set)
        assert_int_equal(cpu, cpus[seen++]);
    assert_int_equal(seen, sizeof cpus / sizeof *cpus);
}

static void out_of_range(void **state)
{
    (void)state;
    struct sheaf_cpuset set = {{0}}, empty = {{0}};
    sheaf_cpuset_add(&set, SHEAF_CPUSET_BITS);
    sheaf_cpuset_add(&set, UINT32_MAX);
    assert_true(sheaf_cpuset_equal(&set, &empty));
    memset(&set, 0xff, sizeof set);
    assert_int_equal(sheaf_cpuset_count(&set), SHEAF_CPUSET_BITS);
    assert_false(sheaf_cpuset_has(&set, SHEAF_CPUSET_BITS));
    assert_false(sheaf_cpuset_has(&set, UINT32_MAX));
    assert_int_equal(sheaf_cpuset_next(&set, SHEAF_CPUSET_BITS), SHEAF_CPUSET_BITS);
    assert_int_equal(sheaf_cpuset_next(&empty, 0), SHEAF_CPUSET_BITS);
}

static void next(void **state)
{
    (void)state;
    struct sheaf_cpuset set = set_of("5,64,8191");
    assert_int_equal(sheaf_cpuset_next(&set, 0), 5);
    assert_int_equal(sheaf_cpuset_next(&set, 5), 5);
    assert_int_equal(sheaf_cpuset_next(&set, 6), 64);
    assert_int_equal(sheaf_cpuset_next(&set, 64), 64);
    assert_int_equal(sheaf_cpuset_next(&set, 65), 8191);
    assert_int_equal(sheaf_cpuset_next(&set, 8191), 8191);
}

static void relations(void **state)
{
    (void)state;
    struct sheaf_cpuset a = set_of("0-3,100"), b = set_of("4-99"), c = set_of("100");
    assert_false(sheaf_cpuset_intersects(&a, &b));
    assert_true(sheaf_cpuset_intersects(&a, &c));
    assert_false(sheaf_cpuset_equal(&a, &b));
    assert_true(sheaf_cpuset_equal(&a, &a));
}

static void text_and_back(void **state)
{
    (void)state;
    static const char *const same[] = {"0", "0-3,8", "1,3,5", "0-1", "63-64", "8191", "0-8191", "7,9-12,4000-5000"};
    char text[64];
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct sheaf_cpuset set = set_of(same[i]);
        assert_string_equal(sheaf_cpuset_text(&set, text, sizeof text), same[i]);
    }
    static const char *const other[][2] = {{"3,1,2", "1-3"}, {"0,0,0-1", "0-1"}, {"000-01", "0-1"}};
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        struct sheaf_cpuset set = set_of(other[i][0]);
        assert_string_equal(sheaf_cpuset_text(&set, text, sizeof text), other[i][1]);
    }
    struct sheaf_cpuset empty = {{0}};
    assert_string_equal(sheaf_cpuset_text(&empty, text, sizeof text), "");
}

/* Whatever the room: never past it, a whole list or one that says that it was cut. */
static void text_cut_off(void **state)
{
    (void)state;
    static const char full[] = "0-3,8,10,12-15,100-200,300,302";
    struct sheaf_cpuset set = set_of(full);
    for (size_t size = 1; size <= sizeof full + 2; size++) {
        char *text = test_malloc(size); /* cmocka checks the bytes around it */
        sheaf_cpuset_text(&set, text, size);
        size_t length = strlen(text);
        assert_true(length < size);
        if (size >= sizeof full) {
            assert_string_equal(text, full);
        } else if (size >= 4) {
            assert_string_equal(text + length - 3, "...");
            assert_memory_equal(text, full, length - 3);
            char after = full[length - 3]; /* no number is cut in two */
            assert_true(length == 3 || after == ',');
        } else {
            assert_string_equal(text, "");
        }
        test_free(text);
    }
}

static void random_sets(void **state)
{
    (void)state;
    static char text[SHEAF_CPUSET_BITS * 5];
    uint64_t x = 1;
    for (int round = 0; round < 50; round++) {
        struct sheaf_cpuset set = {{0}}, back;
        for (int i = 0; i < 40 * round + 1; i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            sheaf_cpuset_add(&set, (unsigned)(x >> 40) % SHEAF_CPUSET_BITS);
        }
        sheaf_cpuset_text(&set, text, sizeof text);
        assert_int_equal(sheaf_cpuset_parse(&back, text, NULL), SHEAF_OK);
        assert_true(sheaf_cpuset_equal(&set, &back));
    }
}

static void refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", " ", "a", "-", "1-", "-1", "3-1", "1,", ",1", "1,,2", "1 ", " 1", "1-2-3",
                                      "8192", "0-8192", "99999999999999999999", "0x1", "1;2", "+1", "1\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct sheaf_cpuset set;
        struct sheaf_error err;
        assert_int_equal(sheaf_cpuset_parse(&set, bad[i], &err), SHEAF_USAGE);
        assert_int_equal(err.status, SHEAF_USAGE);
        assert_non_null(strstr(err.message, "0-3,8"));
        assert_int_equal(sheaf_cpuset_parse(&set, bad[i], NULL), SHEAF_USAGE);
    }
    struct sheaf_cpuset set;
    struct sheaf_error err;
    assert_int_equal(sheaf_cpuset_parse(&set, "0-3,oops,7", &err), SHEAF_USAGE);
    assert_non_null(strstr(err.message, "\"oops,7\""));
}

static void ranges_as_written(void **state)
{
    (void)state;
    const char *text = "9,2-4,0";
    const unsigned expected[][2] = {{9, 9}, {2, 4}, {0, 0}};
    for (int i = 0; i < 3; i++) {
        unsigned first, last;
        assert_true(*text != 0);
        assert_int_equal(cpulist_next(&text, &first, &last, NULL), SHEAF_OK);
        assert_int_equal(first, expected[i][0]);
        assert_int_equal(last, expected[i][1]);
    }
    assert_int_equal(*text, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members),       cmocka_unit_test(out_of_range), cmocka_unit_test(next),
        cmocka_unit_test(relations),     cmocka_unit_test(text_and_back), cmocka_unit_test(text_cut_off),
        cmocka_unit_test(random_sets),   cmocka_unit_test(refused),      cmocka_unit_test(ranges_as_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
