#include "engine/engine.h"

static enum sheaf_status run(const struct crew *crew, const struct pass *pass, struct dealer *dealer,
                             struct partial *into, struct sheaf_error *err)
{
    (void)crew, (void)pass, (void)dealer, (void)into;
    return sheaf_fail(err, SHEAF_UNAVAILABLE, "this build has no OpenMP");
}

static const struct sheaf_merge merges[] = {{"private", "needs OpenMP", 0, false, NULL}, {0}};

const struct engine engine_openmp = {"openmp", false, "OpenMP", merges, run};
