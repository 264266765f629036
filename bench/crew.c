#include "crew.h"

/* The `who`th of the processors that this process may use; where they do not suffice, none. */
static void take_place(const struct crew *crew, unsigned who)
{
    if (!crew->bound || (unsigned)CPU_COUNT(&crew->allowed) < crew->count)
        return;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &crew->allowed) || who-- > 0)
            continue;
        cpu_set_t mine;
        CPU_ZERO(&mine);
        CPU_SET(cpu, &mine);
        (void)pthread_setaffinity_np(pthread_self(), sizeof mine, &mine); /* slower without, and no less right */
        return;
    }
}

static void *serve(void *argument)
{
    struct crew_member *me = argument;
    struct crew *crew = me->crew;
    take_place(crew, me->who);
    for (;;) {
        pthread_barrier_wait(&crew->gate);
        if (!crew->task)
            return NULL;
        crew->task(crew->context, me->who);
        pthread_barrier_wait(&crew->gate);
    }
}

bool crew_begin(struct crew *crew, unsigned count, bool bound)
{
    crew->count = count;
    crew->bound = bound;
    if (sched_getaffinity(0, sizeof crew->allowed, &crew->allowed) != 0)
        CPU_ZERO(&crew->allowed);
    if (pthread_barrier_init(&crew->gate, NULL, count) != 0)
        return false;
    for (unsigned who = 1; who < count; who++) {
        struct crew_member *member = &crew->members[who];
        *member = (struct crew_member){.crew = crew, .who = who};
        if (pthread_create(&member->thread, NULL, serve, member) != 0)
            return false;
    }
    take_place(crew, 0);
    return true;
}

void crew_do(struct crew *crew, crew_task *task, void *context)
{
    crew->task = task;
    crew->context = context;
    pthread_barrier_wait(&crew->gate);
    if (!task)
        return;
    task(context, 0);
    pthread_barrier_wait(&crew->gate);
}

void crew_end(struct crew *crew)
{
    crew_do(crew, NULL, NULL);
    for (unsigned who = 1; who < crew->count; who++)
        pthread_join(crew->members[who].thread, NULL);
    pthread_barrier_destroy(&crew->gate);
    (void)sched_setaffinity(0, sizeof crew->allowed, &crew->allowed);
}
