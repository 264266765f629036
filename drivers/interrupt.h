/* Signals that end the program, held back while it has something to take down first. */
#ifndef DRIVERS_INTERRUPT_H
#define DRIVERS_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT (those that were not ignored anyway) are only noted, and only while
 * the program waits in ppoll with the mask that is returned. SIGPIPE is ignored. */
const sigset_t *interrupt_hold(void);
/* Has one come? */
bool interrupt_seen(void);
/* Everything as it was before; a signal that has come is raised again, and ends the program as if it had not been
 * held. */
void interrupt_release(void);

#endif
