#include "conformance/harness.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Decimals are doubles to who does not take them. */
static bool takes(const struct sheaf_kernel *kernel, uint32_t role, enum sheaf_type type)
{
    uint32_t types = kernel->roles[role].types;
    return types & SHEAF_TYPE_BIT(type) || (type == SHEAF_DECIMAL && types & SHEAF_TYPE_BIT(SHEAF_F64));
}

/* Does the kernel take the first columns of the source? */
static bool fits(const struct sheaf_kernel *kernel, const struct sheaf_source *source)
{
    if (kernel->role_count > sheaf_source_column_count(source))
        return false;
    for (uint32_t i = 0; i < kernel->role_count; i++)
        if (!takes(kernel, i, sheaf_source_column_type(source, i)))
            return false;
    return true;
}

static enum sheaf_status run_each(const struct sheaf_plan *plan, const struct sheaf_source *source,
                                  struct sheaf_answer **total, struct sheaf_error *err)
{
    struct sheaf_answer **answers;
    enum sheaf_status status = sheaf_job_run_each(plan, &answers, total, NULL, NULL, err);
    if (status != SHEAF_OK)
        return status;
    uint64_t read = 0;
    for (size_t i = 0; i < sheaf_source_input_count(source); i++) {
        read += answers[i]->rows.read;
        sheaf_answer_destroy(answers[i]);
    }
    free(answers);
    assert_int_equal(read, (*total)->rows.read);
    return SHEAF_OK;
}

enum sheaf_status run_cover(const struct fixture *fixture, const struct sheaf_kernel *const *kernels, size_t count,
                            const struct cover *cover, struct sheaf_answer **answer, struct sheaf_error *err)
{
    static const uint32_t columns[] = {0, 1, 2, 3};
    struct sheaf_plan *plan;
    *answer = NULL;
    enum sheaf_status status = sheaf_plan_new(&plan, fixture->source, err);
    if (status != SHEAF_OK)
        return status;
    for (size_t i = 0; i < count && status == SHEAF_OK; i++)
        if (fits(kernels[i], fixture->source))
            status = sheaf_plan_add(plan, kernels[i], fixture->values, columns, err);
    sheaf_plan_set_strategy(plan, cover->strategy, cover->merge);
    sheaf_plan_set_workers(plan, cover->workers);
    sheaf_plan_set_block(plan, cover->block_bytes);
    sheaf_plan_set_pin(plan, "none");
    sheaf_plan_set_world(plan, fixture->world);
    if (status == SHEAF_OK && fixture->filter)
        status = sheaf_plan_add_filter(plan, fixture->filter, err);
    sheaf_plan_set_nan(plan, fixture->nan);
    if (status == SHEAF_OK)
        status = sheaf_plan_seal(plan, err);
    if (status == SHEAF_OK)
        status = fixture->each ? run_each(plan, fixture->source, answer, err)
                               : sheaf_job_run(plan, answer, NULL, NULL, err);
    sheaf_plan_destroy(plan);
    return status;
}

static void describe(const struct sheaf_result *result, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; i < result->count; i++) {
        const struct sheaf_entry *entry = &result->entries[i];
        char real[32];
        const char *value = entry->value.text;
        if (entry->value.kind == SHEAF_REAL)
            value = sheaf_real_text(entry->value.real, real);
        size_t length = strlen(text);
        snprintf(text + length, size - length, " %s=%s", entry->name,
                 entry->column_count ? "(table)" : value ? value : "null");
    }
}

void assert_same_answer(const struct fixture *fixture, const struct cover *cover, const struct sheaf_answer *expected,
                        const struct sheaf_answer *got)
{
    assert_int_equal(expected->count, got->count);
    for (size_t i = 0; i < expected->count; i++) {
        const struct sheaf_answer_part *a = &expected->parts[i], *b = &got->parts[i];
        if (sheaf_result_equal(&a->result, &b->result) && memcmp(&a->tally, &b->tally, sizeof a->tally) == 0)
            continue;
        char want[512], have[512];
        describe(&a->result, want, sizeof want);
        describe(&b->result, have, sizeof have);
        fail_msg("%s of %s under %s/%s, %u workers, blocks of %llu:%s instead of%s", a->kernel->name, fixture->about,
                 cover->strategy, cover->merge, cover->workers, (unsigned long long)cover->block_bytes, have, want);
    }
}

