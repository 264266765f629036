#include <sheaf/base.h>

#include <string.h>

static const struct {
    const char *name;
    size_t size;
} types[SHEAF_TYPE_COUNT + 1] = {
#define X(NAME, c_type, text) {text, sizeof(c_type)},
    SHEAF_TYPES(X)
#undef X
    [SHEAF_DECIMAL] = {"decimal", sizeof(int64_t)},
};

size_t sheaf_type_size(enum sheaf_type type)
{
    return types[type].size;
}

const char *sheaf_type_name(enum sheaf_type type)
{
    return types[type].name;
}

bool sheaf_type_parse(const char *name, enum sheaf_type *type)
{
    for (int i = 0; i < SHEAF_TYPE_COUNT; i++) {
        if (strcmp(name, types[i].name) == 0) {
            *type = (enum sheaf_type)i;
            return true;
        }
    }
    return false;
}

bool sheaf_type_is_float(enum sheaf_type type)
{
    return type == SHEAF_F32 || type == SHEAF_F64;
}

bool sheaf_type_is_signed(enum sheaf_type type)
{
    return type <= SHEAF_I64 || sheaf_type_is_float(type) || type == SHEAF_DECIMAL;
}
