/* The kernels on columns of decimals, tile by tile as text gives them: each tile with an exponent of its own, against
 * GMP; and what is no number, against the same kernels on doubles. */
#include "unit/decimal_oracle.h"

#include "plan/registry.h"

#include <math.h>
#include <stdio.h>

#define KERNELS(X)                                                                                         \
    X(sum) X(sumsq) X(norm1) X(norm2) X(dot) X(mean) X(var) X(stddev) X(pvar) X(pstddev) X(cov) X(pcov)    \
    X(corr) X(skewness) X(kurtosis) X(min) X(max) X(norminf) X(argmin) X(argmax) X(summary) X(count) X(diff) X(null)
#define DECLARE(name) extern const struct sheaf_kernel sheaf_kernel_##name;
KERNELS(DECLARE)
#define POINTER(name) &sheaf_kernel_##name,
static const struct sheaf_kernel *const kernels[] = {KERNELS(POINTER)};

/* ---- driving ---------------------------------------------------------------------------------------------------- */

enum { TILES = 6, STATES = 3, STATE_BYTES = 24 * 1024, ROWS_MOST = 60 };

/* A tile: two columns, and where its rows are; `scattered`: the rows do not ascend. */
struct piece {
    struct decimals x, y;
    uint64_t at[ROWS_MOST];
    bool scattered;
};

static enum sheaf_status locate(const struct sheaf_finish *finish, const struct sheaf_position *position,
                                struct sheaf_location *place, struct sheaf_error *err)
{
    (void)finish, (void)err;
    *place = (struct sheaf_location){.row = position->at, .line = SHEAF_UNKNOWN, .alone = true};
    return SHEAF_OK;
}

static struct sheaf_result finish_states(const struct sheaf_kernel *kernel, const struct sheaf_args *args,
                                         int64_t (*states)[STATE_BYTES / 8], uint64_t rows)
{
    for (unsigned left = STATES; left > 1; left--) {
        int64_t *into = states[below(left - 1)], *from = states[left - 1];
        if (kernel->merge && (!(kernel->laws & SHEAF_LAW_ADD64) || below(2)))
            assert_int_equal(kernel->merge(into, from, args, NULL), SHEAF_OK);
        else
            for (size_t i = 0; i < kernel->state_size(args) / 8; i++)
                into[i] += from[i];
    }
    struct sheaf_finish finish = {.tally = {.used = rows}, .locate = locate};
    struct sheaf_result result = {0};
    assert_int_equal(kernel->finish(states[0], args, &finish, &result, NULL), SHEAF_OK);
    return result;
}

/* By the plain map or one for this processor, into several states in any order. */
static struct sheaf_result reduce(const struct sheaf_kernel *kernel, struct piece *pieces, unsigned count)
{
    static _Alignas(64) int64_t states[STATES][STATE_BYTES / 8];
    const enum sheaf_type types[] = {SHEAF_DECIMAL, SHEAF_DECIMAL};
    const struct sheaf_args args = {.types = types};
    assert_true(kernel->state_size(&args) <= STATE_BYTES && kernel->state_size(&args) % 8 == 0);
    memset(states, 0, sizeof states);
    kernel_map *map = below(2) ? kernel->map : kernel_map_select(kernel);
    uint64_t total = 0;
    for (unsigned i = 0, first = (unsigned)below(count); i < count; i++) {
        struct piece *piece = &pieces[(first + i) % count];
        const struct sheaf_column columns[] = {piece->x.column, piece->y.column};
        struct sheaf_batch batch = {.rows = piece->x.rows, .columns = columns, .first = {.at = piece->at[0]}};
        batch.at = piece->scattered ? piece->at : NULL;
        assert_int_equal(map(states[below(STATES)], &batch, &args, NULL), SHEAF_OK);
        total += piece->x.rows;
    }
    return finish_states(kernel, &args, states, total);
}

