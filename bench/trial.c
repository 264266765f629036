#include "trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/cpu.h"
#include "clock.h"
#include "keep.h"

/* ---- names ------------------------------------------------------------------------------------------------------ */

const char *place_name(enum place place)
{
    static const char *const names[PLACE_COUNT] = {"dram", "l3", "l2"};
    return names[place];
}

const char *trial_name(const struct trial *trial)
{
    bool plain = trial->dataset == DATASET_UNIFORM;
    return keep_text("%s%s%s %s %u thread%s", trial->subject->name, plain ? "" : " ",
                     plain ? "" : dataset_name(trial->dataset), place_name(trial->place), trial->threads,
                     trial->threads == 1 ? "" : "s");
}

double figure_bytes_per_s(const struct figure *figure)
{
    return (double)figure->trial.bytes * figure->trial.threads / figure->seconds.median;
}

/* ---- data ------------------------------------------------------------------------------------------------------- */

/* What one thread reads, and what it found. */
struct part {
    void *memory;
    size_t memory_bytes;
    struct slice slice;
    struct sheaf_exact sum;
    double value, seconds;
    enum sheaf_status status;
    struct sheaf_error err;
};

struct work {
    const struct trial *trial;
    const struct conditions *conditions;
    struct part *parts;
    const struct way *way;
};

