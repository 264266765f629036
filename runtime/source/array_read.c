/* Reading arrays. The window is a piece of the file, mapped or read: where both are possible, in the way that proves
 * faster. Tiles are slices of the window where the cells of a column lie side by side, else gathered from it. */
#include "source/array.h"
#include "base/clock.h"
#include "source/bytes.h"
#include "source/mapping.h"
#include "source/race.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WINDOW_BYTES = 1024 * 1024, /* the knee: of a cached file 8.5 GB/s a core at 256 KiB, 9.3 at 512 KiB, 10.1 at
                                   1 MiB, 10.2 at 2 MiB, 9.4 at 8 MiB (Zen 4) */
    MAP_BYTES = 8 * 1024 * 1024, /* a mapped window: at 4 MiB two threads lose a tenth to unmapping */
    MAP_TILE_BYTES = 16 * 1024,  /* leaves room in the first cache for what is prefetched meanwhile; squares lose a
                                   twentieth by 8 KiB, three kernels at once a tenth by 32 KiB */
    DENSE_BYTES = 256 * 1024,   /* all columns of a gathered tile */
    ALIGNMENT = 64
};

enum { MAP, READ }; /* how a window comes to be there */

struct array_reader {
    struct reader base;
    const struct array_layout *layout; /* of the input that is being read */
    const struct source_input *input;
    const uint64_t *cell;    /* the source's picks */
    size_t columns;
    size_t size;             /* of an element */
    int fd;
    uint64_t opened;         /* the input that fd is open on */
    uint64_t file, next, hi; /* rows to come, in the order of reading */
    uint64_t lo;             /* of the span */
    const unsigned char *fed; /* the span's bytes, or NULL */
    bool walk;               /* memory order is not the logical order, and must be reported */
    bool own;                /* cells of this tile lie in own memory and may be swapped there */
    /* Makes the cells of rows next .. next + *rows - 1 addressable through `from`; may lower *rows. */
    enum sheaf_status (*fetch)(struct array_reader *r, uint64_t *rows, struct sheaf_error *err);
    uint64_t tile_rows;      /* the most that a tile has */
    uint64_t window_first, window_rows, window_pitch; /* rows in the window; bytes from column to column */
    uint64_t window_row_bytes; /* that a row of it takes in the file */
    const unsigned char *view; /* the window's first byte: in `window` or in `mapping` */
    unsigned char *window;
    struct mapping mapping;
    struct race race;        /* between MAP and READ */
    int64_t timed_from;      /* when the window was moved here by the way that the race named; 0: it was not */
    unsigned char *dense;    /* columns x tile_rows x size */
    uint64_t *position;      /* tile_rows, for a walk */
    const unsigned char **from; /* per column: the tile's cells */
    struct tile_column *out;
};

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static enum sheaf_status need(const struct array_reader *r, uint64_t element, uint64_t count, void *into,
                              struct sheaf_error *err)
{
    return bytes_need_at(r->fd, r->input->name, r->input->start + element * r->size, into, count * r->size, err);
}

static unsigned char *dense_column(const struct array_reader *r, size_t k)
{
    return r->dense + k * r->tile_rows * r->size;
}

/* ---- moving elements ------------------------------------------------------------------------------------ */

#define DEFINE_MOVES(bits, swap)                                                                           \
    static void gather_##bits(unsigned char *restrict to, const unsigned char *restrict from, size_t stride, \
                              uint64_t n)                                                                  \
    {                                                                                                      \
        for (uint64_t i = 0; i < n; i++)                                                                   \
            memcpy(to + i * (bits / 8), from + i * stride, bits / 8);                                      \
    }                                                                                                      \
    static void swap_##bits(unsigned char *to, const unsigned char *from, uint64_t n)                      \
    {                                                                                                      \
        for (uint64_t i = 0; i < n; i++) {                                                                 \
            uint##bits##_t word;                                                                           \
            memcpy(&word, from + i * (bits / 8), bits / 8);                                                \
            word = swap(word);                                                                             \
            memcpy(to + i * (bits / 8), &word, bits / 8);                                                  \
        }                                                                                                  \
    }
