#include "harness/drive.h"

#include "base/cpu.h"

#include <sheaf/job.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST_STATES = 7, MOST_PARAMS = 8, MOST_TILE_ROWS = 8192 };

static uint64_t below(uint64_t *seed, uint64_t limit)
{
    return random_next(seed) % limit;
}

/* ---- guarded memory ------------------------------------------------------------------------------------- */

/* Room for a tile between two pages that nobody may touch. */
struct guarded {
    unsigned char *base, *room;
    size_t size, page;
};

static void guarded_init(struct guarded *guarded, size_t size)
{
    guarded->page = (size_t)sysconf(_SC_PAGESIZE);
    guarded->size = (size + guarded->page - 1) / guarded->page * guarded->page;
    guarded->base = mmap(NULL, guarded->size + 2 * guarded->page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(guarded->base != MAP_FAILED);
    guarded->room = guarded->base + guarded->page;
    assert_int_equal(mprotect(guarded->room, guarded->size, PROT_READ | PROT_WRITE), 0);
}

static void guarded_cleanup(struct guarded *guarded)
{
    munmap(guarded->base, guarded->size + 2 * guarded->page);
}

/* A copy that ends where the room ends, or begins where it begins. */
static const void *guarded_copy(struct guarded *guarded, const void *data, size_t size, bool at_end)
{
    unsigned char *to = at_end ? guarded->room + guarded->size - size : guarded->room;
    memcpy(to, data, size);
    return to;
}

/* ---- one pass ------------------------------------------------------------------------------------------- */

struct pass {
    const struct sheaf_kernel *kernel;
    const struct sheaf_args *args;
    const struct drive_input *input;
    kernel_map *map;
    uint64_t seed, tile_rows;
    unsigned state_count;
    void *states[MOST_STATES];
    struct guarded guarded[2];
};

static void *state_new(const struct pass *pass)
{
    size_t size = pass->kernel->state_size(pass->args);
    assert_true(size >= 8 && size % 8 == 0);
    void *state = aligned_alloc(64, (size + 63) / 64 * 64);
    assert_non_null(state);
    memset(state, 0, size);
    if (pass->kernel->init)
        assert_int_equal(pass->kernel->init(state, pass->args, NULL), SHEAF_OK);
    return state;
}

static void state_destroy(const struct pass *pass, void *state)
{
    if (pass->kernel->cleanup)
        pass->kernel->cleanup(state, pass->args);
    free(state);
}

static enum sheaf_status merge(struct pass *pass, void *into, const void *from, struct sheaf_error *err)
{
    const struct sheaf_kernel *kernel = pass->kernel;
    size_t size = kernel->state_size(pass->args);
    if (kernel->pack && below(&pass->seed, 2)) { /* as another address space would */
        struct sheaf_buffer packed = {0};
        enum sheaf_status status = kernel->pack(from, pass->args, &packed, err);
        if (status == SHEAF_OK)
            status = kernel->unpack(into, pass->args, packed.data, packed.size, err);
        sheaf_buffer_cleanup(&packed);
        return status;
    }
    if (!kernel->merge) {
        assert_true(kernel->laws & SHEAF_LAW_ADD64);
        for (size_t i = 0; i < size / 8; i++)
            ((uint64_t *)into)[i] += ((const uint64_t *)from)[i];
        return SHEAF_OK;
    }
    unsigned char *before = malloc(size);
    memcpy(before, from, size);
    enum sheaf_status status = kernel->merge(into, from, pass->args, err);
    assert_memory_equal(before, from, size);
    free(before);
    return status;
}

static uint64_t file_of(const struct drive_input *input, uint64_t row, uint64_t *first_row)
{
    uint64_t file = input->file_rows ? row / input->file_rows : 0;
    *first_row = file * input->file_rows;
    return file;
}

static enum sheaf_status map_tile(struct pass *pass, void *state, uint64_t row, uint64_t rows, struct sheaf_error *err)
{
    const struct drive_input *input = pass->input;
    struct sheaf_column columns[2];
    uint64_t at[MOST_TILE_ROWS], line[MOST_TILE_ROWS], first_row;
    for (uint32_t i = 0; i < input->roles; i++) {
        size_t size = sheaf_type_size(input->types[i]);
        columns[i].type = input->types[i];
        columns[i].data = guarded_copy(&pass->guarded[i], (const char *)input->data[i] + row * size, rows * size,
                                       !pass->seed || below(&pass->seed, 4));
    }
    struct sheaf_batch batch = {.rows = rows, .columns = columns};
    batch.first.file = file_of(input, row, &first_row);
    batch.first.at = row - first_row;
    batch.first.row = (int64_t)batch.first.at;
    batch.first.line = SHEAF_UNKNOWN;
    if (input->text) {
        for (uint64_t i = 0; i < rows; i++) {
            at[i] = 100 + 7 * (row + i - first_row);
            line[i] = row + i - first_row + 2;
        }
        batch.at = at;
        batch.line = line;
        batch.first.at = at[0];
        batch.first.row = SHEAF_UNKNOWN;
        batch.first.line = (int64_t)line[0];
    }
    return pass->map(state, &batch, pass->args, err);
}

struct tile {
    uint64_t row, rows;
};

/* Cuts the input into tiles, none across files, and puts them in any order. */
static uint64_t cut(struct pass *pass, struct tile *tiles)
{
    uint64_t count = 0;
    for (uint64_t row = 0; row < pass->input->rows; count++) {
        uint64_t first_row, end = pass->input->rows;
        file_of(pass->input, row, &first_row);
        if (pass->input->file_rows && first_row + pass->input->file_rows < end)
            end = first_row + pass->input->file_rows;
        uint64_t rows = pass->seed ? 1 + below(&pass->seed, pass->tile_rows) : pass->tile_rows;
        tiles[count] = (struct tile){row, rows < end - row ? rows : end - row};
        row += tiles[count].rows;
    }
    for (uint64_t i = 1; pass->seed && i < count; i++) {
        uint64_t other = below(&pass->seed, i + 1);
        struct tile tile = tiles[i];
        tiles[i] = tiles[other];
        tiles[other] = tile;
    }
    return count;
}

/* Every tile into some state. */
static enum sheaf_status map_all(struct pass *pass, struct sheaf_error *err)
{
    struct tile *tiles = malloc((pass->input->rows + 1) * sizeof *tiles);
    assert_non_null(tiles);
    uint64_t count = cut(pass, tiles);
    enum sheaf_status status = SHEAF_OK;
    for (uint64_t i = 0; i < count && status == SHEAF_OK; i++) {
        unsigned owner = pass->seed ? (unsigned)below(&pass->seed, pass->state_count) : 0;
        status = map_tile(pass, pass->states[owner], tiles[i].row, tiles[i].rows, err);
    }
    free(tiles);
    return status;
}

/* Two states at a time, any two in any order, until one is left. */
static enum sheaf_status merge_all(struct pass *pass, struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    while (pass->state_count > 1 && status == SHEAF_OK) {
        unsigned into = (unsigned)below(&pass->seed, pass->state_count);
        unsigned from = (into + 1 + (unsigned)below(&pass->seed, pass->state_count - 1)) % pass->state_count;
        status = merge(pass, pass->states[into], pass->states[from], err);
        state_destroy(pass, pass->states[from]);
        pass->states[from] = pass->states[--pass->state_count];
    }
    return status;
}

/* ---- the run -------------------------------------------------------------------------------------------- */

/* What drive() told about positions, undone. */
static enum sheaf_status locate(const struct sheaf_finish *finish, const struct sheaf_position *position,
                                struct sheaf_location *place, struct sheaf_error *err)
{
    static const char *const names[] = {"f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7", "f8", "f9"};
    (void)err;
    const struct drive_input *input = finish->context;
    assert_true(position->file < 10);
    place->file = names[position->file];
    place->row = input->text ? (position->at - 100) / 7 : position->at;
    place->line = input->text ? (int64_t)place->row + 2 : SHEAF_UNKNOWN;
    place->text = input->text;
    place->alone = input->file_rows == 0;
    return SHEAF_OK;
}

void drive_defaults(const struct sheaf_kernel *kernel, struct sheaf_arg *values)
{
    assert_true(kernel->param_count <= MOST_PARAMS);
    memset(values, 0, kernel->param_count * sizeof *values);
    for (uint32_t i = 0; i < kernel->param_count; i++)
        if (kernel->params[i].fallback)
            assert_int_equal(sheaf_param_parse(&kernel->params[i], kernel->params[i].fallback, &values[i], NULL),
                             SHEAF_OK);
}

static enum sheaf_status run_pass(struct pass *pass, bool *again, struct sheaf_buffer *carry,
                                  struct sheaf_result *result, struct sheaf_error *err)
{
    for (unsigned i = 0; i < pass->state_count; i++)
        pass->states[i] = state_new(pass);
    enum sheaf_status status = map_all(pass, err);
    if (status == SHEAF_OK)
        status = merge_all(pass, err);
    *again = false;
    if (status == SHEAF_OK && pass->kernel->next)
        status = pass->kernel->next(pass->states[0], pass->args, again, carry, err);
    if (status == SHEAF_OK && !*again) {
        struct sheaf_finish finish = {.locate = locate, .context = (void *)(uintptr_t)pass->input};
        finish.tally.read = finish.tally.used = pass->input->rows;
        status = pass->kernel->finish(pass->states[0], pass->args, &finish, result, err);
    }
    for (unsigned i = 0; i < pass->state_count; i++)
        state_destroy(pass, pass->states[i]);
    return status;
}

enum sheaf_status drive(const struct sheaf_kernel *kernel, const struct sheaf_arg *values,
                        const struct drive_input *input, const struct drive *how, struct sheaf_result *result,
                        struct sheaf_error *err)
{
    struct sheaf_arg defaults[MOST_PARAMS];
    drive_defaults(kernel, defaults);
    struct sheaf_args args = {.values = values ? values : defaults, .types = input->types};
    if (kernel->check && kernel->check(&args, err) != SHEAF_OK)
        return SHEAF_USAGE;

    struct pass pass = {.kernel = kernel, .args = &args, .input = input, .map = how->map ? how->map : kernel->map};
    pass.seed = how->seed;
    pass.tile_rows = how->tile_rows ? how->tile_rows : MOST_TILE_ROWS;
    for (uint32_t i = 0; i < input->roles; i++)
        guarded_init(&pass.guarded[i], pass.tile_rows * sheaf_type_size(input->types[i]));

    struct sheaf_buffer carry = {0};
    enum sheaf_status status = SHEAF_OK;
    for (bool again = true; again && status == SHEAF_OK; args.pass++) {
        struct sheaf_buffer carry_out = {0};
        pass.state_count = pass.seed ? 1 + (unsigned)below(&pass.seed, MOST_STATES) : 1;
        status = run_pass(&pass, &again, &carry_out, result, err);
        sheaf_buffer_cleanup(&carry);
        carry = carry_out;
        args.carry = carry.data;
        args.carry_size = carry.size;
    }
    sheaf_buffer_cleanup(&carry);
    for (uint32_t i = 0; i < input->roles; i++)
        guarded_cleanup(&pass.guarded[i]);
    return status;
}

struct sheaf_result drive_result(const struct sheaf_kernel *kernel, const struct sheaf_arg *values,
                                 const struct drive_input *input, const struct drive *how)
{
    struct sheaf_result result = {0};
    struct sheaf_error err;
    sheaf_error_clear(&err);
    if (drive(kernel, values, input, how, &result, &err) != SHEAF_OK)
        fail_msg("%s: %s", kernel->name, err.message);
    return result;
}

static void assert_same(const struct sheaf_kernel *kernel, const struct sheaf_arg *values,
                        const struct drive_input *input, const struct drive *how, const struct sheaf_result *expected,
                        const char *map_name)
{
    struct sheaf_result result = drive_result(kernel, values, input, how);
    if (!sheaf_result_equal(&result, expected))
        fail_msg("%s of %s, %llu rows: map %s, seed %llu, tiles of %llu give another result", kernel->name,
                 sheaf_type_name(input->types[0]), (unsigned long long)input->rows, map_name,
                 (unsigned long long)how->seed, (unsigned long long)how->tile_rows);
    sheaf_result_cleanup(&result);
}

void drive_assert_law(const struct sheaf_kernel *kernel, const struct sheaf_arg *values,
                      const struct drive_input *input, unsigned repetitions)
{
    static const uint64_t tile_rows[] = {1, 2, 33, 300, MOST_TILE_ROWS};
    struct sheaf_result expected = drive_result(kernel, values, input, &(struct drive){0});
    for (unsigned i = 0; i < repetitions; i++) {
        struct drive how = {.seed = 1 + i, .tile_rows = tile_rows[i % 5]};
        assert_same(kernel, values, input, &how, &expected, "portable");
        for (const struct sheaf_variant *v = kernel->variants; v && v->cpu; v++) {
            how.map = v->map;
            if (cpu_has(v->cpu))
                assert_same(kernel, values, input, &how, &expected, v->cpu);
        }
    }
    sheaf_result_cleanup(&expected);
}

/* ---- data ----------------------------------------------------------------------------------------------- */

static double special(uint64_t *seed, bool nan)
{
    static const double list[] = {0.0, -0.0, 1, -1, 0x1p-1074, -0x1p-1074, 0x1p-140, 3e38, -3e38, INFINITY, -INFINITY};
    if (nan && below(seed, 4) == 0)
        return below(seed, 2) ? NAN : -NAN;
    return list[below(seed, sizeof list / sizeof list[0])];
}

/* Any finite bits: numbers of every exponent. */
static double any_double(uint64_t *seed)
{
    double x;
    do {
        uint64_t bits = random_next(seed);
        memcpy(&x, &bits, sizeof x);
    } while (!isfinite(x));
    return x;
}

static double any_float(uint64_t *seed)
{
    float x;
    do {
        uint32_t bits = (uint32_t)random_next(seed);
        memcpy(&x, &bits, sizeof x);
    } while (!isfinite(x));
    return x;
}

long double drive_element(enum sheaf_type type, const void *data, uint64_t i)
{
#define X(NAME, c_type, text)                                                                              \
    case SHEAF_##NAME:                                                                                     \
        return ((const c_type *)data)[i];
    switch (type) {
        SHEAF_TYPES(X)
    default:
        return 0;
    }
#undef X
}

void drive_fill(enum sheaf_type type, void *data, uint64_t count, bool nan, uint64_t seed)
{
    for (uint64_t i = 0; i < count; i++) {
        uint64_t choice = below(&seed, 8), bits = random_next(&seed);
        double real = choice == 0   ? special(&seed, nan)
                      : choice == 1 ? (double)(int64_t)below(&seed, 9) - 4
                      : type == SHEAF_F32 ? any_float(&seed)
                                          : any_double(&seed);
        bits = choice == 0 ? 0 - below(&seed, 2) : choice == 1 ? below(&seed, 5) : bits >> below(&seed, 64);
#define X(NAME, c_type, text)                                                                              \
    case SHEAF_##NAME:                                                                                     \
        ((c_type *)data)[i] = SHEAF_##NAME >= SHEAF_F32 ? (c_type)real : (c_type)bits;                     \
        break;
        switch (type) {
            SHEAF_TYPES(X)
        default:
            break;
        }
#undef X
    }
}
