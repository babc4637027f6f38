/* Records what a real library answers to a client. Entry point: the table of the command record. */
#include "record.h"
#include "base/allocate.h"
#include "base/files/files.h"
#include "base/process/supervisor.h"
#include "platform/file.h"
#include "platform/library.h"
#include "recorder/run_mark.h"
#include "spec_functions.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_BYTES = 4096, ERROR_BYTES = 1024, WAIT_MS = 1000, HOW_BYTES = 64, RUN_BYTES = 32 };

struct wanted {
    const char *target, *output;
    unsigned timeout_s;
};

/* What the run needs to know: where the recorder lies, what the header of its trace has, and the claimed output. */
struct prepared {
    char folder[PATH_BYTES], recorder[PATH_BYTES + 32], mark[RUN_MARK_BYTES];
    struct file_draft *claim;
};

/* Prints one line on standard error. Returns false. */
static bool refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));
static bool refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("hcs-sim: record: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return false;
}

/* --- before the run --- */

/* The recorder lies beside this program. */
static bool find_recorder(struct prepared *prepared)
{
    char program[PATH_BYTES / 2];
    if (!program_path(program, sizeof program))
        return refuse("where this program lies is not known, and so where the recorder does");
    char *slash = strrchr(program, '/');
    snprintf(prepared->folder, sizeof prepared->folder, "%.*s/%s", slash ? (int)(slash - program) : 0, program,
        RECORDER_FOLDER);
    snprintf(prepared->recorder, sizeof prepared->recorder, "%s/%s", prepared->folder, library_name);
    FILE *file = fopen(prepared->recorder, "rb");
    if (!file)
        return refuse("%s, the recorder, is not there", prepared->recorder);
    fclose(file);
    return true;
}

/* Loads the target to see that it can be recorded, and names it to the recorder by its full path. */
static bool take_target(const char *target)
{
    char error[ERROR_BYTES], path[PATH_BYTES];
    unsigned found = 0;
    void *library = library_open(target, error, sizeof error);
    if (!library)
        return refuse("the target can't be loaded: %s", error);
    bool is_recorder = library_symbol(library, "computecore_recorder") != NULL;
    for (int i = 0; i < FUNCTION_COUNT; i++)
        found += library_symbol(library, spec_functions[i].name) != NULL;
    bool known = library_path(library, path, sizeof path);
    library_close(library);
    if (is_recorder)
        return refuse("%s is the recorder, which can't record itself", target);
    if (!found)
        return refuse("%s exports no function of the API", target);
    if (!known)
        return refuse("%s: its full path is not known", target);
    allocate_variable("COMPUTECORE_RECORD_TARGET", path);
    return true;
}

/* Claims the file of the trace for this run. Returns NULL, or why it can't hold a trace; it must be a file, since the
   recorder opens it again, which a pipe or a device may not survive. */
static const char *claim_output(const char *output, const char *program, struct prepared *prepared)
{
    char command[PATH_BYTES];
    const char *target = getenv("COMPUTECORE_RECORD_TARGET");
    const char *why = file_claim(output, &prepared->claim);
    if (why)
        return why;
    return file_claim_in_place(prepared->claim)                                            ? "it is no file"
           : target && file_is_same(output, target)                                        ? "it is the target"
           : file_is_same(output, prepared->recorder)                                      ? "it is the recorder"
           : child_find(program, command, sizeof command) && file_is_same(output, command) ? "it is the command"
                                                                                           : NULL;
}

/* Claims the file of the trace, and names it to the recorder, which empties it once the client makes its first call: a
   recording that is there stays until another one begins. That it is one of this run is told by a number. */
static bool take_output(const char *output, const char *program, struct prepared *prepared)
{
    char path[PATH_BYTES], run[RUN_BYTES];
    const char *why = claim_output(output, program, prepared);
    if (!why && !file_full_path(output, path, sizeof path))
        why = "its full path is not known";
    if (why)
        return refuse("%s can't be written: %s", output, why);
    snprintf(run, sizeof run, "%x-%llx", program_id(), (unsigned long long)platform_time());
    run_mark(run, prepared->mark);
    allocate_variable("COMPUTECORE_RECORD_TRACE", path);
    allocate_variable("COMPUTECORE_RECORD_RUN", run);
    return true;
}

/* --- the run --- */