DEFINE_MOVES(8, (uint8_t))
DEFINE_MOVES(16, __builtin_bswap16)
DEFINE_MOVES(32, __builtin_bswap32)
DEFINE_MOVES(64, __builtin_bswap64)

/* By element size. */
static const struct {
    void (*gather)(unsigned char *restrict to, const unsigned char *restrict from, size_t stride, uint64_t n);
    void (*swap)(unsigned char *to, const unsigned char *from, uint64_t n);
} moves[] = {
    [1] = {gather_8, swap_8}, [2] = {gather_16, swap_16}, [4] = {gather_32, swap_32}, [8] = {gather_64, swap_64}};

/* ---- fetching ------------------------------------------------------------------------------------------- */

/* Picks the columns out of whole rows, which begin at `row`. */
static void gather_rows(struct array_reader *r, const unsigned char *row, uint64_t rows)
{
    for (size_t k = 0; k < r->columns; k++) {
        unsigned char *to = dense_column(r, k);
        moves[r->size].gather(to, row + r->cell[k] * r->size, r->layout->width * r->size, rows);
        r->from[k] = to;
    }
    r->own = true;
}

/* Bytes that the feeder read: used where they lie if possible. */
static enum sheaf_status fetch_fed(struct array_reader *r, uint64_t *rows, struct sheaf_error *err)
{
    (void)err;
    const unsigned char *row = r->fed + (r->next - r->lo) * r->layout->width * r->size;
    r->own = false;
    for (size_t k = 0; k < r->columns; k++)
        r->from[k] = row;
    if (r->layout->width > 1)
        gather_rows(r, row, *rows);
    return SHEAF_OK;
}

/* The window, if there is one, has been looked at: stops its clock. */
static enum sheaf_status leave_window(struct array_reader *r, struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    if (r->mapping.base)
        status = mapping_check(&r->mapping, r->fd, r->input->name, err);
    mapping_close(&r->mapping);
    if (r->timed_from)
        race_tell(&r->race, r->window_rows * r->window_row_bytes, clock_ns() - r->timed_from);
    r->timed_from = 0;
    return status;
}

/* Moves the window to row `next`, whose `row_bytes` bytes begin at `element`, as do those of the rows behind it. */
static enum sheaf_status move_window(struct array_reader *r, uint64_t element, uint64_t row_bytes, struct sheaf_error *err)
{
    enum sheaf_status status = leave_window(r, err);
    r->window_rows = 0;
    if (status != SHEAF_OK)
        return status;
    int64_t now = clock_ns();
    uint64_t left = r->hi - r->next, n = least(MAP_BYTES / row_bytes, left);
    r->view = r->race.way == MAP ? mapping_open(&r->mapping, r->fd, r->input->start + element * r->size, n * row_bytes) : NULL;
    r->timed_from = r->view || r->race.way == READ ? now : 0;
    if (!r->view) {
        n = least(WINDOW_BYTES / row_bytes, left);
        r->view = r->window;
        status = need(r, element, n * row_bytes / r->size, r->window, err);
    }
    r->window_row_bytes = row_bytes;
    r->window_first = r->next;
    r->window_rows = status == SHEAF_OK ? n : 0;
    return status;
}

/* Reads several columns, each into its part of the window. */
static enum sheaf_status read_columns(struct array_reader *r, struct sheaf_error *err)
{
    uint64_t room = WINDOW_BYTES / (r->columns * r->size), n = least(room ? room : 1, r->hi - r->next);
    r->view = r->window;
    r->window_rows = 0;
    r->window_pitch = n * r->size;
    for (size_t k = 0; k < r->columns; k++) {
        enum sheaf_status status = need(r, r->cell[k] * r->layout->rows + r->next, n,
                                        r->window + k * r->window_pitch, err);
        if (status != SHEAF_OK)
            return status;
    }
    r->window_first = r->next;
    r->window_rows = n;
    return SHEAF_OK;
}

