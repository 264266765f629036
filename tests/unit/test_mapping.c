/* Mapped pieces of files: the bytes of the file, no SIGBUS of our own doing, and every other SIGBUS as it was. */
#include "guard.h"
#include "rows.h"
#include "source/bytes.h"
#include "source/mapping.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

enum { PAGES = 40 };

static size_t page, size; /* of the file: PAGES pages and some */
static unsigned char *content;

static int setup(void **state)
{
    page = (size_t)sysconf(_SC_PAGESIZE);
    size = PAGES * page + 100;
    content = malloc(size);
    for (size_t i = 0; i < size; i++)
        content[i] = (unsigned char)(1 + i * 7919 % 251); /* no zeros */
    return folder_make(state);
}

static int teardown(void **state)
{
    free(content);
    return folder_remove(state);
}

static int make_file(const char **path)
{
    *path = file_write("mapped", content, size);
    int fd = bytes_open(*path);
    assert_true(fd >= 0);
    return fd;
}

/* Nobody in this process has called for the guard yet. */
static void nothing_is_mapped_without_the_guard(void **state)
{
    (void)state;
    const char *path;
    struct mapping mapping = {0};
    int fd = make_file(&path);
    assert_null(mapping_open(&mapping, fd, 0, size));
    assert_null(mapping.base);
    close(fd);
}

static void bytes_are_those_of_the_file(void **state)
{
    (void)state;
    guard();
    const struct {
        uint64_t at;
        size_t size;
    } pieces[] = {{0, size}, {0, 1}, {1, 1}, {page - 1, 2}, {page, page}, {5 * page + 17, 3 * page}, {size - 1, 1}};
    const char *path;
    int fd = make_file(&path);
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        struct mapping mapping = {0};
        struct sheaf_error err;
        const unsigned char *bytes = mapping_open(&mapping, fd, pieces[i].at, pieces[i].size);
        assert_non_null(bytes);
        for (size_t step = 1; step <= pieces[i].size; step = step * 3 + 1)
            mapping_expect(&mapping, bytes + step, step);
        assert_memory_equal(bytes, content + pieces[i].at, pieces[i].size);
        must(mapping_check(&mapping, fd, path, &err), &err);
        mapping_close(&mapping);
        assert_null(mapping.base);
        mapping_close(&mapping);
    }
    close(fd);
}

static void what_cannot_be_mapped_is_left_to_others(void **state)
{
    (void)state;
    guard();
    const char *path;
    struct mapping mapping = {0};
    int fd = make_file(&path), ends[2];
    assert_null(mapping_open(&mapping, fd, 1, size)); /* longer than the file */
    assert_null(mapping_open(&mapping, fd, 0, 0)); /* less than the least: 1 here, 4 MiB in the library */
    assert_int_equal(truncate(path, (off_t)(1000 * size)), 0);
    assert_null(mapping_open(&mapping, fd, 0, size)); /* a file with holes */
    close(fd);
    assert_int_equal(pipe(ends), 0);
    assert_null(mapping_open(&mapping, ends[0], 0, 1));
    close(ends[0]);
    close(ends[1]);
    fd = open("/proc/self/status", O_RDONLY);
    assert_null(mapping_open(&mapping, fd, 0, 1));
    close(fd);
}

/* Truncated to `left` bytes, all of a mapping from byte `from` on can still be looked at, and is known to be wrong. */
static void shrink_to(uint64_t left, uint64_t from)
{
    const char *path;
    struct mapping mapping = {0};
    struct sheaf_error err;
    int fd = make_file(&path);
    const unsigned char *bytes = mapping_open(&mapping, fd, from, size - from);
    assert_non_null(bytes);
    assert_int_equal(truncate(path, (off_t)left), 0);
    for (uint64_t i = size - from; i-- > 0;)
        assert_int_equal(bytes[i], from + i < left ? content[from + i] : 0);
    assert_int_equal(mapping_check(&mapping, fd, path, &err), SHEAF_INPUT);
    assert_string_equal(err.file, path);
    assert_int_equal(err.byte, left > from ? left : from / page * page);
    assert_non_null(strstr(err.message, "the file ends here: it shrank while it was read"));
    mapping_close(&mapping);
    close(fd);
}

static void a_file_that_shrinks_is_an_error(void **state)
{
    (void)state;
    guard();
    shrink_to(PAGES * page + 99, 0); /* within the last page: no signal */
    shrink_to(PAGES * page, 0);
    shrink_to(3 * page + 5, 0);
    shrink_to(3 * page, page + 7);
    shrink_to(1, 0);
    shrink_to(0, 0);
    shrink_to(17, 9 * page + 3);
}

