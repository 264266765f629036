#include "interrupt.h"

#include <stddef.h>

static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { HELD = sizeof held / sizeof held[0] };

static struct {
    struct sigaction actions[HELD], pipe;
    sigset_t mask;
    volatile sig_atomic_t seen;
} state;

static void note_signal(int number)
{
    state.seen = number;
}

const sigset_t *interrupt_hold(void)
{
    struct sigaction action = {.sa_handler = note_signal}, ignore = {.sa_handler = SIG_IGN};
    sigset_t block;
    sigemptyset(&block);
    for (int i = 0; i < HELD; i++) {
        sigaction(held[i], NULL, &state.actions[i]);
        if (state.actions[i].sa_handler == SIG_IGN)
            continue;
        sigaddset(&block, held[i]);
        sigaction(held[i], &action, NULL);
    }
    sigaction(SIGPIPE, &ignore, &state.pipe);
    sigprocmask(SIG_BLOCK, &block, &state.mask);
    return &state.mask;
}

bool interrupt_seen(void)
{
    return state.seen != 0;
}

void interrupt_release(void)
{
    for (int i = 0; i < HELD; i++)
        sigaction(held[i], &state.actions[i], NULL);
    sigaction(SIGPIPE, &state.pipe, NULL);
    sigprocmask(SIG_SETMASK, &state.mask, NULL);
    if (state.seen)
        raise(state.seen);
}