/* The cells of a column lie side by side. */
static enum sheaf_status fetch_columns(struct array_reader *r, uint64_t *rows, struct sheaf_error *err)
{
    if (r->next - r->window_first >= r->window_rows) {
        uint64_t before = r->layout->by_column ? r->cell[0] * r->layout->rows : 0;
        enum sheaf_status status = r->columns == 1 ? move_window(r, before + r->next, r->size, err)
                                                   : read_columns(r, err);
        if (status != SHEAF_OK)
            return status;
    }
    uint64_t skipped = r->next - r->window_first;
    *rows = least(*rows, r->window_rows - skipped);
    r->own = r->view == r->window;
    if (!r->own)
        *rows = least(*rows, MAP_TILE_BYTES / r->size);
    for (size_t k = 0; k < r->columns; k++)
        r->from[k] = r->view + k * r->window_pitch + skipped * r->size;
    if (!r->own)
        mapping_expect(&r->mapping, r->from[0] + *rows * r->size, *rows * r->size);
    return SHEAF_OK;
}

/* A table row by row: whole rows in the window, columns gathered. */
static enum sheaf_status fetch_rows(struct array_reader *r, uint64_t *rows, struct sheaf_error *err)
{
    uint64_t width = r->layout->width;
    if (r->next - r->window_first >= r->window_rows) {
        enum sheaf_status status = move_window(r, r->next * width, width * r->size, err);
        if (status != SHEAF_OK)
            return status;
    }
    uint64_t skipped = r->next - r->window_first;
    *rows = least(*rows, r->window_rows - skipped);
    gather_rows(r, r->view + skipped * width * r->size, *rows);
    return SHEAF_OK;
}

/* A table whose single row is wider than the window: cell by cell. */
static enum sheaf_status fetch_cells(struct array_reader *r, uint64_t *rows, struct sheaf_error *err)
{
    for (size_t k = 0; k < r->columns; k++) {
        r->from[k] = dense_column(r, k);
        for (uint64_t i = 0; i < *rows; i++) {
            uint64_t element = (r->next + i) * r->layout->width + r->cell[k];
            enum sheaf_status status = need(r, element, 1, dense_column(r, k) + i * r->size, err);
            if (status != SHEAF_OK)
                return status;
        }
    }
    r->own = true;
    return SHEAF_OK;
}

/* ---- Fortran order -------------------------------------------------------------------------------------- */

/* A walk over the indices after the first in memory order; `rest` is their C-order index. */
struct walk {
    const struct array_layout *layout;
    uint64_t index[NPY_RANK], stride[NPY_RANK]; /* of each axis in C order */
    uint64_t rest;
};

static void walk_begin(struct walk *walk, const struct array_layout *layout, uint64_t number)
{
    uint64_t stride = 1;
    walk->layout = layout;
    walk->rest = 0;
    for (size_t d = layout->rank; d-- > 0; stride *= layout->shape[d])
        walk->stride[d] = stride;
    for (size_t d = 1; d < layout->rank; d++, number /= layout->shape[d - 1]) {
        walk->index[d] = number % layout->shape[d];
        walk->rest += walk->index[d] * walk->stride[d];
    }
}

static void walk_step(struct walk *walk)
{
    for (size_t d = 1; d < walk->layout->rank; d++) {
        walk->rest += walk->stride[d];
        if (++walk->index[d] < walk->layout->shape[d])
            return;
        walk->rest -= walk->index[d] * walk->stride[d];
        walk->index[d] = 0;
    }
}

/* The C-order indices of memory rows first .. first + n - 1. */
static void walk_positions(const struct array_layout *layout, uint64_t first, uint64_t n, uint64_t *out)
{
    struct walk walk;
    uint64_t length = layout->shape[0], i = first % length;
    walk_begin(&walk, layout, first / length);
    for (uint64_t done = 0; done < n; i = 0, walk_step(&walk))
        for (; i < length && done < n; i++)
            out[done++] = i * walk.stride[0] + walk.rest;
}

/* The memory row of C-order index `row`. */
static uint64_t memory_row(const struct array_layout *layout, uint64_t row)
{
    uint64_t index[NPY_RANK], memory = 0;
    for (size_t d = layout->rank; d-- > 0; row /= layout->shape[d])
        index[d] = row % layout->shape[d];
    for (size_t d = layout->rank; d-- > 0;)
        memory = memory * layout->shape[d] + index[d];
    return memory;
}

