/* Kernels by name, and their own parameters as options: `sheaf run histogram --bins 20`. */
#ifndef DRIVERS_KERNEL_OPTIONS_H
#define DRIVERS_KERNEL_OPTIONS_H

#include <sheaf/kernel.h>

#include "option.h"

/* Parameters as they were given. */
struct kernel_options {
    struct text_list names, texts; /* of equal length */
};

/* The `make` of a section: loads what --load names, then makes a table of every parameter of every kernel. Only the
 * kernels that the command line names take presets. */
SHEAF_MUST_USE enum sheaf_status kernel_options_make(const struct option_table **table, const char *const *argv,
                                                     size_t count, struct sheaf_error *err);

/* Loads what --load and SHEAF_LOAD name, before anything is parsed. */
SHEAF_MUST_USE enum sheaf_status kernel_options_load(const char *const *argv, size_t count, struct sheaf_error *err);

/* Kernels with their parameters, in the order in which they were named. */
struct kernel_choice {
    const char *spelled; /* "sum,min" */
    const struct sheaf_kernel **kernels;
    struct sheaf_arg **values; /* per kernel, param_count of them */
    size_t count;
};
/* Reads "sum,min,histogram". SHEAF_USAGE: an unknown kernel, with the nearest name; a parameter that none of them
 * has, or whose text is wrong. */
SHEAF_MUST_USE enum sheaf_status kernel_choose(const struct kernel_options *options, const char *names,
                                               struct kernel_choice *choice, struct sheaf_error *err);

/* How floating-point sums are to be added. The exact ones are kernels as they are named; of some there are others, called
 * KERNEL-fixed and KERNEL-fast, of the same value. */
struct sums_options {
    const char *sums; /* "exact", "fixed" or "fast"; NULL: exact */
    bool fast;
};
extern const struct option_table sums_table;
/* Is `text` one of the three words? SHEAF_USAGE if not. */
SHEAF_MUST_USE enum sheaf_status sums_check(const char *text, struct sheaf_error *err);
/* The word that the options stand for. */
SHEAF_MUST_USE enum sheaf_status sums_read(const struct sums_options *options, const char **sums,
                                           struct sheaf_error *err);
/* Takes the kernels of `choice` in that form where there is one, and as they are where there is none: what adds no
 * floating-point numbers is the same in every form. SHEAF_USAGE: there is none for any of them. */
SHEAF_MUST_USE enum sheaf_status kernel_choice_take_sums(struct kernel_choice *choice, const char *sums,
                                                         struct sheaf_error *err);

/* The kernel called `name`, or SHEAF_USAGE with the nearest name. */
SHEAF_MUST_USE enum sheaf_status kernel_find(const char *name, const struct sheaf_kernel **kernel,
                                             struct sheaf_error *err);

#endif