/* Runs the command. Sets its exit code, or another one after a message. false: it can't be started. */
static bool run_command(char *const *command, unsigned timeout_s, int *code)
{
    char how[HOW_BYTES];
    struct supervisor *supervisor = supervisor_open(1);
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    struct child_plan plan = {.program = command[0], .arguments = command, .own_output = true, .own_errors = true};
    fflush(stdout);
    bool started = supervisor_start(supervisor, 0, &plan, timeout_s);
    while (started && supervisor_runs(supervisor, 0) && !signal_exit_code())
        supervisor_wait(supervisor, WAIT_MS, &news);
    supervisor_close(supervisor);
    *code = signal_exit_code();
    if (!started || *code)
        return started;
    *code = news.event == SUPERVISOR_LATE ? 1 : child_exit_code(news.status);
    child_describe(news.status, how, sizeof how);
    if (news.event == SUPERVISOR_LATE)
        refuse("no end within %u s", timeout_s);
    else if (news.status < 0)
        refuse("%s", how);
    return true;
}

/* How often a text is in the trace; quotes within others are escaped there. Negative: it can't be read. */
static long long count(const char *trace, const char *text)
{
    size_t matched = 0;
    long long found = 0;
    FILE *file = fopen(trace, "rb");
    if (!file)
        return errno == ENOENT ? 0 : -1;
    for (int next; (next = getc(file)) != EOF;) {
        matched = next == text[matched] ? matched + 1 : next == *text;
        if (text[matched])
            continue;
        matched = 0;
        found++;
    }
    bool failed = ferror(file);
    fclose(file);
    return failed ? -1 : found;
}

/* Says what was recorded. Returns the exit code. */
static int report(const char *output, const char *mark, int code)
{
    long long calls = count(output, mark);
    if (calls > 0)
        calls = count(output, ",\"call\":\"");
    if (calls > 0)
        fprintf(stderr, "hcs-sim: record: %s has %lld call%s\n", output, calls, calls == 1 ? "" : "s");
    else if (calls < 0)
        refuse("%s can't be read", output);
    else
        refuse("the command has made no call that the recorder saw; it uses no %s, or loads another one", library_name);
    return calls > 0 || code ? code : 2;
}

static int run(void *values, const struct command_words *words)
{
    const struct wanted *wanted = values;
    char *const *command = words->list;
    char error[ERROR_BYTES];
    struct prepared prepared = {.claim = NULL};
    bool ran = false;
    int code = 2;
    if (find_recorder(&prepared) && take_target(wanted->target)) {
        if (!library_put_first(prepared.folder, command[0], error, sizeof error))
            refuse("%s", error);
        else if (take_output(wanted->output, command[0], &prepared)) {
            ran = run_command(command, wanted->timeout_s, &code);
            if (!ran)
                refuse("%s can't be started: %s", command[0], child_start_error());
        }
        const char *left = library_put_back();
        if (left)
            refuse("%s, a copy of the recorder, is left beside the command: it can't be removed", left);
    }
    file_claim_free(prepared.claim);
    return ran ? report(wanted->output, prepared.mark, code) : 2;
}

/* --- the command --- */

/* clang-format off */
#define PLACE(member) offsetof(struct wanted, member)

static const struct command_option options_taken[] = {
    {.name = "target", .required = true, .kind = OPTION_INPUT, .argument = "LIBRARY", .place = PLACE(target),
        .help = "the library that is recorded; without a folder that of the system"},
    {.name = "output", .letter = 'o', .kind = OPTION_OUTPUT, .argument = "FILE", .place = PLACE(output),
        .fallback = "recorded.jsonl", .help = "where to write the trace; what is there is replaced at the first call"},
    {.name = "timeout", .kind = OPTION_NUMBER, .argument = "SECONDS", .place = PLACE(timeout_s), .minimum = 1,
        .maximum = 86400, .fallback = "3600", .help = "time limit of the command"},
    {.name = NULL}};
/* clang-format on */

static const struct command_word words_taken[] = {{.name = "COMMAND", .minimum = 1, .maximum = 1, .program = true},
    {.name = "ARGUMENT", .minimum = 0, .maximum = ANY_NUMBER}, {.name = NULL}};

const struct command record_command = {.name = "record",
    .summary = "record what a real library answers to a client",
    .description =
        "Runs a client with a recorder in place of the library of the API. The recorder forwards each call to the "
        "target "
        "and writes the trace of calls, answers and callbacks; calibrate makes a scenario of it. The client sees what "
        "it "
        "would see with the target, and shares the standard output and error of this program; its standard input is "
        "empty. On Windows the recorder is put beside the client's program while that runs. Of several processes that "
        "call the API the first is recorded.",
    .options = options_taken,
    .words = words_taken,
    .examples = {"record --target computecore.dll --output t.jsonl -- client.exe",
        "record --target ./libcomputecore.so -- ./client"},
    .exit_codes = "Exit code: that of the command, also when it made no call, unless that is 0: then 2; 1 the time was "
                  "over, 2 wrong "
                  "use; on POSIX systems 128 and the signal that ended the command; 130 or 143 interrupted.",
    .size = sizeof(struct wanted),
    .run = run};