/* Fills the window with the C-order rows of the first indices i .. i + n - 1: a transposition, whose lines are read
 * one by one and dealt out. */
static enum sheaf_status window_transpose(struct array_reader *r, uint64_t i, uint64_t n, struct sheaf_error *err)
{
    const struct array_layout *layout = r->layout;
    struct walk walk;
    walk_begin(&walk, layout, 0);
    uint64_t rest = walk.stride[0];
    r->window_rows = 0;
    r->window_pitch = n * rest * r->size;
    for (uint64_t t = 0; t < rest; t++, walk_step(&walk)) {
        for (size_t k = 0; k < r->columns; k++) {
            uint64_t element = (layout->by_column ? r->cell[k] * layout->rows : 0) + t * layout->shape[0] + i;
            enum sheaf_status status = need(r, element, n, r->dense, err);
            if (status != SHEAF_OK)
                return status;
            unsigned char *to = r->window + k * r->window_pitch + walk.rest * r->size;
            for (uint64_t j = 0; j < n; j++)
                memcpy(to + j * rest * r->size, r->dense + j * r->size, r->size);
        }
    }
    r->window_first = i * rest;
    r->window_rows = n * rest;
    return SHEAF_OK;
}

/* A Fortran array in C order: by transposed slabs of the first axis, or cell by cell where not even one fits. */
static enum sheaf_status fetch_in_order(struct array_reader *r, uint64_t *rows, struct sheaf_error *err)
{
    const struct array_layout *layout = r->layout;
    uint64_t rest = layout->rows / layout->shape[0], room = WINDOW_BYTES / (r->columns * r->size) / rest;
    enum sheaf_status status = SHEAF_OK;
    r->own = true;
    if (room == 0) {
        for (size_t k = 0; k < r->columns; k++) {
            r->from[k] = dense_column(r, k);
            for (uint64_t i = 0; i < *rows && status == SHEAF_OK; i++)
                status = need(r, (layout->by_column ? r->cell[k] * layout->rows : 0) + memory_row(layout, r->next + i),
                              1, dense_column(r, k) + i * r->size, err);
        }
        return status;
    }
    if (r->next - r->window_first >= r->window_rows) {
        uint64_t i = r->next / rest;
        status = window_transpose(r, i, least(least(room, r->tile_rows), layout->shape[0] - i), err);
        if (status != SHEAF_OK)
            return status;
    }
    uint64_t skipped = r->next - r->window_first;
    *rows = least(*rows, r->window_rows - skipped);
    for (size_t k = 0; k < r->columns; k++)
        r->from[k] = r->window + k * r->window_pitch + skipped * r->size;
    return SHEAF_OK;
}

/* ---- the reader ----------------------------------------------------------------------------------------- */

