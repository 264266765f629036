/* The registry of kernels, shared objects of kernels, parameters, and the choice of a map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cpu.h"
#include "plan/registry.h"

#include <sheaf/job.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- built-in kernels ----------------------------------------------------------------------------------- */

static void builtin_kernels_are_sorted_and_sound(void **state)
{
    (void)state;
    size_t count;
    const struct sheaf_kernel *const *kernels = sheaf_kernels(&count);
    assert_true(count >= 9);
    for (size_t i = 0; i < count; i++) {
        struct sheaf_error err;
        sheaf_error_clear(&err);
        if (kernel_check(kernels[i], &err) != SHEAF_OK)
            fail_msg("%s", err.message);
        assert_ptr_equal(sheaf_kernel_find(kernels[i]->name), kernels[i]);
        assert_non_null(kernels[i]->formula);
        assert_non_null(kernels[i]->description);
        if (i > 0)
            assert_true(strcmp(kernels[i - 1]->name, kernels[i]->name) < 0);
    }
    assert_null(sheaf_kernel_find("sumsqq"));
    assert_null(sheaf_kernel_find(""));
}

static void nearest_kernel(void **state)
{
    (void)state;
    assert_string_equal(sheaf_kernel_nearest("histogrm"), "histogram");
    assert_string_equal(sheaf_kernel_nearest("agrmin"), "argmin");
    assert_string_equal(sheaf_kernel_nearest("normif"), "norminf");
    assert_null(sheaf_kernel_nearest("xyzzy"));
}

static void map_within_the_limit(void **state)
{
    (void)state;
    const struct sheaf_kernel *kernel = sheaf_kernel_find("min");
    assert_int_equal(cpu_limit("portable", NULL), SHEAF_OK);
    assert_ptr_equal(kernel_map_select(kernel), kernel->map);
    for (const struct sheaf_variant *v = kernel->variants; v->cpu; v++) {
        assert_int_equal(cpu_limit(v->cpu, NULL), SHEAF_OK);
        if (cpu_has(v->cpu))
            assert_ptr_equal(kernel_map_select(kernel), v->map);
        assert_false(cpu_has("avx512ifma"));
    }
    assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
    assert_ptr_equal(kernel_map_select(sheaf_kernel_find("count")), sheaf_kernel_find("count")->map);
    assert_true(cpu_has("portable"));
    assert_false(cpu_has("abacus"));
}

static void limit_from_environment(void **state)
{
    (void)state;
    const struct sheaf_kernel *kernel = sheaf_kernel_find("max");
    struct sheaf_error err;
    setenv("SHEAF_CPU", "portable", 1);
    assert_int_equal(cpu_limit_from_environment(NULL), SHEAF_OK);
    assert_ptr_equal(kernel_map_select(kernel), kernel->map);
    setenv("SHEAF_CPU", "abacus", 1);
    assert_int_equal(cpu_limit_from_environment(&err), SHEAF_USAGE);
    assert_non_null(strstr(err.message, "\"abacus\""));
    unsetenv("SHEAF_CPU");
    assert_int_equal(cpu_limit_from_environment(NULL), SHEAF_OK);
    assert_false(cpu_has("avx512") && !cpu_has("avx2"));
}

/* ---- shared objects ------------------------------------------------------------------------------------- */

static void assert_refused(const char *path, const char *what)
{
    struct sheaf_error err;
    assert_int_equal(sheaf_kernel_load(path, &err), SHEAF_USAGE);
    assert_int_equal(sheaf_kernel_load(path, NULL), SHEAF_USAGE);
    if (!strstr(err.message, what))
        fail_msg("\"%s\" does not say \"%s\"", err.message, what);
    assert_string_equal(err.file, path);
}

static void objects_that_are_refused(void **state)
{
    (void)state;
    assert_refused("/nowhere/kernels.so", "No such file");
    assert_refused("libm.so.6", "./libm.so.6"); /* is not looked for in the system's folders */
    assert_refused(TEST_KERNELS "/bad_table.so", "no sheaf_kernel_table");
    assert_refused(TEST_KERNELS "/bad_abi.so", "built for another");
    assert_refused(TEST_KERNELS "/bad_law.so", "merge");
    assert_refused(TEST_KERNELS "/bad_taken.so", "\"count\"");
    assert_null(sheaf_kernel_find("badfine"));
}

static void object_that_is_loaded(void **state)
{
    (void)state;
    size_t before, after;
    sheaf_kernels(&before);
    assert_null(sheaf_kernel_find("testkeys"));
    struct sheaf_error err;
    if (sheaf_kernel_load(TEST_KERNELS "/testkernels.so", &err) != SHEAF_OK)
        fail_msg("%s", err.message);
    assert_int_equal(sheaf_kernel_load(TEST_KERNELS "/testkernels.so", NULL), SHEAF_OK);
    sheaf_kernels(&after);
    assert_int_equal(before + 2, after); /* each once */
    assert_non_null(sheaf_kernel_find("testkeys"));
    assert_string_equal(sheaf_kernel_nearest("testkey"), "testkeys");
}

/* ---- what a kernel must fulfil -------------------------------------------------------------------------- */

extern const struct sheaf_kernel sheaf_kernel_testkeys, sheaf_kernel_testiterate;

static void assert_unsound(struct sheaf_kernel kernel, const char *what)
{
    struct sheaf_error err;
    assert_int_equal(kernel_check(&kernel, &err), SHEAF_USAGE);
    if (!strstr(err.message, what))
        fail_msg("\"%s\" does not say \"%s\"", err.message, what);
}

#define WITH(field, value)                                                                                 \
    ({                                                                                                     \
        struct sheaf_kernel changed = sheaf_kernel_testkeys;                                               \
        changed.field = value;                                                                             \
        changed;                                                                                           \
    })

