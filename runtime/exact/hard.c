#include "exact/hard.h"

#include <math.h>
#include <string.h>

typedef double hard_answer(const double *x, const double *y, uint64_t n);

/* ---- answers ------------------------------------------------------------------------------------------------ */

static struct sheaf_exact sum_of(const double *x, uint64_t n)
{
    struct sheaf_exact sum = {0};
    sheaf_exact_add(&sum, SHEAF_F64, x, n);
    return sum;
}

static struct sheaf_exact squares_of(const double *x, uint64_t n)
{
    struct sheaf_exact squares = {0};
    sheaf_exact_add_squares(&squares, SHEAF_F64, x, n);
    return squares;
}

static struct sheaf_exact products_of(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact products = {0};
    sheaf_exact_add_products(&products, SHEAF_F64, x, SHEAF_F64, y, n);
    return products;
}

static double sum(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact total = sum_of(x, n);
    (void)y;
    return sheaf_exact_round(&total);
}

/* In three pieces, the last one first. */
static double merged(const double *x, const double *y, uint64_t n)
{
    uint64_t a = n / 7, b = n / 3 + 1 < n ? n / 3 + 1 : a;
    struct sheaf_exact total = sum_of(x + b, n - b), middle = sum_of(x + a, b - a), first = sum_of(x, a);
    (void)y;
    sheaf_exact_merge(&total, &middle);
    sheaf_exact_merge(&total, &first);
    return sheaf_exact_round(&total);
}

static double norm1(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact total = {0};
    (void)y;
    sheaf_exact_add_absolute(&total, SHEAF_F64, x, n);
    return sheaf_exact_round(&total);
}

static double sumsq(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact squares = squares_of(x, n);
    (void)y;
    return sheaf_exact_round(&squares);
}

static double norm2(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact squares = squares_of(x, n);
    (void)y;
    return sheaf_exact_root(&squares, 1);
}

static double dot(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact products = products_of(x, y, n);
    return sheaf_exact_round(&products);
}

static double mean(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact total = sum_of(x, n);
    (void)y;
    return sheaf_exact_quotient(&total, n);
}

static double var(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact total = sum_of(x, n), squares = squares_of(x, n);
    (void)y;
    return sheaf_exact_variance(&total, &squares, n, n - 1);
}

static double stddev(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact total = sum_of(x, n), squares = squares_of(x, n);
    (void)y;
    return sheaf_exact_deviation(&total, &squares, n, n - 1);
}

static double corr(const double *x, const double *y, uint64_t n)
{
    double value;
    struct sheaf_exact total_x = sum_of(x, n), total_y = sum_of(y, n), products = products_of(x, y, n);
    struct sheaf_exact squares_x = squares_of(x, n), squares_y = squares_of(y, n);
    return sheaf_exact_correlation(&total_x, &total_y, &squares_x, &squares_y, &products, n, &value) ? value : 0;
}

static double skewness(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact_powers powers = {.sum = {.nan = 0}};
    double value;
    (void)y;
    sheaf_exact_add_powers(&powers, 3, SHEAF_F64, x, n);
    return sheaf_exact_skewness(&powers, n, &value) ? value : 0;
}

static double kurtosis(const double *x, const double *y, uint64_t n)
{
    struct sheaf_exact_powers powers = {.sum = {.nan = 0}};
    double value;
    (void)y;
    sheaf_exact_add_powers(&powers, 4, SHEAF_F64, x, n);
    return sheaf_exact_kurtosis(&powers, n, &value) ? value : 0;
}

/* ---- short cases -------------------------------------------------------------------------------------------- */

enum { SHORT = 5 };
#define LARGEST_DOUBLE 0x1.fffffffffffffp1023
#define EVEN 0x1p53

