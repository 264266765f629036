#include "compare/way.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <sheaf/job.h>

#include "execution_options.h"

/* ---- lists ----------------------------------------------------------------------------------------------------- */

/* What the options name; each list has at least one entry. */
struct axes {
    struct text_list strategies, pins; /* an entry of pins may be NULL: the plan's choice */
    const struct text_list *merges;    /* but for this one: the first method of each strategy */
    bool all_merges;
    struct shape *shapes;
    size_t shape_count;
    uint64_t *blocks; /* 0: the plan's choice */
    size_t block_count;
    struct text_list sums; /* the first one exact: NULL */
    const char *no_launcher;
};

enum sheaf_status shape_parse(const char *text, struct shape *shape, struct sheaf_error *err)
{
    const char *cross = strchr(text, 'x');
    bool digits = cross && cross > text && cross[1];
    *shape = (struct shape){0};
    if (!digits)
        return execution_read_workers(text, &shape->threads, err);
    enum sheaf_status status =
        execution_read_workers(keep_text("%.*s", (int)(cross - text), text), &shape->ranks, err);
    if (status == SHEAF_OK)
        status = execution_read_workers(cross + 1, &shape->threads, err);
    if (status == SHEAF_OK && (uint64_t)shape->ranks * shape->threads > MOST_WORKERS)
        return sheaf_fail(err, SHEAF_USAGE, "%s is too many; at most %d in all", text, MOST_WORKERS);
    return status;
}

/* Texts that the options have checked. */
static void read_shapes(struct axes *axes, const struct text_list *texts)
{
    axes->shapes = keep_bytes((texts->count + 1) * sizeof *axes->shapes);
    for (size_t i = 0; i < texts->count; i++)
        axes->shape_count += shape_parse(texts->items[i], &axes->shapes[axes->shape_count], NULL) == SHEAF_OK;
    if (axes->shape_count == 0)
        axes->shapes[axes->shape_count++].threads = sheaf_default_workers();
}

static void read_blocks(struct axes *axes, const struct text_list *texts)
{
    enum { SMALL = 64 << 10 };
    axes->blocks = keep_bytes((texts->count + 2) * sizeof *axes->blocks);
    for (size_t i = 0; i < texts->count; i++)
        axes->block_count += execution_read_block(texts->items[i], &axes->blocks[axes->block_count], NULL) == SHEAF_OK;
    if (axes->block_count == 0) {
        axes->blocks[axes->block_count++] = 0;
        axes->blocks[axes->block_count++] = SMALL;
    }
}

static void read_strategies(struct axes *axes, const struct text_list *names)
{
    size_t count;
    const struct sheaf_strategy *strategies = sheaf_strategies(&count);
    if (names->count && !text_list_has(names, "serial"))
        text_list_add(&axes->strategies, "serial");
    for (size_t i = 0; i < names->count; i++)
        text_list_add(&axes->strategies, names->items[i]);
    for (size_t i = 0; i < count && names->count == 0; i++)
        text_list_add(&axes->strategies, strategies[i].name);
}

static void read_sums(struct axes *axes, const struct text_list *forms)
{
    static const char *const rounded[] = {"fixed", "fast"};
    text_list_add(&axes->sums, NULL);
    for (size_t i = 0; i < sizeof rounded / sizeof rounded[0]; i++)
        if (text_list_has(forms, rounded[i]))
            text_list_add(&axes->sums, rounded[i]);
}

static struct axes read_axes(const struct way_options *options)
{
    struct axes axes = {.pins = options->pins, .merges = &options->merges};
    axes.all_merges = text_list_has(axes.merges, "all");
    read_strategies(&axes, &options->strategies);
    read_shapes(&axes, &options->workers);
    read_blocks(&axes, &options->blocks);
    read_sums(&axes, &options->sums);
    if (axes.pins.count == 0)
        text_list_add(&axes.pins, NULL);
    return axes;
}

/* ---- combinations ---------------------------------------------------------------------------------------------- */

static void add(struct ways *ways, const struct way *way)
{
    ways->items = keep_room(ways->items, ways->count, &ways->capacity, sizeof *ways->items);
    ways->items[ways->count++] = *way;
}

static bool has_ranks(const struct sheaf_strategy *strategy)
{
    return strcmp(strategy->exchange, "mpi") == 0;
}

