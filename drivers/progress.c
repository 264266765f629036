#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "message.h"
#include "number.h"
#include "terminal.h"

void progress_begin(struct progress *progress, int choice, bool quiet)
{
    const char *no_color = getenv("NO_COLOR");
    bool plain = no_color && *no_color;
    bool draws = terminal_can_draw(stderr) && (choice > 0 || !plain);
    *progress = (struct progress){
        .draws = draws && choice >= 0 && !quiet,
        .tells = !draws && choice > 0 && !quiet,
        .began = clock_seconds(),
    };
    progress->pass_began = progress->began;
}

/* "12.5 GB, 3.1 GB/s" or "45 %, 3.1 GB/s, 0:12 left". */
static void describe(const struct progress *p, uint64_t done, int64_t total, double t, char *text, size_t size)
{
    char bytes[32], rate[32], left[32], pass[32] = "";
    double seconds = t - p->pass_began;
    double per_second = seconds > 0 ? (double)done / seconds : 0;
    if (p->pass > 0)
        snprintf(pass, sizeof pass, "pass %u, ", p->pass + 1);
    if (total <= 0 || per_second <= 0) {
        snprintf(text, size, "%s%s, %s/s", pass, show_bytes((double)done, bytes), show_bytes(per_second, rate));
        return;
    }
    double share = (double)done / (double)total;
    snprintf(text, size, "%s%3d %%, %s/s, %s left", pass, (int)(100 * (share < 1 ? share : 1)),
             show_bytes(per_second, rate), show_seconds(((double)total - (double)done) / per_second, left));
}

/* The description, and a bar in what the line leaves. The last column stays free: some terminals wrap there. */
static void draw(uint64_t done, int64_t total, const char *text)
{
    char line[512];
    int width = (int)terminal_width(stderr) - 1, used = (int)strlen(text);
    int bar = width - used - 3;
    if (bar > 60)
        bar = 60;
    if (total <= 0 || bar < 5) {
        snprintf(line, sizeof line, "%.*s", width, text);
    } else {
        double share = (double)done / (double)total;
        int full = (int)(bar * (share < 1 ? share : 1));
        int at = snprintf(line, sizeof line, "[");
        for (int i = 0; i < bar; i++)
            line[at++] = i < full ? '=' : i == full ? '>' : ' ';
        snprintf(line + at, sizeof line - (size_t)at, "] %s", text);
    }
    status_line_show(line);
}

bool progress_report(void *context, uint64_t done, int64_t total, unsigned pass)
{
    enum { FIRST_AFTER_S = 1, TELL_EVERY_S = 10 };
    struct progress *p = context;
    double t = clock_seconds();
    if (!p->draws && !p->tells)
        return true;
    bool afresh = pass != p->pass || done < p->done;
    p->pass = pass;
    p->done = done;
    if (afresh)
        p->pass_began = t;
    double pause = p->tells ? TELL_EVERY_S : 0.1, first = p->tells ? TELL_EVERY_S : FIRST_AFTER_S;
    if (t - p->began < first || t - p->shown < pause)
        return true;
    char text[160];
    describe(p, done, total, t, text, sizeof text);
    if (p->draws)
        draw(done, total, text);
    else
        note("%s", text);
    p->shown = t;
    return true;
}

void progress_end(struct progress *progress)
{
    (void)progress;
    status_line_clear();
}
