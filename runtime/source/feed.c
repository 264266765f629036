/* The sequential reading of inputs as bytes: read a block's worth, let the format cut it, keep the rest for the next.
 * A record longer than a block makes the block grow. */
#include "source/bytes.h"
#include "source/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A record beyond this is no record: the input is not what it was taken for. */
static const size_t record_limit = (size_t)1 << 30;

struct byte_feed {
    struct feed base;
    size_t block_bytes;
    uint64_t block;
    size_t input, end;       /* from the current one to here */
    bool begun;              /* input is open */
    bool ended;              /* nothing is left to read of it */
    int fd;                  /* of a file */
    struct feed_point point;
    struct sheaf_buffer rest; /* read, but after the last whole record */
};

static struct source_stream *stream_of(const struct byte_feed *f)
{
    return f->base.source->inputs[f->input].stream;
}

static enum sheaf_status read_on(struct byte_feed *f, uint64_t at, unsigned char *into, size_t size, size_t *got,
                                 struct sheaf_error *err)
{
    struct source_stream *stream = stream_of(f);
    const char *name = f->base.source->inputs[f->input].name;
    enum sheaf_status status = stream ? stream_read(stream, name, at, into, size, got, err)
                                      : bytes_read_next(f->fd, name, at, into, size, got, err);
    f->ended = status == SHEAF_OK && *got < size;
    return status;
}

/* Appends to `bytes` until it holds `size` or the input has ended. */
static enum sheaf_status fill(struct byte_feed *f, struct sheaf_buffer *bytes, size_t size, struct sheaf_error *err)
{
    if (bytes->size >= size || f->ended)
        return SHEAF_OK;
    const char *name = f->base.source->inputs[f->input].name;
    size_t want = size - bytes->size, got;
    if (sheaf_buffer_reserve(bytes, want) != SHEAF_OK)
        return source_fail(err, SHEAF_MEMORY, name, (int64_t)f->point.at, "out of memory for a block of %zu bytes",
                           size);
    enum sheaf_status status = read_on(f, f->point.at + bytes->size, bytes->data + bytes->size, want, &got, err);
    if (status == SHEAF_OK)
        bytes->size += got;
    return status;
}

