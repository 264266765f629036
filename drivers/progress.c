#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "keep.h"
#include "message.h"
#include "number.h"
#include "terminal.h"

/* ---- the pace --------------------------------------------------------------------------------------------------- */

void pace_begin(struct pace *pace, int choice, bool quiet)
{
    const char *no_color = getenv("NO_COLOR");
    bool plain = no_color && *no_color, wanted = choice >= 0 && !quiet;
    bool draws = terminal_can_draw(stderr) && (choice > 0 || !plain);
    *pace = (struct pace){
        .draws = wanted && draws,
        .tells = wanted && !draws && choice > 0,
        .began = clock_seconds(),
    };
}

bool pace_is_due(const struct pace *pace)
{
    if (!pace->draws && !pace->tells)
        return false;
    double now = clock_seconds(), first = pace->draws ? 1 : 10, pause = pace->draws ? 0.1 : 10;
    return now - pace->began >= first && now - pace->shown >= pause;
}

void pace_tell(struct pace *pace, const char *text)
{
    pace->shown = clock_seconds();
    if (pace->draws)
        status_line_show(text);
    else
        note("%s", text);
}

void pace_end(const struct pace *pace, const char *last)
{
    status_line_clear();
    if (pace->tells && last)
        note("%s", last);
}

/* ---- bytes ------------------------------------------------------------------------------------------------------ */

void progress_begin(struct progress *progress, int choice, bool quiet)
{
    *progress = (struct progress){.total = -1};
    pace_begin(&progress->pace, choice, quiet);
    progress->pass_began = progress->pace.began;
}

/* "12.5 GB, 3.1 GB/s" or "45 %, 3.1 GB/s, 0:12 left". */
static void describe(const struct progress *p, char *text, size_t size)
{
    char bytes[32], rate[32], left[32], pass[32] = "";
    uint64_t done = p->done;
    int64_t total = p->total;
    double seconds = clock_seconds() - p->pass_began;
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

/* A bar in what the description leaves of the line. The last column stays free: some terminals wrap there. */
static void draw_bar(const struct progress *p, const char *text, char line[512])
{
    int width = (int)terminal_width(stderr) - 1, used = (int)strlen(text);
    int bar = width - used - 3;
    if (bar > 60)
        bar = 60;
    if (p->total <= 0 || bar < 5) {
        snprintf(line, 512, "%.*s", width, text);
        return;
    }
    double share = (double)p->done / (double)p->total;
    int full = (int)(bar * (share < 1 ? share : 1));
    int at = snprintf(line, 512, "[");
    for (int i = 0; i < bar; i++)
        line[at++] = i < full ? '=' : i == full ? '>' : ' ';
    snprintf(line + at, 512 - (size_t)at, "] %s", text);
}

bool progress_report(void *context, uint64_t done, int64_t total, unsigned pass)
{
    struct progress *p = context;
    if (pass != p->pass || done < p->done)
        p->pass_began = clock_seconds();
    p->pass = pass;
    p->done = done;
    p->total = total;
    if (!pace_is_due(&p->pace))
        return true;
    char text[160], line[512];
    describe(p, text, sizeof text);
    if (p->pace.draws)
        draw_bar(p, text, line);
    pace_tell(&p->pace, p->pace.draws ? line : text);
    return true;
}

void progress_end(struct progress *progress, const uint64_t *all_bytes)
{
    char bytes[32], time[32], rate[32];
    double seconds = clock_seconds() - progress->pace.began, all = all_bytes ? (double)*all_bytes : 0;
    const char *last = keep_text("done in %s", show_seconds(seconds, time));
    if (all > 0 && seconds > 0)
        last = keep_text("done: %s in %s, %s/s", show_bytes(all, bytes), time, show_bytes(all / seconds, rate));
    pace_end(&progress->pace, all_bytes ? last : NULL);
}