static const struct {
    const char *name;
    hard_answer *answer;
    uint64_t n;
    double x[SHORT], y[SHORT];
    double expected;
} cases[] = {
    {"sum that cancels", sum, 3, {1e308, 1, -1e308}, {0}, 1},
    {"sum that overflows on the way", sum, 5,
     {LARGEST_DOUBLE, LARGEST_DOUBLE, 8, -LARGEST_DOUBLE, -LARGEST_DOUBLE}, {0}, 8},
    {"sum in pieces", merged, 5, {0x1p1000, 0x1p-1000, 3, -0x1p1000, -0x1p-1000}, {0}, 3},
    {"tie to even, down", sum, 2, {EVEN, 1}, {0}, EVEN},
    {"tie to even, up", sum, 2, {EVEN + 2, 1}, {0}, EVEN + 4},
    {"tie broken from afar", sum, 3, {EVEN, 1, 0x1p-1074}, {0}, EVEN + 2},
    {"tie broken downwards", sum, 3, {-EVEN - 2, -1, 0x1p-1074}, {0}, -EVEN - 2},
    {"sum of subnormals", sum, 3, {0x1p-1074, 0x1p-1074, 0x1p-1074}, {0}, 0x3p-1074},
    {"sum that ends subnormal", sum, 2, {0x1p-1022, -0x1p-1074}, {0}, 0x0.fffffffffffffp-1022},
    {"largest sum", sum, 2, {LARGEST_DOUBLE, 0x1.fffffffffffffp969}, {0}, LARGEST_DOUBLE},
    {"sum that rounds to infinity", sum, 2, {LARGEST_DOUBLE, 0x1p970}, {0}, INFINITY},
    {"sum of zeros", sum, 2, {-0.0, -0.0}, {0}, 0},
    {"infinity", sum, 3, {1, -INFINITY, 2}, {0}, -INFINITY},
    {"absolute sum", norm1, 4, {-EVEN, 1, -0x1p-1074, 0}, {0}, EVEN + 2},
    {"squares of subnormals", norm2, 2, {0x3p-1074, 0x4p-1074}, {0}, 0x5p-1074},
    {"squares of large numbers", norm2, 2, {0x3p1000, 0x4p1000}, {0}, 0x5p1000},
    {"squares apart", sumsq, 3, {0x1p500, 1, 0x1p-500}, {0}, 0x1p1000},
    {"products that cancel", dot, 3, {0x1p600, 1, -0x1p600}, {0x1p500, 1, 0x1p500}, 1},
    {"products below the smallest", dot, 2, {0x1p-1074, 0x1p-1074}, {0.5, 0.5}, 0x1p-1074},
    {"mean that overflows on the way", mean, 2, {LARGEST_DOUBLE, LARGEST_DOUBLE}, {0}, LARGEST_DOUBLE},
    {"mean of subnormals", mean, 2, {0x1p-1074, 0x2p-1074}, {0}, 0x2p-1074},
    {"variance far from zero", var, 3, {0x1p52 + 1, 0x1p52 + 2, 0x1p52 + 3}, {0}, 1},
    {"deviation of large numbers", stddev, 2, {0x1p1023, -0x1p1023}, {0}, 0x1.6a09e667f3bcdp1023},
    {"correlation far from zero", corr, 3, {0x1p52 + 1, 0x1p52 + 2, 0x1p52 + 3}, {0x3p-1074, 0x2p-1074, 0x1p-1074}, -1},
    {"skewness far from zero", skewness, 4, {0x1p52, 0x1p52, 0x1p52, 0x1p52 + 1}, {0}, 1.15470053837925153},
    {"kurtosis far from zero", kurtosis, 4, {0x1p52 + 1, 0x1p52 + 2, 0x1p52 + 3, 0x1p52 + 4}, {0}, -1.36},
};
enum { SHORT_CASES = sizeof cases / sizeof cases[0] };

/* ---- long cases: blocks of the fast paths ------------------------------------------------------------------- */

enum { TRIPLES = 2000, LONG = 3 * TRIPLES };
struct room {
    union {
        double x[LONG];
        float narrow[LONG];
        int64_t whole[LONG];
    };
    double y[LONG];
};

/* SplitMix64 (Steele, Lea, Flood 2014), as a double with a random fraction and an exponent below `binades`. */
static double any(uint64_t i, uint64_t binades)
{
    uint64_t z = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    double value;
    uint64_t exponent = 1023 + (z >> 53) % binades - binades / 2;
    z = (z & ((UINT64_C(1) << 52) - 1)) | exponent << 52;
    memcpy(&value, &z, sizeof value);
    return value;
}

/* Triples w, i, -w: only the small integers stay, which add up to TRIPLES (TRIPLES - 1) / 2. The products with
 * v, 1, v cancel in the same way. */