/* Positions that follow one another, within some tiles backwards. */
static void place_pieces(struct piece *pieces, unsigned count)
{
    uint64_t at = 0;
    for (unsigned k = 0; k < count; k++) {
        uint64_t rows = pieces[k].x.rows;
        pieces[k].scattered = below(2);
        for (uint64_t i = 0; i < rows; i++)
            pieces[k].at[i] = at + (pieces[k].scattered ? rows - 1 - i : i);
        at += rows;
    }
}

/* ---- the oracle ------------------------------------------------------------------------------------------------- */

/* Every element in the order of positions. */
struct elements {
    uint64_t n;
    mpq_t x[TILES * ROWS_MOST], y[TILES * ROWS_MOST];
};

static void elements_init(struct elements *all, const struct piece *pieces, unsigned count)
{
    all->n = 0;
    for (unsigned k = 0; k < count; k++)
        all->n += pieces[k].x.rows;
    for (uint64_t i = 0; i < all->n; i++)
        mpq_inits(all->x[i], all->y[i], NULL);
    for (unsigned k = 0; k < count; k++) {
        for (uint64_t i = 0; i < pieces[k].x.rows; i++) {
            decimal_element(all->x[pieces[k].at[i]], &pieces[k].x, i);
            decimal_element(all->y[pieces[k].at[i]], &pieces[k].y, i);
        }
    }
}

static void elements_clear(struct elements *all)
{
    for (uint64_t i = 0; i < all->n; i++)
        mpq_clears(all->x[i], all->y[i], NULL);
}

static void add_product(mpq_t sum, const mpq_t a, const mpq_t b)
{
    mpq_t product;
    mpq_init(product);
    mpq_mul(product, a, b);
    mpq_add(sum, sum, product);
    mpq_clear(product);
}

static void divide(mpq_t x, uint64_t n)
{
    mpq_t number;
    mpq_init(number);
    mpq_set_ui(number, n, 1);
    mpq_div(x, x, number);
    mpq_clear(number);
}

/* The sum of (a - mean a) (b - mean b), without any algebra. */
static void expect_spread(mpq_t out, mpq_t *a, mpq_t *b, uint64_t n)
{
    mpq_t mean_a, mean_b, p, q;
    mpq_inits(mean_a, mean_b, p, q, NULL);
    for (uint64_t i = 0; i < n; i++) {
        mpq_add(mean_a, mean_a, a[i]);
        mpq_add(mean_b, mean_b, b[i]);
    }
    divide(mean_a, n);
    divide(mean_b, n);
    mpq_set_ui(out, 0, 1);
    for (uint64_t i = 0; i < n; i++) {
        mpq_sub(p, a[i], mean_a);
        mpq_sub(q, b[i], mean_b);
        add_product(out, p, q);
    }
    mpq_clears(mean_a, mean_b, p, q, NULL);
}

static uint64_t extreme_at(struct elements *all, bool least)
{
    uint64_t best = 0;
    for (uint64_t i = 1; i < all->n; i++) {
        int order = mpq_cmp(all->x[i], all->x[best]);
        if (least ? order < 0 : order > 0)
            best = i;
    }
    return best;
}

static const struct sheaf_value *value_of(const struct sheaf_result *result, const char *name)
{
    const struct sheaf_entry *entry = sheaf_result_find(result, name);
    assert_non_null(entry);
    return &entry->value;
}

static void check_numeral(struct piece *pieces, unsigned count, const struct sheaf_kernel *kernel, const mpq_t exact)
{
    struct sheaf_result result = reduce(kernel, pieces, count);
    const struct sheaf_value *value = value_of(&result, kernel->name);
    assert_int_equal(value->kind, SHEAF_NUMERAL);
    assert_decimal_text(value->text, exact);
    assert_nearest(value->real, exact, false);
    sheaf_result_cleanup(&result);
}

static void check_real(struct piece *pieces, unsigned count, const struct sheaf_kernel *kernel, const mpq_t exact,
                       bool root)
{
    struct sheaf_result result = reduce(kernel, pieces, count);
    const struct sheaf_value *value = value_of(&result, kernel->name);
    assert_int_equal(value->kind, SHEAF_REAL);
    assert_nearest(value->real, exact, root);
    sheaf_result_cleanup(&result);
}

