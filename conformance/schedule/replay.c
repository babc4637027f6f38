/* Schedules on a host. Entry points: replay_main(), replay_worker(). */
#include "replay.h"
#include "base/process/channel.h"
#include "base/process/supervisor.h"
#include "document/document.h"
#include "platform/environment.h"
#include "result/formats.h"
#include "row/target/own_daemon.h"
#include "row/target/profile.h"
#include "runner/host.h"
#include "runner/look.h"
#include "schedule_player.h"
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_MS = 1000, SAID_BYTES = 1024, ATTEMPTS = 20 };
enum answer { ANSWER_PLAYED, ANSWER_BROKEN, ANSWER_WRONG, ANSWER_REFUSED };

/* --- in the process of an attempt --- */

static enum answer play(char **arguments, char said[PLAYER_TEXT])
{
    static struct target target;
    struct schedule schedule;
    if (!own_daemon_load(&target, *arguments[0] ? arguments[0] : NULL, arguments[4], said, PLAYER_TEXT) ||
        !profile_read(arguments[2], said, PLAYER_TEXT) || !schedule_read("hcs-conformance", arguments[1], &schedule))
        return ANSWER_WRONG;
    if (player_refuses(&target, &schedule, said))
        return ANSWER_REFUSED;
    bool played = player_play(&target, &schedule, (unsigned)strtoul(arguments[3], NULL, 10), said);
    return played ? ANSWER_PLAYED : ANSWER_BROKEN;
}

int replay_worker(char **arguments)
{
    struct channel channel;
    char said[PLAYER_TEXT] = "", message[PLAYER_TEXT + 8];
    if (!channel_open(&channel)) {
        fprintf(stderr, "hcs-conformance: schedule-worker: only hcs-conformance run starts it\n");
        return 2;
    }
    enum answer answer = play(arguments, said);
    snprintf(message, sizeof message, "%d %s", (int)answer, said);
    fflush(NULL);
    (void)channel_send(&channel, message); /* may fail: the supervisor may have gone */
    _Exit(0);                              /* after a broken law, threads may still be inside the target */
}

/* --- the supervisor --- */

struct attempt {
    enum answer answer;
    char said[SAID_BYTES];
    char *output; /* what the target printed; NULL: nothing */
};

static void take_answer(struct attempt *attempt, const char *message)
{
    char *said;
    unsigned long answer = strtoul(message, &said, 10);
    attempt->answer = answer <= ANSWER_REFUSED ? (enum answer)answer : ANSWER_WRONG;
    snprintf(attempt->said, SAID_BYTES, "%s", *said ? said + 1 : "");
    attempt->said[strcspn(attempt->said, "\r\n")] = 0;
}

/* The process ended without an answer. */
static void take_end(struct attempt *attempt, const struct supervisor_news *news, unsigned limit_s)
{
    attempt->answer = ANSWER_BROKEN;
    child_describe(news->status, attempt->said, SAID_BYTES);
    if (news->event == SUPERVISOR_LATE)
        snprintf(attempt->said, SAID_BYTES, "no end within %u seconds", limit_s);
    if (news->event == SUPERVISOR_BROKEN)
        snprintf(attempt->said, SAID_BYTES, "the target wrote invalid data into the tool's channel");
}

static void try_once(
    struct supervisor *supervisor, const struct options *options, unsigned number, struct attempt *attempt)
{
    char text[16];
    struct look_plan look;
    const char *arguments[] = {"schedule-worker", options->target ? options->target : "", options->schedule,
        options->profile, text, options->daemon, NULL};
    struct supervisor_news news = {.event = SUPERVISOR_QUIET};
    snprintf(text, sizeof text, "%u", number);
    free(attempt->output);
    *attempt = (struct attempt){.answer = ANSWER_WRONG, .said = "no process could be started"};
    if (!look_plan(&look, arguments))
        return;
    struct child_plan plan = {look.program, look.arguments, .channel = true};
    if (!supervisor_start(supervisor, 0, &plan, options->timeout_s)) {
        snprintf(attempt->said, SAID_BYTES, "no process could be started: %s", child_start_error());
        return;
    }
    while (news.event == SUPERVISOR_QUIET && !signal_exit_code())
        supervisor_wait(supervisor, WAIT_MS, &news);
    if (news.event == SUPERVISOR_MESSAGE)
        take_answer(attempt, news.message);
    else if (news.event != SUPERVISOR_QUIET)
        take_end(attempt, &news, options->timeout_s);
    supervisor_end(supervisor, 0);
    attempt->output = supervisor_output(supervisor, 0);
    if (attempt->output)
        document_clean(attempt->output);
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
    if (last->output)
        cJSON_AddStringToObject(root, "output", last->output);
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

/* Attempt after attempt until one breaks a law. Returns how many there were. */
static unsigned try_often(struct supervisor *supervisor, const struct options *options, struct attempt *attempt)
{
    unsigned limit = options->repeat ? options->repeat : ATTEMPTS, number = 0;
    do {
        try_once(supervisor, options, number++, attempt);
        if (program_output_is_terminal() && attempt->answer == ANSWER_PLAYED)
            printf("\rattempt %u of %u", number, limit), fflush(stdout);
    } while (attempt->answer == ANSWER_PLAYED && number < limit && !signal_exit_code());
    if (program_output_is_terminal())
        printf("\r");
    return number;
}

/* Checks the schedule before the target is loaded. */
static bool is_schedule(const struct options *options)
{
    struct schedule schedule;
    bool good = schedule_read("hcs-conformance", options->schedule, &schedule);
    if (good)
        schedule_free(&schedule);
    return good;
}

int replay_main(const struct options *given)
{
    struct options options = *given;
    struct attempt attempt = {.answer = ANSWER_WRONG};
    if (!is_schedule(&options) || !look_at_target(&options))
        return signal_exit_code() ? signal_exit_code() : 2;
    struct supervisor *supervisor = supervisor_open(1);
    unsigned number = try_often(supervisor, &options, &attempt);
    supervisor_close(supervisor);
    if (options.foreign && attempt.answer != ANSWER_WRONG)
        host_cleanup_after_run(&options); /* an attempt that was cut off has left its systems */
    int code = signal_exit_code() ? signal_exit_code() : 2;
    if (!signal_exit_code() && attempt.answer == ANSWER_WRONG)
        fprintf(stderr, "hcs-conformance: %s\n", attempt.said);
    else if (!signal_exit_code())
        code = tell(&options, number, &attempt);
    free(attempt.output);
    return code;
}
