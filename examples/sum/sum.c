/* Adds the numbers of a file: sum FILE */
#include <sheaf/sheaf.h>
#include <stdio.h>

static void print(const struct sheaf_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        const struct sheaf_value *value = &result->entries[i].value;
        char real[32];

        if (value->kind == SHEAF_REAL)
            printf("%s\t%s\n", result->entries[i].name, sheaf_real_text(value->real, real));
        else if (value->kind != SHEAF_NULL)
            printf("%s\t%s\n", result->entries[i].name, value->text);
    }
}

static enum sheaf_status sum(const char *file, struct sheaf_error *err)
{
    struct sheaf_reading reading = {0};
    struct sheaf_source *source = NULL;
    struct sheaf_plan *plan = NULL;
    struct sheaf_answer *answer = NULL;
    const uint32_t column = 0;

    enum sheaf_status status = sheaf_source_open(&source, &file, 1, &reading, err);
    if (!status)
        status = sheaf_plan_new(&plan, source, err);
    if (!status)
        status = sheaf_plan_add(plan, sheaf_kernel_find("sum"), NULL, &column, err);
    if (!status)
        status = sheaf_plan_seal(plan, err);
    if (!status)
        status = sheaf_job_run(plan, &answer, NULL, NULL, err);
    if (!status)
        print(&answer->parts[0].result);
    sheaf_answer_destroy(answer);
    sheaf_plan_destroy(plan);
    sheaf_source_destroy(source);
    return status;
}

int main(int argc, char **argv)
{
    struct sheaf_error err;
    char text[1200];

    if (argc != 2) {
        fprintf(stderr, "usage: sum FILE\n");
        return 2;
    }
    if (sum(argv[1], &err)) {
        fprintf(stderr, "sum: %s\n", sheaf_error_text(&err, text, sizeof text));
        return 1;
    }
    return 0;
}