static void fill(struct room *room, uint64_t binades)
{
    for (uint64_t i = 0; i < TRIPLES; i++) {
        double *x = room->x + 3 * i, *y = room->y + 3 * i;
        x[0] = any(i, binades);
        x[1] = (double)i;
        x[2] = -x[0];
        y[0] = y[2] = any(i + TRIPLES, binades);
        y[1] = 1;
    }
}

static const struct {
    const char *name;
    hard_answer *answer;
    uint64_t binades;
} long_cases[] = {
    {"long sum", sum, 1},       {"long sum, 40 binades", sum, 40},     {"long sum, 2000 binades", sum, 2000},
    {"long products", dot, 1},  {"long products, 40 binades", dot, 40}, {"long products, 2000 binades", dot, 2000},
    {"merged sums", merged, 1}, {"merged sums, 2000 binades", merged, 2000},
};
enum { LONG_CASES = sizeof long_cases / sizeof long_cases[0] };

/* ---- other types -------------------------------------------------------------------------------------------- */

/* Squares of 1 to n, in units of 2^-600. */
static double squares_of_doubles(struct room *room)
{
    for (uint64_t i = 0; i < LONG; i++)
        room->x[i] = (double)(i + 1) * 0x1p-300;
    return sumsq(room->x, NULL, LONG) * 0x1p300 * 0x1p300;
}

static double sum_of_floats(struct room *room)
{
    struct sheaf_exact total = {0};
    for (uint64_t i = 0; i < LONG; i++)
        room->narrow[i] = 0.1f;
    sheaf_exact_add(&total, SHEAF_F32, room->narrow, LONG);
    return sheaf_exact_round(&total);
}

static double squares_of_floats(struct room *room)
{
    struct sheaf_exact total = {0};
    for (uint64_t i = 0; i < LONG; i++)
        room->narrow[i] = 0x1.8p-140f; /* subnormal */
    sheaf_exact_add_squares(&total, SHEAF_F32, room->narrow, LONG);
    return sheaf_exact_round(&total);
}

static double squares_of_integers(struct room *room)
{
    struct sheaf_exact total = {0};
    for (uint64_t i = 0; i < LONG; i++)
        room->whole[i] = i % 2 ? INT64_C(3) << 60 : -(INT64_C(3) << 60);
    sheaf_exact_add_squares(&total, SHEAF_I64, room->whole, LONG);
    return sheaf_exact_round(&total);
}

static const struct {
    const char *name;
    double (*answer)(struct room *room);
    double expected;
} type_cases[] = {
    {"squares of f64", squares_of_doubles, (double)LONG * (LONG + 1) * (2 * LONG + 1) / 6},
    {"sum of f32", sum_of_floats, (double)0.1f * LONG},
    {"squares of f32", squares_of_floats, 0x1.2p-279 * LONG},
    {"squares of i64", squares_of_integers, 0x1.2p123 * LONG},
};
enum { TYPE_CASES = sizeof type_cases / sizeof type_cases[0] };

/* ---- all ---------------------------------------------------------------------------------------------------- */

unsigned hard_count(void)
{
    return SHORT_CASES + LONG_CASES + TYPE_CASES;
}

static bool is_right(struct hard_failure *failure, const char *name, double got, double expected)
{
    *failure = (struct hard_failure){name, got, expected};
    return memcmp(&got, &expected, sizeof got) == 0;
}

const struct hard_failure *hard_check(struct hard_failure *failure)
{
    struct room room;
    for (unsigned i = 0; i < SHORT_CASES; i++)
        if (!is_right(failure, cases[i].name, cases[i].answer(cases[i].x, cases[i].y, cases[i].n), cases[i].expected))
            return failure;
    for (unsigned i = 0; i < LONG_CASES; i++) {
        fill(&room, long_cases[i].binades);
        if (!is_right(failure, long_cases[i].name, long_cases[i].answer(room.x, room.y, LONG),
                      (double)TRIPLES * (TRIPLES - 1) / 2))
            return failure;
    }
    for (unsigned i = 0; i < TYPE_CASES; i++)
        if (!is_right(failure, type_cases[i].name, type_cases[i].answer(&room), type_cases[i].expected))
            return failure;
    return NULL;
}
