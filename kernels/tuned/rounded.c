/* Plain sums: 32 lanes of doubles in four vectors, as many as hide the latency of an addition. */
#include "../rounded.h"

#include <math.h>
#include <string.h>

/* ---- elements as doubles ------------------------------------------------------------------------------------ */

enum { CHUNK = 512 }; /* elements converted at a time; whole rounds of lanes */
_Static_assert(CHUNK % ROUNDED_LANES == 0, "a chunk is whole rounds");

#define WIDEN(NAME, c_type, text)                                                                          \
    static void widen_##NAME(double *out, const void *from, uint64_t first, uint64_t count)                \
    {                                                                                                      \
        const c_type *x = (const c_type *)from + first;                                                    \
        for (uint64_t i = 0; i < count; i++)                                                               \
            out[i] = (double)x[i];                                                                         \
    }
SHEAF_TYPES(WIDEN)

/* The elements from `first` on: in place, or converted into `room`. */
static const double *as_doubles(const struct sheaf_column *column, uint64_t first, uint64_t count, double *room)
{
#define ROW(NAME, c_type, text) [SHEAF_##NAME] = widen_##NAME,
    static void (*const widen[SHEAF_TYPE_COUNT])(double *, const void *, uint64_t, uint64_t) = {SHEAF_TYPES(ROW)};
    if (column->type == SHEAF_F64)
        return (const double *)column->data + first;
    widen[column->type](room, column->data, first, count);
    return room;
}

/* ---- rounds of lanes ---------------------------------------------------------------------------------------- */

typedef double vector __attribute__((vector_size(64)));
enum { VECTORS = 4, WIDTH = ROUNDED_LANES / VECTORS };

#define VALUE(x, y) (x)
#define SQUARE(x, y) ((x) * (x))
#define PRODUCT(x, y) ((x) * (y))

/* The sign bits cleared. */
typedef int64_t bits __attribute__((vector_size(64)));
#define ABSOLUTE(x, y) ((vector)((bits)(x) & INT64_MAX))

/* Adds `rounds` times ROUNDED_LANES terms. */
#define ROUNDS(TERM)                                                                                       \
    static void rounds_##TERM(double *lane, const double *x, const double *y, uint64_t rounds)             \
    {                                                                                                      \
        vector sum[VECTORS], a, b;                                                                         \
        memcpy(sum, lane, sizeof sum);                                                                     \
        for (; rounds > 0; rounds--, x += ROUNDED_LANES, y += ROUNDED_LANES) {                                 \
            for (int i = 0; i < VECTORS; i++) {                                                            \
                memcpy(&a, x + i * WIDTH, sizeof a);                                                       \
                memcpy(&b, y + i * WIDTH, sizeof b);                                                       \
                sum[i] += TERM(a, b);                                                                      \
            }                                                                                              \
        }                                                                                                  \
        memcpy(lane, sum, sizeof sum);                                                                     \
    }
ROUNDS(VALUE)
ROUNDS(ABSOLUTE)
ROUNDS(SQUARE)
ROUNDS(PRODUCT)

static double term_of(enum rounded_term term, double x, double y)
{
    return term == ROUNDED_VALUE ? x : term == ROUNDED_ABSOLUTE ? fabs(x) : term == ROUNDED_SQUARE ? x * x : x * y;
}

/* One by one up to the next whole round, or to the end. */
static uint64_t add_singly(struct rounded *rounded, enum rounded_term term, const double *x, const double *y,
                           uint64_t count)
{
    uint64_t done = 0;
    for (; done < count && (rounded->count % ROUNDED_LANES || count - done < ROUNDED_LANES); done++)
        rounded->lane[rounded->count++ % ROUNDED_LANES] += term_of(term, x[done], y[done]);
    return done;
}

static void add_doubles(struct rounded *rounded, enum rounded_term term, const double *x, const double *y, uint64_t count)
{
    static void (*const rounds[ROUNDED_TERMS])(double *, const double *, const double *, uint64_t) = {
        [ROUNDED_VALUE] = rounds_VALUE,
        [ROUNDED_ABSOLUTE] = rounds_ABSOLUTE,
        [ROUNDED_SQUARE] = rounds_SQUARE,
        [ROUNDED_PRODUCT] = rounds_PRODUCT,
    };
    uint64_t done = add_singly(rounded, term, x, y, count);
    uint64_t whole = (count - done) / ROUNDED_LANES;
    rounds[term](rounded->lane, x + done, y + done, whole);
    rounded->count += whole * ROUNDED_LANES;
    done += whole * ROUNDED_LANES;
    add_singly(rounded, term, x + done, y + done, count - done);
}

void ISA(rounded_add)(struct rounded *rounded, enum rounded_term term, const struct sheaf_column *columns, uint64_t first,
                    uint64_t rows)
{
    double x_room[CHUNK], y_room[CHUNK];
    const struct sheaf_column *other = &columns[term == ROUNDED_PRODUCT];
    for (uint64_t done = 0, count; done < rows; done += count) {
        count = rows - done < CHUNK ? rows - done : CHUNK;
        const double *x = as_doubles(&columns[0], first + done, count, x_room);
        const double *y = other == columns ? x : as_doubles(other, first + done, count, y_room);
        add_doubles(rounded, term, x, y, count);
    }
}
