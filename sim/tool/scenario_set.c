/* hcs-sim scenario set. Entry point: the table of the command. */
#include "scenario_set.h"
#include "backend/scenario.h"
#include "base/allocate.h"
#include "core/text/text.h"
#include "daemon/protocol/place.h"
#include "include/HcsSim.h"
#include "scenario_check.h"
#include "spec_hresults.h"
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct wanted {
    const char *socket;
};

static const char *reason(HRESULT result)
{
    switch (result) {
    case E_ACCESSDENIED:
        return "it belongs to another user";
    case HCS_E_INVALID_STATE:
        return "only faults, latencies, and of the host memoryInMB, processors, elevated, lacks and guestReset change "
               "before a reset";
    case HCS_E_SERVICE_NOT_AVAILABLE:
        return "it is not there, or has no simulator";
    case E_INVALIDARG:
        return "it does not know this scenario; is it of another version?";
    default:
        return "the connection was lost";
    }
}

/* Sends the text of the scenario, so that the computecored needs no access to the file. */
static int change(const char *path)
{
    size_t length;
    char *text = scenario_text(path, &length);
    if (!text)
        return 2;
    HRESULT result = scenario_parse(text, length, path, 0, NULL);
    if (result == E_OUTOFMEMORY)
        out_of_memory();
    PWSTR wide = SUCCEEDED(result) ? text_to_utf16(text, length) : NULL;
    free(text);
    if (FAILED(result))
        return 2;
    if (!wide)
        out_of_memory();
    result = HcsSimScenario(wide);
    platform_document_free(wide);
    if (FAILED(result))
        fprintf(stderr, "hcs-sim: scenario set: %s: 0x%08X: %s\n", path, (unsigned)result, reason(result));
    return FAILED(result);
}

static int run(void *values, const struct command_words *words)
{
    const struct wanted *wanted = values;
    char engine[PLACE_BYTES];
    snprintf(engine, sizeof engine, "%s%.*s", place_prefix, PLACE_BYTES - 16, wanted->socket);
    allocate_variable("COMPUTECORE_ENGINE", engine);
    return change(words->list[0]);
}

static const struct command_option options[] = {
    {.name = "socket",
        .required = true,
        .kind = OPTION_TEXT,
        .argument = "PATH",
        .place = offsetof(struct wanted, socket),
        .help = "the socket of the computecored; on Windows, the name of its pipe"},
    {.name = NULL}};

static const struct command_word file[] = {{.name = "FILE", .minimum = 1, .maximum = 1}, {.name = NULL}};

const struct command scenario_set_command = {.name = "scenario set",
    .summary = "change the scenario of a computecored while clients run",
    .description =
        "Changes the simulator of a computecored, for all of its clients at once: \"faults\" in FILE replaces all "
        "faults, "
        "\"latencies\" and \"host\" replace what they name, null is the default, and what FILE does not name stays. "
        "Other members must be as they are.",
    .options = options,
    .words = file,
    .examples = {"scenario set --socket ./hcs.sock faults.json", "scenario set --socket ./hcs.sock no-faults.json"},
    .exit_codes =
        "Exit code: 0 it has changed, 1 the computecored refuses or is not there, 2 wrong use or a scenario that "
        "is not valid.",
    .size = sizeof(struct wanted),
    .run = run};
