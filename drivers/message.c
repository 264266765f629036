#include "message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct {
    bool quiet, verbose, mute, line_shown;
} state;

int exit_code(enum sheaf_status status)
{
    switch (status) {
    case SHEAF_OK:
        return EXIT_DONE;
    case SHEAF_USAGE:
    case SHEAF_UNAVAILABLE:
        return EXIT_USAGE;
    default:
        return EXIT_FAILED;
    }
}

/* Names and cells come from files: control characters in them must not reach the terminal. */
static void print_clean(const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '\n')
            fputs("\\n", stderr);
        else if (c == '\t')
            fputs("\\t", stderr);
        else if (c < 0x20 || c == 0x7f)
            fprintf(stderr, "\\x%02x", c);
        else
            fputc(c, stderr);
    }
}

static void print_line(const char *prefix, const char *text)
{
    if (state.mute)
        return;
    status_line_clear();
    fputs(prefix, stderr);
    print_clean(text);
    fputc('\n', stderr);
}

int complain(const struct sheaf_error *err)
{
    char text[2 * sizeof *err];
    struct sheaf_error shown = *err;
    if (strcmp(shown.file, "-") == 0)
        strcpy(shown.file, "standard input");
    print_line("sheaf: ", sheaf_error_text(&shown, text, sizeof text));
    return exit_code((enum sheaf_status)err->status);
}

static void print_message(const char *prefix, const char *format, va_list args)
{
    char text[1024];
    vsnprintf(text, sizeof text, format, args);
    print_line(prefix, text);
}

void note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (!state.quiet)
        print_message("sheaf: ", format, args);
    va_end(args);
}

void detail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (state.verbose)
        print_message("", format, args);
    va_end(args);
}

void message_level(bool quiet, bool verbose)
{
    state.quiet = quiet;
    state.verbose = verbose;
}

bool message_is_verbose(void)
{
    return state.verbose;
}

void message_mute(bool mute)
{
    state.mute = mute;
}

void status_line_show(const char *text)
{
    fprintf(stderr, "\r%s\033[K", text);
    fflush(stderr);
    state.line_shown = true;
}

void status_line_clear(void)
{
    if (!state.line_shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    state.line_shown = false;
}
