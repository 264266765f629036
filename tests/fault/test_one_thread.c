/* A program that initialised MPI for one thread is told so, and goes on without sheaf; launched by mpirun. */
#include <mpi.h>

#include <stdio.h>
#include <string.h>

#include <sheaf/job.h>

int main(int argc, char **argv)
{
    int given;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SINGLE, &given);
    if (given >= MPI_THREAD_SERIALIZED) {
        puts("skipped: this MPI cannot be had for one thread only");
        MPI_Finalize();
        return 77;
    }
    struct sheaf_world *world = NULL;
    struct sheaf_error err;
    sheaf_error_clear(&err);
    enum sheaf_status status = sheaf_world_open(&world, &err);
    int sum = 1;
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    MPI_Finalize();
    bool good = status == SHEAF_UNAVAILABLE && strstr(err.message, "MPI_THREAD_SERIALIZED") && sum > 1;
    if (!good)
        fprintf(stderr, "status %d: %s; %d ranks\n", status, err.message, sum);
    return !good;
}
