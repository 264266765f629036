#include "plan/bundle.h"

#include "engine/partial.h"
#include "plan/registry.h"

#include <stdlib.h>
#include <string.h>

enum { ALIGN = 64, STATE_ALIGN = 16 }; /* padding is for those who keep several states side by side */

static size_t align_up(size_t size, size_t to)
{
    return (size + to - 1) & ~(to - 1);
}

static const struct bundle *of(const struct work *work)
{
    return (const struct bundle *)work;
}

const struct sheaf_tally *bundle_rows(const void *state)
{
    return state;
}

const struct sheaf_tally *bundle_tally(const struct bundle *bundle, const void *state, uint32_t member)
{
    return (const struct sheaf_tally *)state + 1 + bundle->members[member].view;
}

void *bundle_state(const struct bundle *bundle, void *state, uint32_t member)
{
    return (unsigned char *)state + bundle->members[member].offset;
}

static const void *member_state(const struct bundle *bundle, const void *state, uint32_t member)
{
    return (const unsigned char *)state + bundle->members[member].offset;
}

static size_t tallies_size(const struct bundle *bundle)
{
    return (1 + bundle->view_count) * sizeof(struct sheaf_tally);
}

/* ---- the state ------------------------------------------------------------------------------------------------ */

/* A kernel may fail without saying why. */
static enum sheaf_status explain(const struct member *member, enum sheaf_status status, const char *where,
                                 struct sheaf_error *err)
{
    return failure_explain(err, status, member->reduction->kernel->name, where);
}

static enum sheaf_status init(const struct work *work, void *state, struct sheaf_error *err)
{
    const struct bundle *bundle = of(work);
    for (uint32_t i = 0; i < bundle->member_count; i++) {
        const struct member *member = &bundle->members[i];
        const struct sheaf_kernel *kernel = member->reduction->kernel;
        enum sheaf_status status =
            kernel->init ? kernel->init(bundle_state(bundle, state, i), &member->args, err) : SHEAF_OK;
        if (status != SHEAF_OK)
            return explain(member, status, "init", err);
    }
    return SHEAF_OK;
}

static void cleanup(const struct work *work, void *state)
{
    const struct bundle *bundle = of(work);
    for (uint32_t i = 0; i < bundle->member_count; i++) {
        const struct member *member = &bundle->members[i];
        if (member->reduction->kernel->cleanup)
            member->reduction->kernel->cleanup(bundle_state(bundle, state, i), &member->args);
    }
}

/* `into` and `from` are the member's own states. */
static enum sheaf_status merge_member(const struct member *member, void *into, const void *from, struct sheaf_error *err)
{
    const struct sheaf_kernel *kernel = member->reduction->kernel;
    if (kernel->merge)
        return explain(member, kernel->merge(into, from, &member->args, err), "merge", err);
    add64(into, from, member->size);
    return SHEAF_OK;
}

static enum sheaf_status merge(const struct work *work, void *into, const void *from, struct sheaf_error *err)
{
    const struct bundle *bundle = of(work);
    add64(into, from, tallies_size(bundle));
    enum sheaf_status status = SHEAF_OK;
    for (uint32_t i = 0; i < bundle->member_count && status == SHEAF_OK; i++)
        status = merge_member(&bundle->members[i], bundle_state(bundle, into, i), member_state(bundle, from, i), err);
    return status;
}

/* Packed: the whole state if it is flat; else the tallies, then per member a length and its bytes. `parts` > 1: only
 * what belongs to `part`. */
static enum sheaf_status pack_member(const struct bundle *bundle, const void *state, uint32_t i, uint32_t part,
                                     uint32_t parts, struct sheaf_buffer *out, struct sheaf_error *err)
{
    const struct member *member = &bundle->members[i];
    const struct sheaf_kernel *kernel = member->reduction->kernel;
    const void *from = member_state(bundle, state, i);
    uint64_t length = 0;
    size_t at = out->size;
    enum sheaf_status status = sheaf_buffer_append(out, &length, sizeof length);
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "no memory to pack a state");
    if (parts > 1 && kernel->partition)
        status = explain(member, kernel->partition(from, &member->args, part, parts, out, err), "partition", err);
    else if (part == 0 && kernel->pack)
        status = explain(member, kernel->pack(from, &member->args, out, err), "pack", err);
    else if (part == 0 && sheaf_buffer_append(out, from, member->size) != SHEAF_OK)
        status = sheaf_fail(err, SHEAF_MEMORY, "no memory to pack a state");
    if (status != SHEAF_OK)
        return status;
    length = out->size - at - sizeof length;
    memcpy(out->data + at, &length, sizeof length);
    return SHEAF_OK;
}

