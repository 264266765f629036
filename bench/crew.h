/* Threads that wait for work and do it together. */
#ifndef BENCH_CREW_H
#define BENCH_CREW_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

enum { MOST_THREADS = 256 };

/* What member `who` does; member 0 is the caller. */
typedef void crew_task(void *context, unsigned who);

struct crew;
struct crew_member {
    struct crew *crew;
    unsigned who;
    pthread_t thread;
};
struct crew {
    unsigned count;
    bool bound;
    struct crew_member members[MOST_THREADS];
    cpu_set_t allowed;      /* to the process */
    pthread_barrier_t gate; /* before a task and behind it */
    crew_task *task;        /* NULL: it is over */
    void *context;
};

/* `bound`: each thread to a processor of its own, if there are enough. False if the system gives no more threads. `crew`
 * stays where it is until crew_end. */
bool crew_begin(struct crew *crew, unsigned count, bool bound);
/* Returns when all have done it. */
void crew_do(struct crew *crew, crew_task *task, void *context);
void crew_end(struct crew *crew);

#endif
