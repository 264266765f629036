/* The kernel interface: what to compute, never who computes it.
 *
 * A kernel is one constant struct. A built-in kernel and a user's kernel in a shared object are the same
 * thing. A kernel sees batches of rows; it never sees files, threads, processes or ranks, so every kernel
 * works under every strategy.
 *
 *     init -> map, map, ... -> merge with other states, in any order and grouping -> finish
 *
 * A kernel reports what it cannot do by a status. It must not end its process: under serial and threads that is the
 * caller's (sheaf tells of an exit in the middle of the work; _exit says goodbye to nobody and cannot be seen).
 *
 * The law: merge must be associative and commutative with init's state as identity, and mapping two batches
 * must equal mapping their concatenation, bit for bit in what finish reports. */
#ifndef SHEAF_KERNEL_H
#define SHEAF_KERNEL_H

#include <sheaf/base.h>
#include <sheaf/result.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SHEAF_KERNEL_ABI 1u
#define SHEAF_MOST_ROLES 8u
#define SHEAF_MOST_PARAMS 64u

/* Where a row comes from; the same under any cut. Compare with sheaf_position_compare only. */
struct sheaf_position {
    uint64_t file; /* index in the source's list of inputs */
    uint64_t at;   /* arrays and generators: element, from 0 in C order; text: byte of the record's start */
    int64_t row;   /* row in its file, from 0, or SHEAF_UNKNOWN (text read in parallel) */
    int64_t line;  /* line in its file, from 1, or SHEAF_UNKNOWN */
};

/* Negative, zero or positive as `a` comes before, is, or comes after `b`. */
static inline int sheaf_position_compare(const struct sheaf_position *a, const struct sheaf_position *b)
{
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return (a->at > b->at) - (a->at < b->at);
}

enum {
    SHEAF_DECIMAL_REACH = 1152, /* the digits of a decimal lie from 10^-1152 up to below 10^1152 */
    SHEAF_DECIMAL_TERM_DIGITS = 18,
    SHEAF_DECIMAL_MOST_TERMS = 2 * SHEAF_DECIMAL_REACH / SHEAF_DECIMAL_TERM_DIGITS
};

/* One input of a kernel: `rows` elements, dense, in native byte order, aligned to the element's size.
 * Borrowed: valid until map returns. Every element is present: rows with a missing cell have been taken out. */
struct sheaf_column {
    enum sheaf_type type;
    const void *data;
    /* Of SHEAF_DECIMAL: element i is 10^exponent times the sum, over j < terms, of data[j * rows + i] * 10^(18 j), where
     * data is int64_t and the terms of an element do not differ in sign, nor reach 10^18 where there are several. All
     * rows of a batch share exponent and terms; terms is 1 but for numbers of 19 digits and more. Every term begins in
     * reach: -1152 <= exponent, exponent + 18 (terms - 1) < 1152. Only roles that accept SHEAF_DECIMAL are ever handed
     * one; for the others text is read as f64. */
    int32_t exponent;
    uint32_t terms; /* 1 to SHEAF_DECIMAL_MOST_TERMS */
    const uint8_t *special; /* per row an enum sheaf_special, where the data are 0; NULL: all are finite numbers */
};

/* What an element of a decimal column is, if it is no finite number. */
enum sheaf_special { SHEAF_FINITE, SHEAF_NAN, SHEAF_POS_INF, SHEAF_NEG_INF };

/* Rows handed to map: a tile of some tens of KB, never empty. Rows with an `at` of their own need not ascend by it (a
 * Fortran-order array is read in the order of memory): the first of some rows is found with sheaf_position_compare. */
struct sheaf_batch {
    uint64_t rows;
    const struct sheaf_column *columns; /* one per role of the kernel */
    struct sheaf_position first;        /* of row 0 */
    const uint64_t *at;                 /* per row; NULL: first.at + i */
    const uint64_t *row;                /* per row; NULL: first.row + i when first.row is known */
    const uint64_t *line;               /* per row; NULL: unknown */
};

/* The position of row `i` of a batch. */
static inline struct sheaf_position sheaf_batch_position(const struct sheaf_batch *batch, uint64_t i)
{
    struct sheaf_position p = batch->first;
    p.at = batch->at ? batch->at[i] : p.at + i;
    if (batch->row)
        p.row = (int64_t)batch->row[i];
    else if (p.row != SHEAF_UNKNOWN)
        p.row += (int64_t)i;
    p.line = batch->line ? (int64_t)batch->line[i] : SHEAF_UNKNOWN;
    return p;
}

