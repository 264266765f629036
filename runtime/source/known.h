/* Formats that are recognised so that they can be refused with what to do instead. */
#ifndef SHEAF_RUNTIME_KNOWN_H
#define SHEAF_RUNTIME_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

struct known_format {
    const char *what;           /* "compressed with gzip" */
    const char *before, *after; /* the advice, around the input's name */
    const char *magic;
    size_t size; /* of magic */
    size_t at;   /* byte of the input at which it stands */
    bool weak;   /* too short a signature to overrule someone who says that the data are raw */
};

/* The known format that these first bytes of an input belong to, or NULL. `raw`: they are said to be raw data. */
const struct known_format *known_format_find(const unsigned char *bytes, size_t size, bool raw);

#endif
