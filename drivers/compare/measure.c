#include "compare/measure.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "compare/resident.h"
#include "message.h"
#include "number.h"
#include "progress.h"

struct bench {
    struct comparison *comparison;
    const struct measuring *how;
    struct residents residents; /* number i is row i's */
    const char *phase;          /* for who is told */
    struct pace pace;
    struct text_list base_values; /* asked for when first needed */
    struct sheaf_error *err;
    enum sheaf_status status;   /* not SHEAF_OK: the comparison is over */
};

static void show(struct bench *bench, const struct row *row)
{
    if (pace_is_due(&bench->pace))
        pace_tell(&bench->pace, keep_text("%s: %s", bench->phase, row_label(row)));
}

/* ---- losing rows ----------------------------------------------------------------------------------------------- */

static bool is_over(const struct bench *bench)
{
    return bench->status != SHEAF_OK;
}

static void give_up(struct bench *bench, size_t i, enum row_state state, enum sheaf_status status, const char *why)
{
    struct comparison *c = bench->comparison;
    c->rows[i].state = state;
    c->rows[i].why = why;
    c->rows[i].count = 0; /* what it did before it was lost is no figure to compare with */
    if (c->has_base && c->base == i)
        bench->status = sheaf_fail(bench->err, status, "%s", why);
}

/* A row that answers no more, or not what it should. */
static void lose(struct bench *bench, size_t i, enum hearing hearing)
{
    if (hearing == HEARD_SIGNAL) {
        bench->status = sheaf_fail(bench->err, SHEAF_CANCELLED, "interrupted");
        return;
    }
    const char *end = resident_bury(&bench->residents, i);
    if (hearing == HEARD_NOTHING)
        end = keep_text("no sign of life for %.0f s (--stall), %s", bench->how->stall_s, end);
    const struct comparison *c = bench->comparison;
    if (c->has_base && c->base == i) /* all is lost with it, and no table will say which row this was */
        end = keep_text("%s: %s", row_label(&c->rows[i]), end);
    give_up(bench, i, ROW_FAILED, SHEAF_WORKER, end);
}

/* ---- hearing --------------------------------------------------------------------------------------------------- */

/* The next line that is for us. Signs of life that tell of progress give a row more time. */
static enum hearing hear(struct bench *bench, size_t i, const char **payload)
{
    uint64_t at = 0, last = 0;
    double deadline = clock_seconds() + bench->how->stall_s;
    for (;;) {
        const char *line;
        enum hearing hearing = residents_hear(&bench->residents, i, deadline - clock_seconds(), &line);
        if (hearing != HEARD_LINE)
            return hearing;
        *payload = wire_payload(line);
        if (!*payload)
            continue;
        if (!wire_read_at(*payload, &at))
            return HEARD_LINE;
        show(bench, &bench->comparison->rows[i]);
        if (at != last)
            deadline = clock_seconds() + bench->how->stall_s;
        last = at;
    }
}

/* A row's error: what cannot be done here is no failure of the comparison. The process ends by itself. */
static void note_error(struct bench *bench, size_t i, enum sheaf_status status, const char *text)
{
    const char *why = keep_text("%s", text), *rest;
    bool cannot = status == SHEAF_USAGE || status == SHEAF_UNAVAILABLE;
    while (hear(bench, i, &rest) == HEARD_LINE)
        ;
    (void)resident_bury(&bench->residents, i);
    give_up(bench, i, cannot ? ROW_SKIPPED : ROW_FAILED, status, why);
}

/* The line after an order; false if there is none, and the row is lost. */
static bool answer(struct bench *bench, size_t i, const char **payload)
{
    enum sheaf_status status;
    const char *text;
    enum hearing hearing = hear(bench, i, payload);
    if (hearing != HEARD_LINE)
        lose(bench, i, hearing);
    else if (wire_read_error(*payload, &status, &text))
        note_error(bench, i, status, text);
    else
        return true;
    return false;
}

/* ---- starting -------------------------------------------------------------------------------------------------- */

static bool same_plan(const struct row *a, const struct row *b)
{
    return a->way.kind == b->way.kind && b->state == ROW_STANDING && strcmp(a->plan.strategy, b->plan.strategy) == 0 &&
           strcmp(a->plan.merge, b->plan.merge) == 0 && strcmp(a->plan.pin, b->plan.pin) == 0 &&
           strcmp(a->plan.sums, b->plan.sums) == 0 && a->plan.ranks == b->plan.ranks &&
           a->plan.workers == b->plan.workers && a->plan.block_bytes == b->plan.block_bytes;
}

/* Where the data are small, the plan's own block may be one that was asked for too. */
static bool is_double(const struct comparison *c, size_t i)
{
    for (size_t k = 0; k < i && c->rows[i].way.kind == WAY_PLAN; k++)
        if (same_plan(&c->rows[i], &c->rows[k]))
            return true;
    return false;
}

