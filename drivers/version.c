#include "version.h"

#include <sheaf/job.h>

void version_print(FILE *out, bool features)
{
    fprintf(out, "sheaf %s\n", sheaf_version());
    size_t count;
    const struct sheaf_feature *list = sheaf_features(&count);
    for (size_t i = 0; features && i < count; i++) {
        if (list[i].version)
            fprintf(out, "  %-8s %s\n", list[i].name, list[i].version);
        else
            fprintf(out, "  %-8s not in this build; left out: %s\n", list[i].name, list[i].without);
    }
}
