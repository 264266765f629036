/* Launchers: mpirun, srun and what they leave in the environment. */
#ifndef DRIVERS_LAUNCH_H
#define DRIVERS_LAUNCH_H

#include <sheaf/job.h>

/* Under a launcher that speaks MPI (unless `solo`): joins the world. *world stays NULL alone. SHEAF_USAGE if this is
 * one of several copies that know nothing of each other and `solo` does not say that this is meant. */
SHEAF_MUST_USE enum sheaf_status launch_join(struct sheaf_world **world, bool solo, struct sheaf_error *err);

/* To be called in a world before an answer to what was read from standard input is given out. Open MPI's mpirun, told to
 * end, closes that input, wakes the ranks (SIGCONT), and ends them (SIGTERM) a second later: the end of the data may be the
 * end of us. Then this does not return; else it takes a tenth of a second. */
void launch_outlive_launcher(void);

/* Does the command line (or SHEAF_SOLO) say --solo? Asked before anything is parsed. */
bool launch_is_solo(const char *const *argv, size_t argc);

/* One of several processes that a launcher started together, and not the first: it says nothing. Looks at the
 * environment only. */
bool launch_is_silent(bool solo);

#endif