static enum sheaf_status partition(const struct work *work, const void *state, uint32_t part, uint32_t parts,
                                   struct sheaf_buffer *out, struct sheaf_error *err)
{
    const struct bundle *bundle = of(work);
    bool flat = work->laws & SHEAF_LAW_FLAT;
    size_t head = flat ? work->state_size : tallies_size(bundle);
    if (flat && part > 0)
        return SHEAF_OK;
    enum sheaf_status status = sheaf_buffer_append(out, state, head);
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "no memory to pack a state of %zu bytes", head);
    if (part > 0)
        memset(out->data + out->size - head, 0, head); /* the tallies are counted once, with part 0 */
    for (uint32_t i = 0; !flat && i < bundle->member_count && status == SHEAF_OK; i++)
        status = pack_member(bundle, state, i, part, parts, out, err);
    return status;
}

static enum sheaf_status pack(const struct work *work, const void *state, struct sheaf_buffer *out,
                              struct sheaf_error *err)
{
    return partition(work, state, 0, 1, out, err);
}

/* Merges the bytes of a flat member, through an aligned copy. */
static enum sheaf_status unpack_flat(const struct bundle *bundle, void *state, uint32_t i, const void *bytes,
                                     struct sheaf_error *err)
{
    const struct member *member = &bundle->members[i];
    void *copy = aligned_alloc(ALIGN, align_up(member->size, ALIGN));
    if (!copy)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory to unpack a state");
    memcpy(copy, bytes, member->size);
    enum sheaf_status status = merge_member(member, bundle_state(bundle, state, i), copy, err);
    free(copy);
    return status;
}

static enum sheaf_status unpack_members(const struct bundle *bundle, void *state, const unsigned char *bytes,
                                        size_t size, struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    for (uint32_t i = 0; i < bundle->member_count && status == SHEAF_OK; i++) {
        const struct member *member = &bundle->members[i];
        const struct sheaf_kernel *kernel = member->reduction->kernel;
        uint64_t length;
        if (size < sizeof length)
            return sheaf_fail(err, SHEAF_INTERNAL, "a packed state is too short");
        memcpy(&length, bytes, sizeof length);
        bytes += sizeof length, size -= sizeof length;
        if (length > size || (!kernel->unpack && length && length != member->size))
            return sheaf_fail(err, SHEAF_INTERNAL, "a packed state of %s is damaged", kernel->name);
        if (length && kernel->unpack)
            status = explain(member, kernel->unpack(bundle_state(bundle, state, i), &member->args, bytes, length, err),
                             "unpack", err);
        else if (length)
            status = unpack_flat(bundle, state, i, bytes, err);
        bytes += length, size -= length;
    }
    return status;
}

static enum sheaf_status unpack(const struct work *work, void *state, const void *bytes, size_t size,
                                struct sheaf_error *err)
{
    const struct bundle *bundle = of(work);
    if (work->laws & SHEAF_LAW_FLAT) {
        if (size != work->state_size)
            return sheaf_fail(err, SHEAF_INTERNAL, "a packed state has %zu bytes, not %zu", size, work->state_size);
        void *copy = aligned_alloc(ALIGN, align_up(size, ALIGN));
        if (!copy)
            return sheaf_fail(err, SHEAF_MEMORY, "no memory to unpack a state");
        memcpy(copy, bytes, size);
        enum sheaf_status status = merge(work, state, copy, err);
        free(copy);
        return status;
    }
    size_t head = tallies_size(bundle);
    const unsigned char *from = bytes;
    if (size < head)
        return sheaf_fail(err, SHEAF_INTERNAL, "a packed state has only %zu bytes", size);
    unsigned char *tallies = malloc(head);
    if (!tallies)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory to unpack a state");
    memcpy(tallies, from, head);
    add64(state, tallies, head);
    free(tallies);
    return unpack_members(bundle, state, from + head, size - head, err);
}

/* ---- the worker ------------------------------------------------------------------------------------------------- */

struct worker_scratch {
    struct reader *reader;
    struct sifter *sifter;
    struct sheaf_column columns[SHEAF_MOST_ROLES];
};

static void close_scratch(struct worker_scratch *scratch)
{
    reader_close(scratch->reader);
    sifter_destroy(scratch->sifter);
    free(scratch);
}

