/* A header is magic, version, length and a Python dictionary with exactly three keys:
 *     {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }
 * The parser takes what NumPy writes and what Python would read as the same literal, and nothing else. */
#include "source/npy.h"

#include <string.h>

enum { MAGIC_BYTES = 6, HEADER_LIMIT = 1 << 20 };
static const char magic[MAGIC_BYTES] = "\x93NUMPY";

/* The text of the dictionary, and where the parser is in it. */
struct text {
    const char *name;              /* of the input */
    const char *begin, *at, *end;
    uint64_t offset;               /* byte of the input at `begin` */
};

static enum sheaf_status bad(const struct text *text, const char *where, const char *what, struct sheaf_error *err)
{
    int64_t byte = (int64_t)(text->offset + (uint64_t)(where - text->begin));
    return source_fail(err, SHEAF_INPUT, text->name, byte, "the .npy header is malformed: %s", what);
}

static void skip_blanks(struct text *text)
{
    while (text->at < text->end && (*text->at == ' ' || *text->at == '\t' || *text->at == '\n' || *text->at == '\r'))
        text->at++;
}

/* Takes `c` if it is next. */
static bool take(struct text *text, char c)
{
    skip_blanks(text);
    if (text->at == text->end || *text->at != c)
        return false;
    text->at++;
    return true;
}

static bool take_word(struct text *text, const char *word)
{
    skip_blanks(text);
    size_t length = strlen(word);
    if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length) != 0)
        return false;
    text->at += length;
    return true;
}

/* A quoted string without escapes; false leaves the parser where it was. */
static bool take_string(struct text *text, char *out, size_t size)
{
    skip_blanks(text);
    if (text->at == text->end || (*text->at != '\'' && *text->at != '"'))
        return false;
    const char *close = memchr(text->at + 1, *text->at, (size_t)(text->end - text->at - 1));
    if (!close || (size_t)(close - text->at) > size || memchr(text->at, '\\', (size_t)(close - text->at)))
        return false;
    size_t length = (size_t)(close - text->at) - 1;
    memcpy(out, text->at + 1, length);
    out[length] = 0;
    text->at = close + 1;
    return true;
}

/* ---- 'descr' -------------------------------------------------------------------------------------------- */

static const struct {
    const char *code;
    enum sheaf_type type;
} numeric[] = {
    {"i1", SHEAF_I8}, {"i2", SHEAF_I16}, {"i4", SHEAF_I32}, {"i8", SHEAF_I64}, {"b1", SHEAF_U8}, {"?", SHEAF_U8},
    {"u1", SHEAF_U8}, {"u2", SHEAF_U16}, {"u4", SHEAF_U32}, {"u8", SHEAF_U64}, {"f4", SHEAF_F32}, {"f8", SHEAF_F64},
};

/* By the first letter of the type code: what it is and what to do about it. */
static const struct {
    char kind;
    const char *what, *advice;
} refused[] = {
    {'f', "a float that is neither 4 nor 8 bytes wide", "np.save(f, a.astype('f4')) or 'f8'"},
    {'c', "complex", "np.save(f, a.real) and np.save(g, a.imag)"},
    {'O', "Python objects (a pickle)", "np.save(f, a.astype('f8'))"},
    {'S', "byte strings", "save it as text, or np.save(f, a.astype('f8'))"},
    {'a', "byte strings", "save it as text, or np.save(f, a.astype('f8'))"},
    {'U', "strings", "save it as text, or np.save(f, a.astype('f8'))"},
    {'M', "dates", "np.save(f, a.view('i8'))"},
    {'m', "time spans", "np.save(f, a.view('i8'))"},
    {'V', "raw records", "np.save(f, a['field'])"},
};

static enum sheaf_status refuse_type(const struct text *text, const char *where, const char *descr,
                                     struct sheaf_error *err)
{
    int64_t byte = (int64_t)(text->offset + (uint64_t)(where - text->begin));
    const char *code = descr + (strchr("<>|=", descr[0]) && descr[0] ? 1 : 0);
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (refused[i].kind == code[0])
            return source_fail(err, SHEAF_INPUT, text->name, byte,
                               "the element type '%.40s' (%s) is not read; in Python: %s", descr, refused[i].what,
                               refused[i].advice);
    return source_fail(err, SHEAF_INPUT, text->name, byte,
                       "'%.40s' is not an element type; there are b1, i1 to i8, u1 to u8, f4, f8", descr);
}

