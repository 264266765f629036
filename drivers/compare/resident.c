#include "compare/resident.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "interrupt.h"
#include "keep.h"
#include "message.h"

/* ---- starting -------------------------------------------------------------------------------------------------- */

/* Both ends of three pipes; all close at exec, so that no child holds another's. */
struct pipes {
    int ends[3][2];
};

static void close_end(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

static void close_pipes(struct pipes *pipes)
{
    for (int i = 0; i < 3; i++) {
        close_end(&pipes->ends[i][0]);
        close_end(&pipes->ends[i][1]);
    }
}

static bool open_pipes(struct pipes *pipes)
{
    memset(pipes, -1, sizeof *pipes);
    for (int i = 0; i < 3; i++)
        if (pipe2(pipes->ends[i], O_CLOEXEC) != 0)
            return false;
    return true;
}

/* In a group of its own, so that a Ctrl-C at the terminal reaches us alone; with default signals. */
static int spawn(struct resident *resident, const struct pipes *pipes, const char *const *argv,
                 const char *const *environment)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_adddup2(&actions, pipes->ends[0][0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes->ends[1][1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, pipes->ends[2][1], STDERR_FILENO);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    int cause = posix_spawnp(&resident->pid, argv[0], &actions, &attributes, (char *const *)argv,
                             (char *const *)environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return cause;
}

enum sheaf_status resident_start(struct resident *resident, const char *const *argv, const char *const *environment,
                                 struct sheaf_error *err)
{
    struct pipes pipes;
    *resident = (struct resident){.launched = resident->launched, .orders = -1, .answers = -1, .complaints = -1};
    int cause = open_pipes(&pipes) ? spawn(resident, &pipes, argv, environment) : errno;
    if (cause != 0) {
        resident->pid = 0;
        close_pipes(&pipes);
        return sheaf_fail_os(err, cause, "cannot start %s", argv[0]);
    }
    resident->orders = pipes.ends[0][1];
    resident->answers = pipes.ends[1][0];
    resident->complaints = pipes.ends[2][0];
    pipes.ends[0][1] = pipes.ends[1][0] = pipes.ends[2][0] = -1;
    close_pipes(&pipes);
    return SHEAF_OK;
}

bool resident_order(struct resident *resident, const char *text)
{
    size_t length = strlen(text);
    return resident->orders >= 0 && write(resident->orders, text, length) == (ssize_t)length;
}

/* ---- hearing --------------------------------------------------------------------------------------------------- */

/* Keeps the end of what was complained of. */
static void note_complaint(struct resident *resident, const char *text, size_t size)
{
    size_t room = sizeof resident->tail - 1, held = strlen(resident->tail);
    if (size > room) {
        text += size - room;
        size = room;
    }
    if (held + size > room) {
        size_t drop = held + size - room;
        memmove(resident->tail, resident->tail + drop, held - drop);
        held -= drop;
    }
    memcpy(resident->tail + held, text, size);
    resident->tail[held + size] = 0;
}

static void take_complaints(struct resident *resident)
{
    char text[4096];
    ssize_t got = read(resident->complaints, text, sizeof text);
    if (got > 0)
        note_complaint(resident, text, (size_t)got);
    else
        close_end(&resident->complaints);
}

static void take_answers(struct resident *resident)
{
    char text[4096];
    ssize_t got = read(resident->answers, text, sizeof text);
    if (got <= 0 || sheaf_buffer_append(&resident->received, text, (size_t)got) != SHEAF_OK)
        close_end(&resident->answers);
}

/* Waits for anything of anybody, or a signal. */
static void take_in(struct residents *residents, double seconds)
{
    struct pollfd *polls = calloc(2 * residents->count + 1, sizeof *polls);
    double wait = seconds > 0 ? seconds : 0;
    struct timespec limit = {.tv_sec = (time_t)wait, .tv_nsec = (long)((wait - (double)(time_t)wait) * 1e9)};
    for (size_t i = 0; polls && i < residents->count; i++) { /* a descriptor below 0 is passed over */
        polls[2 * i] = (struct pollfd){.fd = residents->all[i].answers, .events = POLLIN};
        polls[2 * i + 1] = (struct pollfd){.fd = residents->all[i].complaints, .events = POLLIN};
    }
    int ready = polls ? ppoll(polls, 2 * residents->count, &limit, residents->wait_mask) : 0;
    for (size_t i = 0; ready > 0 && i < residents->count; i++) {
        if (polls[2 * i].revents)
            take_answers(&residents->all[i]);
        if (polls[2 * i + 1].revents)
            take_complaints(&residents->all[i]);
    }
    free(polls);
}

/* The next whole line, or NULL. */
static const char *next_line(struct resident *resident)
{
    struct sheaf_buffer *received = &resident->received;
    char *at = received->data ? (char *)received->data + resident->taken : NULL;
    size_t left = received->size - resident->taken;
    char *end = at ? memchr(at, '\n', left) : NULL;
    if (!end) {
        if (left)
            memmove(received->data, at, left);
        received->size = left;
        resident->taken = 0;
        return NULL;
    }
    *end = 0;
    if (end > at && end[-1] == '\r')
        end[-1] = 0;
    resident->taken += (size_t)(end + 1 - at);
    return at;
}

enum hearing residents_hear(struct residents *residents, size_t who, double seconds, const char **line)
{
    struct resident *resident = &residents->all[who];
    double deadline = clock_seconds() + seconds;
    for (;;) {
        *line = next_line(resident);
        if (*line)
            return HEARD_LINE;
        if (interrupt_seen())
            return HEARD_SIGNAL;
        if (resident->answers < 0)
            return HEARD_END;
        double left = deadline - clock_seconds();
        if (left <= 0)
            return HEARD_NOTHING;
        take_in(residents, left);
    }
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

static bool reap(struct resident *resident, int *how)
{
    pid_t got = resident->pid ? waitpid(resident->pid, how, WNOHANG) : 0;
    if (got == resident->pid || (got < 0 && errno == ECHILD))
        resident->pid = 0;
    return resident->pid == 0;
}

static void forget(struct resident *resident)
{
    close_end(&resident->orders);
    close_end(&resident->answers);
    close_end(&resident->complaints);
    sheaf_buffer_cleanup(&resident->received);
    resident->taken = 0;
}

static void send_group(const struct resident *resident, int signal_number)
{
    if (resident->pid)
        kill(-resident->pid, signal_number);
}

/* Waits until those from `first` on and before `last` have ended; false after `seconds`. */
static bool await_end(struct residents *residents, size_t first, size_t last, double seconds, int *how)
{
    double deadline = clock_seconds() + seconds;
    for (;;) {
        bool gone = true;
        for (size_t i = first; i < last; i++)
            gone = reap(&residents->all[i], how) && gone;
        if (gone || clock_seconds() > deadline)
            return gone;
        take_in(residents, 0.01); /* so that nobody waits for us to read */
    }
}

/* A launcher is asked first: it ends its ranks, which are in groups of their own. */
static void kill_range(struct residents *residents, size_t first, size_t last, int *how)
{
    enum { LAUNCHER_S = 10, KERNEL_S = 10 };
    for (size_t i = first; i < last; i++)
        send_group(&residents->all[i], residents->all[i].launched ? SIGTERM : SIGKILL);
    if (await_end(residents, first, last, LAUNCHER_S, how))
        return;
    for (size_t i = first; i < last; i++)
        send_group(&residents->all[i], SIGKILL);
    (void)await_end(residents, first, last, KERNEL_S, how); /* longer only in the hands of a dead disk */
}

/* The last line that says something; all of them with --verbose. */
static const char *last_words(char *tail)
{
    const char *last = NULL;
    char *save = NULL;
    for (char *line = strtok_r(tail, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
        if (strspn(line, " -=*") == strlen(line))
            continue;
        detail("  %s", line);
        last = line;
    }
    return last ? keep_text(": %s", last) : "";
}

const char *resident_bury(struct residents *residents, size_t who)
{
    enum { GRACE_S = 2 };
    struct resident *resident = &residents->all[who];
    int how = 0;
    bool by_itself = resident->answers < 0 && await_end(residents, who, who + 1, GRACE_S, &how);
    if (!by_itself)
        kill_range(residents, who, who + 1, &how);
    while (resident->complaints >= 0 && by_itself) {
        struct pollfd more = {.fd = resident->complaints, .events = POLLIN};
        if (poll(&more, 1, 0) <= 0)
            break;
        take_complaints(resident);
    }
    const char *words = last_words(resident->tail);
    forget(resident);
    if (!by_itself)
        return keep_text("killed%s", words);
    if (WIFSIGNALED(how))
        return keep_text("killed by signal %d (%s)%s", WTERMSIG(how), strsignal(WTERMSIG(how)), words);
    return keep_text("ended with exit code %d%s", WEXITSTATUS(how), words);
}

void residents_end(struct residents *residents, const char *farewell)
{
    enum { GRACE_S = 5 };
    int how;
    for (size_t i = 0; i < residents->count; i++) {
        (void)resident_order(&residents->all[i], farewell);
        close_end(&residents->all[i].orders);
    }
    if (interrupt_seen() || !await_end(residents, 0, residents->count, GRACE_S, &how))
        kill_range(residents, 0, residents->count, &how);
    for (size_t i = 0; i < residents->count; i++)
        forget(&residents->all[i]);
}
