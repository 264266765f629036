#include "ending.h"

#include <stdlib.h>
#include <unistd.h>

#include "message.h"

static pid_t watched; /* 0: nobody */

static void tell(void)
{
    struct sheaf_error err;
    if (watched != getpid()) /* a child that was forked and not replaced has its own manners */
        return;
    sheaf_fail(&err, SHEAF_WORKER, "ended by a call of exit in the middle of the work: by a kernel, or by a library "
                                   "that could not go on and has said why; where it could not start a thread, use "
                                   "fewer workers (-j), a smaller OMP_STACKSIZE, or raise ulimit -u");
    _exit(complain(&err));
}

void ending_watch(void)
{
    watched = getpid();
    if (atexit(tell) != 0)
        watched = 0;
}

void ending_is_ours(void)
{
    watched = 0;
}
