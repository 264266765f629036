#include "subject.h"

#include <string.h>

static void add_plain(struct sheaf_exact *into, enum sheaf_type type, const struct slice *slice)
{
    sheaf_exact_add(into, type, slice->x, slice->count);
}

static void add_absolute(struct sheaf_exact *into, enum sheaf_type type, const struct slice *slice)
{
    sheaf_exact_add_absolute(into, type, slice->x, slice->count);
}

static void add_squares(struct sheaf_exact *into, enum sheaf_type type, const struct slice *slice)
{
    sheaf_exact_add_squares(into, type, slice->x, slice->count);
}

static void add_products(struct sheaf_exact *into, enum sheaf_type type, const struct slice *slice)
{
    sheaf_exact_add_products(into, type, slice->x, type, slice->y, slice->count);
}

#define SUBJECT(name, loop, type, two, add) {name, SHEAF_##type, two, add, compiled_##loop, unrolled_##loop}
const struct subject subjects[] = {
    SUBJECT("f64 sum", f64_sum, F64, false, add_plain),
    SUBJECT("f64 absolute", f64_absolute, F64, false, add_absolute),
    SUBJECT("f64 sumsq", f64_sumsq, F64, false, add_squares),
    SUBJECT("f64 dot", f64_dot, F64, true, add_products),
    SUBJECT("f32 sum", f32_sum, F32, false, add_plain),
    SUBJECT("f32 sumsq", f32_sumsq, F32, false, add_squares),
    SUBJECT("i32 sumsq", i32_sumsq, I32, false, add_squares),
    SUBJECT("i64 sumsq", i64_sumsq, I64, false, add_squares),
};
const size_t subject_count = sizeof subjects / sizeof subjects[0];

const struct subject *subject_find(const char *name)
{
    for (size_t i = 0; i < subject_count; i++)
        if (strcmp(subjects[i].name, name) == 0)
            return &subjects[i];
    return NULL;
}

void subject_add(const struct subject *subject, const struct slice *slice, uint64_t run_bytes, struct sheaf_exact *into)
{
    size_t size = sheaf_type_size(subject->type);
    uint64_t most = run_bytes ? (run_bytes + size - 1) / size : slice->count;
    for (uint64_t i = 0; i < slice->count; i += most) {
        uint64_t count = slice->count - i < most ? slice->count - i : most;
        const char *x = slice->x, *y = slice->y;
        subject->add(into, subject->type, &(struct slice){x + i * size, y ? y + i * size : NULL, count});
    }
}
