#include "compare_reading.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Files are dealt in pieces, whoever comes first; memory in one share each, because whoever touched a page first has it
 * near. */
enum { PIECE_BYTES = 8 << 20 };

struct file {
    const char *path;     /* borrowed from the source */
    uint64_t first, size; /* the part that counts */
    unsigned char *map;   /* of byte `first`, while mapped */
};

struct piece {
    const struct file *file;
    uint64_t at, size; /* in the part that counts */
};

struct reading {
    const struct way *way;
    struct file *files;
    struct piece *pieces;
    size_t file_count, piece_count;
    uint64_t bytes;
    unsigned char *memory;
    _Atomic size_t cursor;
    _Atomic bool stop;
    pthread_mutex_t gate; /* shut until all readers are there */
};

struct reader {
    struct reading *reading;
    unsigned index;
    pthread_t thread;
    double began, ended;
    uint64_t sum;
    time_t said; /* the last sign of life; the first reader's only */
    struct sheaf_error err;
};

/* ---- what there is to read ------------------------------------------------------------------------------------- */

/* The part of an input that counts, 0 if it is no regular file. */
static uint64_t file_bytes(const char *path, uint64_t offset)
{
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) || (uint64_t)info.st_size <= offset)
        return 0;
    return (uint64_t)info.st_size - offset;
}

/* Fills `files` unless it is NULL; returns how many there are. */
static size_t list_files(const struct sheaf_source *source, uint64_t offset, struct file *files, uint64_t *total)
{
    int64_t known = sheaf_source_bytes(source);
    uint64_t left = known == SHEAF_UNKNOWN ? UINT64_MAX : (uint64_t)known;
    size_t count = 0;
    *total = 0;
    for (size_t i = 0; i < sheaf_source_input_count(source) && left; i++) {
        const char *path = sheaf_source_input_name(source, i);
        uint64_t bytes = file_bytes(path, offset);
        bytes = bytes < left ? bytes : left;
        if (files && bytes)
            files[count] = (struct file){path, offset, bytes, NULL};
        count += bytes > 0;
        left -= bytes;
        *total += bytes;
    }
    return count;
}

uint64_t reading_file_bytes(const struct sheaf_source *source, uint64_t offset)
{
    uint64_t total;
    list_files(source, offset, NULL, &total);
    return total;
}

static void cut_file(struct reading *reading, const struct file *file)
{
    for (uint64_t at = 0; at < file->size; at += PIECE_BYTES) {
        uint64_t size = file->size - at < PIECE_BYTES ? file->size - at : PIECE_BYTES;
        reading->pieces[reading->piece_count++] = (struct piece){file, at, size};
    }
}

static uint64_t number_in(const char *path, const char *format)
{
    uint64_t number = UINT64_MAX;
    char line[256];
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, format, &number) == 1)
            break;
    if (file)
        fclose(file);
    return number;
}

uint64_t reading_memory_limit(void)
{
    uint64_t available = number_in("/proc/meminfo", "MemAvailable: %" SCNu64 " kB");
    uint64_t granted = number_in("/sys/fs/cgroup/memory.max", "%" SCNu64);
    available = available == UINT64_MAX ? UINT64_MAX : available * 1024;
    return (granted < available ? granted : available) / 4;
}

/* ---- the loop -------------------------------------------------------------------------------------------------- */

typedef uint64_t loose_word __attribute__((aligned(1), may_alias));

static uint64_t sum_words(const void *bytes, uint64_t size)
{
    const loose_word *word = bytes;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < size / sizeof *word; i++)
        sum += word[i];
    return sum;
}

