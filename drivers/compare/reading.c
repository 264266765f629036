#include "compare/reading.h"

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

#include "clock.h"
#include "compare/files.h"

/* Files are dealt in pieces to whoever comes first; memory in one share each, because whoever touched a page first has
 * it near. */
enum { MOST_PIECE_BYTES = 8 << 20, LEAST_PIECE_BYTES = 64 << 10, PIECES_EACH = 4 };

struct piece {
    const struct file *file;
    uint64_t at, size; /* in the part that counts */
};

struct reading {
    const struct way *way;
    struct files files;
    struct piece *pieces;
    size_t piece_count;
    unsigned char *memory;
    uint64_t bytes;
    _Atomic size_t cursor;
    _Atomic bool stop;
    pthread_mutex_t gate; /* shut until all readers are there */
};

struct reader {
    struct reading *reading;
    unsigned index;
    pthread_t thread;
    unsigned char *buffer; /* of the way's block_bytes; by pread only */
    double began, ended;
    uint64_t sum;
    time_t said; /* the last sign of life; the first reader's only */
    struct sheaf_error err;
};

/* ---- the loop -------------------------------------------------------------------------------------------------- */

/* One word of every cache line: all bytes come to the core, and nothing else keeps it busy. */
static uint64_t sum_lines(const unsigned char *bytes, uint64_t size)
{
    enum { LINE = 64 };
    uint64_t sum = 0, word;
    for (uint64_t i = 0; i + sizeof word <= size; i += LINE) {
        memcpy(&word, bytes + i, sizeof word);
        sum += word;
    }
    return sum;
}

/* Looks at up to `size` bytes at byte `at` of a file; *got says how many. */
static enum sheaf_status look_by_pread(struct reader *reader, const struct file *file, int descriptor, uint64_t at,
                                       uint64_t size, uint64_t *got)
{
    ssize_t n = pread(descriptor, reader->buffer, size, (off_t)at);
    if (n <= 0)
        return file_fail(file, n < 0 ? errno : 0, &reader->err);
    reader->sum += sum_lines(reader->buffer, (uint64_t)n);
    *got = (uint64_t)n;
    return SHEAF_OK;
}

/* Mapped, looked at and unmapped again: all three are what reading so costs. */
static enum sheaf_status look_by_mmap(struct reader *reader, const struct file *file, int descriptor, uint64_t at,
                                      uint64_t size, uint64_t *got)
{
    struct stat info;
    uint64_t lead = at % (uint64_t)sysconf(_SC_PAGESIZE);
    if (fstat(descriptor, &info) != 0)
        return file_fail(file, errno, &reader->err);
    if ((uint64_t)info.st_size < at + size)
        return file_fail(file, 0, &reader->err);
    unsigned char *map = mmap(NULL, lead + size, PROT_READ, MAP_SHARED, descriptor, (off_t)(at - lead));
    if (map == MAP_FAILED)
        return file_fail(file, errno, &reader->err);
    reader->sum += sum_lines(map + lead, size);
    munmap(map, lead + size);
    *got = size;
    return SHEAF_OK;
}

static enum sheaf_status take_piece(struct reader *reader, const struct piece *piece)
{
    const struct way *way = reader->reading->way;
    enum sheaf_status status = SHEAF_OK;
    int descriptor = open(piece->file->path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return file_fail(piece->file, errno, &reader->err);
    for (uint64_t done = 0, got = 0; done < piece->size && status == SHEAF_OK; done += got) {
        uint64_t size = piece->size - done < way->block_bytes ? piece->size - done : way->block_bytes;
        uint64_t at = piece->file->first + piece->at + done;
        status = (way->kind == WAY_MMAP ? look_by_mmap : look_by_pread)(reader, piece->file, descriptor, at, size, &got);
    }
    close(descriptor);
    return status;
}

/* As the rows of plans do, so that the parent treats both alike. */
static void show_life(struct reader *reader, size_t piece)
{
    time_t now = time(NULL);
    if (reader->index != 0 || now == reader->said)
        return;
    reader->said = now;
    wire_at(piece);
    if (wire_is_cut())
        atomic_store(&reader->reading->stop, true);
}

static void read_files(struct reader *reader)
{
    struct reading *reading = reader->reading;
    while (!atomic_load(&reading->stop)) {
        size_t i = atomic_fetch_add(&reading->cursor, 1);
        if (i >= reading->piece_count)
            return;
        if (take_piece(reader, &reading->pieces[i]) != SHEAF_OK)
            atomic_store(&reading->stop, true);
        show_life(reader, i);
    }
}

/* ---- readers --------------------------------------------------------------------------------------------------- */

static void start_clock(struct reader *reader)
{
    pthread_mutex_lock(&reader->reading->gate);
    pthread_mutex_unlock(&reader->reading->gate);
    reader->began = clock_seconds();
}

static bool make_buffer(struct reader *reader)
{
    const struct way *way = reader->reading->way;
    if (way->kind == WAY_MMAP)
        return true;
    reader->buffer = malloc(way->block_bytes);
    if (reader->buffer)
        memset(reader->buffer, 1, way->block_bytes); /* its pages are there before the clock runs */
    else
        sheaf_fail(&reader->err, SHEAF_MEMORY, "no memory to read with");
    return reader->buffer;
}

static void *file_reader(void *context)
{
    struct reader *reader = context;
    bool ready = make_buffer(reader);
    start_clock(reader);
    if (ready)
        read_files(reader);
    reader->ended = clock_seconds();
    free(reader->buffer);
    return NULL;
}

static unsigned char *share_of(const struct reader *reader, uint64_t *size)
{
    const struct reading *reading = reader->reading;
    uint64_t words = reading->bytes / 8, workers = reading->way->workers;
    uint64_t first = words / workers * reader->index;
    *size = 8 * (reader->index + 1 == workers ? words - first : words / workers);
    return reading->memory + 8 * first;
}

static void *memory_reader(void *context)
{
    struct reader *reader = context;
    uint64_t size;
    const unsigned char *share = share_of(reader, &size);
    start_clock(reader);
    reader->sum += sum_lines(share, size);
    reader->ended = clock_seconds();
    return NULL;
}

/* Each touches first what it will read. */
static void *memory_filler(void *context)
{
    uint64_t size;
    unsigned char *share = share_of(context, &size);
    memset(share, 1, size);
    return NULL;
}

/* Starts the readers of a reading and waits for them. */
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

/* ---- opening --------------------------------------------------------------------------------------------------- */

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
    uint64_t available_kb = number_in("/proc/meminfo", "MemAvailable: %" SCNu64 " kB");
    uint64_t available = available_kb == UINT64_MAX ? (uint64_t)1 << 30 : available_kb * 1024;
    uint64_t granted = number_in("/sys/fs/cgroup/memory.max", "%" SCNu64);
    return (granted < available ? granted : available) / 4;
}

