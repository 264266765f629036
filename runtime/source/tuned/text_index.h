/* The body of every variant of the index: a file for an instruction set defines, and then includes this,
 *
 *     struct masks look(const unsigned char *chunk, unsigned char delimiter);    bit i is for byte i
 *     uint32_t *put_places(uint32_t *to, uint64_t mask, uint32_t first);         may write up to INDEX_CHUNK places
 */
#include <string.h>

/* A chunk of which only `size` bytes are text. */
static struct masks look_at_rest(const unsigned char *text, size_t size, unsigned char delimiter)
{
    unsigned char chunk[INDEX_CHUNK];
    memset(chunk, 'x', sizeof chunk);
    memcpy(chunk, text, size);
    struct masks masks = look(chunk, delimiter);
    uint64_t text_mask = ((uint64_t)1 << size) - 1;
    masks.delimiter &= text_mask; /* someone may delimit by "x" */
    return masks;
}

void ISA(text_index)(struct text_index *index, const unsigned char *text, size_t size, unsigned char delimiter)
{
    uint32_t *end = index->ends + 1, *line = index->lines + 1;
    uint64_t returns = 0, empty = 0, before = 1;
    size_t at = 0;
    if (size > INDEX_BYTES)
        size = INDEX_BYTES;
    while (at < size) {
        size_t step = size - at < INDEX_CHUNK ? size - at : INDEX_CHUNK;
        struct masks masks = step < INDEX_CHUNK ? look_at_rest(text + at, step, delimiter) : look(text + at, delimiter);
        if (masks.other)
            break;
        returns |= masks.carriage_return;
        empty |= masks.newline & (masks.newline << 1 | before);
        before = masks.newline >> (INDEX_CHUNK - 1);
        end = put_places(end, masks.newline | masks.delimiter, (uint32_t)at);
        line = put_places(line, masks.newline, (uint32_t)at);
        at += step;
    }
    index->ends[0] = index->lines[0] = UINT32_MAX;
    index->size = (uint32_t)at;
    index->end_count = (uint32_t)(end - index->ends);
    index->line_count = (uint32_t)(line - index->lines);
    index->returns = returns != 0;
    index->empty_lines = empty != 0;
}
