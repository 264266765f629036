/* Plans and jobs: what will be computed, by whom, and the answer.
 *
 *     sheaf_plan_new -> sheaf_plan_add, sheaf_plan_set_* -> sheaf_plan_seal -> sheaf_job_run -> answer */
#ifndef SHEAF_JOB_H
#define SHEAF_JOB_H

#include <sheaf/base.h>
#include <sheaf/kernel.h>
#include <sheaf/result.h>
#include <sheaf/source.h>
#include <sheaf/topo.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- strategies ------------------------------------------------------------------------------------------ */

/* A merge method of a strategy. */
struct sheaf_merge {
    const char *name;    /* "private" */
    const char *summary; /* one line */
    uint32_t law;        /* 0: any kernel; SHEAF_LAW_ADD64, SHEAF_LAW_FLAT: only kernels with that law */
    bool in_place;       /* every block's state is added to one total, instead of once per worker */
    const void *method;  /* the strategy's own */
};

/* A row of the table strategy = engine x exchange. */
struct sheaf_strategy {
    const char *name;      /* "threads" */
    const char *summary;   /* one line */
    const char *isolation; /* what a crash of one worker takes with it */
    const char *engine;    /* "serial", "openmp" */
    const char *exchange;  /* "none", "pipe", "shm", "mpi" */
    const struct sheaf_merge *merges; /* the first is the default; ended by name == NULL */
    const char *unavailable; /* NULL, or why this build or machine has it not */
};
SHEAF_API const struct sheaf_strategy *sheaf_strategies(size_t *count);
SHEAF_API const struct sheaf_strategy *sheaf_strategy_find(const char *name);

/* ---- the world: other address spaces that a launcher started ---------------------------------------------- */

struct sheaf_world;
/* Did mpirun, srun --mpi=... or the like start this process as one of several? Looks at the environment only. */
SHEAF_API bool sheaf_world_launched(void);
/* Which of them it is, by the same environment; -1 if that does not say. */
SHEAF_API int sheaf_world_launched_rank(void);
/* Loads the MPI module and joins. Collective. SHEAF_UNAVAILABLE if this build has none, or if MPI lets only one thread
 * call it (a program that initialises MPI itself asks for MPI_THREAD_SERIALIZED). Whatever fails on one rank (want of
 * memory, bad input) fails the job on all of them, and the world stays usable. Only where MPI itself fails is it broken
 * (SHEAF_INTERNAL, also from every later use): end the process then, and the launcher ends the others. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_world_open(struct sheaf_world **world, struct sheaf_error *err);
SHEAF_API int sheaf_world_rank(const struct sheaf_world *world);
SHEAF_API int sheaf_world_size(const struct sheaf_world *world);
/* On every rank but 0: takes part in each job that rank 0 runs, until rank 0 closes the world. That a job failed is
 * rank 0's to report; a failure here is one of the world itself. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_world_follow(struct sheaf_world *world, struct sheaf_error *err);
/* Rank 0 releases the followers. Ends MPI if sheaf_world_open began it. Collective. */
SHEAF_API void sheaf_world_close(struct sheaf_world *world);

/* ---- plan -------------------------------------------------------------------------------------------------- */

struct sheaf_plan;
/* `source` is borrowed until the plan is destroyed. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_plan_new(struct sheaf_plan **plan, const struct sheaf_source *source,
                                                          struct sheaf_error *err);
SHEAF_API void sheaf_plan_destroy(struct sheaf_plan *plan);
/* Adds a reduction: `kernel` with `values` (param_count of them; NULL: defaults) over `columns` of the source
 * (role_count numbers). Reductions of one plan share each pass over the data. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_plan_add(struct sheaf_plan *plan, const struct sheaf_kernel *kernel,
                                                          const struct sheaf_arg *values, const uint32_t *columns,
                                                          struct sheaf_error *err);
/* Reads a parameter's text into a value. SHEAF_USAGE names the parameter and what it takes. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_param_parse(const struct sheaf_param *param, const char *text,
                                                             struct sheaf_arg *value, struct sheaf_error *err);
/* The setters copy their texts; what they lack memory for is an error of seal. Defaults: "auto" with the strategy's
 * first merge, sheaf_default_workers(), blocks of 64 KiB to 8 MiB by the size of the data, the default pin,
 * "propagate". */
SHEAF_API void sheaf_plan_set_strategy(struct sheaf_plan *plan, const char *strategy, const char *merge);
SHEAF_API void sheaf_plan_set_workers(struct sheaf_plan *plan, unsigned workers); /* in hybrid: per rank */
SHEAF_API void sheaf_plan_set_block(struct sheaf_plan *plan, uint64_t bytes);
SHEAF_API void sheaf_plan_set_pin(struct sheaf_plan *plan, const char *policy);
/* The plan is meant for sheaf_job_run_each: the default strategy and block are by the size of an input, so that every
 * worker gets some of each. */
