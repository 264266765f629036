/* Runs one plan under many covers and compares the answers bit by bit with the serial one. */
#ifndef SHEAF_TESTS_HARNESS_H
#define SHEAF_TESTS_HARNESS_H

#include "conformance/dataset.h"

#include <sheaf/job.h>

/* How a plan is run. 0 and NULL: the default. */
struct cover {
    const char *strategy, *merge;
    unsigned workers;
    uint64_t block_bytes;
};

/* The kernels of a test: built-in ones and those of tests/kernels. */
struct fixture {
    const struct sheaf_source *source;
    const char *about;
    struct sheaf_world *world; /* NULL: none */
    const char *filter, *nan;
    struct sheaf_arg *values; /* NULL: defaults */
    /* A stream can be read once: it is opened for each cover. NULL: `source` serves them all. */
    struct sheaf_source *(*reopen)(const struct dataset *data);
    void (*close)(struct sheaf_source *source);
    const struct dataset *data;
    /* Where the serial answer comes from: the same data in another order. NULL: from `source`. */
    const struct sheaf_source *oracle;
    bool each; /* the covers give an answer for each input too; the total is what is compared */
};

/* Every kernel of `kernels` that takes the source's columns, together in one plan, under `cover`. *answer is NULL if no
 * kernel fits or the merge method does not (then *status is SHEAF_USAGE). */
enum sheaf_status run_cover(const struct fixture *fixture, const struct sheaf_kernel *const *kernels, size_t count,
                            const struct cover *cover, struct sheaf_answer **answer, struct sheaf_error *err);

/* Fails the test unless both answers have the same bits; `cover` is named. */
void assert_same_answer(const struct fixture *fixture, const struct cover *cover, const struct sheaf_answer *expected,
                        const struct sheaf_answer *got);

/* Those of `kernels` that take the source's columns run together: serially in one block, then under every strategy of
 * `strategies` (ended by NULL), each of its merge methods whose law they obey, `workers` and `blocks` (ended by 0), and
 * are compared. Returns the covers tried: 0 if no kernel fits. */
size_t check_covers(const struct fixture *fixture, const struct sheaf_kernel *const *kernels, size_t count,
                    const char *const *strategies, const unsigned *workers, const uint64_t *blocks);

#endif