static void check_text(struct piece *pieces, unsigned count, const struct sheaf_kernel *kernel, const char *text)
{
    struct sheaf_result result = reduce(kernel, pieces, count);
    const struct sheaf_value *value = value_of(&result, kernel->name);
    assert_string_equal(value->kind == SHEAF_NULL ? "null" : value->text, text);
    sheaf_result_cleanup(&result);
}

/* ---- every kernel ----------------------------------------------------------------------------------------------- */

static void check_totals(struct piece *pieces, unsigned count, struct elements *all)
{
    mpq_t sum, squares, sizes, products, size;
    mpq_inits(sum, squares, sizes, products, size, NULL);
    for (uint64_t i = 0; i < all->n; i++) {
        mpq_add(sum, sum, all->x[i]);
        mpq_abs(size, all->x[i]);
        mpq_add(sizes, sizes, size);
        add_product(squares, all->x[i], all->x[i]);
        add_product(products, all->x[i], all->y[i]);
    }
    check_numeral(pieces, count, &sheaf_kernel_sum, sum);
    check_numeral(pieces, count, &sheaf_kernel_sumsq, squares);
    check_numeral(pieces, count, &sheaf_kernel_norm1, sizes);
    check_numeral(pieces, count, &sheaf_kernel_dot, products);
    check_real(pieces, count, &sheaf_kernel_norm2, squares, true);
    divide(sum, all->n);
    check_real(pieces, count, &sheaf_kernel_mean, sum, false);
    mpq_clears(sum, squares, sizes, products, size, NULL);
}

static void check_spreads(struct piece *pieces, unsigned count, struct elements *all)
{
    mpq_t xx, xy, yy, value;
    mpq_inits(xx, xy, yy, value, NULL);
    expect_spread(xx, all->x, all->x, all->n);
    expect_spread(xy, all->x, all->y, all->n);
    expect_spread(yy, all->y, all->y, all->n);
    if (mpq_sgn(xx) && mpq_sgn(yy)) {
        mpq_abs(value, xy);
        mpq_mul(value, value, xy);
        mpq_div(value, value, xx);
        mpq_div(value, value, yy);
        check_real(pieces, count, &sheaf_kernel_corr, value, true);
    } else {
        check_text(pieces, count, &sheaf_kernel_corr, "null");
    }
    mpq_set(value, xx);
    divide(value, all->n);
    check_real(pieces, count, &sheaf_kernel_pvar, value, false);
    check_real(pieces, count, &sheaf_kernel_pstddev, value, true);
    mpq_set(value, xy);
    divide(value, all->n);
    check_real(pieces, count, &sheaf_kernel_pcov, value, false);
    if (all->n > 1) {
        divide(xx, all->n - 1);
        divide(xy, all->n - 1);
        check_real(pieces, count, &sheaf_kernel_var, xx, false);
        check_real(pieces, count, &sheaf_kernel_stddev, xx, true);
        check_real(pieces, count, &sheaf_kernel_cov, xy, false);
    } else {
        check_text(pieces, count, &sheaf_kernel_var, "null");
        check_text(pieces, count, &sheaf_kernel_stddev, "null");
        check_text(pieces, count, &sheaf_kernel_cov, "null");
    }
    mpq_clears(xx, xy, yy, value, NULL);
}

/* The mean of (x - mean x)^power. */
static void expect_moment(mpq_t out, const struct elements *all, unsigned power)
{
    mpq_t mean, x, product;
    mpq_inits(mean, x, product, NULL);
    for (uint64_t i = 0; i < all->n; i++)
        mpq_add(mean, mean, all->x[i]);
    divide(mean, all->n);
    mpq_set_ui(out, 0, 1);
    for (uint64_t i = 0; i < all->n; i++) {
        mpq_sub(x, all->x[i], mean);
        mpq_mul(product, x, x);
        if (power > 2)
            mpq_mul(product, product, power == 3 ? x : product);
        mpq_add(out, out, product);
    }
    divide(out, all->n);
    mpq_clears(mean, x, product, NULL);
}