static void a_file_that_grew_again_is_an_error(void **state)
{
    (void)state;
    guard();
    const char *path;
    struct mapping mapping = {0};
    struct sheaf_error err;
    int fd = make_file(&path);
    const unsigned char *bytes = mapping_open(&mapping, fd, 0, size);
    assert_int_equal(truncate(path, page), 0);
    assert_int_equal(bytes[2 * page], 0);
    assert_int_equal(truncate(path, size), 0);
    assert_int_equal(mapping_check(&mapping, fd, path, &err), SHEAF_INPUT);
    assert_string_equal(err.file, path);
    assert_non_null(strstr(err.message, "shrank while it was read, and grew again"));
    mapping_close(&mapping);
    close(fd);
}

/* Several at once, as for a pair: only the one that lost something is wrong. Closed in any order. */
static void mappings_stand_side_by_side(void **state)
{
    (void)state;
    guard();
    for (int order = 0; order < 6; order++) {
        static const int orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        const char *path;
        struct mapping mapping[3] = {{0}, {0}, {0}};
        const unsigned char *bytes[3];
        struct sheaf_error err;
        int fd = make_file(&path);
        for (size_t i = 0; i < 3; i++)
            bytes[i] = mapping_open(&mapping[i], fd, 10 * i * page, page);
        assert_int_equal(truncate(path, 15 * page), 0);
        assert_int_equal(bytes[0][1] + bytes[1][1] + bytes[2][1], content[1] + content[10 * page + 1]);
        assert_int_equal(mapping_check(&mapping[0], fd, path, &err), SHEAF_OK);
        assert_int_equal(mapping_check(&mapping[1], fd, path, &err), SHEAF_OK);
        assert_int_equal(mapping_check(&mapping[2], fd, path, &err), SHEAF_INPUT);
        for (int i = 0; i < 3; i++)
            mapping_close(&mapping[orders[order][i]]);
        close(fd);
    }
}

static void *shrink_in_thread(void *unused)
{
    shrink_to(2 * page, 0);
    return unused;
}

static void threads_have_mappings_of_their_own(void **state)
{
    (void)state;
    guard();
    const char *path;
    struct mapping mapping = {0};
    struct sheaf_error err;
    pthread_t thread;
    int fd = bytes_open(file_write("other", content, size));
    const unsigned char *bytes = mapping_open(&mapping, fd, 0, size);
    assert_non_null(bytes);
    assert_int_equal(pthread_create(&thread, NULL, shrink_in_thread, &path), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_memory_equal(bytes, content, size);
    must(mapping_check(&mapping, fd, "other", &err), &err);
    mapping_close(&mapping);
    close(fd);
}

/* ---- signals that are not ours -------------------------------------------------------------------------- */

static void touch_beyond_a_file(void)
{
    const char *path;
    int fd = make_file(&path);
    struct mapping ours = {0};
    assert_non_null(mapping_open(&ours, fd, 0, size));
    const volatile unsigned char *foreign = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
    assert_int_equal(truncate(path, 0), 0);
    (void)foreign[page];
}

static void send(void)
{
    raise(SIGBUS);
}

static void leave_42(int number)
{
    _exit(number == SIGBUS ? 42 : 1);
}

static void leave_43(int number, siginfo_t *info, void *context)
{
    (void)context;
    _exit(number == SIGBUS && info->si_signo == SIGBUS && (info->si_code <= 0 || info->si_addr) ? 43 : 1);
}

/* How a program ends that had `before`, then the guard, and then `cause`. For tests before the guard stands here. */
static int ends_by(const struct sigaction *before, void (*cause)(void))
{
    int how;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct sheaf_error err;
        signal(SIGBUS, SIG_DFL); /* the test program's own handler */
        if (before && sigaction(SIGBUS, before, NULL) != 0)
            _exit(2);
        if (sheaf_guard_mappings(&err) != SHEAF_OK)
            _exit(3);
        cause();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    return how;
}

static void other_bus_errors_are_as_before(void **state)
{
    (void)state;
    const struct sigaction plain = {.sa_handler = leave_42}, ignored = {.sa_handler = SIG_IGN};
    const struct sigaction informed = {.sa_sigaction = leave_43, .sa_flags = SA_SIGINFO};
    static void (*const causes[])(void) = {touch_beyond_a_file, send};
    for (size_t i = 0; i < 2; i++) {
        int how = ends_by(NULL, causes[i]);
        assert_true(WIFSIGNALED(how));
        assert_int_equal(WTERMSIG(how), SIGBUS);
        how = ends_by(&plain, causes[i]);
        assert_true(WIFEXITED(how));
        assert_int_equal(WEXITSTATUS(how), 42);
        how = ends_by(&informed, causes[i]);
        assert_true(WIFEXITED(how));
        assert_int_equal(WEXITSTATUS(how), 43);
    }
    int how = ends_by(&ignored, touch_beyond_a_file); /* cannot be ignored */
    assert_true(WIFSIGNALED(how));
    assert_int_equal(WTERMSIG(how), SIGBUS);
    how = ends_by(&ignored, send);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

static struct sigaction guarded; /* what stood when the host's handler came */

static void pass_to_guard(int number, siginfo_t *info, void *context)
{
    guarded.sa_sigaction(number, info, context);
}

/* A host that installs a handler afterwards, which passes on, and then calls for the guard once more. */
static void chain_and_call_again(void)
{
    const struct sigaction host = {.sa_sigaction = pass_to_guard, .sa_flags = SA_SIGINFO};
    struct sheaf_error err;
    sigaction(SIGBUS, &host, &guarded);
    if (sheaf_guard_mappings(&err) != SHEAF_OK)
        _exit(3);
    struct sigaction now;
    sigaction(SIGBUS, NULL, &now);
    if (now.sa_sigaction != pass_to_guard)
        _exit(4);
}

static void lose_ours(void)
{
    chain_and_call_again();
    shrink_to(3 * page, 0);
    _exit(44);
}

static void lose_foreign(void)
{
    chain_and_call_again();
    touch_beyond_a_file();
}

static void only_the_first_call_installs(void **state)
{
    (void)state;
    const struct sigaction plain = {.sa_handler = leave_42};
    int how = ends_by(NULL, lose_ours);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 44);
    how = ends_by(&plain, lose_foreign);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 42);
    how = ends_by(NULL, lose_foreign);
    assert_true(WIFSIGNALED(how));
    assert_int_equal(WTERMSIG(how), SIGBUS);
}

