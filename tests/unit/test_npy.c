/* The .npy header: what NumPy writes is read, what lies is refused by file and byte, what is mutated does no harm. */
#include "random.h"
#include "rows.h"

#include "source/npy.h"

/* ---- headers -------------------------------------------------------------------------------------------- */

/* A file with this dictionary and `data` bytes of zeros after it; returns its path and where the data begin. */
static const char *file_with(int version, const char *dictionary, size_t data, int64_t *start)
{
    char header[512];
    size_t size = npy_frame(header, version, dictionary);
    unsigned char *bytes = calloc(1, size + data + 1);
    memcpy(bytes, header, size);
    const char *path = file_write("h.npy", bytes, size + data);
    free(bytes);
    if (start)
        *start = (int64_t)size;
    return path;
}

static void accept(const char *dictionary, size_t data, uint64_t count)
{
    for (int version = 1; version <= 3; version++) {
        struct sheaf_source *source = open_one(file_with(version, dictionary, data, NULL), NULL);
        assert_int_equal(sheaf_source_rows(source), count);
        sheaf_source_destroy(source);
    }
}

static void reads_what_python_reads(void **state)
{
    (void)state;
    accept("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }", 96, 12);
    accept("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", 24, 3);
    accept("{'descr': '<f8', 'fortran_order': False, 'shape': (), }", 8, 1);
    accept("{'shape':(3,4),'descr':\"<f8\",'fortran_order':True}", 96, 12);
    accept("  { 'fortran_order' : True ,\n\t'shape' : ( 3 , 4 , ) , 'descr' : '<f8' }  \r\n", 96, 12);
    accept("{'descr': '<f8', 'fortran_order': False, 'shape': (3L, 4L), }", 96, 12);
    accept("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 9223372036854775807), }", 0, 0);
    accept("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 0, 4611686018427387904), }", 0, 0);
}

static void reads_64_axes_and_no_more(void **state)
{
    (void)state;
    char dictionary[512] = "{'descr': '|u1', 'fortran_order': True, 'shape': (";
    for (int i = 0; i < 64; i++)
        strcat(dictionary, i < 62 ? "1," : "2,");
    char more[512];
    snprintf(more, sizeof more, "%s2,)}", dictionary);
    strcat(dictionary, ")}");
    accept(dictionary, 4, 4);
    refuse(file_with(1, more, 8, NULL), NULL, SHEAF_INPUT, "'shape' has more than 64 lengths", 59);
}

static void reads_a_header_longer_than_the_first_read(void **state)
{
    (void)state;
    size_t length = 300000;
    unsigned char *bytes = malloc(12 + length + 16);
    memset(bytes, ' ', 12 + length + 16);
    memcpy(bytes, "\x93NUMPY\x02\0", 8);
    for (int i = 0; i < 4; i++)
        bytes[8 + i] = (unsigned char)(length >> 8 * i);
    const char dictionary[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,)}";
    memcpy(bytes + 12 + 200000, dictionary, strlen(dictionary));
    struct sheaf_source *source = open_one(file_write("long.npy", bytes, 12 + length + 16), NULL);
    assert_int_equal(sheaf_source_rows(source), 2);
    sheaf_source_destroy(source);
    free(bytes);
}

/* ---- lies ----------------------------------------------------------------------------------------------- */

static void refuses_malformed_dictionaries(void **state)
{
    (void)state;
    static const struct {
        const char *dictionary, *words;
        int64_t byte; /* in the dictionary */
    } cases[] = {
        {"", "it does not begin with {", -1},
        {"['descr']", "it does not begin with {", 0},
        {"{}", "'descr', 'fortran_order' or 'shape' is missing", 0},
        {"{'descr': '<f8', 'shape': (2,), }", "is missing", 0},
        {"{'descr': '<f8', 'descr': '<f8', 'shape': (2,), }", "a key stands twice", 17},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'x': 1}", "a key other than", 56},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,)} {", "something stands after the dictionary", 56},
        {"{'descr': '<f8', 'fortran_order': False 'shape': (2,)}", "neither , nor } after an entry", 40},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,)", "neither , nor } after an entry", -1},
        {"{'descr': '<f8', 'fortran_order': 0, 'shape': (2,)}", "'fortran_order' is neither True nor False", 34},
        {"{'descr': '<f8', 'fortran_order': Falsey, 'shape': (2,)}", "neither , nor }", 39},
        {"{descr: '<f8'}", "not a dictionary of", 1},
        {"{'descr' '<f8'}", "not a dictionary of", 1},
        {"{'descr': <f8}", "after 'descr' stands no quoted type", 10},
        {"{'descr': '<f8}", "after 'descr' stands no quoted type", 10},
        {"{'descr': '\\x3cf8'}", "after 'descr' stands no quoted type", 10},
        {"{'shape': 2}", "'shape' is not a tuple of lengths", 10},
        {"{'shape': [2]}", "'shape' is not a tuple of lengths", 10},
        {"{'shape': (2)}", "a comma is missing", 10},
        {"{'shape': (2 3)}", "'shape' is not a tuple of lengths", 13},
        {"{'shape': (,)}", "'shape' is not a tuple of lengths", 11},
        {"{'shape': (2,,)}", "'shape' is not a tuple of lengths", 13},
        {"{'shape': (2.0,)}", "'shape' is not a tuple of lengths", 12},
        {"{'shape': (0x10,)}", "'shape' is not a tuple of lengths", 12},
        {"{'shape': (2,", "'shape' is not a tuple of lengths", -1},
        {"{'shape': (-3,)}", "a negative length in 'shape'", 11},
        {"{'shape': (3, -1)}", "a negative length in 'shape'", 14},
        {"{'shape': (9223372036854775808,)}", "a length in 'shape' that does not fit in 63 bits", 11},
        {"{'shape': (99999999999999999999999999,)}", "a length in 'shape' that does not fit in 63 bits", 11},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int version = 1; version <= 2; version++) {
            int64_t begin = version == 1 ? 10 : 12, start;
            const char *path = file_with(version, cases[i].dictionary, 16, &start);
            refuse(path, NULL, SHEAF_INPUT, cases[i].words, cases[i].byte < 0 ? start : begin + cases[i].byte);
        }
    }
}