static enum sheaf_status open_memory(struct reading *reading, struct sheaf_error *err)
{
    struct reader *readers = calloc(reading->way->workers, sizeof *readers);
    enum sheaf_status status = SHEAF_OK;
    reading->bytes = reading->way->block_bytes;
    void *memory = mmap(NULL, reading->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    reading->memory = memory == MAP_FAILED ? NULL : memory;
    if (!reading->memory || !readers)
        status = sheaf_fail(err, SHEAF_MEMORY, "no memory to read from: %" PRIu64 " bytes", reading->bytes);
    if (status == SHEAF_OK)
        status = run_readers(reading, readers, memory_filler, err);
    free(readers);
    return status;
}

/* Small enough for every reader to get some; whole words and pages. */
static uint64_t choose_piece(const struct reading *reading)
{
    uint64_t share = reading->bytes / ((uint64_t)reading->way->workers * PIECES_EACH);
    uint64_t piece = share > MOST_PIECE_BYTES ? MOST_PIECE_BYTES : share < LEAST_PIECE_BYTES ? LEAST_PIECE_BYTES : share;
    return piece - piece % LEAST_PIECE_BYTES;
}

static enum sheaf_status open_files(struct reading *reading, const struct sheaf_source *source, uint64_t offset,
                                    struct sheaf_error *err)
{
    enum sheaf_status status = files_list(&reading->files, source, offset, err);
    if (status != SHEAF_OK)
        return status;
    reading->bytes = reading->files.bytes;
    uint64_t piece = choose_piece(reading);
    size_t most = reading->bytes / piece + reading->files.count + 1;
    reading->pieces = calloc(most, sizeof *reading->pieces);
    if (!reading->pieces)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a list of %zu pieces", most);
    for (size_t i = 0; i < reading->files.count; i++) {
        const struct file *file = &reading->files.items[i];
        for (uint64_t at = 0; at < file->size; at += piece)
            reading->pieces[reading->piece_count++] =
                (struct piece){file, at, file->size - at < piece ? file->size - at : piece};
    }
    return SHEAF_OK;
}

enum sheaf_status reading_open(struct reading **out, const struct way *way, const struct sheaf_source *source,
                               uint64_t offset, struct sheaf_error *err)
{
    struct reading *reading = calloc(1, sizeof *reading);
    *out = reading;
    if (!reading)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory to read with");
    reading->way = way;
    pthread_mutex_init(&reading->gate, NULL);
    return way->kind == WAY_MEMORY ? open_memory(reading, err) : open_files(reading, source, offset, err);
}

void reading_close(struct reading *reading)
{
    if (!reading)
        return;
    if (reading->memory)
        munmap(reading->memory, reading->bytes);
    files_cleanup(&reading->files);
    pthread_mutex_destroy(&reading->gate);
    free(reading->pieces);
    free(reading);
}

/* ---- one repetition -------------------------------------------------------------------------------------------- */

static enum sheaf_status read_all(struct reading *reading, struct reader *readers, struct sheaf_error *err)
{
    atomic_store(&reading->cursor, 0);
    enum sheaf_status status =
        run_readers(reading, readers, reading->memory ? memory_reader : file_reader, err);
    for (unsigned i = 0; i < reading->way->workers && status == SHEAF_OK; i++) {
        status = (enum sheaf_status)readers[i].err.status;
        if (status != SHEAF_OK)
            *err = readers[i].err;
    }
    if (status == SHEAF_OK && atomic_load(&reading->stop))
        status = sheaf_fail(err, SHEAF_CANCELLED, "cancelled");
    return status;
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
    enum sheaf_status status = read_all(reading, readers, err);
    if (status == SHEAF_OK)
        sum_up(reading, readers, repetition);
    free(readers);
    return status;
}