static void check_shape(struct piece *pieces, unsigned count, const struct elements *all)
{
    mpq_t second, third, fourth, value;
    mpq_inits(second, third, fourth, value, NULL);
    expect_moment(second, all, 2);
    expect_moment(third, all, 3);
    expect_moment(fourth, all, 4);
    if (mpq_sgn(second)) {
        mpq_abs(value, third);
        mpq_mul(third, third, value);
        mpq_mul(value, second, second);
        mpq_div(fourth, fourth, value);
        mpq_mul(value, value, second);
        mpq_div(third, third, value);
        check_real(pieces, count, &sheaf_kernel_skewness, third, true);
        mpq_set_ui(value, 3, 1);
        mpq_sub(fourth, fourth, value);
        check_real(pieces, count, &sheaf_kernel_kurtosis, fourth, false);
    } else {
        check_text(pieces, count, &sheaf_kernel_skewness, "null");
        check_text(pieces, count, &sheaf_kernel_kurtosis, "null");
    }
    mpq_clears(second, third, fourth, value, NULL);
}

static void check_extremes(struct piece *pieces, unsigned count, struct elements *all)
{
    mpq_t largest, size;
    char text[24];
    uint64_t least = extreme_at(all, true), greatest = extreme_at(all, false);
    mpq_inits(largest, size, NULL);
    check_numeral(pieces, count, &sheaf_kernel_min, all->x[least]);
    check_numeral(pieces, count, &sheaf_kernel_max, all->x[greatest]);
    mpq_abs(largest, all->x[least]);
    mpq_abs(size, all->x[greatest]);
    check_numeral(pieces, count, &sheaf_kernel_norminf, mpq_cmp(largest, size) > 0 ? largest : size);
    snprintf(text, sizeof text, "%llu", (unsigned long long)least);
    check_text(pieces, count, &sheaf_kernel_argmin, text);
    snprintf(text, sizeof text, "%llu", (unsigned long long)greatest);
    check_text(pieces, count, &sheaf_kernel_argmax, text);
    snprintf(text, sizeof text, "%llu", (unsigned long long)all->n);
    check_text(pieces, count, &sheaf_kernel_count, text);
    check_text(pieces, count, &sheaf_kernel_null, "null");
    mpq_clears(largest, size, NULL);
}

/* How many elements differ, the first of them, and the largest difference. */
static void check_diff(struct piece *pieces, unsigned count, struct elements *all)
{
    mpq_t gap, largest;
    char differ[24], first[24] = "null";
    uint64_t differing = 0;
    mpq_inits(gap, largest, NULL);
    for (uint64_t i = 0; i < all->n; i++) {
        mpq_sub(gap, all->x[i], all->y[i]);
        mpq_abs(gap, gap);
        if (mpq_sgn(gap) && differing++ == 0)
            snprintf(first, sizeof first, "%llu", (unsigned long long)i);
        if (mpq_cmp(gap, largest) > 0)
            mpq_set(largest, gap);
    }
    snprintf(differ, sizeof differ, "%llu", (unsigned long long)differing);
    struct sheaf_result result = reduce(&sheaf_kernel_diff, pieces, count);
    const struct sheaf_value *place = value_of(&result, "first");
    assert_string_equal(value_of(&result, "differ")->text, differ);
    assert_string_equal(place->kind == SHEAF_NULL ? "null" : place->text, first);
    assert_nearest(value_of(&result, "max_abs")->real, largest, false);
    sheaf_result_cleanup(&result);
    mpq_clears(gap, largest, NULL);
}