static void refuses_shapes_that_overflow(void **state)
{
    (void)state;
    static const char *const shapes[] = {
        "(9223372036854775807,)", "(1152921504606846976,)", "(4294967296, 4294967296)", "(3037000500, 3037000500, 2)",
        "(1152921504606846975,)", /* the elements fit, but not behind a header */
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        char dictionary[256];
        snprintf(dictionary, sizeof dictionary, "{'descr': '<f8', 'fortran_order': False, 'shape': %s, }", shapes[i]);
        refuse(file_with(1, dictionary, 16, NULL), NULL, SHEAF_INPUT, "has more bytes than any file can hold", 6);
    }
    int64_t start;
    const char *path = file_with(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000000,), }", 16,
                                 &start);
    refuse(path, NULL, SHEAF_INPUT, "7999999999999984 bytes short of the 1000000000000000 f64 elements", start + 16);
}

static void refuses_types_with_what_to_do(void **state)
{
    (void)state;
    static const struct {
        const char *descr, *words;
    } cases[] = {
        {"'<f2'", "'<f2' (a float that is neither 4 nor 8 bytes wide) is not read; in Python: np.save(f, a.astype"},
        {"'<f16'", "a float that is neither 4 nor 8"},
        {"'<c8'", "'<c8' (complex) is not read; in Python: np.save(f, a.real)"},
        {"'<c16'", "(complex)"},
        {"'|O'", "Python objects (a pickle)"},
        {"'|S5'", "byte strings"},
        {"'<U12'", "(strings)"},
        {"'<M8[ns]'", "(dates) is not read; in Python: np.save(f, a.view('i8'))"},
        {"'<m8[s]'", "(time spans)"},
        {"'|V8'", "(raw records)"},
        {"[('a', '<f8'), ('b', '<i4')]", "a structured array"},
        {"'<i3'", "'<i3' is not an element type"},
        {"'<i16'", "'<i16' is not an element type"},
        {"'<'", "'<' is not an element type"},
        {"''", "'' is not an element type"},
        {"'<<f8'", "'<<f8' is not an element type"},
        {"'<f8 '", "'<f8 ' (a float that is neither"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char dictionary[256];
        snprintf(dictionary, sizeof dictionary, "{'descr': %s, 'fortran_order': False, 'shape': (2,), }",
                 cases[i].descr);
        refuse(file_with(1, dictionary, 16, NULL), NULL, SHEAF_INPUT, cases[i].words, 20);
    }
}

static void refuses_a_file_of_another_length(void **state)
{
    (void)state;
    const char dictionary[] = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
    int64_t start;
    const char *path = file_with(1, dictionary, 15, &start);
    refuse(path, NULL, SHEAF_INPUT, "the file ends here, 1 bytes short of the 2 f64 elements", start + 15);
    path = file_with(1, dictionary, 0, &start);
    refuse(path, NULL, SHEAF_INPUT, "16 bytes short", start);
    path = file_with(1, dictionary, 17, &start);
    refuse(path, NULL, SHEAF_INPUT, "1 bytes follow the 2 f64 elements that the .npy header says", start + 16);
    path = file_with(1, "{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }", 1, &start);
    refuse(path, NULL, SHEAF_INPUT, "1 bytes follow the 0 f64 elements", start);
}

static void refuses_a_broken_frame(void **state)
{
    (void)state;
    char header[512];
    for (int version = 1; version <= 3; version++) {
        size_t size = npy_frame(header, version, "{'descr': '<f8', 'fortran_order': False, 'shape': (0,), }");
        for (size_t cut = 6; cut < size; cut++)
            refuse(file_write("cut.npy", header, cut), NULL, SHEAF_INPUT, "the file ends within its .npy header",
                   (int64_t)cut);
        header[6] = 0;
        refuse(file_write("v.npy", header, size), NULL, SHEAF_INPUT, "a .npy file of version 0.0", 6);
        header[6] = 4;
        refuse(file_write("v.npy", header, size), NULL, SHEAF_INPUT, "a .npy file of version 4.0", 6);
        if (version > 1) {
            header[6] = (char)version;
            header[11] = 0x7f;
            refuse(file_write("v.npy", header, size), NULL, SHEAF_INPUT, "the .npy header claims 21", 8);
        }
    }
    refuse(file_write("no.npy", "123456789012", 12), &(struct sheaf_reading){.format = "npy"}, SHEAF_INPUT,
           "does not begin as a .npy file does", 0);
    refuse(file_write("no.npy", "1", 1), &(struct sheaf_reading){.format = "npy"}, SHEAF_INPUT,
           "does not begin as a .npy file does", 0);
}

/* ---- mutations ------------------------------------------------------------------------------------------ */

static uint64_t seed;

static uint64_t draw(uint64_t below)
{
    return random_next(&seed) % below;
}

static void mutate(char *bytes, size_t *size, size_t capacity)
{
    static const char alphabet[] = "{}()[]'\",:<>|=-0123456789fiubLTrueFalsdcoptn \n\\\0\xff";
    size_t at = draw(*size);
    uint64_t kind = draw(4);
    if (kind == 0) { /* change */
        bytes[at] = draw(4) ? alphabet[draw(sizeof alphabet)] : (char)draw(256);
    } else if (kind == 1) { /* cut short */
        *size = draw(8) ? *size : at + 1;
    } else if (kind == 2 && *size > 1) { /* take out */
        memmove(bytes + at, bytes + at + 1, *size - at - 1);
        (*size)--;
    } else if (*size < capacity) { /* put in */
        memmove(bytes + at + 1, bytes + at, *size - at);
        bytes[at] = alphabet[draw(sizeof alphabet)];
        (*size)++;
    }
}

/* An accepted header promises what the readers rely on. */
static void check_header(const struct npy_header *header, size_t size)
{
    __int128 count = 1;
    assert_true(header->rank <= NPY_RANK && header->type < SHEAF_TYPE_COUNT && header->start <= size);
    for (size_t i = 0; i < header->rank; i++)
        if (header->shape[i] == 0)
            count = 0;
    for (size_t i = 0; i < header->rank && count; i++) {
        count *= header->shape[i];
        assert_true(count <= INT64_MAX);
    }
    assert_true(count == header->count);
    assert_true(count * (int)sheaf_type_size(header->type) + header->start <= INT64_MAX);
}

static void mutated_headers_do_no_harm(void **state)
{
    (void)state;
    static const char *const dictionaries[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }",
        "{'descr': '>i2', 'fortran_order': True, 'shape': (9223372036854775807, 0, 3), }",
        "{'shape': (), 'fortran_order': True, 'descr': '|b1'}",
    };
    unsigned accepted = 0, refused = 0;
    for (int round = 0; round < 60000; round++) {
        char bytes[512];
        size_t size = npy_frame(bytes, 1 + (int)draw(3), dictionaries[draw(3)]);
        for (uint64_t changes = 1 + draw(6); changes > 0; changes--)
            mutate(bytes, &size, sizeof bytes - 1);
        /* In memory of exactly its size, so that a sanitizer sees any byte read outside. */
        struct source_head head = {.name = "mutated", .fd = -1, .ended = true};
        head.bytes = (struct sheaf_buffer){malloc(size), size, size};
        memcpy(head.bytes.data, bytes, size);
        struct npy_header header;
        struct sheaf_error err;
        enum sheaf_status status = npy_header_read(&header, &head, &err);
        if (status == SHEAF_OK) {
            check_header(&header, size);
            accepted++;
        } else {
            assert_int_equal(status, SHEAF_INPUT);
            assert_string_equal(err.file, "mutated");
            assert_true(err.byte >= 0 && err.byte <= (int64_t)size);
            refused++;
        }
        free(head.bytes.data);
    }
    /* Both happen often, or the mutations test nothing. */
    assert_true(accepted > 3000 && refused > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_python_reads),
        cmocka_unit_test(reads_64_axes_and_no_more),
        cmocka_unit_test(reads_a_header_longer_than_the_first_read),
        cmocka_unit_test(refuses_malformed_dictionaries),
        cmocka_unit_test(refuses_shapes_that_overflow),
        cmocka_unit_test(refuses_types_with_what_to_do),
        cmocka_unit_test(refuses_a_file_of_another_length),
        cmocka_unit_test(refuses_a_broken_frame),
        cmocka_unit_test(mutated_headers_do_no_harm),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
