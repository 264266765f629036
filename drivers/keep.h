/* Small things a command makes while it reads its command line and that live until the program ends: names,
 * lists, labels. Out of memory there ends the program with exit 1 and a message; data never goes through here. */
#ifndef DRIVERS_KEEP_H
#define DRIVERS_KEEP_H

#include <stddef.h>
#include <sheaf/base.h>

/* Zeroed bytes, never NULL. */
void *keep_bytes(size_t size);
/* A formatted text. */
const char *keep_text(const char *format, ...) SHEAF_PRINTF(1, 2);

/* Room in a growing array of `count` elements of `size` bytes for one more: `items`, or a copy twice as large. All
 * zeros is an empty array. */
void *keep_room(void *items, size_t count, size_t *capacity, size_t size);

/* A growing list of texts. All zeros is empty. Texts are borrowed. */
struct text_list {
    const char **items;
    size_t count, capacity;
};
void text_list_add(struct text_list *list, const char *text);
bool text_list_has(const struct text_list *list, const char *text);
/* Adds the pieces of `text` between commas; "\," is a comma inside a piece. */
void text_list_add_pieces(struct text_list *list, const char *text);

#endif