/* An input column of a kernel. */
struct sheaf_role {
    const char *name;    /* "x", "y" */
    uint32_t types;      /* accepted element types, SHEAF_TYPE_BIT each */
};

enum sheaf_param_type { SHEAF_PARAM_COUNT, SHEAF_PARAM_REAL, SHEAF_PARAM_RANGE, SHEAF_PARAM_WORD };

/* A parameter: becomes `--name METAVAR` at the terminal. */
struct sheaf_param {
    const char *name;
    enum sheaf_param_type type;
    const char *metavar;  /* "N", "LO:HI" */
    const char *fallback; /* the default as text; NULL: unset */
    const char *help;     /* one line */
};

/* A parameter's value, in the order of the kernel's table. */
struct sheaf_arg {
    int32_t set; /* 0: neither given nor defaulted */
    int32_t reserved;
    union {
        int64_t count;
        double real;
        double range[2];
        char word[64];
    };
};

/* What a kernel's functions are told. Read only; the same in every worker. */
struct sheaf_args {
    const struct sheaf_arg *values;  /* one per parameter */
    const enum sheaf_type *types;    /* element type of each role */
    uint32_t pass;                   /* from 0 */
    const void *carry;               /* bytes that next() wrote after the previous pass */
    size_t carry_size;
};

/* What happened to the rows of a kernel's columns. */
struct sheaf_tally {
    uint64_t read;     /* records seen */
    uint64_t used;     /* rows that reached the kernel */
    uint64_t missing;  /* rows left out because a cell was missing */
    uint64_t nan;      /* rows with a NaN in one of the kernel's columns */
    uint64_t rejected; /* rows that a filter left out */
};

/* A row found again for a person. */
struct sheaf_location {
    const char *file;  /* name of its input; borrowed from the source */
    uint64_t row;      /* element or record in that input, from 0 */
    int64_t line;      /* from 1; SHEAF_UNKNOWN where lines make no sense */
    bool text;         /* a record of text, to be shown from 1 */
    bool alone;        /* the source has only this input, so its name need not be shown */
};

/* What finish is given besides the state. */
struct sheaf_finish {
    struct sheaf_tally tally;
    /* Finds a row again; may read the input. */
    enum sheaf_status (*locate)(const struct sheaf_finish *finish, const struct sheaf_position *position,
                                struct sheaf_location *place, struct sheaf_error *err);
    void *context;
};

/* Laws, or-ed together. */
enum {
    SHEAF_LAW_EXACT = 1,       /* the state holds the exact value */
    SHEAF_LAW_FIXED_ORDER = 2, /* canonical tree over positions */
    /* The state is an array of int64 whose merge is elementwise wrapping addition and whose identity is zero:
     * atomics, MPI_SUM and one-sided accumulation apply. `init` and `merge` may be NULL. A state must stand
     * 2^30 such additions. */
    SHEAF_LAW_ADD64 = 4,
    /* The state holds no pointers (no `pack`). Derived, never set by a kernel. */
    SHEAF_LAW_FLAT = 8,
    /* Breaks the law above: map and merge round, and the cut shows in the last digits. Every output says so. */
    SHEAF_LAW_ROUNDED = 16,
    /* finish reports a table: an output that holds one rectangle knows before anything is computed. */
    SHEAF_LAW_TABLE = 32
};

/* The same map, tuned for a processor: chosen once, before any worker starts, if the machine has `cpu`. */
struct sheaf_variant {
    const char *cpu; /* "avx2", "avx512" */
    enum sheaf_status (*map)(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err);
};

struct sheaf_kernel {
    uint32_t abi;  /* SHEAF_KERNEL_ABI */
    uint32_t size; /* sizeof(struct sheaf_kernel) */
    const char *name;
    const char *summary;     /* one line, no full stop */
    const char *formula;     /* "sum of x[i]^2" */
    const char *description; /* a paragraph: definitions, NaN, infinities, empty input */
    const struct sheaf_role *roles;
    uint32_t role_count; /* 1 to SHEAF_MOST_ROLES */
    const struct sheaf_param *params;
    uint32_t param_count; /* at most SHEAF_MOST_PARAMS */
    uint32_t laws;

