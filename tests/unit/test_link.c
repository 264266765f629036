/* Messages between a parent and its children. */
#include "exchange/team.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const size_t large = (size_t)64 << 20;

/* Sends a large message and a small one through `socket`, from a process of its own. */
static pid_t send_two(int socket)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct link link = {socket};
        char *bytes = calloc(large, 1);
        bool sent = bytes && link_send(&link, MESSAGE_PARTIAL, bytes, large / 2, bytes, large / 2) == SHEAF_OK &&
                    link_send(&link, MESSAGE_FAILED, "sheaf", 6, NULL, 0) == SHEAF_OK;
        _exit(sent ? 0 : 1);
    }
    close(socket);
    return pid;
}

static void receive_two(bool starved)
{
    int pair[2], how;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    pid_t sender = send_two(pair[1]);
    struct link link = {pair[0]};
    struct sheaf_buffer bytes = {0};
    struct rlimit before, limit;
    enum message kind;
    getrlimit(RLIMIT_AS, &before);
    limit = before;
    limit.rlim_cur = large; /* no more than there is already, or too little for it */
    if (starved)
        assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    enum sheaf_status status = link_receive(&link, &kind, &bytes);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    assert_int_equal(status, starved ? SHEAF_MEMORY : SHEAF_OK);
    assert_int_equal(kind, MESSAGE_PARTIAL);
    assert_int_equal(bytes.size, starved ? 0 : large);
    assert_int_equal(link_receive(&link, &kind, &bytes), SHEAF_OK);
    assert_int_equal(kind, MESSAGE_FAILED);
    assert_string_equal((char *)bytes.data, "sheaf");
    assert_int_equal(waitpid(sender, &how, 0), sender);
    assert_int_equal(how, 0);
    assert_int_equal(link_receive(&link, &kind, &bytes), SHEAF_WORKER); /* the other side is gone */
    sheaf_buffer_cleanup(&bytes);
    close(pair[0]);
}

static void test_messages(void **state)
{
    (void)state;
    receive_two(false);
}

/* The message after one that there was no memory for is understood. */
static void test_no_memory(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__)
    print_message("skipped: a sanitizer takes more memory than the limit\n");
    skip();
#endif
    receive_two(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test(test_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