static enum sheaf_status open_input(struct byte_feed *f, struct sheaf_error *err)
{
    const struct source_input *input = &f->base.source->inputs[f->input];
    if (input->once && !input->stream)
        return source_fail(err, SHEAF_INTERNAL, input->name, SHEAF_UNKNOWN,
                           "a stream can be read only in the process that opened it");
    if (input->stream)
        return stream_rewind(input->stream, input->name, err);
    f->fd = bytes_open(input->name);
    if (f->fd >= 0)
        return SHEAF_OK;
    sheaf_fail_os(err, errno, "cannot open");
    sheaf_error_at(err, input->name, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_IO;
}

/* Opens the next input and passes over what stands before its first unit. */
static enum sheaf_status begin_input(struct byte_feed *f, struct sheaf_buffer *bytes, struct sheaf_error *err)
{
    const struct source_input *input = &f->base.source->inputs[f->input];
    f->point = (struct feed_point){.line = 1};
    f->ended = false;
    f->rest.size = 0;
    enum sheaf_status status = open_input(f, err);
    f->begun = status == SHEAF_OK;
    while (status == SHEAF_OK && f->point.at < input->start && !f->ended) {
        uint64_t left = input->start - f->point.at;
        bytes->size = 0;
        status = fill(f, bytes, left < HEAD_BYTES ? (size_t)left : HEAD_BYTES, err);
        f->point.at += bytes->size;
    }
    if (status == SHEAF_OK && f->point.at < input->start)
        return source_fail(err, SHEAF_INPUT, input->name, (int64_t)f->point.at,
                           "ends here, before the first of the data at byte %llu", (unsigned long long)input->start);
    return status;
}

static void end_input(struct byte_feed *f)
{
    if (f->begun && !stream_of(f))
        close(f->fd);
    f->begun = false;
    f->input++;
}

/* Shows the format more and more of the input until it finds a whole record, or all of it. */
static enum sheaf_status cut_piece(struct byte_feed *f, struct sheaf_buffer *bytes, struct feed_piece *piece,
                                   struct sheaf_error *err)
{
    const struct sheaf_source *source = f->base.source;
    size_t unit = source->inputs[f->input].unit_bytes, least = f->block_bytes > unit ? f->block_bytes : unit;
    enum sheaf_status status;
    for (size_t want = least;; want *= 2) {
        if (want > record_limit && want > least)
            return source_fail(err, SHEAF_INPUT, source->inputs[f->input].name, (int64_t)f->point.at,
                               "a record of more than 1 GiB begins here; is this the format that the data are in?");
        status = fill(f, bytes, want, err);
        if (status != SHEAF_OK)
            return status;
        status = source->format->feed_cut(source, f->input, &f->point, bytes->data, bytes->size, f->ended, piece, err);
        if (status != SHEAF_OK || piece->take || piece->end || f->ended)
            return status;
    }
}

/* The next piece of the current input: *bytes becomes its records alone. */
static enum sheaf_status next_piece(struct byte_feed *f, struct sheaf_buffer *bytes, struct span *span,
                                    struct sheaf_error *err)
{
    const struct sheaf_source *source = f->base.source;
    struct feed_piece piece = {0};
    bytes->size = 0;
    if (sheaf_buffer_append(bytes, f->rest.data, f->rest.size) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a block");
    enum sheaf_status status = cut_piece(f, bytes, &piece, err);
    if (status != SHEAF_OK)
        return status;
    f->rest.size = 0;
    if (sheaf_buffer_append(&f->rest, bytes->data + piece.take, bytes->size - piece.take) != SHEAF_OK)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a block");
    bytes->size = piece.take - piece.drop;
    if (piece.drop)
        memmove(bytes->data, bytes->data + piece.drop, bytes->size);
    const struct source_input *input = &source->inputs[f->input];
    uint64_t first = f->point.at + piece.drop - input->start;
    f->point.at += piece.take;
    *span = (struct span){.input = f->input, .bytes = bytes->data, .size = bytes->size, .row = piece.row,
                          .line = piece.line};
    span->lo = first / input->unit_bytes;
    span->hi = span->lo + bytes->size / input->unit_bytes;
    if (piece.end || (f->ended && (f->rest.size == 0 || piece.take == 0)))
        end_input(f);
    return SHEAF_OK;
}

static enum sheaf_status byte_feed_next(struct feed *feed, struct sheaf_buffer *bytes, struct span *span, bool *more,
                                        struct sheaf_error *err)
{
    struct byte_feed *f = (struct byte_feed *)feed;
    enum sheaf_status status = SHEAF_OK;
    *more = false;
    while (status == SHEAF_OK && !*more && f->input < f->end) {
        if (!f->begun)
            status = begin_input(f, bytes, err);
        if (status == SHEAF_OK)
            status = next_piece(f, bytes, span, err);
        *more = status == SHEAF_OK && span->size > 0;
    }
    if (*more)
        span->block = f->block++;
    return status;
}

static void byte_feed_close(struct feed *feed)
{
    struct byte_feed *f = (struct byte_feed *)feed;
    end_input(f);
    sheaf_buffer_cleanup(&f->rest);
    free(f);
}

static enum sheaf_status byte_feed_open(struct feed **feed, const struct sheaf_source *source, uint64_t block_bytes,
                                        struct sheaf_error *err)
{
    struct byte_feed *f = calloc(1, sizeof *f);
    if (!f)
        return sheaf_fail(err, SHEAF_MEMORY, "out of memory for a feed");
    f->base = (struct feed){source, byte_feed_next, byte_feed_close};
    f->block_bytes = (size_t)block_bytes;
    f->fd = -1;
    f->end = source->input_count;
    *feed = &f->base;
    return SHEAF_OK;
}

static void byte_feed_choose(struct feed *feed, int64_t input)
{
    struct byte_feed *f = (struct byte_feed *)feed;
    f->input = input == ALL_INPUTS ? 0 : (size_t)input;
    f->end = input == ALL_INPUTS ? feed->source->input_count : f->input + 1;
}

/* ---- the interface -------------------------------------------------------------------------------------- */

enum sheaf_status feed_open(struct feed **feed, const struct sheaf_source *source, const uint8_t *forms,
                            uint64_t block_bytes, struct sheaf_error *err)
{
    if (source->format->feed_open)
        return source->format->feed_open(feed, source, forms, block_bytes, err);
    return byte_feed_open(feed, source, block_bytes, err);
}

void feed_choose(struct feed *feed, int64_t input)
{
    if (!feed->source->format->feed_open)
        byte_feed_choose(feed, input);
}

enum sheaf_status feed_next(struct feed *feed, struct sheaf_buffer *bytes, struct span *span, bool *more,
                            struct sheaf_error *err)
{
    return feed->next(feed, bytes, span, more, err);
}

void source_keep(const struct sheaf_source *source)
{
    for (size_t i = 0; i < source->input_count; i++)
        if (source->inputs[i].stream)
            source->inputs[i].stream->keep = true;
    const struct sheaf_source *side;
    for (size_t i = 0; source->format->side && (side = source->format->side(source, i)); i++)
        source_keep(side);
}

void feed_close(struct feed *feed)
{
    if (feed)
        feed->close(feed);
}
