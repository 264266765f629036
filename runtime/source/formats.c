#include "source/format.h"

const struct source_format *const source_formats[] = {
    NULL,
};
