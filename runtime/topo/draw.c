/* The machine as lines of text. Objects above cores are always shown, as they are few; an only child continues its
 * parent's line. */
#include <sheaf/topo.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum level { PACKAGE, NUMA, CACHE, CORE };
enum { DETAIL_CORES = 16 }; /* machines up to here are drawn core by core */

struct drawing {
    const struct sheaf_topology *topology;
    const struct sheaf_cpuset *allowed, *place;
    unsigned workers;
    bool fold;
    struct sheaf_buffer *out;
    enum sheaf_status status;
};

/* Some processors of the topology: first <= i < end. */
struct span {
    unsigned first, end;
};

/* ---- writing ----------------------------------------------------------------------------------------------------- */

SHEAF_PRINTF(2, 3) static void put(struct drawing *d, const char *format, ...)
{
    char text[128];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (d->status == SHEAF_OK)
        d->status = sheaf_buffer_append(d->out, text, strlen(text));
}

/* A list "0-3,8" that is written as its numbers come, in ascending order. */
struct ranges {
    struct drawing *d;
    unsigned first, last;
    bool any;
};

static void ranges_end(const struct ranges *r)
{
    if (r->any)
        put(r->d, r->last > r->first ? "%u-%u" : "%u", r->first, r->last);
}

static void ranges_add(struct ranges *r, unsigned number)
{
    if (r->any && number == r->last + 1) {
        r->last = number;
        return;
    }
    ranges_end(r);
    if (r->any)
        put(r->d, ",");
    *r = (struct ranges){r->d, number, number, true};
}

static void put_cpus(struct drawing *d, const struct sheaf_cpuset *set)
{
    struct ranges ranges = {.d = d};
    put(d, "cpu ");
    SHEAF_CPUSET_EACH(cpu, set)
        ranges_add(&ranges, cpu);
    ranges_end(&ranges);
}

static void put_range(struct drawing *d, const char *noun, unsigned first, unsigned last)
{
    put(d, last > first ? "%s %u-%u" : "%s %u", noun, first, last);
}

/* ---- marks: what there is to say of one processor ---------------------------------------------------------------- */

static unsigned cpu_at(const struct drawing *d, unsigned i)
{
    return d->topology->processors[i].cpu;
}

/* The lowest worker from `from` on that may sit on a processor; d->workers if none. */
static unsigned next_worker(const struct drawing *d, unsigned i, unsigned from)
{
    while (from < d->workers && !sheaf_cpuset_has(&d->place[from], cpu_at(d, i)))
        from++;
    return from;
}

/* Do processors a and b say the same when a's workers are counted up by `shift`? */
static bool alike(const struct drawing *d, unsigned a, unsigned b, unsigned shift)
{
    if (sheaf_cpuset_has(d->allowed, cpu_at(d, a)) != sheaf_cpuset_has(d->allowed, cpu_at(d, b)))
        return false;
    unsigned x = next_worker(d, a, 0), y = next_worker(d, b, 0);
    while (x < d->workers && y < d->workers && x + shift == y) {
        x = next_worker(d, a, x + 1);
        y = next_worker(d, b, y + 1);
    }
    return x == d->workers && y == d->workers;
}

static bool uniform(const struct drawing *d, struct span span)
{
    for (unsigned i = span.first + 1; i < span.end; i++)
        if (!alike(d, i - 1, i, 0))
            return false;
    return true;
}

static void put_workers(struct drawing *d, const struct sheaf_cpuset *cpus)
{
    struct ranges ranges = {.d = d};
    unsigned count = 0;
    for (unsigned w = 0; w < d->workers && count < 2; w++)
        count += sheaf_cpuset_intersects(&d->place[w], cpus);
    put(d, count > 1 ? "workers " : "worker ");
    for (unsigned w = 0; w < d->workers; w++)
        if (sheaf_cpuset_intersects(&d->place[w], cpus))
            ranges_add(&ranges, w);
    ranges_end(&ranges);
}

/* ---- lines of cores ---------------------------------------------------------------------------------------------- */

static bool same(const struct drawing *d, enum level level, unsigned i, unsigned j)
{
    const struct sheaf_processor *a = &d->topology->processors[i], *b = &d->topology->processors[j];
    return a->package == b->package && (level < NUMA || a->numa == b->numa) &&
           (level < CACHE || a->cache == b->cache) && (level < CORE || a->core == b->core);
}

static struct span object_at(const struct drawing *d, enum level level, unsigned first, unsigned end)
{
    struct span object = {first, first + 1};
    while (object.end < end && same(d, level, first, object.end))
        object.end++;
    return object;
}

/* Do two cores say the same, with workers counted up by *shift from one to the next? */
static bool cores_alike(const struct drawing *d, struct span a, struct span b, unsigned *shift)
{
    if (a.end - a.first != b.end - b.first)
        return false;
    *shift = next_worker(d, b.first, 0) - next_worker(d, a.first, 0);
    if (*shift > d->workers) /* counted down */
        return false;
    for (unsigned i = 0; i < a.end - a.first; i++)
        if (!alike(d, a.first + i, b.first + i, *shift))
            return false;
    return true;
}