/* How `shape` looks under a strategy: one worker, workers in one address space tree, or ranks. */
static void set_workers(struct way *way, const struct sheaf_strategy *strategy, const struct shape *shape)
{
    unsigned total = shape->ranks ? shape->ranks * shape->threads : shape->threads;
    bool one_each = strategy && strcmp(strategy->engine, "serial") == 0;
    if (!strategy || !has_ranks(strategy)) {
        way->ranks = 0;
        way->workers = one_each && strcmp(strategy->exchange, "none") == 0 ? 1 : total;
    } else if (one_each) {
        way->ranks = total;
        way->workers = 1;
    } else {
        way->ranks = shape->ranks ? shape->ranks : total % 2 == 0 ? 2 : 1;
        way->workers = total / way->ranks;
    }
}

/* Several shapes are the same under serial. */
static bool is_known(const struct ways *ways, size_t first, const struct way *way)
{
    for (size_t i = first; i < ways->count; i++) {
        const struct way *w = &ways->items[i];
        if (w->ranks == way->ranks && w->workers == way->workers && w->block_bytes == way->block_bytes &&
            w->pin == way->pin)
            return true;
    }
    return false;
}

static void add_method(struct ways *ways, const struct axes *axes, const struct sheaf_strategy *strategy, struct way way)
{
    size_t first = ways->count;
    if (way.skip) {
        add(ways, &way);
        return;
    }
    for (size_t s = 0; s < axes->shape_count; s++) {
        for (size_t p = 0; p < axes->pins.count; p++) {
            for (size_t b = 0; b < axes->block_count; b++) {
                set_workers(&way, strategy, &axes->shapes[s]);
                way.pin = axes->pins.items[p];
                way.block_bytes = axes->blocks[b];
                if (!is_known(ways, first, &way))
                    add(ways, &way);
            }
        }
    }
}

/* NULL, or why a merge method does not fit the kernels. */
static const char *misfit(const struct sheaf_merge *merge, const struct kernel_choice *choice)
{
    for (size_t i = 0; i < choice->count; i++) {
        const struct sheaf_kernel *kernel = choice->kernels[i];
        uint32_t laws = sheaf_kernel_laws(kernel);
        if (merge->law & SHEAF_LAW_ADD64 & ~laws)
            return keep_text("needs a state that merges by adding integers, and that of %s does not", kernel->name);
        if (merge->law & SHEAF_LAW_FLAT & ~laws)
            return keep_text("needs a flat state, and that of %s holds pointers", kernel->name);
    }
    return NULL;
}

static void add_named_merges(struct ways *ways, const struct axes *axes, const struct sheaf_strategy *strategy,
                             const struct kernel_choice *choice)
{
    for (size_t i = 0; i < axes->merges->count; i++) {
        const struct sheaf_merge *merge = strategy->merges;
        while (merge->name && strcmp(merge->name, axes->merges->items[i]) != 0)
            merge++;
        add_method(ways, axes, strategy,
                   (struct way){
                       .strategy = strategy->name,
                       .merge = axes->merges->items[i],
                       .skip = merge->name ? misfit(merge, choice) : "this strategy has no such merge method",
                   });
    }
}

static void add_strategy(struct ways *ways, const struct axes *axes, const char *name,
                         const struct kernel_choice *choice)
{
    const struct sheaf_strategy *strategy = sheaf_strategy_find(name);
    bool serial = strcmp(name, "serial") == 0;
    const char *skip = strategy ? strategy->unavailable : NULL;
    if (strategy && !skip && has_ranks(strategy))
        skip = axes->no_launcher;
    if (skip) {
        add_method(ways, axes, strategy, (struct way){.strategy = name, .skip = skip});
    } else if (!strategy || serial || (axes->merges->count == 0 && !axes->all_merges)) {
        const char *merge = strategy ? strategy->merges[0].name : NULL;
        add_method(ways, axes, strategy, (struct way){.strategy = name, .merge = merge});
    } else if (!axes->all_merges) {
        add_named_merges(ways, axes, strategy, choice);
    } else {
        for (const struct sheaf_merge *m = strategy->merges; m->name; m++)
            add_method(ways, axes, strategy,
                       (struct way){.strategy = name, .merge = m->name, .skip = misfit(m, choice)});
    }
}