static enum sheaf_status parse_descr(struct text *text, struct npy_header *header, struct sheaf_error *err)
{
    char descr[64];
    skip_blanks(text);
    const char *where = text->at;
    if (where < text->end && *where == '[')
        return source_fail(err, SHEAF_INPUT, text->name, (int64_t)(text->offset + (uint64_t)(where - text->begin)),
                           "a structured array (several fields in one element) is not read; in Python: "
                           "np.save(f, a['field'])");
    if (!take_string(text, descr, sizeof descr))
        return bad(text, where, "after 'descr' stands no quoted type", err);
    const char *code = descr;
    char order = '=';
    if (code[0] && strchr("<>|=", code[0]))
        order = *code++;
    for (size_t i = 0; i < sizeof numeric / sizeof numeric[0]; i++) {
        if (strcmp(numeric[i].code, code) == 0) {
            header->type = numeric[i].type;
            header->swapped = sheaf_type_size(header->type) > 1 && order == (MACHINE_IS_LITTLE ? '>' : '<');
            return SHEAF_OK;
        }
    }
    return refuse_type(text, where, descr, err);
}

/* ---- 'fortran_order' and 'shape' ------------------------------------------------------------------------ */

static enum sheaf_status parse_order(struct text *text, struct npy_header *header, struct sheaf_error *err)
{
    skip_blanks(text);
    if (!(header->fortran = take_word(text, "True")) && !take_word(text, "False"))
        return bad(text, text->at, "'fortran_order' is neither True nor False", err);
    return SHEAF_OK;
}

/* One length; Python 2 wrote a final L. */
static enum sheaf_status parse_length(struct text *text, uint64_t *length, struct sheaf_error *err)
{
    skip_blanks(text);
    const char *where = text->at;
    if (where < text->end && *where == '-')
        return bad(text, where, "a negative length in 'shape'", err);
    *length = 0;
    while (text->at < text->end && *text->at >= '0' && *text->at <= '9') {
        if (__builtin_mul_overflow(*length, 10u, length) ||
            __builtin_add_overflow(*length, (uint64_t)(*text->at - '0'), length) || *length > INT64_MAX)
            return bad(text, where, "a length in 'shape' that does not fit in 63 bits", err);
        text->at++;
    }
    if (text->at == where)
        return bad(text, where, "'shape' is not a tuple of lengths", err);
    if (text->at < text->end && *text->at == 'L')
        text->at++;
    return SHEAF_OK;
}

static enum sheaf_status parse_shape(struct text *text, struct npy_header *header, struct sheaf_error *err)
{
    skip_blanks(text);
    const char *where = text->at;
    if (!take(text, '('))
        return bad(text, where, "'shape' is not a tuple of lengths", err);
    header->rank = 0;
    bool comma = false;
    while (!take(text, ')')) {
        if (header->rank && !comma)
            return bad(text, text->at, "'shape' is not a tuple of lengths", err);
        if (header->rank == NPY_RANK)
            return bad(text, where, "'shape' has more than 64 lengths", err);
        enum sheaf_status status = parse_length(text, &header->shape[header->rank++], err);
        if (status != SHEAF_OK)
            return status;
        comma = take(text, ',');
    }
    if (header->rank == 1 && !comma)
        return bad(text, where, "'shape' is a number, not a tuple (a comma is missing)", err);
    return SHEAF_OK;
}

/* ---- the dictionary ------------------------------------------------------------------------------------- */

static const struct {
    const char *key;
    enum sheaf_status (*parse)(struct text *text, struct npy_header *header, struct sheaf_error *err);
} keys[] = {{"descr", parse_descr}, {"fortran_order", parse_order}, {"shape", parse_shape}};
enum { KEYS = sizeof keys / sizeof keys[0] };

static enum sheaf_status parse_entry(struct text *text, struct npy_header *header, unsigned *seen,
                                     struct sheaf_error *err)
{
    char key[32];
    skip_blanks(text);
    const char *where = text->at;
    if (!take_string(text, key, sizeof key) || !take(text, ':'))
        return bad(text, where, "not a dictionary of 'descr', 'fortran_order' and 'shape'", err);
    for (unsigned k = 0; k < KEYS; k++) {
        if (strcmp(keys[k].key, key) != 0)
            continue;
        if (*seen & 1u << k)
            return bad(text, where, "a key stands twice", err);
        *seen |= 1u << k;
        return keys[k].parse(text, header, err);
    }
    return bad(text, where, "a key other than 'descr', 'fortran_order' and 'shape'", err);
}

