#include "terminal.h"

#include <sheaf/job.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *color = "auto";

unsigned terminal_width(FILE *out)
{
    struct winsize size;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    int width = columns ? atoi(columns) : 0;
    return width >= 20 && width <= 1000 ? (unsigned)width : 80;
}

bool terminal_is(FILE *out)
{
    return !sheaf_world_launched() && isatty(fileno(out));
}

bool terminal_can_draw(FILE *out)
{
    const char *term = getenv("TERM");
    return terminal_is(out) && !(term && strcmp(term, "dumb") == 0);
}

void terminal_set_color(const char *when)
{
    color = when ? when : "auto";
}

static bool shows_color(FILE *out)
{
    if (strcmp(color, "auto") != 0)
        return strcmp(color, "always") == 0;
    const char *no_color = getenv("NO_COLOR");
    return !(no_color && *no_color) && terminal_can_draw(out);
}

const char *style_bold(FILE *out)
{
    return shows_color(out) ? "\033[1m" : "";
}

const char *style_dim(FILE *out)
{
    return shows_color(out) ? "\033[2m" : "";
}

const char *style_end(FILE *out)
{
    return shows_color(out) ? "\033[0m" : "";
}

void print_wrapped(FILE *out, const char *text, unsigned at, unsigned indent, unsigned width)
{
    bool fresh = true; /* nothing on this line yet */
    while (*text) {
        size_t length = strcspn(text, " ");
        if (!fresh && at + 1 + length > width) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
            fresh = true;
        }
        at += (unsigned)fprintf(out, "%s%.*s", fresh ? "" : " ", (int)length, text);
        fresh = false;
        text += length;
        text += *text == ' ';
    }
    fputc('\n', out);
}
