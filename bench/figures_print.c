#include "figures_print.h"

#include <inttypes.h>

#include "json.h"

static const char *verdict(const struct figure *figure)
{
    return figure->goal == 0 ? "" : figure->met ? "met" : "not met";
}

void figure_print_text(FILE *out, const struct figure *figure)
{
    if (!figure) {
        fprintf(out, "%-40s %-10s %6s %8s %6s %8s %6s %5s\n", "row", "cpu", "GB/s", "compiled", "spread", "unrolled",
                "spread", "goal");
        return;
    }
    fprintf(out, "%-40s %-10s %6.1f %8.2f %5.0f%% %8.2f %5.0f%%", trial_name(&figure->trial), figure->cpu,
            figure_bytes_per_s(figure) / 1e9, figure->over_compiled.median,
            100 * spread_share(&figure->over_compiled), figure->over_unrolled.median,
            100 * spread_share(&figure->over_unrolled));
    if (figure->goal > 0)
        fprintf(out, " %5.2f %s", figure->goal, verdict(figure));
    fputc('\n', out);
}

void figure_print_csv(FILE *out, const struct figure *figure)
{
    if (!figure) {
        fputs("row,function,dataset,place,bytes,threads,cpu,rounds,bytes_per_s,seconds,seconds_q1,seconds_q3,"
              "over_compiled,over_compiled_q1,over_compiled_q3,over_unrolled,over_unrolled_q1,over_unrolled_q3,goal,"
              "verdict\n", out);
        return;
    }
    const struct trial *t = &figure->trial;
    const struct spread *s = &figure->seconds, *c = &figure->over_compiled, *u = &figure->over_unrolled;
    fprintf(out, "%s,%s,%s,%s,%" PRIu64 ",%u,%s,%zu,%.6g,%.6g,%.6g,%.6g,%.4f,%.4f,%.4f,%.4f,%.4f,%.4f,", trial_name(t),
            t->subject->name, dataset_name(t->dataset), place_name(t->place), t->bytes, t->threads, figure->cpu,
            s->count, figure_bytes_per_s(figure), s->median, s->q1, s->q3, c->median, c->q1, c->q3, u->median, u->q1,
            u->q3);
    if (figure->goal > 0)
        fprintf(out, "%.2f", figure->goal);
    fprintf(out, ",%s\n", verdict(figure));
}

static void print_spread(struct json *json, const char *key, const struct spread *spread)
{
    json_object(json, key, JSON_INLINE);
    json_real(json, "median", spread->median);
    json_real(json, "least", spread->least);
    json_real(json, "q1", spread->q1);
    json_real(json, "q3", spread->q3);
    json_close(json);
}

static void print_figure(struct json *json, const struct figure *figure)
{
    const struct trial *t = &figure->trial;
    json_object(json, NULL, JSON_LINES);
    json_text(json, "row", trial_name(t));
    json_text(json, "function", t->subject->name);
    json_text(json, "dataset", dataset_name(t->dataset));
    json_text(json, "place", place_name(t->place));
    json_uint(json, "bytes", t->bytes);
    json_uint(json, "threads", t->threads);
    json_text(json, "cpu", figure->cpu);
    json_uint(json, "rounds", figure->seconds.count);
    json_real(json, "bytes_per_s", figure_bytes_per_s(figure));
    print_spread(json, "seconds", &figure->seconds);
    print_spread(json, "over_compiled", &figure->over_compiled);
    print_spread(json, "over_unrolled", &figure->over_unrolled);
    if (figure->goal > 0) {
        json_real(json, "goal", figure->goal);
        json_bool(json, "met", figure->met);
    } else {
        json_null(json, "goal");
        json_null(json, "met");
    }
    json_close(json);
}

void figures_print_json(FILE *out, const struct figure *figures, size_t count)
{
    struct json json;
    json_begin(&json, out);
    json_object(&json, NULL, JSON_LINES);
    json_array(&json, "rows", JSON_LINES);
    for (size_t i = 0; i < count; i++)
        print_figure(&json, &figures[i]);
    json_close(&json);
    json_close(&json);
    json_end(&json);
}
