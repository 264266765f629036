#include "compare_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum sheaf_status file_fail(const struct file *file, int cause, struct sheaf_error *err)
{
    if (cause)
        sheaf_fail_os(err, cause, "cannot be read");
    else
        sheaf_fail(err, SHEAF_INPUT, "shrank while it was read");
    sheaf_error_at(err, file->path, SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
    return cause ? SHEAF_IO : SHEAF_INPUT;
}

/* 0 if it is no regular file. */
static uint64_t bytes_from(const char *path, uint64_t offset)
{
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) || (uint64_t)info.st_size <= offset)
        return 0;
    return (uint64_t)info.st_size - offset;
}

enum sheaf_status files_list(struct files *files, const struct sheaf_source *source, uint64_t offset,
                             struct sheaf_error *err)
{
    size_t inputs = sheaf_source_input_count(source);
    int64_t known = sheaf_source_bytes(source);
    uint64_t most = known == SHEAF_UNKNOWN ? UINT64_MAX : (uint64_t)known;
    *files = (struct files){.items = calloc(inputs + 1, sizeof *files->items)};
    if (!files->items)
        return sheaf_fail(err, SHEAF_MEMORY, "no memory for a list of %zu files", inputs);
    for (size_t i = 0; i < inputs; i++) {
        const char *path = sheaf_source_input_name(source, i);
        uint64_t size = bytes_from(path, offset), left = most - files->bytes;
        size = size < left ? size : left;
        if (size)
            files->items[files->count++] = (struct file){path, offset, size, NULL};
        files->bytes += size;
    }
    return SHEAF_OK;
}

void files_cleanup(struct files *files)
{
    files_unmap(files);
    free(files->items);
    *files = (struct files){0};
}

/* ---- maps ------------------------------------------------------------------------------------------------------ */

/* Bytes of the first page that do not count. */
static uint64_t lead_of(const struct file *file)
{
    return file->first % (uint64_t)sysconf(_SC_PAGESIZE);
}

static enum sheaf_status map_file(struct file *file, struct sheaf_error *err)
{
    struct stat info;
    uint64_t lead = lead_of(file);
    void *map = MAP_FAILED;
    int descriptor = open(file->path, O_RDONLY | O_CLOEXEC), cause = descriptor < 0 ? errno : 0;
    if (descriptor >= 0 && fstat(descriptor, &info) == 0 && (uint64_t)info.st_size >= file->first + file->size) {
        map = mmap(NULL, file->size + lead, PROT_READ, MAP_SHARED, descriptor, (off_t)(file->first - lead));
        cause = map == MAP_FAILED ? errno : 0;
    }
    if (descriptor >= 0)
        close(descriptor);
    if (map == MAP_FAILED)
        return file_fail(file, cause, err);
    file->map = (unsigned char *)map + lead;
    return SHEAF_OK;
}

enum sheaf_status files_map(struct files *files, struct sheaf_error *err)
{
    enum sheaf_status status = SHEAF_OK;
    for (size_t i = 0; i < files->count && status == SHEAF_OK; i++)
        status = map_file(&files->items[i], err);
    return status;
}

void files_unmap(struct files *files)
{
    for (size_t i = 0; i < files->count; i++) {
        struct file *file = &files->items[i];
        if (file->map)
            munmap(file->map - lead_of(file), file->size + lead_of(file));
        file->map = NULL;
    }
}
