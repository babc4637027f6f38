/* A picture of a trace: a lane for each system and process, calls as bars from the call to the completion, events as
   marks. Each time at which something happened has one column of fixed width, so that long sleeps take no space. Entry
   point: trace_show_svg(). */
#include "trace_show.h"
#include "base/allocate.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT = 90, TOP = 40, COLUMN = 26, BAR = 12, GAP = 10, MAX_LANES = 400, LABEL_EVERY = 5 };

struct lane {
    const char *name; /* of the handle */
    unsigned rows;    /* rows needed for overlapping bars */
    int y;
};

struct bar {
    struct lane *lane;
    size_t from, to; /* lines; to may be the count: it never completed */
    unsigned row;
    const char *name, *result;
};

struct picture {
    const struct trace_file *trace;
    FILE *out;
    struct lane lanes[MAX_LANES];
    unsigned lane_count;
    struct bar *bars;
    size_t bar_count;
    unsigned *column; /* of a line */
};

static struct lane *lane_of(struct picture *picture, const char *name)
{
    if (!*name || *name == 'o' || *name == 'f')
        return NULL;
    for (unsigned i = 0; i < picture->lane_count; i++)
        if (!strcmp(picture->lanes[i].name, name))
            return &picture->lanes[i];
    if (picture->lane_count == MAX_LANES)
        return NULL;
    picture->lanes[picture->lane_count] = (struct lane){name, 1, 0};
    return &picture->lanes[picture->lane_count++];
}

/* The target of a call, or the object that it creates. */
static const char *subject(const struct trace_file *trace, size_t call, size_t back)
{
    static const char *const names[] = {"process", "computeSystem"};
    const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(trace->lines[call].json, "arguments");
    const cJSON *out = back < trace->count ? cJSON_GetObjectItemCaseSensitive(trace->lines[back].json, "out") : NULL;
    for (int i = 0; i < 2; i++) {
        if (*trace_string(out, names[i]))
            return trace_string(out, names[i]);
        if (*trace_string(arguments, names[i]))
            return trace_string(arguments, names[i]);
    }
    return "";
}

static size_t end_of(const struct trace_file *trace, size_t call, size_t back)
{
    const char *operation =
        trace_string(cJSON_GetObjectItemCaseSensitive(trace->lines[call].json, "arguments"), "operation");
    const char *result = back < trace->count ? trace_string(trace->lines[back].json, "return") : "";
    if (!*operation || !trace_is_ok(result))
        return back;
    for (size_t i = call + 1; i < trace->count; i++)
        if (trace->lines[i].kind == TRACE_COMPLETE &&
            !strcmp(trace_string(trace->lines[i].json, "complete"), operation))
            return i;
    return trace->count;
}

/* Puts the bar in the lowest row where it overlaps no other. */
static void place(struct picture *picture, struct bar *bar)
{
    for (size_t i = 0; i < picture->bar_count; i++) {
        const struct bar *other = &picture->bars[i];
        if (other->lane == bar->lane && other->row == bar->row && other->to >= bar->from) {
            bar->row++;
            i = (size_t)-1;
        }
    }
    if (bar->row >= bar->lane->rows)
        bar->lane->rows = bar->row + 1;
    picture->bars[picture->bar_count++] = *bar;
}

static void gather(struct picture *picture)
{
    const struct trace_file *trace = picture->trace;
    unsigned column = 0;
    for (size_t i = 0; i < trace->count; i++) {
        const struct trace_line *line = &trace->lines[i];
        if (line->kind == TRACE_TEXT) {
            picture->column[i] = column;
            continue;
        }
        picture->column[i] = i ? ++column : column;
        if (line->kind != TRACE_CALL)
            continue;
        size_t back = trace_file_return(trace, i);
        struct bar bar = {lane_of(picture, subject(trace, i, back)), i, end_of(trace, i, back), 0,
            trace_string(line->json, "call") + 3, ""};
        if (!bar.lane)
            continue;
        if (bar.to < trace->count)
            bar.result = trace_string(
                trace->lines[bar.to].json, trace->lines[bar.to].kind == TRACE_COMPLETE ? "result" : "return");
        place(picture, &bar);
    }
    picture->column[trace->count] = column + 1;
}

static int x_of(const struct picture *picture, size_t line)
{
    return LEFT + (int)picture->column[line] * COLUMN;
}