/* By the thread that will read it, so that it is near. */
static void fill_part(void *context, unsigned who)
{
    struct work *work = context;
    struct part *part = &work->parts[who];
    const struct subject *subject = work->trial->subject;
    size_t size = sheaf_type_size(subject->type), inputs = subject->two ? 2 : 1;
    uint64_t count = work->trial->bytes / inputs / size / 16 * 16;
    part->memory_bytes = inputs * count * size;
    part->memory = mmap(NULL, part->memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (part->memory == MAP_FAILED) {
        part->memory = NULL;
        part->status = sheaf_fail(&part->err, SHEAF_MEMORY, "no memory for %zu bytes of data", part->memory_bytes);
        return;
    }
    if (work->conditions->huge)
        (void)madvise(part->memory, part->memory_bytes, MADV_HUGEPAGE); /* a wish */
    part->slice = (struct slice){part->memory, subject->two ? (char *)part->memory + count * size : NULL, count};
    for (size_t i = 0; i < inputs && part->status == SHEAF_OK; i++)
        part->status = dataset_fill(work->trial->dataset, subject->type, 2 * who + i, count,
                                    (char *)part->memory + i * count * size, &part->err);
}

static void free_parts(struct part *parts, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (parts[i].memory)
            munmap(parts[i].memory, parts[i].memory_bytes);
    free(parts);
}

static struct part *make_parts(struct work *work, struct crew *crew, struct sheaf_error *err)
{
    unsigned count = work->trial->threads;
    work->parts = calloc(count, sizeof *work->parts);
    if (!work->parts) {
        (void)sheaf_fail(err, SHEAF_MEMORY, "out of memory");
        return NULL;
    }
    crew_do(crew, fill_part, work);
    for (unsigned i = 0; i < count; i++)
        if (work->parts[i].status != SHEAF_OK) {
            *err = work->parts[i].err;
            free_parts(work->parts, count);
            return NULL;
        }
    return work->parts;
}

/* ---- ways ------------------------------------------------------------------------------------------------------- */

/* Exactly, with instructions up to `cpu`; or as a plain loop. */
struct way {
    const char *cpu;
    plain_loop *loop;
    uint64_t turns;  /* times that a part is read in one go */
    double *seconds; /* of one turn, round by round */
    double value;
};

static double now(bool busy)
{
    struct timespec t;
    if (!busy)
        return clock_seconds();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void read_part(void *context, unsigned who)
{
    struct work *work = context;
    struct part *part = &work->parts[who];
    const struct way *way = work->way;
    double began = now(work->conditions->busy);
    for (uint64_t turn = 0; turn < way->turns; turn++) {
        if (way->loop) {
            part->value = way->loop(&part->slice);
        } else {
            part->sum = (struct sheaf_exact){0};
            subject_add(work->trial->subject, &part->slice, work->conditions->run_bytes, &part->sum);
            part->value = sheaf_exact_round(&part->sum);
        }
    }
    part->seconds = (now(work->conditions->busy) - began) / (double)way->turns;
}

/* Seconds of one turn of the slowest thread. */
static double time_way(struct work *work, struct crew *crew, struct way *way)
{
    struct sheaf_error err;
    double slowest = 0;
    if (way->cpu && cpu_limit(way->cpu, &err) != SHEAF_OK)
        return NAN; /* names were checked before */
    work->way = way;
    crew_do(crew, read_part, work);
    way->value = 0;
    for (unsigned i = 0; i < work->trial->threads; i++) {
        slowest = fmax(slowest, work->parts[i].seconds);
        way->value += work->parts[i].value;
    }
    return slowest;
}

/* ---- rounds ----------------------------------------------------------------------------------------------------- */

static void warm_up(struct work *work, struct crew *crew, struct way *ways, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ways[i].turns = 1;
        (void)time_way(work, crew, &ways[i]); /* page faults, caches */
        double once = time_way(work, crew, &ways[i]);
        if (once < work->conditions->least_s)
            ways[i].turns = (uint64_t)(work->conditions->least_s / fmax(once, 1e-8)) + 1;
    }
}

/* All ways take a turn in each round, in an order that changes from round to round. */
static void go_round(struct work *work, struct crew *crew, struct way *ways, size_t count, size_t round)
{
    for (size_t k = 0; k < count; k++) {
        size_t i = (k + round) % count;
        struct way *way = &ways[round % 2 ? count - 1 - i : i];
        way->seconds[round] = time_way(work, crew, way);
    }
}

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static struct spread ratios(const struct way *plain, const struct way *ours, size_t rounds, double *scratch)
{
    for (size_t r = 0; r < rounds; r++)
        scratch[r] = plain->seconds[r] / ours->seconds[r];
    return spread_of(scratch, rounds);
}

/* `ways`: the exact ones, then the compiler's loop, then the unrolled one. `scratch` holds a number for each round. */
static enum sheaf_status make_figures(const struct work *work, const struct way *ways, struct figure *figures,
                                      double *scratch, struct sheaf_error *err)
{
    const struct conditions *c = work->conditions;
    for (size_t i = 0; i < c->cpu_count; i++) {
        struct figure *figure = &figures[i];
        if (!same_bits(ways[i].value, ways[0].value))
            return sheaf_fail(err, SHEAF_INTERNAL, "%s: %.17g with %s, %.17g with %s", trial_name(work->trial),
                              ways[i].value, ways[i].cpu, ways[0].value, ways[0].cpu);
        *figure = (struct figure){.trial = *work->trial, .cpu = ways[i].cpu};
        figure->over_compiled = ratios(&ways[c->cpu_count], &ways[i], c->rounds, scratch);
        figure->over_unrolled = ratios(&ways[c->cpu_count + 1], &ways[i], c->rounds, scratch);
        memcpy(scratch, ways[i].seconds, c->rounds * sizeof *scratch);
        figure->seconds = spread_of(scratch, c->rounds);
        figure_judge(figure);
    }
    return SHEAF_OK;
}

enum sheaf_status trial_measure(const struct trial *trial, const struct conditions *conditions, struct crew *crew,
                                struct figure *figures, struct sheaf_error *err)
{
    struct work work = {.trial = trial, .conditions = conditions};
    size_t rounds = conditions->rounds, count = conditions->cpu_count + 2;
    double *seconds = calloc((count + 1) * rounds, sizeof *seconds);
    struct way *ways = calloc(count, sizeof *ways);
    enum sheaf_status status = SHEAF_MEMORY;
    if (!seconds || !ways) {
        (void)sheaf_fail(err, SHEAF_MEMORY, "out of memory");
    } else if (make_parts(&work, crew, err)) {
        for (size_t i = 0; i < count; i++)
            ways[i].seconds = seconds + i * rounds;
        for (size_t i = 0; i < conditions->cpu_count; i++)
            ways[i].cpu = conditions->cpus[i];
        ways[count - 2].loop = trial->subject->compiled;
        ways[count - 1].loop = trial->subject->unrolled;
        warm_up(&work, crew, ways, count);
        for (size_t round = 0; round < rounds; round++)
            go_round(&work, crew, ways, count, round);
        status = make_figures(&work, ways, figures, seconds + count * rounds, err);
        free_parts(work.parts, trial->threads);
    }
    free(ways);
    free(seconds);
    return status;
}
