#include "launch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "option.h"

/* srun numbers the tasks of a step whether or not it offers them a way to find each other. */
static bool is_one_of_many_copies(void)
{
    const char *tasks = getenv("SLURM_STEP_NUM_TASKS");
    if (!tasks)
        tasks = getenv("SLURM_NTASKS");
    return getenv("SLURM_PROCID") && getenv("SLURM_STEP_ID") && tasks && atoi(tasks) > 1;
}

bool launch_is_solo(const char *const *argv, size_t argc)
{
    const char *preset = getenv("SHEAF_SOLO");
    size_t cursor = 0;
    bool solo = option_peek("solo", argv, argc, &cursor) != NULL;
    if (!solo && preset && *preset && option_switch(NULL, &solo, preset, NULL) != SHEAF_OK)
        return true; /* neither yes nor no: whoever reads the options says so, without a world */
    return solo;
}

bool launch_is_silent(bool solo)
{
    if (solo)
        return false;
    if (sheaf_world_launched())
        return sheaf_world_launched_rank() > 0;
    return is_one_of_many_copies() && strcmp(getenv("SLURM_PROCID"), "0") != 0;
}

static volatile sig_atomic_t woken;

static void note_waking(int number)
{
    woken = number;
}

enum sheaf_status launch_join(struct sheaf_world **world, bool solo, struct sheaf_error *err)
{
    *world = NULL;
    if (solo)
        return SHEAF_OK;
    if (sheaf_world_launched()) {
        sigaction(SIGCONT, &(struct sigaction){.sa_handler = note_waking, .sa_flags = SA_RESTART}, NULL);
        return sheaf_world_open(world, err);
    }
    if (is_one_of_many_copies())
        return sheaf_fail(err, SHEAF_USAGE,
                          "srun started independent copies of sheaf that cannot find each other; use srun --mpi=pmix "
                          "or mpirun, or say --solo if that many full answers are meant");
    return SHEAF_OK;
}

static void nap(long ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

void launch_outlive_launcher(void)
{
    nap(100);
    if (woken)
        nap(3000);
}
