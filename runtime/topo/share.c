/* Who shares a core with whom, and how processes of one node keep out of each other's way. */
#include <sheaf/topo.h>

#include <string.h>

/* Steps through the allowed processors of a topology. Start from all zeros but the two sets. */
struct walk {
    const struct sheaf_topology *topology;
    const struct sheaf_cpuset *allowed;
    const struct sheaf_processor *at; /* NULL before the first and after the last */
    unsigned core;                    /* ordinal among cores with an allowed processor */
    unsigned thread;                  /* ordinal among the allowed processors of its core */
    unsigned next;
};

static bool step(struct walk *walk)
{
    const struct sheaf_processor *last = walk->at;
    for (walk->at = NULL; !walk->at && walk->next < walk->topology->count; walk->next++)
        if (sheaf_cpuset_has(walk->allowed, walk->topology->processors[walk->next].cpu))
            walk->at = &walk->topology->processors[walk->next];
    if (!walk->at || !last)
        return walk->at != NULL;
    bool same = walk->at->core == last->core;
    walk->core += !same;
    walk->thread = same ? walk->thread + 1 : 0;
    return true;
}

static unsigned count_cores(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                            unsigned *threads_max)
{
    struct walk walk = {.topology = topology, .allowed = allowed};
    unsigned cores = 0;
    *threads_max = 0;
    while (step(&walk)) {
        cores = walk.core + 1;
        *threads_max = walk.thread < *threads_max ? *threads_max : walk.thread + 1;
    }
    return cores;
}

/* Fewer cores than processes. Processors are numbered the first of each core, then the second of each, and so on;
 * process i gets number i. Numbers left over go to the process with the first of the same core; with too few,
 * numbers are counted round. */
static void share_processors(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                             unsigned index, unsigned count, unsigned threads_max, struct sheaf_cpuset *part)
{
    unsigned number = 0, total = 0;
    for (struct walk walk = {.topology = topology, .allowed = allowed}; step(&walk);)
        total++;
    for (unsigned thread = 0; thread < threads_max; thread++) {
        for (struct walk walk = {.topology = topology, .allowed = allowed}; step(&walk);) {
            if (walk.thread != thread)
                continue;
            unsigned owner = number < count ? number : walk.core;
            if (owner == index % total)
                sheaf_cpuset_add(part, walk.at->cpu);
            number++;
        }
    }
}

void sheaf_place_share(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed, unsigned index,
                       unsigned count, struct sheaf_cpuset *part)
{
    unsigned threads_max, cores = count_cores(topology, allowed, &threads_max);
    memset(part, 0, sizeof *part);
    if (cores == 0 || count < 2) {
        *part = *allowed;
        return;
    }
    if (cores < count) {
        share_processors(topology, allowed, index, count, threads_max, part);
        return;
    }
    uint64_t first = (uint64_t)cores * index / count, end = (uint64_t)cores * (index + 1) / count;
    for (struct walk walk = {.topology = topology, .allowed = allowed}; step(&walk);)
        if (first <= walk.core && walk.core < end)
            sheaf_cpuset_add(part, walk.at->cpu);
}

bool sheaf_place_peers(const struct sheaf_cpuset *allowed, unsigned processes, unsigned mine, unsigned *index,
                       unsigned *count)
{
    bool apart = true;
    *index = *count = 0;
    for (unsigned i = 0; i < processes; i++) {
        bool peer = sheaf_cpuset_equal(&allowed[i], &allowed[mine]);
        *count += peer;
        *index += peer && i < mine;
        apart = apart && (peer || !sheaf_cpuset_intersects(&allowed[i], &allowed[mine]));
    }
    return apart;
}

/* The processors of all cores that the set touches. */
static struct sheaf_cpuset whole_cores(const struct sheaf_topology *topology, const struct sheaf_cpuset *set,
                                       unsigned *cores)
{
    struct sheaf_cpuset whole = {{0}};
    *cores = 0;
    for (unsigned i = 0, end; i < topology->count; i = end) {
        bool touched = false;
        for (end = i; end < topology->count && topology->processors[end].core == topology->processors[i].core; end++)
            touched = touched || sheaf_cpuset_has(set, topology->processors[end].cpu);
        *cores += touched;
        for (unsigned j = i; touched && j < end; j++)
            sheaf_cpuset_add(&whole, topology->processors[j].cpu);
    }
    return whole;
}

static bool inside(const struct sheaf_cpuset *a, const struct sheaf_cpuset *b)
{
    for (size_t i = 0; i < sizeof a->word / sizeof *a->word; i++)
        if (a->word[i] & ~b->word[i])
            return false;
    return true;
}

unsigned sheaf_place_sharing(const struct sheaf_topology *topology, const struct sheaf_cpuset *place, unsigned workers,
                             unsigned *with)
{
    unsigned sharing = 0;
    for (unsigned i = 0; i < workers; i++) {
        /* Hall's condition on i's place: no more workers confined to its cores than there are. Places from a
         * policy are equal, nested or apart, where this finds every conflict. */
        unsigned cores, confined = 0, other = SHEAF_ALONE;
        struct sheaf_cpuset reach = whole_cores(topology, &place[i], &cores);
        for (unsigned j = 0; j < workers; j++) {
            if (!inside(&place[j], &reach))
                continue;
            confined++;
            other = other == SHEAF_ALONE && j != i ? j : other;
        }
        bool crowded = confined > cores;
        sharing += crowded;
        if (with)
            with[i] = crowded ? other : SHEAF_ALONE;
    }
    return sharing;
}

const char *sheaf_default_pin(const struct sheaf_topology *topology, const struct sheaf_cpuset *allowed,
                              unsigned workers, bool own_set)
{
    unsigned threads_max, cores = count_cores(topology, allowed, &threads_max);
    return cores && (own_set || workers >= cores) ? "core" : "none";
}
