/* Schedules on a host. Entry points: replay_main(), replay_worker(). */
#include "replay.h"
#include "result/formats.h"
#include "runner/host.h"
#include "platform/environment.h"
#include "platform/process.h"
#include "platform/signal.h"
#include "row/profile.h"
#include "schedule_player.h"
#include <cjson/cJSON.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 100, LINE_BYTES = 1024, ATTEMPTS = 20 };
enum { ANSWER_PLAYED = 0, ANSWER_BROKEN = 1, ANSWER_REFUSED = 3 };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

int replay_worker(char **arguments)
{
    static struct target target;
    struct schedule schedule;
    char error[512], said[PLAYER_TEXT];
    if (!target_load(&target, *arguments[0] ? arguments[0] : NULL, error, sizeof error) ||
        !profile_read(arguments[2], error, sizeof error)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    if (!schedule_read("hcs-conformance", arguments[1], &schedule))
        return 2;
    int answer = ANSWER_PLAYED;
    if (player_refuses(&target, &schedule, said))
        answer = ANSWER_REFUSED;
    else if (!player_play(&target, &schedule, (unsigned)strtoul(arguments[3], NULL, 10), said))
        answer = ANSWER_BROKEN;
    if (answer)
        printf("%s\n", said);
    fflush(stdout);
    _Exit(answer); /* where a law broke, threads may still stand in the target */
}

/* --- the supervisor --- */

struct attempt {
    int answer; /* an ANSWER_, 2: its line is on standard error */
    char said[LINE_BYTES];
};

/* Reads what the child says, until it has ended, its time is over, or the user stops. */
static void listen_to(struct child *child, const struct options *options, struct attempt *attempt)
{
    uint64_t until = platform_time() + options->timeout_s * (uint64_t)1000000000u;
    size_t length = 0;
    bool ready, late = false;
    for (size_t got = 1; got && !late && !interrupted;) {
        child_poll(child, &ready, 1, TICK_MS);
        late = platform_time() > until;
        if (!ready)
            continue;
        got = child_read(child, attempt->said + length, LINE_BYTES - 1 - length);
        length += got;
    }
    attempt->said[length] = 0;
    attempt->said[strcspn(attempt->said, "\r\n")] = 0;
    if (late || interrupted)
        child_kill(child);
    int status = child_wait(child);
    attempt->answer = status;
    if (late)
        snprintf(attempt->said, LINE_BYTES, "no end within %u seconds", options->timeout_s);
    else if (status < 0)
        child_describe(status, attempt->said, LINE_BYTES);
    if (late || status < 0)
        attempt->answer = ANSWER_BROKEN;
}

static void play(char *program, const struct options *options, unsigned number, struct attempt *attempt)
{
    struct child child;
    char text[16];
    char *arguments[] = {program, "schedule-worker", (char *)(uintptr_t)(options->target ? options->target : ""),
        (char *)(uintptr_t)options->schedule, (char *)(uintptr_t)options->profile, text, NULL};
    snprintf(text, sizeof text, "%u", number);
    *attempt = (struct attempt){.answer = 2};
    if (child_start(&child, program, arguments, false))
        listen_to(&child, options, attempt);
    else
        fprintf(stderr, "hcs-conformance: no process could be started\n");
}

static bool write_verdict(
    const char *path, const struct options *options, const char *verdict, unsigned attempts, const struct attempt *last)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "schedule", options->schedule);
    cJSON_AddStringToObject(root, "target", options->target ? options->target : "");
    cJSON_AddStringToObject(root, "verdict", verdict);
    cJSON_AddNumberToObject(root, "attempts", attempts);
    if (last->said[0])
        cJSON_AddStringToObject(root, "said", last->said);
    bool written = text_write(path, cJSON_Print(root));
    cJSON_Delete(root);
    return written;
}

static int tell(const struct options *options, unsigned attempts, const struct attempt *last)
{
    const char *verdict = last->answer == ANSWER_BROKEN    ? "confirmed"
                          : last->answer == ANSWER_REFUSED ? "not applicable"
                                                           : "not reproduced";
    if (last->answer == ANSWER_PLAYED)
        printf("%s: %s in %u attempts\n", options->schedule, verdict, attempts);
    else if (last->answer == ANSWER_BROKEN)
        printf("%s: %s in attempt %u: %s\n", options->schedule, verdict, attempts, last->said);
    else
        printf("%s: %s: %s\n", options->schedule, verdict, last->said);
    if (options->json && !write_verdict(options->json, options, verdict, attempts, last))
        return 2;
    return last->answer == ANSWER_BROKEN;
}

int replay_main(const struct options *options)
{
    char program[4096];
    struct attempt attempt = {.answer = 2};
    unsigned most = options->repeat ? options->repeat : ATTEMPTS, number = 0;
    if (!program_path(program, sizeof program)) {
        fprintf(stderr, "hcs-conformance: this program does not find itself\n");
        return 2;
    }
    program_on_interrupt(on_interrupt);
    do {
        play(program, options, number++, &attempt);
        if (program_output_is_terminal() && attempt.answer == ANSWER_PLAYED)
            printf("\rattempt %u of %u", number, most), fflush(stdout);
    } while (attempt.answer == ANSWER_PLAYED && number < most && !interrupted);
    if (program_output_is_terminal())
        printf("\r");
    if (options->target && attempt.answer != 2)
        host_cleanup_after_run(options); /* an attempt that was cut off has left its systems */
    if (interrupted)
        return 130;
    return attempt.answer == 2 ? 2 : tell(options, number, &attempt);
}
