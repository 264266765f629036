#include "reduction.h"

#include <stdlib.h>

static bool wants_two(const struct kernel_choice *choice)
{
    for (size_t i = 0; i < choice->count; i++)
        if (choice->kernels[i]->role_count == 2)
            return true;
    return false;
}

/* One reduction per column for a kernel with one input; one over all columns for one with several. */
static enum sheaf_status add_kernel(struct reduction *reduction, const struct sheaf_kernel *kernel,
                                    const struct sheaf_arg *values, struct sheaf_error *err)
{
    uint32_t count = reduction->data.column_count;
    uint32_t *columns = keep_bytes((count + 1) * sizeof *columns);
    enum sheaf_status status = SHEAF_OK;
    for (uint32_t c = 0; c < count; c++)
        columns[c] = c;
    if (kernel->role_count > 1 && kernel->role_count != count)
        return sheaf_fail(err, SHEAF_USAGE, "kernel %s takes %u inputs, but there %s %u column%s: name %u columns "
                          "(--column X,Y)%s", kernel->name, kernel->role_count, count == 1 ? "is" : "are", count,
                          count == 1 ? "" : "s", kernel->role_count,
                          kernel->role_count == 2 ? " or exactly two files" : "");
    if (kernel->role_count > 1)
        return sheaf_plan_add(reduction->plan, kernel, values, columns, err);
    for (uint32_t c = 0; c < count && status == SHEAF_OK; c++)
        status = sheaf_plan_add(reduction->plan, kernel, values, &columns[c], err);
    return status;
}

static enum sheaf_status make_plan(struct reduction *reduction, const struct request *request, struct sheaf_error *err)
{
    const struct sheaf_source *source = reduction->data.source;
    if (reduction->data.column_count == 0) {
        sheaf_fail(err, SHEAF_INPUT, "has no column of numbers");
        sheaf_error_at(err, sheaf_source_input_name(source, 0), SHEAF_UNKNOWN, SHEAF_UNKNOWN, NULL);
        return SHEAF_INPUT;
    }
    enum sheaf_status status = sheaf_plan_new(&reduction->plan, source, err);
    for (size_t i = 0; i < request->choice->count && status == SHEAF_OK; i++)
        status = add_kernel(reduction, request->choice->kernels[i], request->choice->values[i], err);
    if (status != SHEAF_OK)
        return status;
    execution_apply(request->execution, reduction->plan);
    sheaf_plan_set_world(reduction->plan, request->world);
    if (request->each)
        sheaf_plan_set_each(reduction->plan);
    if (request->input->nan)
        sheaf_plan_set_nan(reduction->plan, request->input->nan);
    for (size_t i = 0; i < request->input->where.count && status == SHEAF_OK; i++)
        status = sheaf_plan_add_filter(reduction->plan, request->input->where.items[i], err);
    if (status != SHEAF_OK)
        return status;
    return sheaf_plan_seal(reduction->plan, err);
}

enum sheaf_status reduction_prepare(struct reduction *reduction, const struct request *request,
                                    const struct text_list *names, struct sheaf_error *err)
{
    *reduction = (struct reduction){0};
    enum sheaf_status status = data_open(&reduction->data, request->input, wants_two(request->choice), names, err);
    if (status == SHEAF_OK)
        status = make_plan(reduction, request, err);
    if (status != SHEAF_OK)
        reduction_close(reduction);
    return status;
}

enum sheaf_status reduction_run(struct reduction *reduction, const struct request *request, struct progress *progress,
                                struct sheaf_error *err)
{
    if (request->each)
        return sheaf_job_run_each(reduction->plan, &reduction->each, &reduction->answer, progress_report, progress, err);
    return sheaf_job_run(reduction->plan, &reduction->answer, progress_report, progress, err);
}

void reduction_close(struct reduction *reduction)
{
    for (size_t i = 0; reduction->each && i < sheaf_source_input_count(reduction->data.source); i++)
        sheaf_answer_destroy(reduction->each[i]);
    free(reduction->each);
    sheaf_answer_destroy(reduction->answer);
    sheaf_plan_destroy(reduction->plan);
    data_close(&reduction->data);
    *reduction = (struct reduction){0};
}
