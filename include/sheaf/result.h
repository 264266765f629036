/* The answer of a kernel: a short list of named values and tables, in the order the kernel gave them. */
#ifndef SHEAF_RESULT_H
#define SHEAF_RESULT_H

#include <sheaf/base.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sheaf_value_kind {
    SHEAF_NULL,    /* no value: an empty input's mean */
    SHEAF_INTEGER, /* `text` has all its digits, with a leading '-' if negative; of any length */
    SHEAF_REAL,    /* `real` */
    SHEAF_TEXT,    /* `text`, UTF-8 where the input was */
    SHEAF_NUMERAL  /* a decimal number: `text` has all its digits ("12.5", "2e-999"), `real` is the nearest double */
};

struct sheaf_value {
    enum sheaf_value_kind kind;
    double real;
    char *text; /* owned by the result */
};

struct sheaf_entry {
    char *name;
    struct sheaf_value value; /* of a scalar */
    /* A table: column_count > 0, cells row by row, cell_count / column_count rows. */
    uint32_t column_count;
    char **column_names;
    uint64_t cell_count, cell_capacity;
    struct sheaf_value *cells;
};

struct sheaf_result {
    size_t count;
    struct sheaf_entry *entries;
    bool muted; /* the table being filled is a repeated name: its cells are dropped */
};

/* All zeros is an empty result. */
SHEAF_API void sheaf_result_cleanup(struct sheaf_result *result);

/* Each adds one entry, whose name is copied. A name that is there already is left alone (several kernels may
 * report the same count). SHEAF_MEMORY is the only failure. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_null(struct sheaf_result *result, const char *name);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_int(struct sheaf_result *result, const char *name, int64_t value);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_uint(struct sheaf_result *result, const char *name, uint64_t value);
/* `digits`: decimal, of any length, with an optional '-'. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_integer(struct sheaf_result *result, const char *name,
                                                                const char *digits);
/* `digits` as sheaf_decimal_text gives them, of any length; `nearest`: the nearest double. See sheaf_result_decimal. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_numeral(struct sheaf_result *result, const char *name,
                                                                const char *digits, double nearest);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_real(struct sheaf_result *result, const char *name, double value);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_text(struct sheaf_result *result, const char *name,
                                                             const char *value);
/* Starts a table; the following sheaf_cell_* calls fill it row by row until the next entry. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_result_table(struct sheaf_result *result, const char *name,
                                                              uint32_t column_count, const char *const *column_names);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_cell_null(struct sheaf_result *result);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_cell_int(struct sheaf_result *result, int64_t value);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_cell_uint(struct sheaf_result *result, uint64_t value);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_cell_real(struct sheaf_result *result, double value);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_cell_text(struct sheaf_result *result, const char *value);

/* The entry called `name`, or NULL; borrowed. */
SHEAF_API const struct sheaf_entry *sheaf_result_find(const struct sheaf_result *result, const char *name);
/* Same names, kinds and bits (NaN equals NaN of the same bits, 0 differs from -0). */
SHEAF_API bool sheaf_result_equal(const struct sheaf_result *a, const struct sheaf_result *b);

/* The shortest decimal text that reads back as the same double, independent of the locale; "NaN", "Infinity",
 * "-Infinity" for the others. `text` holds at least 32 bytes. Returns `text`. */
SHEAF_API const char *sheaf_real_text(double value, char text[32]);

#ifdef __cplusplus
}
#endif
#endif