/* Every strategy, with the kernels in one form of sums. */
static void add_form(struct ways *ways, const struct axes *axes, const char *sums, const struct kernel_choice *choice)
{
    struct kernel_choice form = *choice;
    struct sheaf_error err;
    size_t first = ways->count;
    if (sums && kernel_choice_take_sums(&form, sums, &err) != SHEAF_OK) {
        add(ways, &(struct way){.strategy = "serial", .sums = sums, .skip = keep_text("%s", err.message)});
        return;
    }
    for (size_t i = 0; i < axes->strategies.count; i++)
        add_strategy(ways, axes, axes->strategies.items[i], &form);
    for (size_t i = first; i < ways->count; i++)
        ways->items[i].sums = sums;
}

void ways_make(struct ways *ways, const struct way_options *options, const struct kernel_choice *choice,
               const char *no_launcher)
{
    struct axes axes = read_axes(options);
    axes.no_launcher = no_launcher;
    for (size_t i = 0; i < axes.sums.count; i++)
        add_form(ways, &axes, axes.sums.items[i], choice);
}

bool way_is_rounded(const struct way *way)
{
    return way->sums && strcmp(way->sums, "fast") == 0;
}

/* ---- readings -------------------------------------------------------------------------------------------------- */

unsigned way_workers(const struct way *way)
{
    return way->ranks ? way->ranks * way->workers : way->workers;
}

static bool has_reading(const struct ways *ways, size_t first, unsigned workers)
{
    for (size_t i = first; i < ways->count; i++)
        if (ways->items[i].workers == workers)
            return true;
    return false;
}

void ways_add_readings(struct ways *ways, bool files, uint64_t memory_each, uint64_t memory_all)
{
    enum { PREAD_BYTES = 1 << 20, MMAP_BYTES = 8 << 20 }; /* what is fastest of a cached file (Zen 4, Linux 6.18) */
    size_t plans = ways->count, memories = 0;
    for (size_t i = 0; i < plans; i++) {
        unsigned workers = way_workers(&ways->items[i]);
        if (ways->items[i].skip || has_reading(ways, plans, workers))
            continue;
        if (files) {
            add(ways, &(struct way){.kind = WAY_PREAD, .workers = workers, .block_bytes = PREAD_BYTES});
            add(ways, &(struct way){.kind = WAY_MMAP, .workers = workers, .block_bytes = MMAP_BYTES});
        }
        add(ways, &(struct way){.kind = WAY_MEMORY, .workers = workers});
        memories++;
    }
    for (size_t i = plans; i < ways->count; i++)
        if (ways->items[i].kind == WAY_MEMORY)
            ways->items[i].block_bytes = memory_all / memories < memory_each ? memory_all / memories : memory_each;
}

/* ---- one word -------------------------------------------------------------------------------------------------- */

static const char *const kind_names[WAY_KINDS] = {
    [WAY_PLAN] = "plan", [WAY_PREAD] = "pread", [WAY_MMAP] = "mmap", [WAY_MEMORY] = "memory"};

const char *way_kind_name(enum way_kind kind)
{
    return kind_names[kind];
}

const char *way_text(const struct way *way)
{
    return keep_text("%s:%u:%u:%" PRIu64 ":%s:%s:%s:%s", kind_names[way->kind], way->ranks, way->workers,
                     way->block_bytes, way->strategy ? way->strategy : "", way->merge ? way->merge : "",
                     way->pin ? way->pin : "", way->sums ? way->sums : "");
}

bool way_parse(const char *text, struct way *way)
{
    enum { FIELDS = 8 };
    const char *field[FIELDS];
    size_t count = 0;
    for (const char *at = text; count < FIELDS; at += *at == ':') {
        size_t length = strcspn(at, ":");
        field[count++] = length ? keep_text("%.*s", (int)length, at) : NULL;
        at += length;
    }
    for (size_t i = 0; i < 4; i++)
        if (!field[i])
            return false;
    size_t kind = 0;
    while (kind < WAY_KINDS && strcmp(field[0], kind_names[kind]) != 0)
        kind++;
    *way = (struct way){
        .kind = (enum way_kind)kind,
        .ranks = (unsigned)strtoul(field[1], NULL, 10),
        .workers = (unsigned)strtoul(field[2], NULL, 10),
        .block_bytes = strtoull(field[3], NULL, 10),
        .strategy = field[4],
        .merge = field[5],
        .pin = field[6],
        .sums = field[7],
    };
    return kind < WAY_KINDS && way->workers > 0;
}
