#include "engine/engine.h"

static enum sheaf_status run(const struct crew *crew, const struct pass *pass, struct dealer *dealer,
                             struct partial *into, struct sheaf_error *err)
{
    return worker_run(crew, pass, dealer, 0, into, err);
}

static const struct sheaf_merge merges[] = {{"direct", "one worker, nothing to merge", 0, false, NULL}, {0}};

const struct engine engine_serial = {"serial", true, NULL, merges, run};
