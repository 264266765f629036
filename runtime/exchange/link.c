#include "exchange/team.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct frame {
    uint32_t kind, reserved;
    uint64_t size;
};

/* In one call, as far as the socket takes it: a worker that is stopped has sent a short message wholly or not at all. */
static enum sheaf_status send_parts(int socket, struct iovec *parts, size_t count)
{
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    while (message.msg_iovlen) {
        ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return SHEAF_WORKER;
        for (; message.msg_iovlen && (size_t)sent >= message.msg_iov->iov_len; message.msg_iov++, message.msg_iovlen--)
            sent -= (ssize_t)message.msg_iov->iov_len;
        if (message.msg_iovlen) {
            message.msg_iov->iov_base = (char *)message.msg_iov->iov_base + sent;
            message.msg_iov->iov_len -= (size_t)sent;
        }
    }
    return SHEAF_OK;
}

static enum sheaf_status receive_all(int socket, void *bytes, size_t size)
{
    char *p = bytes;
    while (size) {
        ssize_t got = recv(socket, p, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return SHEAF_WORKER;
        p += got;
        size -= (size_t)got;
    }
    return SHEAF_OK;
}

/* Reads and forgets, so that what comes next is understood. */
static enum sheaf_status drop(int socket, uint64_t size)
{
    char bytes[4096];
    enum sheaf_status status = SHEAF_OK;
    for (; size && status == SHEAF_OK; size -= size < sizeof bytes ? size : sizeof bytes)
        status = receive_all(socket, bytes, size < sizeof bytes ? size : sizeof bytes);
    return status;
}

enum sheaf_status link_send(const struct link *link, enum message kind, const void *head, size_t head_size,
                            const void *body, size_t body_size)
{
    struct frame frame = {kind, 0, head_size + body_size};
    struct iovec parts[] = {{&frame, sizeof frame}, {(void *)head, head_size}, {(void *)body, body_size}};
    return send_parts(link->socket, parts, sizeof parts / sizeof parts[0]);
}

enum sheaf_status link_receive(const struct link *link, enum message *kind, struct sheaf_buffer *bytes)
{
    struct frame frame;
    enum sheaf_status status = receive_all(link->socket, &frame, sizeof frame);
    if (status != SHEAF_OK)
        return status;
    *kind = (enum message)frame.kind;
    bytes->size = 0;
    if (sheaf_buffer_reserve(bytes, frame.size) != SHEAF_OK) {
        status = drop(link->socket, frame.size);
        return status == SHEAF_OK ? SHEAF_MEMORY : status;
    }
    status = receive_all(link->socket, bytes->data, frame.size);
    if (status == SHEAF_OK)
        bytes->size = frame.size;
    return status;
}

static enum sheaf_status next(struct dealer *base, unsigned worker, struct span *span, bool *more,
                              struct sheaf_error *err)
{
    (void)worker;
    struct link_dealer *dealer = (struct link_dealer *)base;
    enum message kind;
    *more = false;
    enum sheaf_status status = link_send(dealer->link, MESSAGE_WANT, NULL, 0, NULL, 0);
    if (status == SHEAF_OK)
        status = link_receive(dealer->link, &kind, &dealer->bytes);
    if (status == SHEAF_MEMORY)
        return sheaf_fail(err, status, "no memory for the next block");
    if (status != SHEAF_OK)
        return sheaf_fail(err, status, "the parent process is gone");
    if (kind != MESSAGE_SPAN)
        return SHEAF_OK;
    memcpy(span, dealer->bytes.data, sizeof *span);
    if (span->bytes)
        span->bytes = dealer->bytes.data + sizeof *span;
    *more = true;
    return SHEAF_OK;
}

void link_dealer_init(struct link_dealer *dealer, const struct link *link)
{
    memset(dealer, 0, sizeof *dealer);
    dealer->base.next = next;
    dealer->link = link;
}