/* The cores from `first` on that share one line. */
static struct span line_at(const struct drawing *d, unsigned first, unsigned end, unsigned *shift)
{
    struct span core = object_at(d, CORE, first, end), line = core;
    *shift = 0;
    while (d->fold && line.end < end) {
        unsigned next_shift;
        struct span next = object_at(d, CORE, line.end, end);
        if (!cores_alike(d, core, next, &next_shift) || (core.first > first && next_shift != *shift))
            break;
        *shift = next_shift;
        line.end = next.end;
        core = next;
    }
    return line;
}

enum use { BUSY, FREE, DENIED, USES };

static enum use use_of(const struct drawing *d, unsigned i)
{
    if (!sheaf_cpuset_has(d->allowed, cpu_at(d, i)))
        return DENIED;
    return next_worker(d, i, 0) < d->workers ? BUSY : FREE;
}

/* "cpu 0-7: workers 0-7 in turn" */
static void put_part(struct drawing *d, const struct sheaf_cpuset *cpus, enum use use, const char *tail)
{
    put_cpus(d, cpus);
    if (use == DENIED)
        put(d, ": not allowed");
    else if (use == BUSY) {
        put(d, ": ");
        put_workers(d, cpus);
        put(d, "%s", tail);
    } else if (d->workers) {
        put(d, ": free");
    }
}

/* A core whose threads differ: each by itself. */
static void draw_threads(struct drawing *d, struct span core)
{
    for (unsigned i = core.first; i < core.end; i++) {
        struct sheaf_cpuset cpu = {{0}};
        sheaf_cpuset_add(&cpu, cpu_at(d, i));
        put(d, i == core.first ? ", " : "; ");
        put_part(d, &cpu, use_of(d, i), "");
    }
}

static void draw_cores(struct drawing *d, struct span line, unsigned shift)
{
    const struct sheaf_processor *processors = d->topology->processors;
    unsigned first = processors[line.first].core, last = processors[line.end - 1].core;
    put_range(d, "core", first, last);
    if (first == last && !uniform(d, line)) {
        draw_threads(d, line);
        return;
    }
    struct sheaf_cpuset cpus[USES] = {{{0}}};
    for (unsigned i = line.first; i < line.end; i++)
        sheaf_cpuset_add(&cpus[use_of(d, i)], cpu_at(d, i));
    const char *separator = ", ";
    for (int use = 0; use < USES; use++) {
        if (!sheaf_cpuset_count(&cpus[use]))
            continue;
        put(d, "%s", separator);
        put_part(d, &cpus[use], (enum use)use, shift ? " in turn" : "");
        separator = "; ";
    }
}

/* ---- the tree ---------------------------------------------------------------------------------------------------- */

static void draw_name(struct drawing *d, enum level level, unsigned i)
{
    const struct sheaf_processor *p = &d->topology->processors[i];
    if (level == PACKAGE) {
        put(d, "package %u", p->package);
    } else if (level == CACHE) {
        put(d, "cache %u", p->cache);
    } else {
        uint64_t bytes = d->topology->numa_bytes ? d->topology->numa_bytes[p->numa] : 0;
        put(d, "numa %u", p->numa);
        if (bytes)
            put(d, " (%.1f GiB)", (double)bytes / (1 << 30));
    }
}

static void draw_level(struct drawing *d, enum level level, struct span parent, int depth)
{
    struct span object;
    for (unsigned i = parent.first; i < parent.end; i = object.end) {
        unsigned shift = 0;
        object = level == CORE ? line_at(d, i, parent.end, &shift) : object_at(d, level, i, parent.end);
        bool only = level > PACKAGE && object.first == parent.first && object.end == parent.end;
        if (only)
            put(d, ", ");
        else
            put(d, "\n%*s", 2 * depth, "");
        if (level == CORE) {
            draw_cores(d, object, shift);
        } else {
            draw_name(d, level, i);
            draw_level(d, level + 1, object, only ? depth : depth + 1);
        }
    }
}

static void put_count(struct drawing *d, const char *separator, unsigned count, const char *noun)
{
    put(d, "%s%u %s%s", separator, count, noun, count == 1 ? "" : "s");
}

static unsigned count_objects(const struct drawing *d, enum level level)
{
    unsigned count = 0, end = d->topology->count;
    for (unsigned i = 0; i < end; i = object_at(d, level, i, end).end)
        count++;
    return count;
}

static void draw_summary(struct drawing *d)
{
    put_count(d, "", count_objects(d, PACKAGE), "package");
    put_count(d, ", ", d->topology->numa_count, "NUMA node");
    put_count(d, ", ", count_objects(d, CACHE), "cache");
    put_count(d, ", ", count_objects(d, CORE), "core");
    put_count(d, ", ", d->topology->count, "cpu");
    put(d, " (%s); allowed: ", d->topology->source);
    put_cpus(d, d->allowed);
    if (sheaf_cpuset_count(&d->topology->offline)) {
        put(d, "; offline: ");
        put_cpus(d, &d->topology->offline);
    }
}

enum sheaf_status sheaf_topology_draw(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                                      const struct sheaf_cpuset *place, unsigned workers, struct sheaf_buffer *out)
{
    struct drawing d = {.topology = topology, .allowed = allowed, .place = place, .workers = workers, .out = out};
    d.fold = count_objects(&d, CORE) > DETAIL_CORES;
    draw_summary(&d);
    draw_level(&d, PACKAGE, (struct span){0, topology->count}, 0);
    put(&d, "\n");
    return d.status;
}
