#include <sheaf/base.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void sheaf_error_clear(struct sheaf_error *err)
{
    if (!err)
        return;
    memset(err, 0, sizeof *err);
    err->rank = err->worker = SHEAF_UNKNOWN;
    err->block = err->byte = err->line = SHEAF_UNKNOWN;
}

/* Keeps the end of what is too long: the end of a path says more than its start. */
static void copy_end(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);
    if (length < size)
        memcpy(to, from, length + 1);
    else
        snprintf(to, size, "...%s", from + length - (size - 4));
}

enum sheaf_status sheaf_fail(struct sheaf_error *err, enum sheaf_status status, const char *format, ...)
{
    if (!err)
        return status;
    /* The arguments may lie in *err itself. */
    char message[sizeof err->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    sheaf_error_clear(err);
    err->status = status;
    memcpy(err->message, message, sizeof message);
    return status;
}

enum sheaf_status sheaf_fail_os(struct sheaf_error *err, int errno_value, const char *format, ...)
{
    if (!err)
        return SHEAF_IO;
    char message[sizeof err->message - 64];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    char reason[64];
    const char *text = strerror_r(errno_value, reason, sizeof reason);
    sheaf_fail(err, SHEAF_IO, "%s: %s", message, text);
    err->os_error = errno_value;
    return SHEAF_IO;
}

void sheaf_error_at(struct sheaf_error *err, const char *file, int64_t byte, int64_t line, const char *column)
{
    if (!err)
        return;
    if (file)
        copy_end(err->file, sizeof err->file, file);
    if (byte != SHEAF_UNKNOWN)
        err->byte = byte;
    if (line != SHEAF_UNKNOWN)
        err->line = line;
    if (column)
        copy_end(err->column, sizeof err->column, column);
}

const char *sheaf_error_text(const struct sheaf_error *err, char *text, size_t size)
{
    char place[sizeof err->file + 96] = "", column[sizeof err->column + 16] = "";
    if (err->file[0] && err->line != SHEAF_UNKNOWN)
        snprintf(place, sizeof place, "%s:%lld: ", err->file, (long long)err->line);
    else if (err->file[0] && err->byte != SHEAF_UNKNOWN)
        snprintf(place, sizeof place, "%s: byte %lld: ", err->file, (long long)err->byte);
    else if (err->file[0])
        snprintf(place, sizeof place, "%s: ", err->file);
    if (err->column[0])
        snprintf(column, sizeof column, "column \"%s\": ", err->column);
    snprintf(text, size, "%s%s%s", place, column, err->message);
    return text;
}

const char *sheaf_status_name(int status)
{
    static const char *const names[] = {
#define X(name, value, text) [value] = #name,
        SHEAF_STATUSES(X)
#undef X
    };
    if (status < 0 || (size_t)status >= sizeof names / sizeof names[0] || !names[status])
        return "UNKNOWN";
    return names[status];
}
