/* A team of forked children and their parent, one socket each: what the exchanges `pipe` and `shm` share. The
 * parent waits, answers, and notices at once when a child is lost; a child ends when its parent does. */
#ifndef SHEAF_RUNTIME_TEAM_H
#define SHEAF_RUNTIME_TEAM_H

#include "exchange/exchange.h"

#include <sys/types.h>

enum message {
    MESSAGE_WANT = 1, /* child: a block, please */
    MESSAGE_SPAN,     /* parent: struct span, then its bytes */
    MESSAGE_END,      /* parent: no more blocks */
    MESSAGE_PARTIAL,  /* child: a packed partial */
    MESSAGE_DONE,     /* child: finished, all is sent */
    MESSAGE_FAILED    /* child: struct sheaf_error */
};

struct link {
    int socket;
};
/* Both sides. SHEAF_WORKER if the other side is gone. */
enum sheaf_status link_send(const struct link *link, enum message kind, const void *head, size_t head_size,
                            const void *body, size_t body_size);
/* The payload replaces the content of `bytes`; SHEAF_MEMORY if there is no room for it: it is dropped then. */
enum sheaf_status link_receive(const struct link *link, enum message *kind, struct sheaf_buffer *bytes);

/* Asks the parent for blocks: the dealer of a child. */
struct link_dealer {
    struct dealer base;
    const struct link *link;
    struct sheaf_buffer bytes;
};
void link_dealer_init(struct link_dealer *dealer, const struct link *link);

/* What an exchange adds to the team. `context` is the exchange's own. */
struct team_ops {
    /* In child `index`: computes, sends its partials. A failure is reported to the parent. */
    enum sheaf_status (*child)(void *context, unsigned index, const struct link *link, struct sheaf_error *err);
    /* In the parent, for each MESSAGE_PARTIAL of child `index`. */
    enum sheaf_status (*partial)(void *context, unsigned index, const struct sheaf_buffer *bytes,
                                 struct sheaf_error *err);
};

/* Forks `children`, serves them until all are done, reaps them. Blocks asked for by MESSAGE_WANT come from the pass's
 * cut in order, or from its feed; *blocks counts them (left alone if none was asked for). Any failure stops and
 * reaps every child; a lost child is SHEAF_WORKER and names the worker, its pid and its signal. */
enum sheaf_status team_run(const struct team_ops *ops, void *context, unsigned children, const struct pass *pass,
                           uint64_t *blocks, struct sheaf_error *err);

#endif