/* Each value of summary is that of the kernel of its name. */
static void check_summary(struct piece *pieces, unsigned count)
{
    static const struct sheaf_kernel *const parts[] = {&sheaf_kernel_count,  &sheaf_kernel_sum, &sheaf_kernel_mean,
                                                       &sheaf_kernel_stddev, &sheaf_kernel_min, &sheaf_kernel_max};
    struct sheaf_result summary = reduce(&sheaf_kernel_summary, pieces, count);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        struct sheaf_result alone = reduce(parts[i], pieces, count);
        const struct sheaf_value *a = value_of(&alone, parts[i]->name), *b = value_of(&summary, parts[i]->name);
        assert_int_equal(a->kind, b->kind);
        assert_memory_equal(&a->real, &b->real, sizeof a->real);
        assert_int_equal(a->text != NULL, b->text != NULL);
        if (a->text)
            assert_string_equal(a->text, b->text);
        sheaf_result_cleanup(&alone);
    }
    sheaf_result_cleanup(&summary);
}

static void exact_on_every_shape(void **state)
{
    (void)state;
    static struct piece pieces[TILES];
    static struct elements all;
    for (unsigned trial = 0; trial < 16 * COUNT_OF(shapes); trial++) {
        unsigned count = 1 + (unsigned)below(TILES);
        for (unsigned k = 0; k < count; k++) {
            uint64_t rows = 1 + below(below(3) ? 6 : ROWS_MOST);
            unsigned other = (unsigned)below(COUNT_OF(shapes));
            decimals_fill(&pieces[k].x, trial % 2 ? trial / 2 : (unsigned)below(COUNT_OF(shapes)), rows);
            decimals_fill(&pieces[k].y, trial % 3 ? other : trial / 2, pieces[k].x.rows);
        }
        place_pieces(pieces, count);
        elements_init(&all, pieces, count);
        check_totals(pieces, count, &all);
        check_spreads(pieces, count, &all);
        check_extremes(pieces, count, &all);
        check_diff(pieces, count, &all);
        check_summary(pieces, count);
        if (all.n < 40) /* the oracle's fractions grow */
            check_shape(pieces, count, &all);
        elements_clear(&all);
    }
}

/* Equal numbers with other digits in other tiles: 1.50 and 15e-1. The first in the order of rows counts. */
static void equal_numbers_of_other_scales(void **state)
{
    (void)state;
    static struct piece pieces[3];
    static const int64_t words[3] = {15, 150, 1500000};
    static const int exponents[3] = {-1, -2, -6};
    mpq_t exact;
    mpq_init(exact);
    mpq_set_si(exact, 3, 2);
    for (unsigned trial = 0; trial < 50; trial++) {
        for (int k = 0; k < 3; k++) {
            uint64_t rows = 2 + below(5);
            pieces[k] = (struct piece){.scattered = false};
            decimals_begin(&pieces[k].x, rows, 1, exponents[k]);
            decimals_begin(&pieces[k].y, rows, 1 + (uint32_t)below(2), exponents[(k + trial) % 3]);
            for (uint64_t i = 0; i < rows; i++) {
                pieces[k].x.words[i] = words[k];
                pieces[k].y.words[i] = words[(k + trial) % 3];
            }
        }
        place_pieces(pieces, 3);
        check_text(pieces, 3, &sheaf_kernel_argmin, "0");
        check_text(pieces, 3, &sheaf_kernel_argmax, "0");
        check_numeral(pieces, 3, &sheaf_kernel_min, exact);
        check_numeral(pieces, 3, &sheaf_kernel_max, exact);
        struct sheaf_result same = reduce(&sheaf_kernel_diff, pieces, 3);
        assert_string_equal(value_of(&same, "differ")->text, "0");
        sheaf_result_cleanup(&same);
    }
    mpq_clear(exact);
}

/* ---- what is no number ------------------------------------------------------------------------------------------ */

