#include "engine/pass.h"
#include "base/clock.h"

#include <sys/mman.h>

struct board *board_new(void)
{
    struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return NULL;
    board_reset(board);
    return board;
}

void board_reset(struct board *board)
{
    atomic_store(&board->cursor, 0);
    atomic_store(&board->done_bytes, 0);
    atomic_store(&board->error_block, UINT64_MAX);
    atomic_store(&board->stop, 0);
    atomic_store(&board->first_ns, INT64_MAX);
    atomic_store(&board->last_ns, 0);
    atomic_store(&board->peak_bytes, 0);
}

void board_destroy(struct board *board)
{
    if (board)
        munmap(board, sizeof *board);
}

void board_fail(struct board *board, uint64_t block)
{
    uint64_t known = atomic_load_explicit(&board->error_block, memory_order_relaxed);
    while (block < known && !atomic_compare_exchange_weak(&board->error_block, &known, block))
        ;
}

void failure_note(struct sheaf_error *known, const struct sheaf_error *failure)
{
    bool first = known->status == SHEAF_OK || (known->status == SHEAF_CANCELLED && failure->status != SHEAF_CANCELLED);
    bool lower = failure->status != SHEAF_CANCELLED && (uint64_t)failure->block < (uint64_t)known->block;
    if (first || lower)
        *known = *failure;
}

enum sheaf_status failure_explain(struct sheaf_error *err, enum sheaf_status status, const char *who, const char *where)
{
    if (status != SHEAF_OK && err && err->status != (int32_t)status)
        sheaf_fail(err, status, "%s failed in %s: %s", who, where, sheaf_status_name(status));
    return status;
}

enum sheaf_status pass_report(const struct pass *pass)
{
    if (!pass->progress)
        return SHEAF_OK;
    int64_t now = clock_ns(), due = atomic_load_explicit(pass->next_progress_ns, memory_order_relaxed);
    if (now < due)
        return SHEAF_OK;
    atomic_store_explicit(pass->next_progress_ns, now + pass->progress_interval_ns, memory_order_relaxed);
    if (pass->progress(pass->progress_context, atomic_load_explicit(&pass->board->done_bytes, memory_order_relaxed)))
        return SHEAF_OK;
    atomic_store(&pass->board->stop, 1);
    return SHEAF_CANCELLED;
}

enum sheaf_status pass_tick(const struct pass *pass, unsigned worker, uint64_t bytes)
{
    if (bytes)
        atomic_fetch_add_explicit(&pass->board->done_bytes, bytes, memory_order_relaxed);
    if (atomic_load_explicit(&pass->board->stop, memory_order_relaxed))
        return SHEAF_CANCELLED;
    return worker == 0 ? pass_report(pass) : SHEAF_OK;
}