/* Kernels that run together, and what they share. */
struct company {
    const struct sheaf_kernel *const *kernels;
    size_t count;
    uint32_t laws;
    const struct sheaf_answer *expected;
};

static size_t check_cover(const struct fixture *fixture, const struct company *company, const struct cover *cover,
                          bool lawful)
{
    struct sheaf_answer *answer;
    struct sheaf_error err;
    struct fixture fresh = *fixture;
    if (fixture->reopen)
        fresh.source = fixture->reopen(fixture->data);
    enum sheaf_status status = run_cover(&fresh, company->kernels, company->count, cover, &answer, &err);
    if (fixture->reopen)
        fixture->close((struct sheaf_source *)fresh.source);
    if (!lawful) {
        assert_int_equal(status, SHEAF_USAGE);
        return 0;
    }
    if (status != SHEAF_OK)
        fail_msg("%s and others of %s under %s/%s: %s", company->kernels[0]->name, fixture->about, cover->strategy,
                 cover->merge, err.message);
    assert_same_answer(fixture, cover, company->expected, answer);
    sheaf_answer_destroy(answer);
    return 1;
}

static size_t check_strategy(const struct fixture *fixture, const struct company *company, const char *name,
                             const unsigned *workers, const uint64_t *blocks)
{
    size_t tried = 0;
    const struct sheaf_strategy *strategy = sheaf_strategy_find(name);
    assert_non_null(strategy);
    for (const struct sheaf_merge *merge = strategy->merges; merge->name; merge++)
        for (const unsigned *w = workers; *w; w++)
            for (const uint64_t *b = blocks; *b; b++) {
                struct cover cover = {name, merge->name, *w, *b};
                tried += check_cover(fixture, company, &cover, (merge->law & company->laws) == merge->law);
            }
    return tried;
}

/* NaN that are let through are counted by what kernels know of them, NaN that are left out by looking at each element. */
static void check_nan_counts(const struct fixture *plain, const struct sheaf_kernel *const *kernels, size_t count,
                             const struct cover *cover, const struct sheaf_answer *expected)
{
    struct sheaf_answer *answer;
    struct sheaf_error err;
    struct fixture skipping = *plain;
    if (plain->nan && strcmp(plain->nan, "propagate") != 0)
        return;
    skipping.nan = "skip";
    if (run_cover(&skipping, kernels, count, cover, &answer, &err) != SHEAF_OK)
        fail_msg("%s and others of %s without NaN: %s", kernels[0]->name, plain->about, err.message);
    for (size_t i = 0; i < expected->count; i++)
        if (expected->parts[i].tally.nan != answer->parts[i].tally.nan)
            fail_msg("%s of %s: %llu NaN let through, %llu left out", expected->parts[i].kernel->name, plain->about,
                     (unsigned long long)expected->parts[i].tally.nan, (unsigned long long)answer->parts[i].tally.nan);
    sheaf_answer_destroy(answer);
}

size_t check_covers(const struct fixture *fixture, const struct sheaf_kernel *const *kernels, size_t count,
                    const char *const *strategies, const unsigned *workers, const uint64_t *blocks)
{
    struct company company = {kernels, count, ~0u, NULL};
    size_t fitting = 0, tried = 0;
    for (size_t i = 0; i < count; i++) {
        if (!fits(kernels[i], fixture->source))
            continue;
        company.laws &= sheaf_kernel_laws(kernels[i]);
        fitting++;
    }
    if (!fitting)
        return 0;
    struct cover whole = {"serial", NULL, 1, (uint64_t)1 << 40};
    struct sheaf_answer *expected;
    struct sheaf_error err;
    struct fixture plain = *fixture;
    plain.each = false;
    plain.source = fixture->oracle ? fixture->oracle : fixture->source;
    if (run_cover(&plain, kernels, count, &whole, &expected, &err) != SHEAF_OK)
        fail_msg("%s and others of %s: %s", kernels[0]->name, fixture->about, err.message);
    check_nan_counts(&plain, kernels, count, &whole, expected);
    company.expected = expected;
    for (; *strategies; strategies++)
        tried += check_strategy(fixture, &company, *strategies, workers, blocks);
    sheaf_answer_destroy(expected);
    return tried;
}