SHEAF_API void sheaf_plan_set_each(struct sheaf_plan *plan);
/* "propagate": kernels see NaN; "skip": such rows are left out and counted; "fail": SHEAF_INPUT at the first seen. */
SHEAF_API void sheaf_plan_set_nan(struct sheaf_plan *plan, const char *policy);
/* "COLUMN OP NUMBER" with OP one of < <= == != >= >: rows where it does not hold (or the cell is missing) are
 * rejected; of NaN only != holds. COLUMN is a selected column's name, or its number as sheaf_source_column_number
 * has it. Of several filters all must hold. SHEAF_USAGE: not such an expression, no such column, or more than 16
 * filters. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_plan_add_filter(struct sheaf_plan *plan, const char *expression,
                                                                 struct sheaf_error *err);
/* COLUMN in such an expression, for who must select it before the source is opened: *length bytes, inside
 * `expression`; 0 if there is none. */
SHEAF_API const char *sheaf_filter_column(const char *expression, size_t *length);
/* Borrowed; NULL: this process alone. */
SHEAF_API void sheaf_plan_set_world(struct sheaf_plan *plan, struct sheaf_world *world);
/* Checks everything, chooses what was left open, places the workers. Nothing is started. After it the plan is
 * read only. The environment variable SHEAF_CPU (portable, avx2, avx512, avx512ifma) keeps tuned code to that
 * instruction set; it changes no result. SHEAF_USAGE, SHEAF_UNAVAILABLE. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_plan_seal(struct sheaf_plan *plan, struct sheaf_error *err);

/* A sealed plan, for people and reports. Borrowed. */
struct sheaf_plan_view {
    const char *strategy, *merge, *engine, *exchange, *pin;
    unsigned workers;  /* in each address space of `mpi`/`hybrid`; in all otherwise */
    unsigned ranks;    /* 1 without a world */
    uint64_t block_bytes;
    int64_t blocks;    /* SHEAF_UNKNOWN for a stream */
    const char *access; /* "cuttable", "fed", "once" */
    const char *as;     /* what the kernels get of numbers in text: "decimal", "f64" or, some kernels this and some that,
                           "decimal, f64"; NULL: there is no text */
    int header;         /* 1: the first row of each text names its columns; -1: it is data; 0: one of a pair's sides does */
    const char *header_by; /* "option" or "content": how that was found out; NULL: there is no text */
    const struct sheaf_cpuset *places; /* per worker of this process; NULL when pin is "none" */
    size_t reduction_count;
};
SHEAF_API void sheaf_plan_view(const struct sheaf_plan *plan, struct sheaf_plan_view *view);

/* ---- job ----------------------------------------------------------------------------------------------------- */

/* Called from the thread that runs the job, about ten times a second, with what all workers have done (of other ranks: what
 * they last told); total is SHEAF_UNKNOWN for a stream. Return false to cancel: every worker, on every rank, stops. */
typedef bool sheaf_progress(void *context, uint64_t done_bytes, int64_t total_bytes, unsigned pass);

struct sheaf_answer_part {
    const struct sheaf_kernel *kernel;
    const uint32_t *columns; /* role_count of them; borrowed from the plan */
    struct sheaf_tally tally;
    struct sheaf_result result;
};
/* Where a rank of a world sat, or all ranks of a node. */
struct sheaf_seat {
    uint32_t rank, ranks; /* the first, and how many */
    uint32_t workers;     /* in all of them */
    bool bound;           /* each worker to its own of these processors; else all may use all of them */
    char node[64], cpus[176]; /* the host's name, and a list of processors such as "0-3,8"; cut to fit */
};
struct sheaf_answer {
    size_t count; /* one per reduction, in the order added */
    struct sheaf_answer_part *parts;
    struct sheaf_tally rows; /* over all columns in use */
    unsigned passes;
    uint64_t bytes;          /* read, over all passes */
    double start_s, map_s, merge_s; /* until the first block; until the last worker is done; the rest */
    double elapsed_s;        /* from first block to result */
    uint64_t peak_bytes;     /* resident, summed over the address spaces */
    size_t seat_count;       /* one per rank, by rank; one per node in a world of more than 64 ranks; 0 without a world */
    struct sheaf_seat *seats;
};

/* Runs a sealed plan; may be called again. The caller destroys *answer. Any error stops every worker, reaps
 * every child, and is the first one in block order where several are known. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_job_run(const struct sheaf_plan *plan, struct sheaf_answer **answer,
                                                         sheaf_progress *progress, void *context,
                                                         struct sheaf_error *err);
/* Runs a sealed plan for each input of its source, one after the other, and for all of them together, from one reading:
 * *answers is an array of sheaf_source_input_count, which the caller frees after destroying each; *total is as if by
 * sheaf_job_run, bit for bit. Where a kernel wants further passes, those read the inputs again, for the whole too.
 * SHEAF_USAGE: the source is a pair. */
SHEAF_API SHEAF_MUST_USE enum sheaf_status sheaf_job_run_each(const struct sheaf_plan *plan,
                                                              struct sheaf_answer ***answers,
                                                              struct sheaf_answer **total, sheaf_progress *progress,
                                                              void *context, struct sheaf_error *err);
SHEAF_API void sheaf_answer_destroy(struct sheaf_answer *answer);

/* Version and what this build has. */
struct sheaf_feature {
    const char *name;    /* "OpenMP" */
    const char *version; /* NULL: not in this build */
    const char *without; /* what is not available without it */
};
SHEAF_API const char *sheaf_version(void);
SHEAF_API const struct sheaf_feature *sheaf_features(size_t *count);

#ifdef __cplusplus
}
#endif
#endif
