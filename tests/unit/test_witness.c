/* A kernel that says "no NaN" is believed: it must never say so of a NaN, wherever it stands, and not tire of saying so
 * of data that have none. */
#include <sheaf/kernel.h>
#include "base/cpu.h"

#include <stdarg.h>
#include <stdlib.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 1031, MOST_ROLES = 2 };

typedef enum sheaf_status map_function(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                                       struct sheaf_error *err);

struct trial {
    const struct sheaf_kernel *kernel;
    map_function *map;
    enum sheaf_type types[MOST_ROLES];
    double wide[MOST_ROLES][ROWS];
    float narrow[MOST_ROLES][ROWS];
};

static void fill(struct trial *trial)
{
    for (uint32_t role = 0; role < MOST_ROLES; role++) {
        for (size_t i = 0; i < ROWS; i++) {
            trial->wide[role][i] = i % 5 ? (double)(i * 31 + role) / 7 - 1000 : 0;
            trial->narrow[role][i] = (float)trial->wide[role][i];
        }
    }
}

/* May the state hold a NaN after a batch of `rows` rows? Not before. */
static bool suspects(const struct trial *trial, uint64_t rows)
{
    const struct sheaf_kernel *kernel = trial->kernel;
    struct sheaf_args args = {.types = trial->types};
    struct sheaf_column columns[MOST_ROLES];
    for (uint32_t role = 0; role < kernel->role_count; role++) {
        bool wide = trial->types[role] == SHEAF_F64;
        columns[role] = (struct sheaf_column){
            .type = trial->types[role], .data = wide ? (const void *)trial->wide[role] : trial->narrow[role]};
    }
    struct sheaf_batch batch = {.rows = rows, .columns = columns, .first = {0, 0, 0, SHEAF_UNKNOWN}};
    size_t size = (kernel->state_size(&args) + 15) / 16 * 16;
    void *state = aligned_alloc(16, size);
    assert_non_null(state);
    memset(state, 0, size);
    if (kernel->init)
        assert_int_equal(kernel->init(state, &args, NULL), SHEAF_OK);
    assert_false(kernel->may_hold_nan(state, &args));
    assert_int_equal(trial->map(state, &batch, &args, NULL), SHEAF_OK);
    bool suspicious = kernel->may_hold_nan(state, &args);
    free(state);
    return suspicious;
}

static void set(struct trial *trial, uint32_t role, size_t i, uint64_t wide, uint32_t narrow)
{
    memcpy(&trial->wide[role][i], &wide, sizeof wide);
    memcpy(&trial->narrow[role][i], &narrow, sizeof narrow);
}

static void check_places(struct trial *trial)
{
    static const size_t places[] = {0, 1, 7, 8, 500, ROWS - 2, ROWS - 1};
    static const struct {
        uint64_t wide;
        uint32_t narrow;
    } nans[] = {{0x7ff8000000000000, 0x7fc00000}, {0xfff8000000000000, 0xffc00000}, {0x7ff0000000000001, 0x7f800001},
                {0xffffffffffffffff, 0xffffffff}};
    fill(trial);
    assert_false(suspects(trial, ROWS));
    for (uint32_t role = 0; role < trial->kernel->role_count; role++) {
        for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
            for (size_t n = 0; n < sizeof nans / sizeof nans[0]; n++) {
                fill(trial);
                set(trial, role, places[p], nans[n].wide, nans[n].narrow);
                assert_true(suspects(trial, ROWS));
                assert_true(suspects(trial, places[p] + 1));
                if (trial->kernel->role_count == 2) {
                    set(trial, !role, places[p], 0, 0);
                    assert_true(suspects(trial, ROWS));
                }
                set(trial, role, (places[p] + 3) % ROWS, 0xfff0000000000000, 0xff800000);
                assert_true(suspects(trial, ROWS));
            }
        }
    }
}

static void check_types(struct trial *trial)
{
    for (uint32_t pair = 0; pair < 1u << trial->kernel->role_count; pair++) {
        for (uint32_t role = 0; role < trial->kernel->role_count; role++)
            trial->types[role] = pair >> role & 1 ? SHEAF_F64 : SHEAF_F32;
        check_places(trial);
    }
}

static void no_nan_is_overlooked(void **state)
{
    (void)state;
#define NAME(name) #name,
    static const char *const levels[] = {CPU_LEVELS(NAME)}; /* the last one: all there is */
    size_t count, witnesses = 0;
    const struct sheaf_kernel *const *kernels = sheaf_kernels(&count);
    struct trial *trial = malloc(sizeof *trial);
    assert_non_null(trial);
    for (size_t k = 0; k < count; k++) {
        if (!kernels[k]->may_hold_nan)
            continue;
        witnesses++;
        assert_int_equal(kernels[k]->param_count, 0); /* this test gives none */
        assert_true(kernels[k]->role_count <= MOST_ROLES);
        trial->kernel = kernels[k];
        trial->map = kernels[k]->map;
        for (size_t level = 0; level < sizeof levels / sizeof levels[0]; level++) {
            assert_int_equal(cpu_limit(levels[level], NULL), SHEAF_OK);
            check_types(trial);
        }
        for (const struct sheaf_variant *variant = kernels[k]->variants; variant && variant->cpu; variant++) {
            if (!cpu_has(variant->cpu))
                continue;
            trial->map = variant->map;
            check_types(trial);
        }
    }
    free(trial);
    assert_true(witnesses >= 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_nan_is_overlooked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
