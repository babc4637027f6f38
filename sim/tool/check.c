/* hcs-sim check. Entry point: the table of the command. */
#include "check.h"
#include "base/allocate.h"
#include "history/read.h"
#include "history/search.h"
#include <stdio.h>
#include <stdlib.h>

enum { UNDECIDED = 3, MILLION = 1000000 };

struct wanted {
    bool closed;
    unsigned tries;
};

/* Returns the exit code of the verdict. */
static int judge(struct history *history, const struct wanted *wanted)
{
    char *why = NULL;
    history_complete(history, wanted->closed);
    enum history_verdict verdict =
        history->broken ? HISTORY_BROKEN : history_search(history, (uint64_t)wanted->tries * MILLION, &why);
    if (verdict == HISTORY_HOLDS)
        printf("%u client%s, %u system%s, %u acts: an order explains all of them\n", (unsigned)history->trace_count,
            history->trace_count == 1 ? "" : "s", (unsigned)history->count, history->count == 1 ? "" : "s",
            (unsigned)history->acts);
    else
        printf("%s%s", history->broken ? history->broken : why, history->broken ? "\n" : "");
    free(why);
    return verdict == HISTORY_HOLDS ? 0 : verdict == HISTORY_BROKEN ? 1 : UNDECIDED;
}

static int run(void *values, const struct command_words *words)
{
    struct trace_file *traces = allocate_zeros(words->count, sizeof *traces);
    struct history history = {0};
    int code = 0;
    for (unsigned i = 0; i < words->count && !code; i++) {
        if (!trace_file_read(words->list[i], &traces[i])) {
            code = 2;
        } else if (trace_is_recorded(&traces[i])) {
            fprintf(stderr,
                "hcs-sim: trace %s: it is that of a recorded library, and lacks when operations completed\n",
                words->list[i]);
            code = 2;
        } else if (!history_read(&history, words->list[i], &traces[i])) {
            fprintf(stderr, "hcs-sim: trace %s: it is that of a computecored; check those of its clients\n",
                words->list[i]);
            code = 2;
        } else if (traces[i].incomplete) {
            fprintf(stderr, "hcs-sim: trace %s: the trace is incomplete: %s\n", words->list[i], traces[i].incomplete);
        }
    }
    if (!code)
        code = judge(&history, values);
    history_free(&history);
    for (unsigned i = 0; i < words->count; i++)
        trace_file_free(&traces[i]);
    free(traces);
    return code;
}

static const struct command_option options[] = {
    {.name = "closed",
        .kind = OPTION_FLAG,
        .place = offsetof(struct wanted, closed),
        .help = "no other clients are involved, so no system ends without a cause in these traces; always set for a "
                "single client with the simulator in its own process"},
    {.name = "tries",
        .kind = OPTION_NUMBER,
        .argument = "N",
        .minimum = 1,
        .maximum = 4000,
        .fallback = "5",
        .place = offsetof(struct wanted, tries),
        .help = "how many million steps to try for each system before the answer is 'undecided'"},
    {.name = NULL}};

static const struct command_word files[] = {{.name = "FILE", .minimum = 1, .maximum = ANY_NUMBER}, {.name = NULL}};

const struct command check_command = {.name = "check",
    .summary = "compare what clients saw with the model of the API",
    .description =
        "Reads the traces of one service's clients (COMPUTECORE_TRACE=FILE, a file for each) and looks for an order of "
        "their calls that explains everything they saw: each call takes effect between its begin and its end, as the "
        "state matrices of spec/ and the laws of impl/README.md allow. What clients can't know may be anything: kills "
        "from outside, when a program ends, calls that were never answered. The trace of a client that was killed is "
        "read up to its end.",
    .options = options,
    .words = files,
    .examples = {"check t.jsonl", "check client-1.jsonl client-2.jsonl --closed"},
    .exit_codes = "Exit code: 0 there is such an order, 1 there is none or a law is broken, 2 wrong use or a file that "
                  "is not the trace of a client, 3 undecided: too many orders.",
    .size = sizeof(struct wanted),
    .run = run};
