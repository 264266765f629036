#include "line.h"

static bool put(struct line *line, char byte)
{
    if (sheaf_buffer_reserve(&line->room, 1) != SHEAF_OK)
        return false;
    line->room.data[line->room.size++] = (unsigned char)byte;
    return true;
}

enum line_end line_next(struct line *line, FILE *in, int end, size_t most)
{
    enum line_end result = LINE_WHOLE;
    int byte;
    line->room.size = 0;
    while (result == LINE_WHOLE && (byte = getc_unlocked(in)) != EOF && byte != end) {
        if (line->room.size == most)
            result = LINE_LONG;
        else if (!put(line, (char)byte))
            result = LINE_NO_MEMORY;
    }
    if (result == LINE_WHOLE && byte == EOF && (ferror(in) || line->room.size == 0))
        result = LINE_NONE;
    if (!put(line, 0))
        return LINE_NO_MEMORY;
    line->text = (char *)line->room.data;
    line->length = line->room.size - 1;
    return result;
}

void line_cleanup(struct line *line)
{
    sheaf_buffer_cleanup(&line->room);
}
