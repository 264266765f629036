#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sheaf/result.h>

#include "clock.h"
#include "crew.h"

struct service {
    const struct subject *subject;
    const char *inputs[2];
    uint64_t count;
    unsigned threads;
    struct sheaf_exact sums[MOST_THREADS];
};

static enum sheaf_status fail_file(const char *file, struct sheaf_error *err)
{
    sheaf_fail_os(err, errno, "cannot be read");
    sheaf_error_at(err, file, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_IO;
}

static bool read_all(int descriptor, char *into, uint64_t bytes)
{
    ssize_t got = 0;
    for (uint64_t at = 0; at < bytes; at += got > 0 ? (uint64_t)got : 0) {
        got = pread(descriptor, into + at, bytes - at, (off_t)at);
        if (got == 0)
            errno = EIO; /* it ended before its size */
        if (got == 0 || (got < 0 && errno != EINTR))
            return false;
    }
    return true;
}

/* Into memory of its own, as the others do. */
static enum sheaf_status load_open(int descriptor, const char *file, const char **memory, uint64_t *bytes,
                                   struct sheaf_error *err)
{
    struct stat info;
    if (fstat(descriptor, &info) != 0)
        return fail_file(file, err);
    *bytes = (uint64_t)info.st_size;
    char *into = mmap(NULL, *bytes + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (into == MAP_FAILED)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for %s", file);
    (void)madvise(into, *bytes, MADV_HUGEPAGE); /* a wish; numpy's arrays have the same */
    *memory = into; /* until the process ends */
    return read_all(descriptor, into, *bytes) ? SHEAF_OK : fail_file(file, err);
}

static enum sheaf_status load(const char *file, const char **memory, uint64_t *bytes, struct sheaf_error *err)
{
    int descriptor = open(file, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail_file(file, err);
    enum sheaf_status status = load_open(descriptor, file, memory, bytes, err);
    close(descriptor);
    return status;
}

static enum sheaf_status load_inputs(struct service *service, const char *const *files, struct sheaf_error *err)
{
    uint64_t size = sheaf_type_size(service->subject->type), bytes = 0, others;
    enum sheaf_status status = load(files[0], &service->inputs[0], &bytes, err);
    if (status == SHEAF_OK && service->subject->two) {
        status = load(files[1], &service->inputs[1], &others, err);
        if (status == SHEAF_OK && others != bytes)
            status = sheaf_fail(err, SHEAF_INPUT, "%s and %s are not of one length", files[0], files[1]);
    }
    service->count = bytes / size;
    return status;
}

static void add_share(void *context, unsigned who)
{
    struct service *service = context;
    uint64_t size = sheaf_type_size(service->subject->type), share = service->count / service->threads;
    uint64_t first = share * who, count = who + 1 == service->threads ? service->count - first : share;
    const char *x = service->inputs[0] + first * size, *y = service->inputs[1];
    service->sums[who] = (struct sheaf_exact){0};
    subject_add(service->subject, &(struct slice){x, y ? y + first * size : NULL, count}, 0, &service->sums[who]);
}

static void answer(struct service *service, struct crew *crew)
{
    char text[32];
    double began = clock_seconds();
    crew_do(crew, add_share, service);
    for (unsigned who = 1; who < service->threads; who++)
        sheaf_exact_merge(&service->sums[0], &service->sums[who]);
    double sum = sheaf_exact_round(&service->sums[0]);
    printf("%.9f %s\n", clock_seconds() - began, sheaf_real_text(sum, text));
    fflush(stdout);
}

enum sheaf_status serve(const struct subject *subject, const char *const *files, unsigned threads,
                        struct sheaf_error *err)
{
    static struct service service;
    static struct crew crew;
    char line[64];
    service = (struct service){.subject = subject, .threads = threads};
    enum sheaf_status status = load_inputs(&service, files, err);
    if (status != SHEAF_OK)
        return status;
    if (!crew_begin(&crew, threads, false)) /* the others are not bound either */
        return sheaf_fail(err, SHEAF_MEMORY, "no %u threads to be had", threads);
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin))
        answer(&service, &crew);
    crew_end(&crew);
    return SHEAF_OK;
}
