/* bench/plain: the plain loop over a raw file, as a whole process that does nothing else and links nothing else.
 *
 * usage: plain LOOP mmap|pread THREADS FILE
 *
 * LOOP is f64_sum and the like (loops.h; one input), or `read`, which looks at one word of every cache line and so tells
 * how fast the file can be read at all. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "loops.h"

/* The fastest sizes that were found. */
enum { MOST_THREADS = 64, BUFFER_BYTES = 1 << 20, WINDOW_BYTES = 8 << 20, LINE_BYTES = 64 };

static double read_lines(const struct slice *slice)
{
    const char *x = slice->x;
    uint64_t sum = 0, word;
    for (uint64_t i = 0; i + LINE_BYTES <= slice->count * sizeof word; i += LINE_BYTES) {
        memcpy(&word, x + i, sizeof word);
        sum += word;
    }
    return (double)sum;
}

static const struct loop {
    const char *name;
    plain_loop *run;
} loops[] = {
#define X(name) {#name, compiled_##name},
    LOOPS(X)
#undef X
    {"read", read_lines},
};

static const struct loop *loop;
static bool by_mmap;
static const char *path;

struct share {
    pthread_t thread;
    uint64_t first, end; /* bytes */
    double sum;
};

static void die(const char *what)
{
    fprintf(stderr, "plain: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double over(const void *data, uint64_t bytes)
{
    unsigned element_bytes = loop->name[1] == '3' ? 4 : 8; /* f32, i32 */
    return loop->run(&(struct slice){data, NULL, bytes / element_bytes});
}

static void read_window(int descriptor, struct share *share, uint64_t at, uint64_t size)
{
    void *window = mmap(NULL, size, PROT_READ, MAP_SHARED, descriptor, (off_t)at);
    if (window == MAP_FAILED)
        die(path);
    share->sum += over(window, size);
    munmap(window, size);
}

static void read_buffer(int descriptor, struct share *share, uint64_t at, uint64_t size, char *buffer)
{
    ssize_t got = 0;
    for (uint64_t have = 0; have < size; have += got > 0 ? (uint64_t)got : 0) {
        got = pread(descriptor, buffer + have, size - have, (off_t)(at + have));
        if (got == 0)
            errno = EIO; /* it ended before its size */
        if (got == 0 || (got < 0 && errno != EINTR))
            die(path);
    }
    share->sum += over(buffer, size);
}

static void *work(void *argument)
{
    struct share *share = argument;
    const uint64_t most = by_mmap ? WINDOW_BYTES : BUFFER_BYTES;
    char *buffer = aligned_alloc(LINE_BYTES, BUFFER_BYTES);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (!buffer || descriptor < 0)
        die(path);
    for (uint64_t at = share->first; at < share->end; at += most) {
        uint64_t size = share->end - at < most ? share->end - at : most;
        if (by_mmap)
            read_window(descriptor, share, at, size);
        else
            read_buffer(descriptor, share, at, size, buffer);
    }
    close(descriptor);
    free(buffer);
    return NULL;
}

static double run(unsigned threads)
{
    struct share shares[MOST_THREADS] = {{0}};
    struct stat info;
    if (stat(path, &info) != 0)
        die(path);
    uint64_t bytes = (uint64_t)info.st_size, each = bytes / threads / WINDOW_BYTES * WINDOW_BYTES;
    for (unsigned i = 0; i < threads; i++) {
        shares[i].first = i * each;
        shares[i].end = i + 1 == threads ? bytes : (i + 1) * each;
        if (i && pthread_create(&shares[i].thread, NULL, work, &shares[i]) != 0)
            die("no more threads");
    }
    work(&shares[0]);
    for (unsigned i = 1; i < threads; i++) {
        pthread_join(shares[i].thread, NULL);
        shares[0].sum += shares[i].sum;
    }
    return shares[0].sum;
}

int main(int argc, char **argv)
{
    unsigned threads = argc == 5 ? (unsigned)atoi(argv[3]) : 0;
    for (size_t i = 0; argc == 5 && i < sizeof loops / sizeof loops[0]; i++)
        if (strcmp(loops[i].name, argv[1]) == 0)
            loop = &loops[i];
    if (!loop || threads < 1 || threads > MOST_THREADS) {
        fputs("usage: plain LOOP mmap|pread THREADS FILE\n", stderr);
        return 2;
    }
    by_mmap = strcmp(argv[2], "mmap") == 0;
    path = argv[4];
    printf("%.17g\n", run(threads));
    return 0;
}