static void start_row(struct bench *bench, size_t i)
{
    struct row *row = &bench->comparison->rows[i];
    struct resident *resident = &bench->residents.all[i];
    struct text_list words = launch_words(&row->way, bench->how->launcher, bench->how->argv, bench->how->argc);
    struct text_list environment = launch_environment(&row->way);
    struct sheaf_error err;
    const char *payload;
    row->state = ROW_STANDING;
    resident->launched = row->way.ranks > 0;
    show(bench, row);
    if (resident_start(resident, words.items, environment.items, &err) != SHEAF_OK)
        give_up(bench, i, ROW_FAILED, (enum sheaf_status)err.status, keep_text("%s", err.message));
    else if (answer(bench, i, &payload) && !wire_read_plan(payload, &row->plan))
        give_up(bench, i, ROW_FAILED, SHEAF_INTERNAL, "answered out of turn");
    snprintf(row->plan.sums, sizeof row->plan.sums, "%s", row->way.sums ? row->way.sums : "exact");
}

static void start_rows(struct bench *bench, const struct ways *ways)
{
    struct comparison *c = bench->comparison;
    c->rows = keep_bytes((ways->count + 1) * sizeof *c->rows);
    bench->residents.all = keep_bytes((ways->count + 1) * sizeof *bench->residents.all);
    bench->phase = "starting";
    for (size_t w = 0; w < ways->count && !is_over(bench); w++) {
        size_t i = c->count;
        c->rows[i] = (struct row){.way = ways->items[w], .state = ROW_SKIPPED, .why = ways->items[w].skip};
        bench->residents.all[i] = (struct resident){.orders = -1, .answers = -1, .complaints = -1};
        bench->residents.count = i + 1;
        if (!c->rows[i].why)
            start_row(bench, i);
        if (c->rows[i].state == ROW_STANDING && is_double(c, i)) {
            (void)resident_bury(&bench->residents, i);
            bench->residents.count--;
            continue;
        }
        c->count++;
    }
}

static void find_base(struct bench *bench)
{
    struct comparison *c = bench->comparison;
    const char *why = "there is no serial row to compare with";
    for (size_t i = 0; i < c->count && !c->has_base; i++) {
        bool serial = c->rows[i].way.kind == WAY_PLAN && strcmp(c->rows[i].way.strategy, "serial") == 0;
        c->has_base = serial && c->rows[i].state == ROW_STANDING;
        c->base = i;
        if (serial && !c->has_base)
            why = c->rows[i].why;
    }
    if (!c->has_base && !is_over(bench))
        bench->status = sheaf_fail(bench->err, SHEAF_INPUT, "%s", why);
}

/* ---- bits ------------------------------------------------------------------------------------------------------ */

static bool ask_values(struct bench *bench, size_t i, struct text_list *values)
{
    const char *payload, *text;
    if (!resident_order(&bench->residents.all[i], wire_order_text(ORDER_VALUES)))
        return false;
    while (answer(bench, i, &payload)) {
        if (!wire_read_value(payload, &text))
            return true;
        text_list_add(values, keep_text("%s", text));
    }
    return false;
}

/* "sum 4, but 3 under serial; and 2 other values" */
static const char *difference(const struct text_list *mine, const struct text_list *base)
{
    const char *first = NULL;
    size_t others = 0, most = mine->count > base->count ? mine->count : base->count;
    for (size_t k = 0; k < most; k++) {
        const char *a = k < mine->count ? mine->items[k] : "", *b = k < base->count ? base->items[k] : "";
        const char *value = strrchr(b, '=');
        if (strcmp(a, b) == 0)
            continue;
        others += first != NULL;
        if (!first)
            first = keep_text("%s, but under serial %s", a, value ? value + 1 : "nothing");
    }
    if (!first)
        return "their digests differ, the values of the last repetition do not: the answer changes from run to run";
    return others ? keep_text("%s; and %zu other value%s", first, others, others == 1 ? "" : "s") : first;
}

/* Says it at once: a comparison may take long. */
static void note_difference(struct bench *bench, size_t i)
{
    struct comparison *c = bench->comparison;
    struct text_list values = {0};
    struct sheaf_error err;
    c->rows[i].differs = true;
    if (c->rows[i].way.sums) {
        sheaf_fail(&err, SHEAF_INTERNAL, "%s gives other bits than the first row of sums in fixed order",
                   row_label(&c->rows[i]));
        complain(&err);
        return;
    }
    if (!bench->base_values.count && !ask_values(bench, c->base, &bench->base_values))
        return;
    if (!ask_values(bench, i, &values))
        return;
    sheaf_fail(&err, SHEAF_INTERNAL, "%s gives other bits than serial: %s", row_label(&c->rows[i]),
               difference(&values, &bench->base_values));
    complain(&err);
}

