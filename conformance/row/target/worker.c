/* The worker's loop. Entry point: worker_main(). */
#include "worker.h"
#include "base/process/channel.h"
#include "own_daemon.h"
#include "profile.h"
#include "row/json.h"
#include "row/row.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The message with a row's result for the report. */
static cJSON *answer(unsigned index, const struct row_result *result)
{
    cJSON *message = json_object();
    json_add_number(message, "row", index);
    json_add_number(message, "outcome", result->outcome);
    json_add_text(message, "message", result->message);
    json_add_number(message, "milliseconds", result->milliseconds);
    if (result->evidence)
        json_add(message, "evidence", result->evidence);
    if (result->has_return && !strcmp(spec_functions[spec_rows[index].function].result, "HRESULT"))
        json_add_text(message, "return", hresult_name((HRESULT)result->value));
    if (result->has_result)
        json_add_text(message, "result", hresult_name(result->result));
    return message;
}

static bool load(const struct channel *channel, struct target *target, char **argv)
{
    char error[512];
    bool loaded = own_daemon_load(target, *argv[0] ? argv[0] : NULL, argv[4], error, sizeof error) &&
                  profile_read(argv[3], error, sizeof error);
    cJSON *message = json_object();
    if (loaded)
        json_add_boolean(message, "own", target->own);
    else
        json_add_text(message, "error", error);
    return json_send(channel, message) && loaded;
}

int worker_main(int argc, char **argv)
{
    static struct target target;
    struct channel channel;
    char *request;
    if (argc != 6 || !channel_open(&channel)) {
        fprintf(stderr, "hcs-conformance: worker: only hcs-conformance run starts it\n");
        return 2;
    }
    if (!load(&channel, &target, argv))
        return 2;
    if (!strcmp(argv[5], "shared"))
        row_share_systems();
    while ((request = channel_receive(&channel))) {
        unsigned index = (unsigned)strtoul(request, NULL, 10);
        struct row_result result;
        free(request);
        if (index >= spec_row_count)
            return 2;
        row_run(&spec_rows[index], &target, !strcmp(argv[1], "strict"), argv[2], &result);
        if (!json_send(&channel, answer(index, &result)))
            return 2;
        if (row_spoils_process(&spec_rows[index]))
            _Exit(0);
    }
    row_end_shared(&target);
    profile_free();
    return 0;
}