static void unsound_kernels(void **state)
{
    (void)state;
    assert_int_equal(kernel_check(&sheaf_kernel_testkeys, NULL), SHEAF_OK);
    assert_int_equal(kernel_check(&sheaf_kernel_testiterate, NULL), SHEAF_OK);
    static const struct sheaf_role no_types[] = {{"x", 0}};
    static const struct sheaf_role more_types[] = {{"x", SHEAF_ALL_TYPES | SHEAF_TYPE_BIT(SHEAF_DECIMAL + 1)}};
    static const struct sheaf_param bad_default[] = {{"n", SHEAF_PARAM_COUNT, "N", "many", "help"}};
    static const struct sheaf_variant no_map[] = {{"avx2", NULL}, {NULL, NULL}};
    assert_unsound(WITH(size, 8), "8 bytes");
    assert_unsound(WITH(name, "a,b"), "\"a,b\"");
    assert_unsound(WITH(name, NULL), "name");
    assert_unsound(WITH(map, NULL), "map");
    assert_unsound(WITH(merge, NULL), "merge");
    assert_unsound(WITH(unpack, NULL), "unpack");
    assert_unsound(WITH(laws, SHEAF_LAW_ADD64), "flat");
    assert_unsound(WITH(laws, SHEAF_LAW_EXACT | SHEAF_LAW_FIXED_ORDER), "exclude");
    assert_unsound(WITH(variants, no_map), "variant");
    assert_unsound(WITH(role_count, 0), "role");
    assert_unsound(WITH(roles, no_types), "role");
    assert_unsound(WITH(roles, more_types), "role");
    assert_unsound(WITH(param_count, 1), "params");
    struct sheaf_kernel kernel = WITH(params, bad_default);
    kernel.param_count = 1;
    assert_unsound(kernel, "default");
}

/* ---- parameters ----------------------------------------------------------------------------------------- */

static const struct sheaf_param a_count = {"bins", SHEAF_PARAM_COUNT, "N", NULL, ""},
                                a_real = {"q", SHEAF_PARAM_REAL, "Q", NULL, ""},
                                a_range = {"range", SHEAF_PARAM_RANGE, "LO:HI", NULL, ""},
                                a_word = {"kind", SHEAF_PARAM_WORD, "KIND", NULL, ""};

static struct sheaf_arg parsed(const struct sheaf_param *param, const char *text)
{
    struct sheaf_arg value;
    if (sheaf_param_parse(param, text, &value, NULL) != SHEAF_OK)
        fail_msg("--%s %s is refused", param->name, text);
    assert_int_equal(value.set, 1);
    return value;
}

static void assert_not_parsed(const struct sheaf_param *param, const char *text)
{
    struct sheaf_arg value = {.set = 7};
    struct sheaf_error err;
    if (sheaf_param_parse(param, text, &value, &err) != SHEAF_USAGE)
        fail_msg("--%s %s is taken", param->name, text);
    assert_int_equal(value.set, 7);
    assert_non_null(strstr(err.message, param->name));
    assert_non_null(strstr(err.message, text));
}

static void counts(void **state)
{
    (void)state;
    assert_true(parsed(&a_count, "0").count == 0);
    assert_true(parsed(&a_count, "12").count == 12);
    assert_true(parsed(&a_count, "3k").count == 3000);
    assert_true(parsed(&a_count, "100M").count == 100000000);
    assert_true(parsed(&a_count, "2G").count == 2000000000);
    assert_true(parsed(&a_count, "9223372036854775807").count == INT64_MAX);
    assert_true(parsed(&a_count, "9223372036G").count == INT64_C(9223372036000000000));
    static const char *const wrong[] = {"", "k", "-1", "+1", "1.5", "1e3", "1K", "1kk", "1 ", " 1", "0x10", "1m",
                                        "9223372036854775808", "9223372037G", "99999999999999999999"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_not_parsed(&a_count, wrong[i]);
}

static void reals_and_ranges(void **state)
{
    (void)state;
    assert_true(parsed(&a_real, "-2.5e-3").real == -2.5e-3);
    assert_true(isinf(parsed(&a_real, "inf").real));
    assert_not_parsed(&a_real, "1,5");
    assert_not_parsed(&a_real, "0x1p3");
    assert_not_parsed(&a_real, "1e999");
    struct sheaf_arg range = parsed(&a_range, "-1e-3:+2.5E2");
    assert_true(range.range[0] == -1e-3 && range.range[1] == 250);
    range = parsed(&a_range, "-5:-.5");
    assert_true(range.range[0] == -5 && range.range[1] == -0.5);
    static const char *const wrong[] = {"", ":", "1", "1:", ":1", "1:2:3", "a:b", "nan:1", "0:nan", "1-2", "1: 2"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_not_parsed(&a_range, wrong[i]);
}

static void words(void **state)
{
    (void)state;
    assert_string_equal(parsed(&a_word, "linear").word, "linear");
    char longest[65];
    memset(longest, 'w', 64);
    longest[63] = '\0';
    assert_string_equal(parsed(&a_word, longest).word, longest);
    longest[63] = 'w';
    longest[64] = '\0';
    assert_not_parsed(&a_word, longest);
    assert_not_parsed(&a_word, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_kernels_are_sorted_and_sound),
        cmocka_unit_test(nearest_kernel),
        cmocka_unit_test(map_within_the_limit),
        cmocka_unit_test(limit_from_environment),
        cmocka_unit_test(objects_that_are_refused),
        cmocka_unit_test(object_that_is_loaded),
        cmocka_unit_test(unsound_kernels),
        cmocka_unit_test(counts),
        cmocka_unit_test(reals_and_ranges),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