/* ---- rounds ---------------------------------------------------------------------------------------------------- */

/* A team of threads spins for some milliseconds after its work, which the next row must not feel. */
static void let_settle(const struct row *row)
{
    struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
    if (row->way.workers > 1)
        nanosleep(&pause, NULL);
}

/* Exact answers have base's bits, those in fixed order the bits of the first of them; fast ones have none to keep. */
static bool differs(struct comparison *c, const struct row *row, uint64_t digest)
{
    if (!row->way.sums)
        return digest != c->digest;
    if (way_is_rounded(&row->way))
        return false;
    if (!c->has_fixed)
        c->fixed_digest = digest;
    c->has_fixed = true;
    return digest != c->fixed_digest;
}

static void take_turn(struct bench *bench, size_t i, bool counts)
{
    struct comparison *c = bench->comparison;
    struct row *row = &c->rows[i];
    struct repetition repetition;
    const char *payload;
    show(bench, row);
    if (!resident_order(&bench->residents.all[i], wire_order_text(ORDER_RUN))) {
        lose(bench, i, HEARD_END);
        return;
    }
    if (!answer(bench, i, &payload))
        return;
    if (!wire_read_repetition(payload, &repetition)) {
        give_up(bench, i, ROW_FAILED, SHEAF_INTERNAL, "answered out of turn");
        return;
    }
    let_settle(row);
    if (counts)
        row_add_repetition(row, &repetition);
    if (i == c->base && !counts) {
        c->digest = repetition.digest;
        c->tally = repetition.rows;
    }
    if (row->way.kind == WAY_PLAN && !row->differs && differs(c, row, repetition.digest))
        note_difference(bench, i);
}

/* SplitMix64 (Steele, Lea, Flood 2014): the order is another in each round, and the same in each comparison. */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static void shuffle(size_t *order, size_t count, uint64_t *state)
{
    for (size_t i = count; i > 1; i--) {
        size_t k = draw(state) % i, last = order[i - 1];
        order[i - 1] = order[k];
        order[k] = last;
    }
}

/* Readings first, then serial: they bring the input into the page cache, and serial's answer is there to compare with. */
static void warm_up(struct bench *bench)
{
    struct comparison *c = bench->comparison;
    bench->phase = "warming up";
    for (size_t i = 0; i < c->count && !is_over(bench); i++)
        if (c->rows[i].way.kind != WAY_PLAN && c->rows[i].state == ROW_STANDING)
            take_turn(bench, i, false);
    if (!is_over(bench))
        take_turn(bench, c->base, false);
    for (size_t i = 0; i < c->count && !is_over(bench); i++)
        if (c->rows[i].way.kind == WAY_PLAN && c->rows[i].state == ROW_STANDING && i != c->base)
            take_turn(bench, i, false);
}

static bool goes_on(const struct bench *bench, uint64_t round, double seconds)
{
    enum { LEAST = 5, MOST = 30, ENOUGH_S = 3 };
    if (is_over(bench))
        return false;
    if (bench->how->repeat)
        return round < bench->how->repeat;
    return round < LEAST || (round < MOST && seconds < ENOUGH_S);
}

static void run_rounds(struct bench *bench)
{
    struct comparison *c = bench->comparison;
    size_t *order = keep_bytes((c->count + 1) * sizeof *order);
    uint64_t state = 1;
    double began = clock_seconds();
    for (size_t i = 0; i < c->count; i++)
        order[i] = i;
    for (uint64_t round = 0; goes_on(bench, round, clock_seconds() - began); round++) {
        bench->phase = bench->how->repeat ? keep_text("round %llu of %llu", (unsigned long long)round + 1,
                                                      (unsigned long long)bench->how->repeat)
                                          : keep_text("round %llu", (unsigned long long)round + 1);
        shuffle(order, c->count, &state);
        for (size_t k = 0; k < c->count && !is_over(bench); k++)
            if (c->rows[order[k]].state == ROW_STANDING)
                take_turn(bench, order[k], true);
    }
}

enum sheaf_status comparison_measure(struct comparison *comparison, const struct ways *ways,
                                     const struct measuring *how, struct sheaf_error *err)
{
    char time[32];
    struct bench bench = {.comparison = comparison, .how = how, .err = err};
    pace_begin(&bench.pace, how->progress, how->quiet);
    bench.residents.wait_mask = how->wait_mask;
    start_rows(&bench, ways);
    find_base(&bench);
    if (!is_over(&bench) && !how->dry_run)
        warm_up(&bench);
    if (!is_over(&bench) && !how->dry_run)
        run_rounds(&bench);
    show_seconds(clock_seconds() - bench.pace.began, time);
    pace_end(&bench.pace, is_over(&bench) ? NULL : keep_text("done in %s", time));
    residents_end(&bench.residents, wire_order_text(ORDER_QUIT));
    return bench.status;
}
