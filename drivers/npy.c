#include "npy.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "keep.h"

static bool is_ascii(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text >= 0x80)
            return false;
    return true;
}

void npy_header(FILE *out, const char *descr, const char *shape)
{
    const char *dictionary = keep_text("{'descr': %s, 'fortran_order': False, 'shape': %s, }", descr, shape);
    size_t length = strlen(dictionary) + 1;
    bool version1 = length < 65000 && is_ascii(dictionary);
    size_t prefix = version1 ? 10 : 12, padded = (prefix + length + 63) / 64 * 64 - prefix;
    uint32_t size = htole32((uint32_t)padded); /* little endian: its first two bytes are version 1's length */
    fwrite(version1 ? "\x93NUMPY\x01\x00" : "\x93NUMPY\x03\x00", 1, 8, out);
    fwrite(&size, 1, version1 ? 2 : 4, out);
    fprintf(out, "%s%*s\n", dictionary, (int)(padded - length), "");
}