static enum sheaf_status fail_at(const struct file *file, int cause, struct sheaf_error *err)
{
    if (cause)
        sheaf_fail_os(err, cause, "cannot be read");
    else
        sheaf_fail(err, SHEAF_INPUT, "shrank while it was read");
    return sheaf_error_at(err, file->path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
}

static enum sheaf_status read_piece(struct reader *reader, const struct piece *piece, int descriptor, void *buffer)
{
    uint64_t limit = reader->reading->way->block_bytes;
    for (uint64_t at = 0; at < piece->size;) {
        uint64_t want = piece->size - at < limit ? piece->size - at : limit;
        ssize_t got = pread(descriptor, buffer, want, (off_t)(piece->file->first + piece->at + at));
        if (got <= 0)
            return fail_at(piece->file, got < 0 ? errno : 0, &reader->err);
        reader->sum += sum_words(buffer, (uint64_t)got);
        at += (uint64_t)got;
    }
    return SHEAF_OK;
}

static enum sheaf_status take_piece(struct reader *reader, const struct piece *piece, void *buffer)
{
    if (piece->file->map) {
        reader->sum += sum_words(piece->file->map + piece->at, piece->size);
        return SHEAF_OK;
    }
    int descriptor = open(piece->file->path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return fail_at(piece->file, errno, &reader->err);
    enum sheaf_status status = read_piece(reader, piece, descriptor, buffer);
    close(descriptor);
    return status;
}

/* As a plan's rows do, so that parent and child treat both alike. */
static void show_life(struct reader *reader, size_t piece)
{
    time_t now = time(NULL);
    if (reader->index != 0 || now == reader->said)
        return;
    reader->said = now;
    wire_at(piece * PIECE_BYTES);
    if (wire_is_cut())
        atomic_store(&reader->reading->stop, true);
}

static void read_files(struct reader *reader, void *buffer)
{
    struct reading *reading = reader->reading;
    for (;;) {
        size_t i = atomic_fetch_add(&reading->cursor, 1);
        if (i >= reading->piece_count || atomic_load(&reading->stop))
            return;
        if (take_piece(reader, &reading->pieces[i], buffer) != SHEAF_OK)
            atomic_store(&reading->stop, true);
        show_life(reader, i);
    }
}

/* A reader's share of the memory. */
static unsigned char *share_of(const struct reader *reader, uint64_t *size)
{
    const struct reading *reading = reader->reading;
    uint64_t words = reading->bytes / 8, workers = reading->way->workers;
    uint64_t first = words / workers * reader->index;
    *size = 8 * (reader->index + 1 == workers ? words - first : words / workers);
    return reading->memory + 8 * first;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void pass_gate(struct reading *reading)
{
    pthread_mutex_lock(&reading->gate);
    pthread_mutex_unlock(&reading->gate);
}

static void *read_share(void *context)
{
    struct reader *reader = context;
    struct reading *reading = reader->reading;
    bool files = reading->way->kind != WAY_MEMORY;
    uint64_t size = reading->way->block_bytes;
    void *buffer = files ? malloc(size) : share_of(reader, &size);
    if (!buffer)
        sheaf_fail(&reader->err, SHEAF_MEMORY, "no memory to read with");
    else if (files)
        memset(buffer, 1, size); /* the pages are there before the clock runs */
    pass_gate(reading);
    reader->began = seconds();
    if (buffer && files)
        read_files(reader, buffer);
    else if (buffer)
        reader->sum += sum_words(buffer, size);
    reader->ended = seconds();
    if (files)
        free(buffer);
    return NULL;
}

/* Each thread touches first what it will read. */
static void *fill_share(void *context)
{
    uint64_t size;
    unsigned char *share = share_of(context, &size);
    memset(share, 1, size);
    return NULL;
}

/* ---- maps ------------------------------------------------------------------------------------------------------- */

static uint64_t lead_of(const struct file *file)
{
    return file->first % (uint64_t)sysconf(_SC_PAGESIZE);
}

static enum sheaf_status map_file(struct file *file, struct sheaf_error *err)
{
    struct stat info;
    int descriptor = open(file->path, O_RDONLY | O_CLOEXEC);
    void *map = MAP_FAILED;
    errno = 0;
    if (descriptor >= 0 && fstat(descriptor, &info) == 0 && (uint64_t)info.st_size >= file->first + file->size)
        map = mmap(NULL, file->size + lead_of(file), PROT_READ, MAP_SHARED, descriptor, (off_t)(file->first - lead_of(file)));
    int cause = errno;
    if (descriptor >= 0)
        close(descriptor);
    if (map == MAP_FAILED)
        return fail_at(file, cause, err);
    file->map = (unsigned char *)map + lead_of(file);
    return SHEAF_OK;
}

static void unmap_files(struct reading *reading)
{
    for (size_t i = 0; i < reading->file_count; i++) {
        struct file *file = &reading->files[i];
        if (file->map)
            munmap(file->map - lead_of(file), file->size + lead_of(file));
        file->map = NULL;
    }
}

static enum sheaf_status map_files(struct reading *reading, struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    for (size_t i = 0; i < reading->file_count && status == SHEAF_OK; i++)
        status = map_file(&reading->files[i], err);
    return status;
}

/* ---- threads --------------------------------------------------------------------------------------------------- */

static enum sheaf_status run_readers(struct reading *reading, struct reader *readers, void *(*work)(void *),
                                     struct sheaf_error *err)
{
    unsigned workers = reading->way->workers, started = 0;
    int cause = 0;
    pthread_mutex_lock(&reading->gate);
    for (; started < workers && cause == 0; started += cause == 0) {
        readers[started] = (struct reader){.reading = reading, .index = started, .said = time(NULL)};
        sheaf_error_clear(&readers[started].err);
        cause = pthread_create(&readers[started].thread, NULL, work, &readers[started]);
    }
    atomic_store(&reading->stop, cause != 0);
    pthread_mutex_unlock(&reading->gate);
    for (unsigned i = 0; i < started; i++)
        pthread_join(readers[i].thread, NULL);
    return cause ? sheaf_fail_os(err, cause, "cannot start thread %u", started) : SHEAF_OK;
}

static enum sheaf_status open_memory(struct reading *reading, struct sheaf_error *err)
{
    struct reader *readers = calloc(reading->way->workers, sizeof *readers);
    reading->bytes = reading->way->block_bytes;
    void *memory = mmap(NULL, reading->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    enum sheaf_status status = SHEAF_OK;
    if (memory == MAP_FAILED || !readers)
        status = sheaf_fail(err, SHEAF_MEMORY, "no memory to read from: %" PRIu64 " bytes", reading->bytes);
    else
        reading->memory = memory;
    if (status == SHEAF_OK)
        status = run_readers(reading, readers, fill_share, err);
    free(readers);
    return status;
}

static enum sheaf_status open_files(struct reading *reading, const struct sheaf_source *source, uint64_t offset,
                                    struct sheaf_error *err)
{
    reading->files = calloc(sheaf_source_input_count(source) + 1, sizeof *reading->files);
    if (reading->files)
        reading->file_count = list_files(source, offset, reading->files, &reading->bytes);
    size_t most = reading->bytes / PIECE_BYTES + reading->file_count + 1;
    reading->pieces = calloc(most, sizeof *reading->pieces);
    if (!reading->files || !reading->pieces)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a list of %zu pieces", most);
    for (size_t i = 0; i < reading->file_count; i++)
        cut_file(reading, &reading->files[i]);
    return SHEAF_OK;
}

enum sheaf_status reading_open(struct reading **out, const struct way *way, const struct sheaf_source *source,
                               uint64_t offset, struct sheaf_error *err)
{
    struct reading *reading = calloc(1, sizeof *reading);
    if (!reading)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory to read with");
    reading->way = way;
    pthread_mutex_init(&reading->gate, NULL);
    *out = reading;
    return way->kind == WAY_MEMORY ? open_memory(reading, err) : open_files(reading, source, offset, err);
}

static void sum_up(const struct reading *reading, const struct reader *readers, struct repetition *repetition)
{
    struct rusage usage;
    double began = readers[0].began, ended = readers[0].ended;
    for (unsigned i = 0; i < reading->way->workers; i++) {
        began = readers[i].began < began ? readers[i].began : began;
        ended = readers[i].ended > ended ? readers[i].ended : ended;
        repetition->digest += readers[i].sum;
    }
    repetition->elapsed_s = repetition->map_s = ended - began;
    repetition->bytes = reading->bytes;
    repetition->passes = 1;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        repetition->peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
}

enum sheaf_status reading_run(struct reading *reading, struct repetition *repetition, struct sheaf_error *err)
{
    struct reader *readers = calloc(reading->way->workers, sizeof *readers);
    if (!readers)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for %u readers", reading->way->workers);
    atomic_store(&reading->cursor, 0);
    enum sheaf_status status = reading->way->kind == WAY_MMAP ? map_files(reading, err) : SHEAF_OK;
    if (status == SHEAF_OK)
        status = run_readers(reading, readers, read_share, err);
    unmap_files(reading);
    for (unsigned i = 0; i < reading->way->workers && status == SHEAF_OK; i++) {
        status = (enum sheaf_status)readers[i].err.status;
        if (status != SHEAF_OK)
            *err = readers[i].err;
    }
    if (status == SHEAF_OK && atomic_load(&reading->stop))
        status = sheaf_fail(err, SHEAF_CANCELLED, "cancelled");
    if (status == SHEAF_OK)
        sum_up(reading, readers, repetition);
    free(readers);
    return status;
}

void reading_close(struct reading *reading)
{
    if (!reading)
        return;
    if (reading->memory)
        munmap(reading->memory, reading->bytes);
    pthread_mutex_destroy(&reading->gate);
    free(reading->pieces);
    free(reading->files);
    free(reading);
}
