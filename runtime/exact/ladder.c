#include "exact/ladder.h"

#include "base/cpu.h"
#include "base/fpenv.h"
#include "exact/buckets.h"

/* Where to begin is guessed from the first elements. A block that does not fit after all goes the next wider way that they
 * allow; if there is none, or it does not fit there either, all of it is looked through, and it goes into the narrowest
 * window that takes it, or into buckets. The way that it went is kept for a number of blocks that doubles if failures come
 * soon after one another: data that often need it do not pay for trying in vain. All this changes speed only. */
enum {
    SAMPLE = 32,      /* elements from which a way is guessed */
    WHOLE = 32,       /* elements of a block are a multiple of this, or the last ones */
    MARGIN = 7,       /* of 2^7 times as many, dense around zero, the smallest is about 2^7 times as small */
    FEW = 16,         /* elements for which a window is not worth its setting up */
    SOON = 16,        /* blocks */
    LONGEST_HOLD = 64 /* blocks */
};

/* ---- what there is ------------------------------------------------------------------------------------------ */

struct set {
    enum cpu_level level;
    bool extra; /* comes before the next set below it, not instead */
    const struct window (*windows)[WINDOW_KINDS];
};

/* Best last. */
static const struct set sets[] = {
#define SET(isa) {CPU_##isa, false, windows_##isa},
    SET(portable) SHEAF_ISAS(SET)
#undef SET
#define SET(isa) {CPU_##isa, false, windows_flagged_##isa},
    SHEAF_ISA_AVX512(SET)
#undef SET
#define SET(isa) {CPU_##isa, true, windows_residues_##isa},
    SHEAF_ISA_AVX512IFMA(SET)
#undef SET
};

/* A job's data, from some element on, and the windows to try, narrow ones first. */
struct run {
    enum window_job job;
    unsigned size; /* bytes of an element */
    window_survey *survey;
    const unsigned char *x, *y;
    const struct window *windows[2 * WINDOW_KINDS];
    int count; /* of the windows */
};

static void find_windows(struct run *run)
{
    enum cpu_level level = cpu_level();
    bool all = false;
    run->count = 0;
    for (unsigned k = sizeof sets / sizeof sets[0]; k-- > 0 && !all;) {
        const struct window *windows = sets[k].windows[run->job];
        if (sets[k].level > level || !windows[0].block)
            continue;
        for (unsigned i = 0; i < WINDOW_KINDS && windows[i].block; i++)
            run->windows[run->count++] = &windows[i];
        all = !sets[k].extra;
    }
}

static void begin(struct run *run, enum window_job job, const void *x, const void *y)
{
    bool narrow = job >= WINDOW_SUM_F32;
    run->job = job;
    run->size = narrow ? 4 : 8;
    run->survey = narrow ? ISA_BEST(survey_f32) : ISA_BEST(survey_f64);
    run->x = x;
    run->y = y;
    find_windows(run);
}

static uint64_t lesser(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- choosing ----------------------------------------------------------------------------------------------- */

/* How to sum a block: the number of its window (their count: none will do) and where that lies. */
struct way {
    int kind, x_unit, y_unit;
};

/* Not at the edge of where it may lie, as the next numbers may reach further: upwards not as far as downwards. */
static bool place(const struct window *window, struct window_range range, int *unit)
{
    int lowest = range.top - window->above, highest = range.bottom + window->below;
    lowest = lowest < window->lowest ? window->lowest : lowest;
    highest = highest > window->highest ? window->highest : highest;
    *unit = lowest + (highest - lowest) / 4;
    return lowest <= highest && (range.normal || !window->normal);
}

static bool place_all(const struct window *window, struct window_range x, struct window_range y, struct way *way)
{
    if (!window->of_products)
        return place(window, x, &way->x_unit) && place(window, y, &way->y_unit);
    struct window_range products = {x.top + y.top, x.bottom + y.bottom, x.normal && y.normal};
    return place(window, products, &way->x_unit);
}

/* From window `kind` on, for what the first n elements are like, and for smaller ones by `margin` bits. */
static struct way choose(const struct run *run, uint64_t n, int margin, int kind)
{
    struct window_range x = run->survey(run->x, n), y = run->x == run->y ? x : run->survey(run->y, n);
    struct way way = {kind, 0, 0};
    x.bottom -= margin;
    y.bottom -= margin;
    while (way.kind < run->count && !place_all(run->windows[way.kind], x, y, &way))
        way.kind++;
    return way;
}

/* By the first elements of a block of n, from window `kind` on; one without room for smaller ones, if there is no other. */
static struct way guess(const struct run *run, uint64_t n, int kind)
{
    if (n < SAMPLE)
        return choose(run, n, 0, kind);
    struct way way = choose(run, SAMPLE, MARGIN, kind);
    return way.kind < run->count ? way : choose(run, SAMPLE, 0, kind);
}

/* ---- climbing ----------------------------------------------------------------------------------------------- */

/* Only windows may fail. */
static bool add_block(struct sheaf_exact *into, const struct run *run, struct way way, uint64_t n)
{
    if (way.kind < run->count)
        return run->windows[way.kind]->block(into->limb, run->x, run->y, n, way.x_unit, way.y_unit);
    buckets_add(into, run->job, run->x, run->y, n);
    return true;
}

/* Adds a block of n; *way becomes the way that it went. False: not at once. */
static bool climb(struct sheaf_exact *into, const struct run *run, struct way *way, uint64_t n)
{
    if (add_block(into, run, *way, n))
        return true;
    *way = guess(run, n, way->kind + 1);
    if (way->kind < run->count && add_block(into, run, *way, n))
        return false;
    for (*way = choose(run, n, 0, 0); !add_block(into, run, *way, n);)
        *way = choose(run, n, 0, way->kind + 1);
    return false;
}

/* Of n elements in blocks of nearly one size, the first. */
static uint64_t block_of(uint64_t n)
{
    uint64_t blocks = (n + WINDOW_BLOCK - 1) / WINDOW_BLOCK, even = (n + blocks - 1) / blocks;
    return lesser(n, (even + WHOLE - 1) / WHOLE * WHOLE);
}

static void add_all(struct sheaf_exact *into, struct run *run, uint64_t n)
{
    struct way way = guess(run, block_of(n), 0);
    uint64_t hold = 0, next_hold = 1, since_failure = SOON;
    for (uint64_t count; n; n -= count, run->x += count * run->size, run->y += count * run->size) {
        count = block_of(n);
        if (hold)
            hold--;
        else if (way.kind > 0)
            way = guess(run, count, 0);
        if (!climb(into, run, &way, count)) {
            next_hold = since_failure < SOON ? lesser(2 * next_hold, LONGEST_HOLD) : 1;
            hold = next_hold;
            since_failure = 0;
        }
        since_failure += !hold;
    }
}

void ladder_add(struct sheaf_exact *into, enum window_job job, const void *x, const void *y, uint64_t n)
{
    if (n < FEW) {
        buckets_add(into, job, x, y, n);
        return;
    }
    struct run run;
    begin(&run, job, x, y);
    fpenv callers = fpenv_enter();
    add_all(into, &run, n);
    fpenv_leave(callers);
}
