/* Opening names as one source, and what can be asked of it. */
#include <sheaf/source.h>

#include "base/nearest.h"
#include "source/bytes.h"
#include "source/format.h"
#include "source/known.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum sheaf_status source_fail(struct sheaf_error *err, enum sheaf_status status, const char *name, int64_t byte,
                              const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    sheaf_fail(err, status, "%s", message);
    sheaf_error_at(err, name, byte, SHEAF_UNKNOWN, NULL);
    return status;
}

/* ---- which format --------------------------------------------------------------------------------------- */

static enum sheaf_status format_by_name(const char *name, const struct source_format **format,
                                        struct sheaf_error *err)
{
    const char *names[32];
    char list[256] = "";
    size_t count = 0;
    for (const struct source_format *const *f = source_formats; *f; f++) {
        if (strcmp((*f)->name, name) == 0 && (*f)->open && !(*f)->prefix) {
            *format = *f;
            return SHEAF_OK;
        }
        if ((*f)->open && !(*f)->prefix && count < sizeof names / sizeof names[0]) {
            size_t used = strlen(list);
            snprintf(list + used, sizeof list - used, "%s%s", count ? ", " : "", (*f)->name);
            names[count++] = (*f)->name;
        }
    }
    const char *nearest = nearest_name(name, names, count);
    return sheaf_fail(err, SHEAF_USAGE, "unknown input format \"%.64s\"%s%s%s; there are: %s", name,
                      nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "", list);
}

static const struct source_format *format_by_prefix(const char *name)
{
    for (const struct source_format *const *f = source_formats; *f; f++)
        if ((*f)->prefix && strncmp(name, (*f)->prefix, strlen((*f)->prefix)) == 0)
            return *f;
    return NULL;
}

static enum sheaf_status format_by_content(const struct source_head *head, const struct sheaf_reading *reading,
                                           const struct source_format **format, struct sheaf_error *err)
{
    const struct known_format *known = known_format_find(head->bytes.data, head->bytes.size, reading->type != NULL);
    if (known)
        return source_fail(err, SHEAF_INPUT, head->name, SHEAF_UNKNOWN, "is %s, which is not read; instead: %s%s%s",
                           known->what, known->before, head->name, known->after);
    for (const struct source_format *const *f = source_formats; *f; f++) {
        if ((*f)->probe && (*f)->probe(head, reading)) {
            *format = *f;
            return SHEAF_OK;
        }
    }
    const unsigned char *nul = memchr(head->bytes.data, '\0', head->bytes.size);
    char where[40] = "";
    if (nul)
        snprintf(where, sizeof where, " (byte %zu is NUL)", (size_t)(nul - head->bytes.data));
    return source_fail(err, SHEAF_INPUT, head->name, SHEAF_UNKNOWN,
                       "is neither text%s nor .npy, and nothing says what its bytes are; if they are raw binary numbers, "
                       "name their type (--type f64, i32, u8, ...)", where);
}

/* The format of a name; one that the first input's format would take is not asked again what it is. */
static enum sheaf_status format_of(const struct sheaf_source *source, const struct source_head *head,
                                   const struct sheaf_reading *reading, const struct source_format **format,
                                   struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    if (head->fd < 0)
        *format = format_by_prefix(head->name);
    else if (reading->format)
        status = format_by_name(reading->format, format, err);
    else if (source->format && source->format->probe && source->format->probe(head, reading))
        *format = source->format;
    else
        status = format_by_content(head, reading, format, err);
    if (status == SHEAF_OK && source->format && *format != source->format)
        return source_fail(err, SHEAF_INPUT, head->name, SHEAF_UNKNOWN,
                           "is %s where %s is %s; all inputs of one run need the same format", (*format)->name,
                           source->inputs[0].name, source->format->name);
    return status;
}

/* ---- opening -------------------------------------------------------------------------------------------- */

enum sheaf_status source_head_grow(struct source_head *head, size_t size, struct sheaf_error *err)
{
    struct sheaf_buffer *bytes = &head->bytes;
    if (head->fd < 0)
        head->ended = true;
    if (head->ended || bytes->size >= size)
        return SHEAF_OK;
    size_t want = size - bytes->size, got;
    if (sheaf_buffer_reserve(bytes, want) != SHEAF_OK)
        return source_fail(err, SHEAF_MEMORY, head->name, SHEAF_UNKNOWN, "out of memory for its first %zu bytes", size);
    unsigned char *into = bytes->data + bytes->size;
    enum sheaf_status status = head->once
                                   ? bytes_read_next(head->fd, head->name, bytes->size, into, want, &got, err)
                                   : bytes_read_at(head->fd, head->name, bytes->size, into, want, &got, err);
    if (status != SHEAF_OK)
        return status;
    bytes->size += got;
    head->ended = got < want || (!head->once && bytes->size == head->size);
    return SHEAF_OK;
}

