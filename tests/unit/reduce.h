/* Drives a kernel through its struct, as engines do: tiles that end where memory ends, several states, any order. After
 * exact_oracle.h, whose random numbers it draws. */
#ifndef SHEAF_TESTS_REDUCE_H
#define SHEAF_TESTS_REDUCE_H

#include <sheaf/kernel.h>

#include <sys/mman.h>
#include <unistd.h>

enum { TILE_MOST = 32 * 1024, PARTS = 4, STATE_WORDS = 1024, INPUT_MOST = 9000 };

/* Copies `size` bytes so that they end at a page that may not be touched. */
static inline const void *at_the_edge(unsigned role, const void *from, size_t size)
{
    static unsigned char *edge[2];
    if (!edge[role]) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        const int private = MAP_PRIVATE | MAP_ANONYMOUS;
        unsigned char *memory = mmap(NULL, TILE_MOST + page, PROT_READ | PROT_WRITE, private, -1, 0);
        assert_ptr_not_equal(memory, MAP_FAILED);
        assert_int_equal(mprotect(memory + TILE_MOST, page, PROT_NONE), 0);
        edge[role] = memory + TILE_MOST;
    }
    return memcpy(edge[role] - size, from, size);
}

struct input {
    enum sheaf_type types[2];
    const void *data[2];
    uint64_t rows;
};

/* Any elements, at most INPUT_MOST: each role's bytes are filled for its type. */
static uint64_t x_data[INPUT_MOST], y_data[INPUT_MOST];
static inline struct input any_input(enum sheaf_type x_type, enum sheaf_type y_type, uint64_t rows)
{
    fill_any((unsigned char *)x_data, x_type, rows);
    fill_any((unsigned char *)y_data, y_type, rows);
    return (struct input){{x_type, y_type}, {x_data, y_data}, rows};
}

static inline void map_rows(const struct sheaf_kernel *kernel, void *state, const struct sheaf_args *args,
                     const struct input *input, uint64_t first, uint64_t rows)
{
    struct sheaf_column columns[2];
    for (uint32_t role = 0; role < kernel->role_count; role++) {
        size_t size = sheaf_type_size(input->types[role]);
        const unsigned char *from = (const unsigned char *)input->data[role] + first * size;
        columns[role].type = input->types[role];
        columns[role].data = at_the_edge(role, from, rows * size);
    }
    struct sheaf_batch batch = {.rows = rows, .columns = columns, .first = {.at = first, .row = (int64_t)first}};
    assert_int_equal(kernel->map(state, &batch, args, NULL), SHEAF_OK);
}

/* Under SHEAF_LAW_ADD64 adding int64, wrapping, is a merge too. */
static inline void merge_states(const struct sheaf_kernel *kernel, int64_t *into, const int64_t *from,
                                const struct sheaf_args *args)
{
    if (kernel->merge && (!(kernel->laws & SHEAF_LAW_ADD64) || below(2))) {
        assert_int_equal(kernel->merge(into, from, args, NULL), SHEAF_OK);
        return;
    }
    for (size_t i = 0; i < kernel->state_size(args) / 8; i++)
        into[i] = (int64_t)((uint64_t)into[i] + (uint64_t)from[i]);
}

/* Maps tiles of random length into several states and merges those in random order. */
static inline void reduce(const struct sheaf_kernel *kernel, const struct input *input, const struct sheaf_tally *tally,
                   struct sheaf_result *result)
{
    static _Alignas(64) int64_t states[PARTS][STATE_WORDS];
    const struct sheaf_args args = {.types = input->types};
    assert_true(kernel->state_size(&args) % 8 == 0 && kernel->state_size(&args) <= sizeof states[0]);
    memset(states, 0, sizeof states);
    assert_null(kernel->init); /* zeros are the identity of each */
    for (uint64_t done = 0, rows; done < input->rows; done += rows) {
        uint64_t most = below(2) ? TILE_MOST / 8 : 7;
        rows = 1 + below(input->rows - done < most ? input->rows - done : most);
        map_rows(kernel, states[below(PARTS)], &args, input, done, rows);
    }
    for (unsigned left = PARTS; left > 1; left--)
        merge_states(kernel, states[below(left - 1)], states[left - 1], &args);
    struct sheaf_finish finish = {.tally = tally ? *tally : (struct sheaf_tally){.used = input->rows}};
    memset(result, 0, sizeof *result);
    assert_int_equal(kernel->finish(states[0], &args, &finish, result, NULL), SHEAF_OK);
}

#endif