    /* Checks the parameters against each other and the types before anything starts. May be NULL. */
    enum sheaf_status (*check)(const struct sheaf_args *args, struct sheaf_error *err);
    /* Bytes of the state (of its fixed part, if it is not flat); a multiple of 8, at least 8. */
    size_t (*state_size)(const struct sheaf_args *args);
    /* Makes the identity in zeroed memory aligned to 16 bytes. NULL: zeros are the identity. */
    enum sheaf_status (*init)(void *state, const struct sheaf_args *args, struct sheaf_error *err);
    enum sheaf_status (*map)(void *state, const struct sheaf_batch *batch, const struct sheaf_args *args,
                             struct sheaf_error *err);
    const struct sheaf_variant *variants; /* best last; ended by cpu == NULL; NULL: none */
    /* Adds `from` to `into`; `from` is left as it was. */
    enum sheaf_status (*merge)(void *into, const void *from, const struct sheaf_args *args, struct sheaf_error *err);
    /* Adds named values to `result`. The state may be normalised but stays valid. */
    enum sheaf_status (*finish)(const void *state, const struct sheaf_args *args, const struct sheaf_finish *finish,
                                struct sheaf_result *result, struct sheaf_error *err);
    /* After a pass: sets *again and writes what the next pass's args.carry will be. NULL: one pass. Every
     * pass begins from init; finish is called after the last. */
    enum sheaf_status (*next)(const void *state, const struct sheaf_args *args, bool *again,
                              struct sheaf_buffer *carry, struct sheaf_error *err);

    /* May an element that was mapped into the state, in any column, be a NaN? Asked after each map, by the worker that
     * mapped; cheap, and changes nothing. A true costs a search of the batch for NaN, to count them; a wrong false loses
     * them from the counts of all kernels over the same columns. NULL: true. */
    bool (*may_hold_nan)(const void *state, const struct sheaf_args *args);

    /* With these parameters next will not ask for another pass, so that a stream need not be kept for it. NULL: it may. */
    bool (*one_pass)(const struct sheaf_args *args);

    /* A state that owns memory gives all of the following; a flat one, none. */
    void (*cleanup)(void *state, const struct sheaf_args *args);
    /* Appends the state as bytes without pointers. */
    enum sheaf_status (*pack)(const void *state, const struct sheaf_args *args, struct sheaf_buffer *out,
                              struct sheaf_error *err);
    /* Merges packed bytes into a state made by init. Distrusts them: SHEAF_INTERNAL if malformed. */
    enum sheaf_status (*unpack)(void *state, const struct sheaf_args *args, const void *bytes, size_t size,
                                struct sheaf_error *err);
    /* A large set of keys: as pack, but only the keys that belong to `part` of `parts`. The union over all
     * parts is the whole state; a key's part depends on the key and `parts` alone. NULL: not keyed. */
    enum sheaf_status (*partition)(const void *state, const struct sheaf_args *args, uint32_t part, uint32_t parts,
                                   struct sheaf_buffer *out, struct sheaf_error *err);
};

/* The laws that its state obeys, SHEAF_LAW_FLAT among them. */
static inline uint32_t sheaf_kernel_laws(const struct sheaf_kernel *kernel)
{
    return kernel->pack ? kernel->laws & ~(uint32_t)SHEAF_LAW_ADD64 : kernel->laws | SHEAF_LAW_FLAT;
}

/* The built-in kernels in alphabetical order, then the loaded ones; `*count` of them. Valid until the next load. */
SHEAF_API const struct sheaf_kernel *const *sheaf_kernels(size_t *count);
/* The built-in or loaded kernel called `name`, or NULL. */
SHEAF_API const struct sheaf_kernel *sheaf_kernel_find(const char *name);
/* The name of the kernel that a mistyped one most likely meant, or NULL if none is near. */
SHEAF_API const char *sheaf_kernel_nearest(const char *name);

/* What a shared object of kernels exports under the name `sheaf_kernel_table`: pointers, the last one NULL. */
typedef const struct sheaf_kernel *const sheaf_kernel_table_t[];
/* Loads the kernels of a shared object, all or none, for the life of the process; the same file again changes nothing.
 * `path` is a file, never looked for elsewhere. Not thread safe, nor against the functions above. SHEAF_USAGE names
 * what is wrong: not found, no table, another ABI, a name taken already, a law that its functions contradict. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_kernel_load(const char *path, struct sheaf_error *err);

#ifdef __cplusplus
}
#endif
#endif