static enum sheaf_status cannot_open(const char *name, int errno_value, struct sheaf_error *err)
{
    sheaf_fail_os(err, errno_value, "cannot open");
    sheaf_error_at(err, name, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_IO;
}

/* Two sources of this process cannot both read standard input. */
static atomic_bool input_in_use;

static enum sheaf_status named_twice(struct sheaf_error *err)
{
    return sheaf_fail(err, SHEAF_USAGE, "standard input (-) can be read only once; it is named twice");
}

/* Opens the file or stream and reads the bytes that tell its format. head->fd stays -1 for a generator. */
static enum sheaf_status head_open(struct source_head *head, struct sheaf_error *err)
{
    bool is_input = strcmp(head->name, "-") == 0;
    if (is_input && atomic_exchange(&input_in_use, true))
        return named_twice(err);
    head->fd = is_input ? STDIN_FILENO : bytes_open(head->name);
    if (head->fd < 0 && errno == ENOENT && format_by_prefix(head->name))
        return SHEAF_OK;
    struct stat stat;
    if (head->fd < 0 || fstat(head->fd, &stat) != 0)
        return cannot_open(head->name, errno, err);
    if (S_ISDIR(stat.st_mode))
        return source_fail(err, SHEAF_INPUT, head->name, SHEAF_UNKNOWN, "is a directory; name the files in it");
    head->once = is_input || !S_ISREG(stat.st_mode);
    head->size = head->once ? 0 : (uint64_t)stat.st_size;
    enum sheaf_status status = source_head_grow(head, HEAD_BYTES, err);
    if (status == SHEAF_OK && head->bytes.size == 0)
        return source_fail(err, SHEAF_INPUT, head->name, SHEAF_UNKNOWN, "is empty: there is nothing to read");
    /* Files that the kernel makes up as they are read (/proc) have no size: they are streams. */
    if (!head->once && head->size == 0)
        head->once = true;
    return status;
}

/* Hands a stream's descriptor and first bytes over to the source; closes a file. */
static enum sheaf_status head_close(struct source_head *head, struct source_input *input, enum sheaf_status status,
                                    struct sheaf_error *err)
{
    if (status == SHEAF_OK && head->once) {
        input->stream = stream_new(head->fd, head->bytes, head->ended);
        if (input->stream)
            return SHEAF_OK;
        status = sheaf_fail(err, SHEAF_MEMORY, "out of memory");
    }
    if (head->fd > STDIN_FILENO)
        close(head->fd);
    else if (head->fd == STDIN_FILENO)
        atomic_store(&input_in_use, false);
    sheaf_buffer_cleanup(&head->bytes);
    return status;
}

static enum sheaf_status input_open(struct sheaf_source *source, size_t i, const struct sheaf_reading *reading,
                                    struct sheaf_error *err)
{
    struct source_input *input = &source->inputs[i];
    struct source_head head = {.name = input->name, .fd = -1};
    const struct source_format *format = NULL;
    enum sheaf_status status = head_open(&head, err);
    if (status == SHEAF_OK)
        status = format_of(source, &head, reading, &format, err);
    if (status == SHEAF_OK) {
        source->format = format;
        input->once = head.once;
        input->size = head.size;
        input->rows = SHEAF_UNKNOWN;
        status = format->open(source, i, &head, reading, err);
    }
    if (input->once)
        source->access = SOURCE_ONCE;
    return head_close(&head, input, status, err);
}

static enum sheaf_status names_copy(struct sheaf_source *source, const char *const *names, size_t count,
                                    struct sheaf_error *err)
{
    if (count == 0)
        return sheaf_fail(err, SHEAF_USAGE, "there is no input; name a file, - for standard input, or gen:KIND");
    source->inputs = calloc(count, sizeof *source->inputs);
    if (!source->inputs)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu inputs", count);
    bool seen = false;
    for (size_t i = 0; i < count; i++) {
        bool is_input = strcmp(names[i], "-") == 0;
        if (seen && is_input)
            return named_twice(err);
        seen |= is_input;
        source->inputs[i].name = strdup(names[i]);
        if (!source->inputs[i].name)
            return sheaf_fail(err, SHEAF_MEMORY, "out of memory for %zu inputs", count);
        source->input_count = i + 1;
    }
    return SHEAF_OK;
}

enum sheaf_status sheaf_source_open(struct sheaf_source **source, const char *const *names, size_t name_count,
                                    const struct sheaf_reading *reading, struct sheaf_error *err)
{
    static const struct sheaf_reading nothing_said;
    struct sheaf_source *opened = calloc(1, sizeof *opened);
    if (!opened)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory");
    enum sheaf_status status = names_copy(opened, names, name_count, err);
    for (size_t i = 0; status == SHEAF_OK && i < name_count; i++)
        status = input_open(opened, i, reading ? reading : &nothing_said, err);
    if (status != SHEAF_OK) {
        sheaf_source_destroy(opened);
        return status;
    }
    *source = opened;
    return SHEAF_OK;
}

static void input_cleanup(struct source_input *input)
{
    if (input->stream && input->stream->fd == STDIN_FILENO)
        atomic_store(&input_in_use, false);
    stream_destroy(input->stream);
    free(input->name);
}

void sheaf_source_destroy(struct sheaf_source *source)
{
    if (!source)
        return;
    if (source->format)
        source->format->cleanup(source);
    for (size_t i = 0; i < source->input_count; i++)
        input_cleanup(&source->inputs[i]);
    for (size_t i = 0; i < source->column_count; i++)
        free(source->columns[i].name);
    for (size_t i = 0; i < source->left_out_count; i++)
        free(source->left_out[i]);
    free(source->inputs);
    free(source->columns);
    free(source->left_out);
    free(source);
}

/* ---- asking --------------------------------------------------------------------------------------------- */

enum source_access source_access(const struct sheaf_source *source)
{
    return source->access;
}

size_t sheaf_source_column_count(const struct sheaf_source *source)
{
    return source->column_count;
}

const char *sheaf_source_column_name(const struct sheaf_source *source, size_t column)
{
    return source->columns[column].name;
}

size_t sheaf_source_column_number(const struct sheaf_source *source, size_t column)
{
    size_t number = source->columns[column].number;
    return number ? number : column + 1;
}

enum sheaf_type sheaf_source_column_type(const struct sheaf_source *source, size_t column)
{
    return source->columns[column].type;
}

struct sheaf_header sheaf_source_header(const struct sheaf_source *source, size_t input)
{
    const struct sheaf_source *side = source;
    for (size_t i = 0; source->format->side && (side = source->format->side(source, i)) && input >= side->input_count; i++)
        input -= side->input_count;
    return side && side->format->header ? side->format->header(side) : (struct sheaf_header){0};
}

size_t sheaf_source_left_out_count(const struct sheaf_source *source)
{
    return source->left_out_count;
}

const char *sheaf_source_left_out_name(const struct sheaf_source *source, size_t index)
{
    return source->left_out[index];
}

size_t sheaf_source_input_count(const struct sheaf_source *source)
{
    return source->input_count;
}

const char *sheaf_source_input_name(const struct sheaf_source *source, size_t input)
{
    return source->inputs[input].name;
}

const char *sheaf_source_format(const struct sheaf_source *source)
{
    return source->format->name;
}

int64_t sheaf_source_rows(const struct sheaf_source *source)
{
    int64_t rows = 0;
    for (size_t i = 0; i < source->input_count; i++)
        if (source->inputs[i].rows == SHEAF_UNKNOWN || __builtin_add_overflow(rows, source->inputs[i].rows, &rows))
            return SHEAF_UNKNOWN;
    return rows;
}

int64_t sheaf_source_bytes(const struct sheaf_source *source)
{
    int64_t bytes = 0, part;
    const struct sheaf_source *side;
    for (size_t i = 0; source->format->side && (side = source->format->side(source, i)); i++)
        if ((part = sheaf_source_bytes(side)) == SHEAF_UNKNOWN || __builtin_add_overflow(bytes, part, &bytes))
            return SHEAF_UNKNOWN;
    for (size_t i = 0; !source->format->side && i < source->input_count; i++)
        if (source->inputs[i].once ||
            __builtin_mul_overflow(source->inputs[i].units, source->inputs[i].unit_bytes, &part) ||
            __builtin_add_overflow(bytes, part, &bytes))
            return SHEAF_UNKNOWN;
    return bytes;
}
