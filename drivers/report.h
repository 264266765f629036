/* An answer as it is shown: by section (each file, the total), by item (each column or pair of columns), by value.
 * Printers read it; they never see plans or sources. */
#ifndef DRIVERS_REPORT_H
#define DRIVERS_REPORT_H

#include <sheaf/job.h>

#include "keep.h"

/* A value and the name under which it is shown: the kernel's own, or KERNEL.NAME where two kernels gave different
 * values the same name. Borrowed from the answer. */
struct report_value {
    const char *name;
    const struct sheaf_entry *entry;
};

/* What was computed over one column, or one pair of columns. */
struct report_item {
    const char *label; /* "temp", "x,y" */
    struct sheaf_tally tally;
    struct report_value *values;
    size_t count;
};

struct report_section {
    const char *file; /* NULL: the total */
    struct sheaf_tally rows;
    struct report_item *items;
    size_t count;
};

/* Facts about how it was computed: everything that may differ between two runs. */
struct report_run {
    struct sheaf_plan_view plan;
    const struct sheaf_answer *answer; /* of the total; NULL: nothing was computed */
};

struct saved_verdict;
struct report {
    const char *kernels; /* "sum,min" */
    struct report_section *files; /* --per-file; file_count of them */
    size_t file_count;
    struct report_section total;
    struct text_list left_out; /* columns of text, because nothing was named */
    struct report_run run;
    const struct saved_verdict *against; /* NULL: nothing to compare with */
};

/* Arranges `answer`, computed from `source`. Everything made lives until the program ends, but for what is borrowed
 * from the two. */
void report_section_init(struct report_section *section, const char *file, const struct sheaf_answer *answer,
                         const struct sheaf_source *source);

/* One item in each section: its label need not be shown. */
bool report_is_single(const struct report *report);

/* NULL, or the names of the kernels whose answers another cut would change: "sum-fast, dot-fast". */
const char *report_rounded(const struct report *report);

/* Sections in the order of printing: the files, then the total. */
size_t report_section_count(const struct report *report);
const struct report_section *report_section_at(const struct report *report, size_t index);

#endif