static enum sheaf_status open_scratch(const struct work *work, struct worker_scratch **out, struct sheaf_error *err)
{
    const struct bundle *bundle = of(work);
    struct worker_scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a worker");
    enum sheaf_status status = reader_open(&scratch->reader, bundle->source, bundle->forms, err);
    if (status == SHEAF_OK)
        status = sifter_new(&scratch->sifter, bundle->sieve, bundle->source, err);
    if (status != SHEAF_OK) {
        close_scratch(scratch);
        return status;
    }
    *out = scratch;
    return SHEAF_OK;
}

static enum sheaf_status map_member(const struct member *member, void *state, const struct sheaf_batch *batch,
                                    struct sheaf_error *err)
{
    return explain(member, member->map(state, batch, &member->args, err), "map", err);
}

static bool may_hold_nan(const struct bundle *bundle, const struct view *view, const void *state)
{
    if (view->witness == BUNDLE_NONE)
        return true;
    const struct member *member = &bundle->members[view->witness];
    return member->reduction->kernel->may_hold_nan(member_state(bundle, state, view->witness), &member->args);
}

static enum sheaf_status map_view(const struct bundle *bundle, const struct view *view, struct worker_scratch *scratch,
                                  void *state, struct sheaf_tally *tally, struct sheaf_error *err)
{
    const struct reduction *shape = view->shape;
    struct sheaf_batch batch;
    enum sheaf_status status = sifter_batch(scratch->sifter, shape->columns, shape->types, shape->kernel->role_count,
                                            &batch, scratch->columns, tally, err);
    if (status != SHEAF_OK || batch.rows == 0)
        return status;
    for (uint32_t i = view->first; i != BUNDLE_NONE && status == SHEAF_OK; i = bundle->members[i].next)
        status = map_member(&bundle->members[i], bundle_state(bundle, state, i), &batch, err);
    if (status == SHEAF_OK && bundle->sieve->nan == NAN_PROPAGATE && may_hold_nan(bundle, view, state))
        tally->nan += batch_count_nan(&batch, shape->kernel->role_count);
    return status;
}

static enum sheaf_status map_tile(const struct bundle *bundle, struct worker_scratch *scratch, const struct tile *tile,
                                  void *state, struct sheaf_error *err)
{
    struct sheaf_tally *tallies = state;
    sifter_begin(scratch->sifter, tile, &tallies[0]);
    enum sheaf_status status = SHEAF_OK;
    for (uint32_t i = 0; i < bundle->view_count && status == SHEAF_OK; i++)
        status = map_view(bundle, &bundle->views[i], scratch, state, &tallies[1 + i], err);
    return status;
}

static enum sheaf_status block(const struct work *work, struct worker_scratch *scratch, const struct pass *pass,
                               unsigned worker, const struct span *span, void *state, struct sheaf_error *err)
{
    enum { TICK_BYTES = 1 << 20 };
    uint64_t untold = 0;
    enum sheaf_status status = reader_begin(scratch->reader, span, err);
    while (status == SHEAF_OK) {
        struct tile tile;
        status = reader_next(scratch->reader, &tile, err);
        if (status != SHEAF_OK || tile.rows == 0)
            break;
        status = map_tile(of(work), scratch, &tile, state, err);
        untold += tile.bytes;
        if (status == SHEAF_OK && untold >= TICK_BYTES) {
            status = pass_tick(pass, worker, untold);
            untold = 0;
        }
    }
    return status == SHEAF_OK ? pass_tick(pass, worker, untold) : status;
}

static const struct work_ops ops = {init, cleanup, merge, pack, unpack, partition, open_scratch, block, close_scratch};

/* ---- putting it together ---------------------------------------------------------------------------------------- */

static bool same_columns(const struct reduction *a, const struct reduction *b)
{
    return a->kernel->role_count == b->kernel->role_count &&
           memcmp(a->columns, b->columns, a->kernel->role_count * sizeof *a->columns) == 0 &&
           memcmp(a->types, b->types, a->kernel->role_count * sizeof *a->types) == 0;
}

/* Adds member `i` to the view of its columns. `begins` has, per column, the first view that begins with it. Tables have
 * tens of thousands of columns, so that nothing here may look at all views. */
