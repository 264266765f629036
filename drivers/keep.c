#include "keep.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ending.h"
#include "message.h"

/* Chained, so that a leak checker sees every block as still in use. */
struct block {
    struct block *next;
    max_align_t bytes[];
};
static struct block *blocks;

void *keep_bytes(size_t size)
{
    struct block *block = calloc(1, sizeof *block + size);
    if (!block) {
        struct sheaf_error err;
        sheaf_fail(&err, SHEAF_MEMORY, "out of memory");
        int code = complain(&err);
        ending_is_ours();
        exit(code);
    }
    block->next = blocks;
    blocks = block;
    return block->bytes;
}

const char *keep_text(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = keep_bytes((size_t)length + 1);
    va_start(args, format);
    vsnprintf(text, (size_t)length + 1, format, args);
    va_end(args);
    return text;
}

void *keep_room(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity)
        return items;
    *capacity = *capacity ? 2 * *capacity : 16;
    void *more = keep_bytes(*capacity * size);
    if (count)
        memcpy(more, items, count * size);
    return more;
}

void text_list_add(struct text_list *list, const char *text)
{
    list->items = keep_room(list->items, list->count, &list->capacity, sizeof *list->items);
    list->items[list->count++] = text;
}

bool text_list_has(const struct text_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

void text_list_add_pieces(struct text_list *list, const char *text)
{
    for (;;) {
        char *piece = keep_bytes(strlen(text) + 1);
        size_t length = 0;
        while (*text && *text != ',') {
            text += text[0] == '\\' && text[1] == ',';
            piece[length++] = *text++;
        }
        text_list_add(list, piece);
        if (!*text++)
            return;
    }
}