static void *aligned_bytes(uint64_t size)
{
    return aligned_alloc(ALIGNMENT, (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
}

enum sheaf_status array_reader_open(struct reader **reader, const struct sheaf_source *source, const uint8_t *forms,
                                    struct sheaf_error *err)
{
    (void)forms;
    struct array_reader *r = calloc(1, sizeof *r);
    if (!r)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    const struct array_picks *picks = source->detail;
    r->base.source = source;
    r->fd = -1;
    r->cell = picks->cell;
    r->columns = picks->count;
    r->size = sheaf_type_size(source->columns[0].type);
    uint64_t row = r->columns * r->size;
    r->tile_rows = least(TILE_BYTES / r->size, DENSE_BYTES / row ? DENSE_BYTES / row : 1);
    r->window = aligned_bytes(row < WINDOW_BYTES ? WINDOW_BYTES : row);
    r->dense = aligned_bytes(r->tile_rows * row);
    r->position = malloc(TILE_ROWS * sizeof *r->position);
    r->from = calloc(r->columns, sizeof *r->from);
    r->out = calloc(r->columns, sizeof *r->out);
    if (!r->window || !r->dense || !r->position || !r->from || !r->out) {
        array_reader_close(&r->base);
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a reader");
    }
    *reader = &r->base;
    return SHEAF_OK;
}

void array_reader_close(struct reader *reader)
{
    struct array_reader *r = (struct array_reader *)reader;
    mapping_close(&r->mapping);
    if (r->fd >= 0)
        close(r->fd);
    free(r->window);
    free(r->dense);
    free(r->position);
    free(r->from);
    free(r->out);
    free(r);
}

static enum sheaf_status open_input(struct array_reader *r, uint64_t input, struct sheaf_error *err)
{
    if (r->fd >= 0 && r->opened == input)
        return SHEAF_OK;
    if (r->fd >= 0)
        close(r->fd);
    r->fd = bytes_open(r->input->name);
    r->opened = input;
    if (r->fd >= 0)
        return SHEAF_OK;
    sheaf_fail_os(err, errno, "cannot open");
    sheaf_error_at(err, r->input->name, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_IO;
}

enum sheaf_status array_reader_begin(struct reader *reader, const struct span *span, struct sheaf_error *err)
{
    struct array_reader *r = (struct array_reader *)reader;
    const struct sheaf_source *source = reader->source;
    r->input = &source->inputs[span->input];
    r->layout = array_layout(source, span->input);
    r->file = span->input;
    r->next = r->lo = span->lo;
    r->hi = span->hi;
    r->fed = span->bytes;
    r->window_first = r->window_rows = 0;
    r->timed_from = 0;
    mapping_close(&r->mapping); /* of a block that was given up */
    bool in_order = r->layout->rank && (source->in_order || r->layout->in_order);
    r->walk = r->layout->rank && !in_order;
    if (r->fed) {
        if (in_order)
            return source_fail(err, SHEAF_INPUT, r->input->name, SHEAF_UNKNOWN,
                               "is in Fortran order, and its rows are needed in C order, which a stream cannot give; "
                               "save it as a file first");
        r->fetch = fetch_fed;
        return SHEAF_OK;
    }
    if (in_order)
        r->fetch = fetch_in_order;
    else if (r->layout->width == 1 || r->layout->by_column)
        r->fetch = fetch_columns;
    else
        r->fetch = array_row_bytes(r->layout) <= WINDOW_BYTES ? fetch_rows : fetch_cells;
    return open_input(r, span->input, err);
}

/* Turns the fetched cells into native, aligned ones. */
static void finish_columns(struct array_reader *r, uint64_t rows)
{
    for (size_t k = 0; k < r->columns; k++) {
        const unsigned char *from = r->from[k];
        unsigned char *to = r->own ? (unsigned char *)from : dense_column(r, k);
        if (r->layout->swapped)
            moves[r->size].swap(to, from, rows);
        else if (!r->own && (uintptr_t)from % r->size)
            memcpy(to, from, rows * r->size);
        else
            to = (unsigned char *)from;
        r->out[k] = (struct tile_column){.type = r->layout->type, .data = to};
    }
}

enum sheaf_status array_reader_next(struct reader *reader, struct tile *tile, struct sheaf_error *err)
{
    struct array_reader *r = (struct array_reader *)reader;
    uint64_t rows = least(r->hi - r->next, r->walk ? least(r->tile_rows, TILE_ROWS) : r->tile_rows);
    *tile = (struct tile){.columns = r->out};
    if (rows == 0 || r->mapping.torn)
        return leave_window(r, err);
    enum sheaf_status status = r->fetch(r, &rows, err);
    if (status != SHEAF_OK)
        return status;
    finish_columns(r, rows);
    tile->rows = rows;
    tile->bytes = rows * (r->layout->by_column ? r->columns : r->layout->width) * r->size;
    tile->first = (struct sheaf_position){r->file, r->next, (int64_t)r->next, SHEAF_UNKNOWN};
    if (r->walk) {
        walk_positions(r->layout, r->next, rows, r->position);
        tile->first.at = r->position[0];
        tile->first.row = (int64_t)r->position[0];
        tile->at = tile->row = r->position;
    }
    r->next += rows;
    return SHEAF_OK;
}