static void join_view(struct bundle *bundle, uint32_t i, uint32_t *begins)
{
    struct member *member = &bundle->members[i];
    uint32_t *begin = &begins[member->reduction->columns[0]], view = *begin;
    while (view != BUNDLE_NONE && !same_columns(bundle->views[view].shape, member->reduction))
        view = bundle->views[view].next;
    member->next = BUNDLE_NONE;
    if (view == BUNDLE_NONE) {
        view = bundle->view_count++;
        bundle->views[view] = (struct view){member->reduction, i, i, BUNDLE_NONE, *begin};
        *begin = view;
    } else {
        bundle->members[bundle->views[view].last].next = i;
        bundle->views[view].last = i;
    }
    member->view = view;
    if (member->reduction->kernel->may_hold_nan && bundle->views[view].witness == BUNDLE_NONE)
        bundle->views[view].witness = i;
}

static enum sheaf_status choose_views(struct bundle *bundle, struct sheaf_error *err)
{
    size_t columns = sheaf_source_column_count(bundle->source);
    uint32_t *begins = malloc((columns + 1) * sizeof *begins);
    if (!begins)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a plan of %zu columns", columns);
    memset(begins, 0xff, columns * sizeof *begins); /* BUNDLE_NONE */
    for (uint32_t i = 0; i < bundle->member_count; i++)
        join_view(bundle, i, begins);
    free(begins);
    return SHEAF_OK;
}

static enum sheaf_status lay_out(struct bundle *bundle, struct sheaf_error *err)
{
    uint32_t laws = SHEAF_LAW_ADD64 | SHEAF_LAW_FLAT;
    size_t at = align_up(tallies_size(bundle), STATE_ALIGN);
    for (uint32_t i = 0; i < bundle->member_count; i++) {
        struct member *member = &bundle->members[i];
        const struct sheaf_kernel *kernel = member->reduction->kernel;
        member->size = kernel->state_size(&member->args);
        if (member->size < 8 || member->size % 8)
            return sheaf_fail(err, SHEAF_USAGE, "kernel %s: a state of %zu bytes is no multiple of 8", kernel->name,
                              member->size);
        member->offset = at;
        at = align_up(at + member->size, STATE_ALIGN);
        laws &= sheaf_kernel_laws(kernel);
    }
    bundle->work.state_size = at;
    bundle->work.laws = laws;
    return SHEAF_OK;
}

/* Decimals in every form that someone looks at; the filter sees doubles. */
static void choose_forms(struct bundle *bundle)
{
    for (uint32_t i = 0; i < bundle->view_count; i++) {
        const struct reduction *shape = bundle->views[i].shape;
        for (uint32_t role = 0; role < shape->kernel->role_count; role++)
            bundle->forms[shape->columns[role]] |= shape->types[role] == SHEAF_DECIMAL ? FORM_DECIMAL : FORM_REAL;
    }
    for (uint32_t i = 0; i < bundle->sieve->filter_count; i++)
        bundle->forms[bundle->sieve->filters[i].column] |= FORM_REAL;
}

enum sheaf_status bundle_init(struct bundle *bundle, const struct sheaf_source *source, const struct sieve *sieve,
                              const struct reduction *reductions, struct sheaf_buffer *const *carry, uint32_t count,
                              uint32_t pass, struct sheaf_error *err)
{
    memset(bundle, 0, sizeof *bundle);
    bundle->work.ops = &ops;
    bundle->source = source;
    bundle->sieve = sieve;
    bundle->members = calloc(count, sizeof *bundle->members);
    bundle->views = calloc(count, sizeof *bundle->views);
    bundle->work.forms = bundle->forms = calloc(sheaf_source_column_count(source), sizeof *bundle->forms);
    if (!bundle->members || !bundle->views || !bundle->forms)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a plan of %u reductions", count);
    for (uint32_t i = 0; i < count; i++) {
        if (!carry[i])
            continue;
        struct member *member = &bundle->members[bundle->member_count++];
        const struct reduction *reduction = &reductions[i];
        member->reduction = reduction;
        member->args = (struct sheaf_args){reduction->values, reduction->types, pass, carry[i]->data, carry[i]->size};
        member->map = kernel_map_select(reduction->kernel);
    }
    enum sheaf_status status = choose_views(bundle, err);
    if (status != SHEAF_OK)
        return status;
    choose_forms(bundle);
    return lay_out(bundle, err);
}

void bundle_cleanup(struct bundle *bundle)
{
    if (!bundle)
        return;
    free(bundle->members);
    free(bundle->views);
    free(bundle->forms);
    memset(bundle, 0, sizeof *bundle);
}
