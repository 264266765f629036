/* Sums of integers, every variant against one plain loop in 128 bits. */
#include "base/cpu.h"
#include "exact/integers.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

enum { ROOM = 1 << 17 };

static const struct {
    const char *name;
    integers_summer *sum;
} variants[] = {
#define X(isa) {#isa, integers_sum_##isa},
    X(portable) SHEAF_ISAS(X)
#undef X
};
enum { VARIANTS = sizeof variants / sizeof variants[0] };

#define TYPES(X)                                                                                           \
    X(I8, int8_t, INT8_MIN, INT8_MAX) X(I16, int16_t, INT16_MIN, INT16_MAX)                                \
    X(I32, int32_t, INT32_MIN, INT32_MAX) X(I64, int64_t, INT64_MIN, INT64_MAX)                            \
    X(U8, uint8_t, 0, UINT8_MAX) X(U16, uint16_t, 0, UINT16_MAX)                                           \
    X(U32, uint32_t, 0, UINT32_MAX) X(U64, uint64_t, 0, UINT64_MAX)

#define DEFINE(TYPE, c_type, least, most)                                                                  \
    static int128 plain_##TYPE(const void *from, uint64_t n)                                               \
    {                                                                                                      \
        const c_type *x = from;                                                                            \
        int128 sum = 0;                                                                                    \
        for (uint64_t i = 0; i < n; i++)                                                                   \
            sum += x[i];                                                                                   \
        return sum;                                                                                        \
    }                                                                                                      \
    static void extreme_##TYPE(void *to, uint64_t n, bool high)                                            \
    {                                                                                                      \
        for (uint64_t i = 0; i < n; i++)                                                                   \
            ((c_type *)to)[i] = high ? most : least;                                                       \
    }
TYPES(DEFINE)

static const struct {
    enum sheaf_type type;
    int128 (*plain)(const void *from, uint64_t n);
    void (*extreme)(void *to, uint64_t n, bool high);
} types[] = {
#define ROW(TYPE, c_type, least, most) {SHEAF_##TYPE, plain_##TYPE, extreme_##TYPE},
    TYPES(ROW)
};
enum { TYPE_COUNT = sizeof types / sizeof types[0] };

/* Elements end at a page that must not be touched. */
static unsigned char *guarded(void)
{
    enum { PAGE = 4096 };
    unsigned char *room = mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(room, MAP_FAILED);
    assert_int_equal(mprotect(room + ROOM, PAGE, PROT_NONE), 0);
    return room;
}

static void check(int type, const void *x, uint64_t n)
{
    int128 expected = types[type].plain(x, n);
    for (int v = 0; v < VARIANTS; v++) {
        if (!cpu_has(variants[v].name))
            continue;
        if (variants[v].sum(types[type].type, x, n) != expected)
            fail_msg("%s: %llu of %s", variants[v].name, (unsigned long long)n, sheaf_type_name(types[type].type));
    }
    assert_true(integers_sum(types[type].type, x, n) == expected);
}

/* Around a vector, around a stretch of them, and several stretches with a rest. */
static void every_length_and_alignment(void **state)
{
    (void)state;
    unsigned char *room = guarded();
    srandom(7);
    for (size_t i = 0; i < ROOM; i++)
        room[i] = (unsigned char)random();
    for (int type = 0; type < TYPE_COUNT; type++) {
        uint64_t size = sheaf_type_size(types[type].type), most = ROOM / size;
        for (uint64_t n = 1; n <= 300; n++)
            check(type, room + ROOM - n * size, n);
        for (uint64_t bytes = 4096; bytes <= 16384; bytes *= 2)
            for (uint64_t n = (bytes - 128) / size; n <= (bytes + 128) / size; n++)
                check(type, room + ROOM - n * size, n);
        for (int i = 0; i < 200; i++) {
            uint64_t n = 1 + (uint64_t)random() % most;
            check(type, room + ROOM - n * size, n);
            check(type, room + (uint64_t)random() % (most - n + 1) * size, n);
        }
    }
    munmap(room, ROOM + 4096);
}

/* The sums that come nearest to overflowing a lane. */
static void extremes_do_not_overflow(void **state)
{
    (void)state;
    unsigned char *room = guarded();
    for (int type = 0; type < TYPE_COUNT; type++) {
        uint64_t size = sheaf_type_size(types[type].type);
        for (int high = 0; high < 2; high++) {
            types[type].extreme(room, ROOM / size, high);
            for (uint64_t bytes = 4096; bytes <= ROOM; bytes *= 2)
                check(type, room, bytes / size);
            check(type, room + size, ROOM / size - 1);
        }
    }
    munmap(room, ROOM + 4096);
}

static void a_limit_holds_at_once(void **state)
{
    (void)state;
    unsigned char *room = guarded();
    memset(room, 0x91, ROOM);
    for (int v = 0; v < VARIANTS; v++) {
        assert_int_equal(cpu_limit(variants[v].name, NULL), SHEAF_OK);
        assert_true(cpu_level() <= (enum cpu_level)v);
        check(0, room, ROOM);
    }
    assert_int_equal(cpu_limit(NULL, NULL), SHEAF_OK);
    munmap(room, ROOM + 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_and_alignment),
        cmocka_unit_test(extremes_do_not_overflow),
        cmocka_unit_test(a_limit_holds_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