static enum sheaf_status parse_dictionary(struct text *text, struct npy_header *header, struct sheaf_error *err)
{
    unsigned seen = 0;
    if (!take(text, '{'))
        return bad(text, text->at, "it does not begin with {", err);
    while (!take(text, '}')) {
        enum sheaf_status status = parse_entry(text, header, &seen, err);
        if (status != SHEAF_OK)
            return status;
        if (!take(text, ',')) {
            if (take(text, '}'))
                break;
            return bad(text, text->at, "neither , nor } after an entry", err);
        }
    }
    skip_blanks(text);
    if (text->at != text->end)
        return bad(text, text->at, "something stands after the dictionary", err);
    if (seen != (1u << KEYS) - 1)
        return bad(text, text->begin, "'descr', 'fortran_order' or 'shape' is missing", err);
    return SHEAF_OK;
}

/* The number of elements; an array with a zero length has none, however long the other lengths. */
static enum sheaf_status multiply_shape(struct npy_header *header, const struct source_head *head,
                                        struct sheaf_error *err)
{
    uint64_t count = 1;
    int64_t bytes;
    bool overflow = false;
    for (size_t i = 0; i < header->rank; i++)
        if (header->shape[i] == 0)
            count = 0;
    for (size_t i = 0; i < header->rank && count; i++)
        overflow |= __builtin_mul_overflow(count, header->shape[i], &count);
    overflow |= __builtin_mul_overflow(count, sheaf_type_size(header->type), &bytes) ||
                __builtin_add_overflow(bytes, header->start, &bytes);
    if (overflow)
        return source_fail(err, SHEAF_INPUT, head->name, MAGIC_BYTES,
                           "the .npy header lies: its shape has more bytes than any file can hold");
    header->count = count;
    return SHEAF_OK;
}

/* ---- the frame ------------------------------------------------------------------------------------------ */

bool npy_probe(const unsigned char *bytes, size_t size)
{
    return size >= MAGIC_BYTES && memcmp(bytes, magic, MAGIC_BYTES) == 0;
}

static enum sheaf_status cut_short(const struct source_head *head, struct sheaf_error *err)
{
    return source_fail(err, SHEAF_INPUT, head->name, (int64_t)head->bytes.size,
                       "the file ends within its .npy header; it was not written or copied to the end");
}

/* Brings the whole header into `head`; *begin is the first byte of the dictionary, *end the first after it. */
static enum sheaf_status read_frame(struct source_head *head, size_t *begin, size_t *end, struct sheaf_error *err)
{
    enum sheaf_status status = source_head_grow(head, 12, err);
    if (status != SHEAF_OK)
        return status;
    const unsigned char *b = head->bytes.data;
    if (!npy_probe(b, head->bytes.size))
        return source_fail(err, SHEAF_INPUT, head->name, 0, "does not begin as a .npy file does (\\x93NUMPY)");
    if (head->bytes.size < 10 || (b[6] > 1 && head->bytes.size < 12))
        return cut_short(head, err);
    if (b[6] < 1 || b[6] > 3)
        return source_fail(err, SHEAF_INPUT, head->name, MAGIC_BYTES,
                           "a .npy file of version %d.%d; versions 1 to 3 are read", b[6], b[7]);
    uint64_t length = b[8] | (uint64_t)b[9] << 8;
    if (b[6] > 1)
        length |= (uint64_t)b[10] << 16 | (uint64_t)b[11] << 24;
    if (length > HEADER_LIMIT)
        return source_fail(err, SHEAF_INPUT, head->name, 8,
                           "the .npy header claims %llu bytes; an array of numbers needs a few hundred",
                           (unsigned long long)length);
    *begin = b[6] > 1 ? 12 : 10;
    *end = *begin + (size_t)length;
    status = source_head_grow(head, *end, err);
    if (status != SHEAF_OK)
        return status;
    return head->bytes.size < *end ? cut_short(head, err) : SHEAF_OK;
}

enum sheaf_status npy_header_read(struct npy_header *header, struct source_head *head, struct sheaf_error *err)
{
    size_t begin = 0, end = 0;
    memset(header, 0, sizeof *header);
    enum sheaf_status status = read_frame(head, &begin, &end, err);
    if (status != SHEAF_OK)
        return status;
    const char *data = (const char *)head->bytes.data;
    struct text text = {head->name, data + begin, data + begin, data + end, begin};
    status = parse_dictionary(&text, header, err);
    if (status != SHEAF_OK)
        return status;
    header->start = end;
    return multiply_shape(header, head, err);
}
