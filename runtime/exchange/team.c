#include "exchange/team.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POLL_MS = 100 };

struct child {
    pid_t pid;
    struct link link; /* socket -1: not open */
    bool done;        /* has said so */
};

struct team {
    const struct team_ops *ops;
    void *context;
    const struct pass *pass;
    unsigned count, finished;
    struct child *children;
    struct pollfd *polls;
    struct sheaf_buffer bytes;
    struct feed_dealer *feed; /* fed passes */
    uint64_t dealt;
    bool asked;
    struct sheaf_error failure;
    struct sheaf_error cancelled; /* a child was told to stop: why is another's to say */
};

/* ---- in the child ------------------------------------------------------------------------------------------- */

static void add_peak(struct board *board)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        atomic_fetch_add(&board->peak_bytes, (uint64_t)usage.ru_maxrss * 1024);
}

static _Noreturn void child_main(struct team *team, unsigned index, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    struct sheaf_error failure;
    sheaf_error_clear(&failure);
    const struct link *link = &team->children[index].link;
    enum sheaf_status status = team->ops->child(team->context, index, link, &failure);
    add_peak(team->pass->board);
    failure.worker = (int32_t)index;
    if (status == SHEAF_OK)
        status = link_send(link, MESSAGE_DONE, NULL, 0, NULL, 0);
    else
        status = link_send(link, MESSAGE_FAILED, &failure, sizeof failure, NULL, 0);
    _exit(status == SHEAF_OK ? 0 : 1);
}

/* ---- in the parent ------------------------------------------------------------------------------------------ */

static enum sheaf_status fork_child(struct team *team, unsigned index, struct sheaf_error *err)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return sheaf_fail_os(err, errno, "cannot make a socket for worker %u (ulimit -n?)", index);
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) {
        int reason = errno;
        close(pair[0]), close(pair[1]);
        return sheaf_fail_os(err, reason, "cannot fork worker %u (ulimit -u, or a cgroup's pids limit?)", index);
    }
    if (pid == 0) {
        /* The parent's ends must close when the parent does, so no sibling may keep them. */
        for (unsigned i = 0; i < index; i++)
            close(team->children[i].link.socket);
        close(pair[0]);
        team->children[index].link.socket = pair[1];
        child_main(team, index, parent);
    }
    close(pair[1]);
    team->children[index].pid = pid;
    team->children[index].link.socket = pair[0];
    return SHEAF_OK;
}

static bool failed(const struct team *team)
{
    return team->failure.status != SHEAF_OK;
}

/* After a failure that is not a block's, nobody's work counts: no need to wait for it. */
static bool hopeless(const struct team *team)
{
    return failed(team) && team->failure.block == SHEAF_UNKNOWN;
}

/* A child's socket closed before it said DONE or FAILED: find out how it ended. */
static void note_loss(struct team *team, unsigned index)
{
    struct child *child = &team->children[index];
    struct sheaf_error failure;
    int how = 0;
    pid_t reaped;
    while ((reaped = waitpid(child->pid, &how, 0)) < 0 && errno == EINTR)
        ;
    int signal_number = reaped == child->pid && WIFSIGNALED(how) ? WTERMSIG(how) : 0;
    if (signal_number)
        sheaf_fail(&failure, SHEAF_WORKER, "worker %u (pid %d) was killed by signal %d (%s)", index, (int)child->pid,
                   signal_number, strsignal(signal_number));
    else
        sheaf_fail(&failure, SHEAF_WORKER, "worker %u (pid %d) ended early with exit code %d", index,
                   (int)child->pid, WEXITSTATUS(how));
    failure.worker = (int32_t)index;
    failure.signal = signal_number;
    child->pid = 0;
    failure_note(&team->failure, &failure);
}

static void finish_child(struct team *team, unsigned index)
{
    struct child *child = &team->children[index];
    close(child->link.socket);
    child->link.socket = -1;
    team->finished++;
}

static enum sheaf_status next_span(struct team *team, struct span *span, bool *more, struct sheaf_error *err)
{
    const struct pass *pass = team->pass;
    team->asked = true;
    if (team->feed)
        return feed_dealer_base(team->feed)->next(feed_dealer_base(team->feed), 0, span, more, err);
    *more = team->dealt < pass->cut->block_count;
    if (*more) {
        *span = cut_span(pass->cut, team->dealt);
        if (pass->entry)
            span->entry = pass->entry[team->dealt];
    }
    return SHEAF_OK;
}

