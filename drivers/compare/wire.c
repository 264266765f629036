#include "compare/wire.h"

#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char mark[] = "sheaf-row: ";

/* ---- the row's side -------------------------------------------------------------------------------------------- */

static void say(const char *format, ...) SHEAF_PRINTF(1, 2);
static void say(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs(mark, stdout);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

void wire_plan(const struct row_plan *plan)
{
    say("plan %s %s %s %u %u %" PRIu64 " %" PRId64, plan->strategy, plan->merge, plan->pin, plan->ranks, plan->workers,
        plan->block_bytes, plan->blocks);
}

void wire_at(uint64_t place)
{
    say("at %" PRIu64, place);
}

void wire_repetition(const struct repetition *r)
{
    say("run %.9f %.9f %.9f %.9f %" PRIu64 " %" PRIu64 " %u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
        " %016" PRIx64,
        r->elapsed_s, r->start_s, r->map_s, r->merge_s, r->bytes, r->peak_bytes, r->passes, r->rows.read, r->rows.used,
        r->rows.missing, r->rows.nan, r->rows.rejected, r->digest);
}

/* Names and cells come from files: a line end would cut the line short, and other control characters could reach a
 * terminal. */
static char *on_one_line(char *text)
{
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    return text;
}

void wire_error(const struct sheaf_error *err)
{
    char text[2 * sizeof *err];
    sheaf_error_text(err, text, sizeof text);
    say("error %d %s", (int)err->status, on_one_line(text));
}

void wire_value(const char *name, const char *text)
{
    char *line = malloc(strlen(name) + strlen(text) + 2);
    if (!line)
        return;
    sprintf(line, "%s=%s", name, text);
    say("value %s", on_one_line(line));
    free(line);
}

void wire_end(void)
{
    say("end");
}

const char *wire_order_text(enum wire_order order)
{
    static const char *const texts[] = {[ORDER_RUN] = "run\n", [ORDER_VALUES] = "values\n", [ORDER_QUIT] = "quit\n"};
    return texts[order];
}

enum wire_order wire_next_order(void)
{
    char line[64];
    if (!fgets(line, sizeof line, stdin))
        return ORDER_QUIT;
    if (strcmp(line, wire_order_text(ORDER_RUN)) == 0)
        return ORDER_RUN;
    return strcmp(line, wire_order_text(ORDER_VALUES)) == 0 ? ORDER_VALUES : ORDER_QUIT;
}

bool wire_is_cut(void)
{
    struct pollfd in = {.fd = STDIN_FILENO};
    return poll(&in, 1, 0) > 0 && (in.revents & (POLLHUP | POLLERR | POLLNVAL));
}

/* ---- the parent's side ----------------------------------------------------------------------------------------- */

const char *wire_payload(const char *line)
{
    const char *at = strstr(line, mark); /* a kernel may have printed half a line before it */
    return at ? at + sizeof mark - 1 : NULL;
}

bool wire_read_plan(const char *payload, struct row_plan *plan)
{
    return sscanf(payload, "plan %15s %15s %511s %u %u %" SCNu64 " %" SCNd64, plan->strategy, plan->merge, plan->pin,
                  &plan->ranks, &plan->workers, &plan->block_bytes, &plan->blocks) == 7;
}

bool wire_read_at(const char *payload, uint64_t *place)
{
    return sscanf(payload, "at %" SCNu64, place) == 1;
}

bool wire_read_repetition(const char *payload, struct repetition *r)
{
    return sscanf(payload,
                  "run %lf %lf %lf %lf %" SCNu64 " %" SCNu64 " %u %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
                  " %" SCNu64 " %" SCNx64,
                  &r->elapsed_s, &r->start_s, &r->map_s, &r->merge_s, &r->bytes, &r->peak_bytes, &r->passes,
                  &r->rows.read, &r->rows.used, &r->rows.missing, &r->rows.nan, &r->rows.rejected, &r->digest) == 13;
}

bool wire_read_error(const char *payload, enum sheaf_status *status, const char **text)
{
    int number, length = 0;
    if (sscanf(payload, "error %d %n", &number, &length) < 1 || length == 0)
        return false;
    *status = (enum sheaf_status)number;
    *text = payload + length;
    return true;
}

bool wire_read_value(const char *payload, const char **text)
{
    if (strncmp(payload, "value ", 6) != 0)
        return false;
    *text = payload + 6;
    return true;
}