static void draw_bar(struct picture *picture, const struct bar *bar)
{
    int x = x_of(picture, bar->from), width = x_of(picture, bar->to) - x;
    int y = bar->lane->y + (int)bar->row * (BAR + 4);
    bool good = trace_is_ok(bar->result) || !*bar->result;
    fprintf(picture->out, "<g><title>");
    trace_put_xml(picture->out, bar->name);
    fprintf(picture->out, " %s</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" class=\"%s\"/>",
        bar->to == picture->trace->count ? "(never completes)" : trace_result_name(bar->result), x, y,
        width < 6 ? 6 : width, BAR,
        bar->to == picture->trace->count ? "open"
        : good                           ? "good"
                                         : "bad");
    fprintf(picture->out, "<text x=\"%d\" y=\"%d\" class=\"name\">", x + 2, y + BAR - 2);
    trace_put_xml(picture->out, bar->name);
    fputs("</text></g>\n", picture->out);
}

static void draw_events(struct picture *picture)
{
    const cJSON *item;
    for (size_t i = 0; i < picture->trace->count; i++) {
        const struct trace_line *line = &picture->trace->lines[i];
        if (line->kind != TRACE_EVENT)
            continue;
        cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(line->json, "of")) {
            const struct lane *lane = cJSON_IsString(item) ? lane_of(picture, item->valuestring) : NULL;
            if (!lane)
                continue;
            fputs("<g><title>", picture->out);
            trace_put_xml(picture->out, trace_string(line->json, "event"));
            fprintf(picture->out, "</title><circle cx=\"%d\" cy=\"%d\" r=\"5\" class=\"event\"/></g>\n",
                x_of(picture, i) + COLUMN / 2, lane->y + (int)lane->rows * (BAR + 4) / 2 - 2);
        }
    }
}

static void draw_axis(struct picture *picture, int height)
{
    uint64_t last = UINT64_MAX;
    unsigned since = LABEL_EVERY;
    for (size_t i = 0; i < picture->trace->count; i++) {
        const struct trace_line *line = &picture->trace->lines[i];
        since++;
        if (line->kind == TRACE_TEXT || line->time == last || since < LABEL_EVERY)
            continue;
        fprintf(picture->out,
            "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"tick\"/><text x=\"%d\" y=\"%d\" "
            "class=\"time\">%" PRIu64 ".%06" PRIu64 " s</text>\n",
            x_of(picture, i), TOP - 12, x_of(picture, i), height, x_of(picture, i) + 2, TOP - 14,
            line->time / 1000000000, line->time / 1000 % 1000000);
        last = line->time;
        since = 0;
    }
}

static void draw(struct picture *picture)
{
    int y = TOP, width = x_of(picture, picture->trace->count) + 160;
    for (unsigned i = 0; i < picture->lane_count; i++) {
        picture->lanes[i].y = y;
        y += (int)picture->lanes[i].rows * (BAR + 4) + GAP;
    }
    fprintf(picture->out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n"
        "<style>text{font:10px sans-serif;fill:#222}.name{font-size:9px}.time,.lane{fill:#555}rect.good{fill:#9cc8f0}"
        "rect.bad{fill:#f2a0a0}rect.open{fill:#ddd}.event{fill:#e08a00}.tick{stroke:#ddd}svg{background:#fff}</"
        "style>\n",
        width, y + 10, width, y + 10);
    draw_axis(picture, y);
    for (unsigned i = 0; i < picture->lane_count; i++) {
        fprintf(picture->out, "<text x=\"8\" y=\"%d\" class=\"lane\">", picture->lanes[i].y + BAR - 2);
        fputs(*picture->lanes[i].name == 's' ? "system " : "process ", picture->out);
        trace_put_xml(picture->out, picture->lanes[i].name);
        fputs("</text>\n", picture->out);
    }
    for (size_t i = 0; i < picture->bar_count; i++)
        draw_bar(picture, &picture->bars[i]);
    draw_events(picture);
    fputs("</svg>\n", picture->out);
}

void trace_show_svg(const struct trace_file *trace, FILE *out)
{
    struct picture *picture = allocate_zeros(1, sizeof *picture);
    unsigned *column = allocate_zeros(trace->count + 1, sizeof *column);
    struct bar *bars = allocate_zeros(trace->count + 1, sizeof *bars);
    *picture = (struct picture){.trace = trace, .out = out, .bars = bars, .column = column};
    gather(picture);
    draw(picture);
    free(bars);
    free(column);
    free(picture);
}
