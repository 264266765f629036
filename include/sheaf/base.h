/* Status codes, errors, element types and byte buffers: what every other header needs.
 *
 * Rules that hold for the whole library:
 *  - A function that can fail returns an enum sheaf_status and takes a `struct sheaf_error *`, which may
 *    be NULL. Outputs are valid only after SHEAF_OK.
 *  - The library never prints, exits, aborts, changes the locale or installs a signal handler (but
 *    sheaf_guard_mappings does, which is there for it).
 *  - new/destroy own heap objects, init/cleanup the caller's memory, open/close a resource.
 *    destroy, cleanup and close accept NULL.
 *  - Objects are not shared between threads without a lock unless a docstring says otherwise. */
#ifndef SHEAF_BASE_H
#define SHEAF_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHEAF_API __attribute__((visibility("default")))
#define SHEAF_MUST_USE __attribute__((warn_unused_result))
#define SHEAF_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, value, text) */
#define SHEAF_STATUSES(X)                                                                                  \
    X(OK, 0, "success")                                                                                    \
    X(USAGE, 1, "the request makes no sense as it stands; nothing was started")                            \
    X(INPUT, 2, "the data are not what they should be")                                                    \
    X(IO, 3, "the operating system refused or failed a read or a write")                                   \
    X(MEMORY, 4, "out of memory")                                                                          \
    X(WORKER, 5, "a worker died")                                                                          \
    X(UNAVAILABLE, 6, "not in this build or not on this machine")                                          \
    X(CANCELLED, 7, "cancelled")                                                                           \
    X(OVERLAP, 8, "two partials hold the same block")                                                      \
    X(SURVEY, 9, "the source must be surveyed before it can be cut")                                       \
    X(INTERNAL, 10, "a bug in sheaf or in a kernel")

enum sheaf_status {
#define X(name, value, text) SHEAF_##name = value,
    SHEAF_STATUSES(X)
#undef X
};

#define SHEAF_UNKNOWN (-1)

/* What went wrong, as plain data: fixed size, no pointers, so that it crosses a pipe or MPI unchanged.
 * Unset numbers are SHEAF_UNKNOWN, unset texts empty. Over-long names keep their end. */
struct sheaf_error {
    int32_t status;     /* enum sheaf_status */
    int32_t os_error;   /* errno, or 0 */
    int32_t rank;       /* address space it happened in */
    int32_t worker;     /* worker it happened in */
    int32_t signal;     /* that ended the worker, or 0 */
    int32_t reserved;
    int64_t block;      /* block of the plan it happened in; of several failures the lowest block's is reported */
    int64_t byte;       /* offset in `file`, from 0 */
    int64_t line;       /* line in `file`, from 1 */
    char file[512];     /* input or output concerned */
    char column[64];    /* column concerned */
    char message[512];  /* what, with the offending value and what to do */
};

/* Resets `err` to "no error". */
SHEAF_API void sheaf_error_clear(struct sheaf_error *err);

/* Fills `err` (when not NULL) with `status` and a message and returns `status`, for `return sheaf_fail(...)`.
 * Sets every other field to unset; add file, byte, line afterwards with sheaf_error_at. */
SHEAF_API enum sheaf_status sheaf_fail(struct sheaf_error *err, enum sheaf_status status, const char *format, ...)
    SHEAF_PRINTF(3, 4);

/* As sheaf_fail with SHEAF_IO, `errno_value` kept and its text appended to the message after ": ". */
SHEAF_API enum sheaf_status sheaf_fail_os(struct sheaf_error *err, int errno_value, const char *format, ...)
    SHEAF_PRINTF(3, 4);

/* Names the place in an input; pass SHEAF_UNKNOWN or NULL for what is not known. Returns nothing, since where `err` is
 * NULL there is no status: return what sheaf_fail returned. */
SHEAF_API void sheaf_error_at(struct sheaf_error *err, const char *file, int64_t byte, int64_t line,
                              const char *column);

/* One line for a person, without program name or newline:
 * `FILE:LINE: column "v": message` (or `FILE: byte N: message`). Writes at most `size` bytes, ends with NUL,
 * returns `text`. */
SHEAF_API const char *sheaf_error_text(const struct sheaf_error *err, char *text, size_t size);

/* "INPUT" and the like; never NULL. */
SHEAF_API const char *sheaf_status_name(int status);

/* X(NAME, c_type, text): element types, in the order of enum sheaf_type. */
#define SHEAF_TYPES(X)                                                                                     \
    X(I8, int8_t, "i8")                                                                                    \
    X(I16, int16_t, "i16")                                                                                 \
    X(I32, int32_t, "i32")                                                                                 \
    X(I64, int64_t, "i64")                                                                                 \
    X(U8, uint8_t, "u8")                                                                                   \
    X(U16, uint16_t, "u16")                                                                                \
    X(U32, uint32_t, "u32")                                                                                \
    X(U64, uint64_t, "u64")                                                                                \
    X(F32, float, "f32")                                                                                   \
    X(F64, double, "f64")

enum sheaf_type {
#define X(NAME, c_type, text) SHEAF_##NAME,
    SHEAF_TYPES(X)
#undef X
    SHEAF_TYPE_COUNT,
    /* A number as text gives it, whole * 10^exponent: only in columns of text, never in a file of elements. See struct
     * sheaf_column. */
    SHEAF_DECIMAL = SHEAF_TYPE_COUNT
};

#define SHEAF_TYPE_BIT(type) (1u << (type))
/* The element types; SHEAF_DECIMAL is not among them. */
#define SHEAF_ALL_TYPES ((1u << SHEAF_TYPE_COUNT) - 1u)

/* Bytes of one element. */
SHEAF_API size_t sheaf_type_size(enum sheaf_type type);
/* "f64" and the like. */
SHEAF_API const char *sheaf_type_name(enum sheaf_type type);
/* The type called `name`; false if there is none. */
SHEAF_API bool sheaf_type_parse(const char *name, enum sheaf_type *type);
SHEAF_API bool sheaf_type_is_float(enum sheaf_type type);
SHEAF_API bool sheaf_type_is_signed(enum sheaf_type type);

/* How far `name` is from `known`, for "did you mean": grows with the insertions, deletions, changes and swaps of
 * neighbours between them; case hardly counts, and a beginning of `known` is near. SHEAF_NOT_MEANT if more than a third
 * of the letters (or three) are wrong. */
#define SHEAF_NOT_MEANT (~0u)
SHEAF_API unsigned sheaf_name_distance(const char *name, const char *known);

/* A growable run of bytes. All zeros is an empty buffer. */
struct sheaf_buffer {
    unsigned char *data;
    size_t size, capacity;
};

SHEAF_API void sheaf_buffer_cleanup(struct sheaf_buffer *buffer);
/* Makes room for `extra` more bytes after `size`; SHEAF_MEMORY if there is none. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_buffer_reserve(struct sheaf_buffer *buffer, size_t extra);
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_buffer_append(struct sheaf_buffer *buffer, const void *bytes,
                                                               size_t size);

#ifdef __cplusplus
}
#endif
#endif
