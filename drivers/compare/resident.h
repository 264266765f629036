/* Resident children: processes (or trees of them, under a launcher) that wait on their standard input for orders and
 * answer in lines. Spawned, each the leader of a process group of its own, reaped whatever happens. */
#ifndef DRIVERS_COMPARE_RESIDENT_H
#define DRIVERS_COMPARE_RESIDENT_H

#include <signal.h>
#include <sys/types.h>
#include <sheaf/base.h>

struct resident {
    pid_t pid;       /* 0: none */
    bool launched;   /* by a launcher, which must live to end its ranks */
    int orders, answers, complaints; /* our ends of its standard input, output and error; -1: closed */
    struct sheaf_buffer received;    /* of its answers, not yet taken */
    size_t taken;
    char tail[1024]; /* of its complaints, ended by NUL */
};

/* Those that live at one time. */
struct residents {
    struct resident *all;
    size_t count;
    const sigset_t *wait_mask; /* of interrupt_hold */
};

/* Starts `argv` (argv[0] is looked for in PATH) with `environment`. SHEAF_IO. */
SHEAF_MUST_USE enum sheaf_status resident_start(struct resident *resident, const char *const *argv,
                                                const char *const *environment, struct sheaf_error *err);
/* False if it no longer listens. */
bool resident_order(struct resident *resident, const char *text);

enum hearing { HEARD_LINE, HEARD_END, HEARD_NOTHING, HEARD_SIGNAL };
/* Waits at most `seconds` for a line of number `who`, while the complaints of all are taken in. The line, without its end,
 * lives until the next call. HEARD_END: it has closed its standard output. */
enum hearing residents_hear(struct residents *residents, size_t who, double seconds, const char **line);

/* Ends one that has closed its output or is given up: how it ended, for a person, with the last it complained of. Lives
 * until the program ends. */
const char *resident_bury(struct residents *residents, size_t who);

/* Ends all. Those that listen are told to (`farewell`) and have some seconds to do so, unless a signal has come; then
 * they are killed. None is left when this returns. */
void residents_end(struct residents *residents, const char *farewell);

#endif