static void fill_specials(struct decimals *x, double *reals, uint64_t rows, bool nan)
{
    decimals_begin(x, rows, 1 + (uint32_t)below(2), 0);
    x->column.special = x->special;
    for (uint64_t i = 0; i < rows; i++) {
        x->special[i] = below(4) ? SHEAF_FINITE : nan && below(4) == 0 ? SHEAF_NAN : SHEAF_POS_INF + (uint8_t)below(2);
        x->words[i] = x->special[i] == SHEAF_FINITE ? (int64_t)below(7) - 3 : 0;
        reals[i] = x->special[i] == SHEAF_FINITE    ? (double)x->words[i]
                   : x->special[i] == SHEAF_NAN     ? NAN
                   : x->special[i] == SHEAF_POS_INF ? INFINITY
                                                    : -INFINITY;
    }
}

static struct sheaf_result reduce_reals(const struct sheaf_kernel *kernel, const double *x, const double *y,
                                        uint64_t rows)
{
    static _Alignas(64) int64_t states[STATES][STATE_BYTES / 8];
    const enum sheaf_type types[] = {SHEAF_F64, SHEAF_F64};
    const struct sheaf_args args = {.types = types};
    const struct sheaf_column columns[] = {{.type = SHEAF_F64, .data = x}, {.type = SHEAF_F64, .data = y}};
    const struct sheaf_batch batch = {.rows = rows, .columns = columns};
    memset(states, 0, sizeof states);
    assert_int_equal(kernel->map(states[0], &batch, &args, NULL), SHEAF_OK);
    return finish_states(kernel, &args, states, rows);
}

static void specials_are_as_among_doubles(void **state)
{
    (void)state;
    static struct piece piece;
    static double x[ROWS_MOST], y[ROWS_MOST];
    for (unsigned trial = 0; trial < 3000; trial++) {
        uint64_t rows = 1 + below(trial % 2 ? 4 : ROWS_MOST);
        fill_specials(&piece.x, x, rows, trial % 3);
        fill_specials(&piece.y, y, rows, trial % 3);
        for (uint64_t i = 0; i < rows; i++)
            piece.at[i] = i;
        for (size_t k = 0; k < COUNT_OF(kernels); k++) {
            struct sheaf_result got = reduce(kernels[k], &piece, 1), expected = reduce_reals(kernels[k], x, y, rows);
            assert_int_equal(got.count, expected.count);
            for (size_t i = 0; i < got.count; i++) {
                const struct sheaf_value *a = &got.entries[i].value, *b = &expected.entries[i].value;
                assert_string_equal(got.entries[i].name, expected.entries[i].name);
                assert_int_equal(a->kind == SHEAF_NUMERAL ? SHEAF_REAL : a->kind, b->kind);
                assert_same_bits(a->real, b->real);
            }
            sheaf_result_cleanup(&got);
            sheaf_result_cleanup(&expected);
        }
    }
}

/* Of no rows at all: the states as they begin. */
static void empty_input(void **state)
{
    (void)state;
    static const struct {
        const struct sheaf_kernel *kernel;
        const char *text;
    } cases[] = {{&sheaf_kernel_sum, "0"},     {&sheaf_kernel_dot, "0"},      {&sheaf_kernel_mean, "null"},
                 {&sheaf_kernel_min, "null"},  {&sheaf_kernel_argmax, "null"}, {&sheaf_kernel_corr, "null"},
                 {&sheaf_kernel_pvar, "null"}, {&sheaf_kernel_count, "0"}};
    static _Alignas(64) int64_t states[STATES][STATE_BYTES / 8];
    const enum sheaf_type types[] = {SHEAF_DECIMAL, SHEAF_DECIMAL};
    const struct sheaf_args args = {.types = types};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        memset(states, 0, sizeof states);
        struct sheaf_result result = finish_states(cases[i].kernel, &args, states, 0);
        const struct sheaf_value *value = value_of(&result, cases[i].kernel->name);
        assert_string_equal(value->kind == SHEAF_NULL ? "null" : value->text, cases[i].text);
        sheaf_result_cleanup(&result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_on_every_shape),
        cmocka_unit_test(equal_numbers_of_other_scales),
        cmocka_unit_test(specials_are_as_among_doubles),
        cmocka_unit_test(empty_input),
    };
    seed = 20240612;
    return cmocka_run_group_tests_name("decimal_kernels", tests, NULL, NULL);
}
