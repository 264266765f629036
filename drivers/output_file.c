#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "keep.h"
#include "message.h"
#include "terminal.h"

static bool stdout_failed; /* and that has been reported */

static enum sheaf_status cannot(const struct output_file *file, const char *what, struct sheaf_error *err)
{
    int cause = errno ? errno : EIO;
    sheaf_fail_os(err, cause, "%s", what);
    sheaf_error_at(err, file->path ? file->path : "standard output", SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return SHEAF_IO;
}

/* The directory that holds `path`, and the rest of it. Both live until the program ends. */
static const char *directory_of(const char *path, const char **name)
{
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    if (!slash)
        return ".";
    return slash == path ? "/" : keep_text("%.*s", (int)(slash - path), path);
}

/* Where symbolic links end: they stay, and what the last one points to is made or replaced. */
static const char *resolved(const char *path)
{
    enum { MOST_LINKS = 40 }; /* as the system follows; stat() has seen that there are no more */
    char text[PATH_MAX];
    const char *name;
    ssize_t length;
    for (int i = 0; i < MOST_LINKS && (length = readlink(path, text, sizeof text)) >= 0; i++) {
        const char *directory = text[0] == '/' ? "" : directory_of(path, &name);
        path = keep_text("%s%s%.*s", directory, *directory ? "/" : "", (int)length, text);
    }
    return path;
}

static mode_t mode_of_new_files(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* A file without a name, or with a temporary one where the file system knows no such thing. */
static int open_beside(struct output_file *file, const char *name, mode_t mode)
{
    int fd = openat(file->directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT))
        return fd;
    file->temporary = keep_text(".%s.%ld.part", name, (long)getpid());
    return openat(file->directory, file->temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
}

static enum sheaf_status open_target(struct output_file *file, const struct stat *old, struct sheaf_error *err)
{
    const char *name;
    file->target = resolved(file->path);
    mode_t mode = old ? old->st_mode & 07777 : mode_of_new_files();
    file->directory = open(directory_of(file->target, &name), O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd = file->directory < 0 ? -1 : open_beside(file, name, mode);
    if (fd < 0)
        return cannot(file, "cannot be written", err);
    if (old && fchmod(fd, mode) != 0)
        mode = 0; /* a file system without modes: nothing to keep */
    file->stream = fdopen(fd, "w");
    return file->stream ? SHEAF_OK : cannot(file, "cannot be written", err);
}

enum sheaf_status output_open(struct output_file *file, const char *path, struct sheaf_error *err)
{
    *file = (struct output_file){.stream = stdout, .directory = -1};
    if (!path || strcmp(path, "-") == 0)
        return SHEAF_OK;
    file->path = path;
    struct stat old;
    bool exists = stat(path, &old) == 0;
    if (exists && S_ISDIR(old.st_mode)) {
        sheaf_fail(err, SHEAF_USAGE, "is a directory; name a file");
        sheaf_error_at(err, path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
        return SHEAF_USAGE;
    }
    if (!exists && errno != ENOENT)
        return cannot(file, "cannot be written", err);
    if (!exists || S_ISREG(old.st_mode))
        return open_target(file, exists ? &old : NULL, err);
    file->stream = fopen(path, "we"); /* a pipe or a device */
    return file->stream ? SHEAF_OK : cannot(file, "cannot be written", err);
}

enum sheaf_status output_check_binary(const char *path, const char *format, const char *instead,
                                      struct sheaf_error *err)
{
    bool to_stdout = !path || strcmp(path, "-") == 0;
    if (to_stdout && terminal_is(stdout))
        return sheaf_fail(err, SHEAF_USAGE, "%s is binary and would spoil the terminal; say -o FILE or --format %s",
                          format, instead);
    return SHEAF_OK;
}

/* linkat does not replace, so a nameless file gets a temporary name first. */
static int give_name(struct output_file *file, int fd)
{
    const char *name;
    directory_of(file->target, &name);
    if (!file->temporary) {
        const char *temporary = keep_text(".%s.%ld.part", name, (long)getpid());
        if (linkat(AT_FDCWD, keep_text("/proc/self/fd/%d", fd), file->directory, temporary, AT_SYMLINK_FOLLOW) != 0)
            return -1;
        file->temporary = temporary;
    }
    if (renameat(file->directory, file->temporary, file->directory, name) != 0)
        return -1;
    file->temporary = NULL;
    return 0;
}

/* Sets errno to why the stream failed, now or at an earlier write. */
static bool flushes(FILE *stream)
{
    int earlier = errno;
    errno = 0;
    if (fflush(stream) == 0 && !ferror(stream))
        return true;
    if (errno == 0)
        errno = earlier;
    return false;
}

enum sheaf_status output_commit(struct output_file *file, struct sheaf_error *err)
{
    if (!flushes(file->stream)) {
        enum sheaf_status status = cannot(file, "cannot be written", err);
        stdout_failed = stdout_failed || !file->path;
        output_discard(file);
        return status;
    }
    if (!file->path)
        return SHEAF_OK;
    int fd = fileno(file->stream);
    bool named = file->directory < 0;
    bool good = named || (fsync(fd) == 0 && give_name(file, fd) == 0);
    enum sheaf_status status = good ? SHEAF_OK : cannot(file, "cannot be written", err);
    output_discard(file);
    return status;
}

void output_discard(struct output_file *file)
{
    if (file->path && file->stream)
        fclose(file->stream);
    file->stream = NULL;
    if (file->temporary)
        unlinkat(file->directory, file->temporary, 0);
    file->temporary = NULL;
    if (file->directory >= 0)
        close(file->directory);
    file->directory = -1;
}

int output_close_stdout(int code)
{
    if (stdout_failed)
        return code;
    bool good = flushes(stdout);
    if (good && (fclose(stdout) == 0 || errno == EBADF))
        return code;
    struct output_file output = {.path = NULL};
    struct sheaf_error err;
    cannot(&output, "cannot be written", &err);
    complain(&err);
    return code == EXIT_DONE ? EXIT_FAILED : code;
}
