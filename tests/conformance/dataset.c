#include "conformance/dataset.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[64];
static unsigned made;

void datasets_setup(void)
{
    strcpy(folder, "/tmp/sheaf-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

void datasets_cleanup(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

const char *datasets_folder(void)
{
    return folder;
}

/* SplitMix64 (Steele, Lea, Flood 2014): row i of seed s, in any order. */
static uint64_t noise(uint64_t seed, uint64_t i)
{
    uint64_t z = (seed + 1) * 0x9e3779b97f4a7c15u + i * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double wide(uint64_t bits)
{
    double value;
    if (((bits >> 52) & 0x7ff) == 0x7ff)
        bits ^= (uint64_t)1 << 62;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double real_value(uint64_t bits, bool special)
{
    static const double specials[] = {0.0, -0.0, 5e-324, -5e-324, 1.7976931348623157e308, 1.0, -1.0};
    if (!special)
        return (double)(int64_t)bits * 0x1p-40 * ((bits & 7) == 0 ? 1e-9 : 1);
    if (bits % 97 == 0)
        return bits & 128 ? (double)__builtin_inf() : -(double)__builtin_inf();
    if (bits % 101 == 0)
        return (double)__builtin_nan("");
    return bits % 5 ? wide(bits) : specials[(bits >> 8) % 7];
}

static void put(FILE *file, enum sheaf_type type, uint64_t bits, bool special)
{
    if (type == SHEAF_F64) {
        double value = real_value(bits, special);
        fwrite(&value, sizeof value, 1, file);
    } else if (type == SHEAF_F32) {
        float value = (float)(special ? real_value(bits, true) : real_value(bits, false));
        fwrite(&value, sizeof value, 1, file);
    } else {
        /* Few distinct values, so that ties are common, and the extremes of the type. */
        uint64_t small = bits % 11 == 0 ? (bits & 16 ? 0 : ~(uint64_t)0) : bits % 13 == 0 ? (uint64_t)1 << 63 : bits % 50;
        uint64_t size = sheaf_type_size(type);
        if (bits % 13 == 0)
            small >>= 64 - 8 * size;
        fwrite(&small, size, 1, file);
    }
}

static FILE *create(struct dataset *data, const char *suffix)
{
    memset(data, 0, sizeof *data);
    snprintf(data->path, sizeof data->path, "%s/data-%d-%u.%s", folder, (int)getpid(), made++, suffix);
    FILE *file = fopen(data->path, "wb");
    assert_non_null(file);
    return file;
}

struct dataset dataset_empty(void)
{
    return (struct dataset){.path = "gen:uniform", .about = "no rows", .reading = {.count_set = true, .count = 0}};
}

struct dataset dataset_raw(enum sheaf_type type, uint64_t rows, bool special, uint64_t seed)
{
    struct dataset data;
    FILE *file = create(&data, "raw");
    for (uint64_t i = 0; i < rows; i++)
        put(file, type, noise(seed, i), special);
    assert_int_equal(fclose(file), 0);
    data.about = sheaf_type_name(type);
    data.reading.type = sheaf_type_name(type);
    return data;
}

struct dataset dataset_counting(uint64_t rows)
{
    struct dataset data;
    FILE *file = create(&data, "raw");
    for (uint64_t i = 0; i < rows; i++) {
        double value = (double)i;
        fwrite(&value, sizeof value, 1, file);
    }
    assert_int_equal(fclose(file), 0);
    data.about = "counting";
    data.reading.type = sheaf_type_name(SHEAF_F64);
    return data;
}

struct dataset dataset_shuffled(const struct dataset *raw, uint64_t seed)
{
    enum { MOST_BYTES = 1 << 16 };
    static unsigned char bytes[MOST_BYTES + 1];
    enum sheaf_type type;
    assert_true(sheaf_type_parse(raw->reading.type, &type));
    size_t size = sheaf_type_size(type);
    FILE *from = fopen(raw->path, "rb");
    assert_non_null(from);
    size_t count = fread(bytes, 1, sizeof bytes, from) / size;
    assert_true(count * size <= MOST_BYTES);
    fclose(from);
    for (size_t i = count; i-- > 1;) {
        size_t j = noise(seed, i) % (i + 1);
        unsigned char kept[8];
        memcpy(kept, bytes + i * size, size);
        memcpy(bytes + i * size, bytes + j * size, size);
        memcpy(bytes + j * size, kept, size);
    }
    struct dataset data = *raw;
    FILE *file = create(&data, "raw");
    fwrite(bytes, size, count, file);
    assert_int_equal(fclose(file), 0);
    data.about = raw->about;
    data.reading = raw->reading;
    return data;
}

static void put_npy(FILE *file, enum sheaf_type type, bool fortran, uint64_t rows, uint64_t columns, uint64_t distinct,
                    uint64_t seed)
{
    char header[118];
    snprintf(header, sizeof header, "{'descr': '<%c%zu', 'fortran_order': %s, 'shape': (%llu, %llu), }",
             sheaf_type_is_float(type) ? 'f' : 'i', sheaf_type_size(type), fortran ? "True" : "False",
             (unsigned long long)rows, (unsigned long long)columns);
    fwrite("\x93NUMPY\1\0v\0", 1, 10, file);
    fprintf(file, "%-117s\n", header);
    for (uint64_t i = 0; i < rows * columns; i++) {
        uint64_t bits = noise(seed, i) % distinct;
        double real = (double)bits;
        int32_t integer = (int32_t)(bits + (i % 31 == 11)); /* few differ from the reals of the same seed */
        fwrite(type == SHEAF_F64 ? (void *)&real : (void *)&integer, sheaf_type_size(type), 1, file);
    }
    assert_int_equal(fclose(file), 0);
}

struct dataset dataset_fortran(enum sheaf_type type, uint64_t rows, uint64_t columns, uint64_t seed)
{
    struct dataset data;
    assert_true(type == SHEAF_F64 || type == SHEAF_I32);
    put_npy(create(&data, "npy"), type, true, rows, columns, rows * columns / 8 + 1, seed);
    data.about = type == SHEAF_F64 ? "f64 in Fortran order" : "i32 in Fortran order";
    return data;
}

struct dataset dataset_widths(uint64_t rows, uint64_t first, uint64_t second, uint64_t seed)
{
    static const char *const columns[] = {"1"};
    struct dataset data, other;
    put_npy(create(&other, "npy"), SHEAF_F64, false, rows, second, 1 << 20, seed + 1);
    put_npy(create(&data, "npy"), SHEAF_F64, false, rows, first, 1 << 20, seed);
    strcpy(data.beside, other.path);
    data.about = "tables of two widths";
    data.reading.columns = columns;
    data.reading.column_count = 1;
    return data;
}

struct dataset dataset_csv(uint64_t rows, bool quoted, uint64_t seed)
{
    static const char *const notes[] = {"plain", "\"a, b\"", "\"two\nlines\"", "\"say \"\"so\"\"\"", "\"\n\n\"", ""};
    struct dataset data;
    FILE *file = create(&data, "csv");
    fprintf(file, "a,note,b\n");
    for (uint64_t i = 0; i < rows; i++) {
        uint64_t bits = noise(seed, i);
        const char *note = quoted ? notes[bits % 6] : notes[0];
        char a[32] = "";
        if (bits % 7)
            snprintf(a, sizeof a, "%d.%02u", (int)(bits >> 20) % 1000, (unsigned)(bits >> 8) % 100);
        fprintf(file, "%s,%s,%d\n", a, note, (int)(bits >> 40) % 100);
    }
    assert_int_equal(fclose(file), 0);
    data.about = quoted ? "CSV with quotes" : "CSV";
    return data;
}

/* Of any length and scale; with runs of equal numbers that are written in several ways. */
static void put_decimal(FILE *file, uint64_t bits, bool special)
{
    static const char *const specials[] = {"nan", "inf", "-Infinity", "-0.0"};
    static const char *const halves[] = {"0.5", ".50", "5e-1", "0000.500000000000000000000000"};
    unsigned kind = (unsigned)(bits % 9), low = (unsigned)(bits >> 8) % 1000;
    const char *sign = bits & 1 << 20 ? "-" : "";
    if (kind == 0)
        fprintf(file, "%s", special ? specials[low % 4] : halves[low % 4]);
    else if (kind == 1)
        fprintf(file, "%s", halves[low % 4]);
    else if (kind == 2)
        fprintf(file, "%s%u.25e%d", sign, low, (int)(bits >> 32) % 290);
    else if (kind == 3)
        fprintf(file, "%s%llu%020llu.%u", sign, (unsigned long long)(bits >> 10), (unsigned long long)(bits >> 1), low);
    else
        fprintf(file, "%s%u.%02u", sign, low, (unsigned)(bits >> 40) % 100);
}

struct dataset dataset_decimals(uint64_t rows, bool special, uint64_t seed)
{
    struct dataset data;
    FILE *file = create(&data, "txt");
    for (uint64_t i = 0; i < rows; i++) {
        put_decimal(file, noise(seed, 2 * i), special);
        fputc(' ', file);
        put_decimal(file, noise(seed, 2 * i + 1), special);
        fputc('\n', file);
    }
    assert_int_equal(fclose(file), 0);
    data.about = special ? "decimals, some not finite" : "decimals";
    return data;
}

struct sheaf_source *dataset_open(const struct dataset *data)
{
    struct sheaf_error err;
    struct sheaf_source *source;
    const char *names[] = {data->path, data->beside};
    if (sheaf_source_open(&source, names, data->beside[0] ? 2 : 1, &data->reading, &err) != SHEAF_OK)
        fail_msg("%s: %s", data->about, err.message);
    return source;
}

struct sheaf_source *dataset_join(const struct dataset *a, const struct dataset *b)
{
    struct sheaf_source *pair;
    struct sheaf_error err;
    if (sheaf_source_pair(&pair, dataset_open(a), dataset_open(b), &err) != SHEAF_OK)
        fail_msg("pair of %s and %s: %s", a->about, b->about, err.message);
    return pair;
}

struct sheaf_source *dataset_pair(enum sheaf_type type, enum sheaf_type other, uint64_t rows, uint64_t seed)
{
    struct dataset a = dataset_raw(type, rows, false, seed), b = dataset_raw(other, rows, false, seed + 1);
    return dataset_join(&a, &b);
}

static pid_t writer;
static int stdin_before;

struct sheaf_source *dataset_stream(const struct dataset *data)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    stdin_before = dup(0);
    writer = fork();
    if (writer == 0) {
        char command[300];
        close(ends[0]);
        dup2(ends[1], 1);
        snprintf(command, sizeof command, "cat %s", data->path);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    dup2(ends[0], 0);
    close(ends[0]);
    struct dataset stream = *data;
    strcpy(stream.path, "-");
    return dataset_open(&stream);
}

void dataset_stream_end(void)
{
    dup2(stdin_before, 0); /* a writer whose words nobody wants any more ends by that */
    close(stdin_before);
    assert_int_equal(waitpid(writer, NULL, 0), writer);
}
