/* The body of every worker: which blocks it does, and where it stops. */
#include "engine/engine.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

/* ---- work and a dealer -------------------------------------------------------------------------------------------- */

static enum sheaf_status init(const struct work *work, void *state, struct sheaf_error *err)
{
    (void)work, (void)state, (void)err;
    return SHEAF_OK;
}

static void cleanup(const struct work *work, void *state)
{
    (void)work, (void)state;
}

/* Counts the blocks. */
static enum sheaf_status block(const struct work *work, struct worker_scratch *scratch, const struct pass *pass,
                               unsigned worker, const struct span *span, void *state, struct sheaf_error *err)
{
    (void)work, (void)scratch, (void)pass, (void)worker, (void)span, (void)err;
    ++*(uint64_t *)state;
    return SHEAF_OK;
}

static const struct work_ops ops = {.init = init, .cleanup = cleanup, .block = block};
static const struct work work = {.ops = &ops, .state_size = 16, .laws = SHEAF_LAW_ADD64 | SHEAF_LAW_FLAT};

/* Deals `left` blocks as a feed does: nobody knew how many. */
struct stream {
    struct dealer base;
    uint64_t dealt, left;
};

static enum sheaf_status next(struct dealer *base, unsigned worker, struct span *span, bool *more,
                              struct sheaf_error *err)
{
    struct stream *stream = (struct stream *)base;
    (void)worker, (void)err;
    *more = stream->left > 0;
    if (*more)
        span->block = stream->dealt++;
    stream->left -= *more;
    return SHEAF_OK;
}

static enum sheaf_status run_stream(uint64_t blocks, uint64_t most, uint64_t *done, struct sheaf_error *err)
{
    struct stream stream = {{next}, 0, blocks};
    struct board *board = board_new();
    struct partial partial;
    assert_non_null(board);
    board_reset(board);
    const struct pass pass = {.work = &work, .block_bytes = 1, .most_blocks = most, .board = board};
    const struct crew crew = {.workers = 1};
    sheaf_error_clear(err);
    assert_int_equal(partial_init(&partial, &work, err), SHEAF_OK);
    enum sheaf_status status = worker_run(&crew, &pass, &stream.base, 0, &partial, err);
    memcpy(done, partial.state, sizeof *done);
    partial_cleanup(&partial);
    board_destroy(board);
    return status;
}

/* ---- tests --------------------------------------------------------------------------------------------------------- */

static void does_every_block(void **state)
{
    (void)state;
    struct sheaf_error err;
    uint64_t done;
    assert_int_equal(run_stream(1000, UINT64_MAX, &done, &err), SHEAF_OK);
    assert_int_equal(done, 1000);
    assert_int_equal(run_stream(1000, 1000, &done, &err), SHEAF_OK);
    assert_int_equal(done, 1000);
}

static void refuses_more_than_a_total_stands(void **state)
{
    (void)state;
    struct sheaf_error err;
    uint64_t done;
    assert_int_equal(run_stream(1001, 1000, &done, &err), SHEAF_USAGE);
    assert_int_equal(done, 1000);
    assert_int_equal(err.block, 1000);
    assert_non_null(strstr(err.message, "more than 1000 blocks of 1 bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(does_every_block),
        cmocka_unit_test(refuses_more_than_a_total_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