static void answer_want(struct team *team, unsigned index)
{
    struct span span = {0};
    struct sheaf_error failure;
    sheaf_error_clear(&failure);
    bool more = false;
    if (!failed(team) && next_span(team, &span, &more, &failure) != SHEAF_OK)
        failure_note(&team->failure, &failure);
    team->dealt += more;
    /* A child that is gone by now is noticed at its next poll. */
    if (more)
        (void)link_send(&team->children[index].link, MESSAGE_SPAN, &span, sizeof span, span.bytes,
                        span.bytes ? span.size : 0);
    else
        (void)link_send(&team->children[index].link, MESSAGE_END, NULL, 0, NULL, 0);
}

static void serve(struct team *team, unsigned index)
{
    struct child *child = &team->children[index];
    struct sheaf_error failure;
    sheaf_error_clear(&failure);
    enum message kind;
    enum sheaf_status status = link_receive(&child->link, &kind, &team->bytes);
    if (status == SHEAF_WORKER) {
        if (!child->done)
            note_loss(team, index);
        finish_child(team, index);
        return;
    }
    if (status != SHEAF_OK) {
        sheaf_fail(&failure, status, "no memory for a message of worker %u", index);
        failure_note(&team->failure, &failure);
        return;
    }
    switch (kind) {
    case MESSAGE_WANT:
        answer_want(team, index);
        break;
    case MESSAGE_PARTIAL:
        if (!failed(team) &&
            team->ops->partial(team->context, index, &team->bytes, &failure) != SHEAF_OK)
            failure_note(&team->failure, &failure);
        break;
    case MESSAGE_FAILED:
        memcpy(&failure, team->bytes.data, sizeof failure);
        failure_note(failure.status == SHEAF_CANCELLED ? &team->cancelled : &team->failure, &failure);
        child->done = true;
        break;
    case MESSAGE_DONE:
        child->done = true;
        break;
    case MESSAGE_SPAN:
    case MESSAGE_END:
        break;
    }
}

static void wait_and_serve(struct team *team)
{
    for (unsigned i = 0; i < team->count; i++)
        team->polls[i] = (struct pollfd){.fd = team->children[i].link.socket, .events = POLLIN};
    int ready = poll(team->polls, team->count, POLL_MS);
    for (unsigned i = 0; ready > 0 && i < team->count; i++)
        if (team->polls[i].revents)
            serve(team, i);
    struct sheaf_error failure;
    if (pass_report(team->pass) == SHEAF_CANCELLED) {
        sheaf_fail(&failure, SHEAF_CANCELLED, "cancelled");
        failure_note(&team->failure, &failure);
    }
}

static void reap(struct team *team, bool kill_first)
{
    for (unsigned i = 0; i < team->count; i++) {
        struct child *child = &team->children[i];
        if (child->link.socket >= 0)
            close(child->link.socket);
        if (child->pid > 0 && kill_first)
            kill(child->pid, SIGKILL);
    }
    for (unsigned i = 0; i < team->count; i++)
        while (team->children[i].pid > 0 && waitpid(team->children[i].pid, NULL, 0) < 0 && errno == EINTR)
            ;
}

static enum sheaf_status start(struct team *team, struct sheaf_error *err)
{
    if (!team->pass->cut) {
        enum sheaf_status status = feed_dealer_open(&team->feed, team->pass, 1, err);
        if (status != SHEAF_OK)
            return status;
    }
    for (unsigned i = 0; i < team->count; i++) {
        enum sheaf_status status = fork_child(team, i, err);
        if (status != SHEAF_OK)
            return status;
    }
    return SHEAF_OK;
}

enum sheaf_status team_run(const struct team_ops *ops, void *context, unsigned children, const struct pass *pass,
                           uint64_t *blocks, struct sheaf_error *err)
{
    struct team team = {.ops = ops, .context = context, .pass = pass, .count = children};
    team.children = calloc(children, sizeof *team.children);
    team.polls = calloc(children, sizeof *team.polls);
    if (!team.children || !team.polls) {
        free(team.children), free(team.polls);
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for %u workers", children);
    }
    for (unsigned i = 0; i < children; i++)
        team.children[i].link.socket = -1;
    sheaf_error_clear(&team.failure);
    sheaf_error_clear(&team.cancelled);
    (void)start(&team, &team.failure); /* a failure to start is the team's failure */
    while (team.finished < children && !hopeless(&team))
        wait_and_serve(&team);
    reap(&team, hopeless(&team));
    if (team.asked)
        *blocks = team.dealt;
    feed_dealer_close(team.feed);
    sheaf_buffer_cleanup(&team.bytes);
    free(team.children);
    free(team.polls);
    if (!failed(&team))
        team.failure = team.cancelled;
    if (failed(&team))
        *err = team.failure;
    return (enum sheaf_status)team.failure.status;
}