/* ---- a reader ------------------------------------------------------------------------------------------- */

/* Reads the file of 3 MiB, in blocks of `block` bytes, which is cut to `left` bytes after `tiles` tiles. */
static void shrink_under_reader(uint64_t block, uint64_t tiles, uint64_t left)
{
    enum { BYTES = 3 << 20 };
    unsigned char *bytes = malloc(BYTES);
    memset(bytes, 1, BYTES);
    const char *path = file_write("raw", bytes, BYTES);
    free(bytes);
    struct sheaf_source *source = open_one(path, &(struct sheaf_reading){.type = "u8"});
    struct sheaf_error err;
    struct reader *reader;
    struct cut cut;
    struct tile tile;
    uint64_t seen = 0;
    must(cut_init(&cut, source, block, &err), &err);
    must(reader_open(&reader, source, NULL, &err), &err);
    enum sheaf_status status = SHEAF_OK;
    for (uint64_t b = 0; b < cut.block_count && status == SHEAF_OK; b++) {
        struct span span = cut_span(&cut, b);
        status = reader_begin(reader, &span, &err);
        for (tile.rows = 1; status == SHEAF_OK && tile.rows; seen++) {
            if (seen == tiles)
                assert_int_equal(truncate(path, (off_t)left), 0);
            status = reader_next(reader, &tile, &err);
        }
    }
    assert_int_equal(status, SHEAF_INPUT);
    assert_string_equal(err.file, path);
    assert_true(err.byte >= (int64_t)left && err.byte < BYTES);
    assert_non_null(strstr(err.message, "shrank"));
    reader_close(reader);
    cut_cleanup(&cut);
    sheaf_source_destroy(source);
}

static void a_reader_says_what_it_missed(void **state)
{
    (void)state;
    guard();
    for (uint64_t tiles = 0; tiles < 190; tiles += 7) {
        shrink_under_reader(8 << 20, tiles, (3 << 20) - 1);
        shrink_under_reader(8 << 20, tiles, 1 << 20);
        shrink_under_reader(1 << 20, tiles, (3 << 20) - 4096);
        shrink_under_reader(12345, tiles, 2 << 20);
        shrink_under_reader(1 << 16, tiles % 90, (3 << 20) - 4097);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_bus_errors_are_as_before),
        cmocka_unit_test(only_the_first_call_installs),
        cmocka_unit_test(nothing_is_mapped_without_the_guard),
        cmocka_unit_test(bytes_are_those_of_the_file),
        cmocka_unit_test(what_cannot_be_mapped_is_left_to_others),
        cmocka_unit_test(a_file_that_shrinks_is_an_error),
        cmocka_unit_test(a_file_that_grew_again_is_an_error),
        cmocka_unit_test(mappings_stand_side_by_side),
        cmocka_unit_test(threads_have_mappings_of_their_own),
        cmocka_unit_test(a_reader_says_what_it_missed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
