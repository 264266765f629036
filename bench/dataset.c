#include "dataset.h"

static const char *const names[DATASET_COUNT] = {"uniform", "61 binades", "whole range"};

const char *dataset_name(enum dataset dataset)
{
    return names[dataset];
}

bool dataset_has(enum dataset dataset, enum sheaf_type type)
{
    return dataset == DATASET_UNIFORM || type == SHEAF_F64;
}

static const char *generator_of(enum dataset dataset, enum sheaf_type type)
{
    if (!sheaf_type_is_float(type))
        return "gen:ints";
    if (dataset != DATASET_UNIFORM)
        return "gen:wide";
    return type == SHEAF_F32 ? "gen:uniform32" : "gen:uniform";
}

/* An exponent field e of 0 to 2046 becomes one of 993 to 1053: 2^-30 to 2^30. */
static void narrow_exponents(uint64_t *bits, uint64_t count)
{
    const uint64_t field = UINT64_C(0x7ff) << 52;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t e = (bits[i] & field) >> 52;
        bits[i] = (bits[i] & ~field) | (993 + e * 61 / 2047) << 52;
    }
}

enum sheaf_status dataset_fill(enum dataset dataset, enum sheaf_type type, uint64_t seed, uint64_t count, void *out,
                               struct sheaf_error *err)
{
    struct sheaf_source *source;
    const char *name = generator_of(dataset, type);
    bool halves = type == SHEAF_I32; /* two of them are one of gen:ints */
    uint64_t rows = halves ? count / 2 : count, got;
    enum sheaf_status status = sheaf_source_open(
        &source, &name, 1, &(struct sheaf_reading){.count_set = true, .count = rows, .seed = seed}, err);
    if (status != SHEAF_OK)
        return status;
    status = sheaf_source_copy(source, 0, rows, out, &got, err);
    sheaf_source_destroy(source);
    if (dataset == DATASET_BINADES)
        narrow_exponents(out, count);
    return status;
}
