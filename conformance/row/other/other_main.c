/* The second process of a row. Entry point: other_main(). */
#include "other.h"
#include "base/process/channel.h"
#include "document/document.h"
#include "row/json.h"
#include "known.h"
#include "row/target/profile.h"
#include "row/step.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* false: the first process has gone. */
static bool answer(const struct channel *channel, const struct fixture *fixture, bool ok)
{
    cJSON *message = json_object();
    json_add_boolean(message, "ok", ok);
    json_add_boolean(message, "missing", fixture->missing);
    json_add_text(message, "message", fixture->message);
    json_add(message, "known", known_list(fixture));
    return json_send(channel, message);
}

/* Takes off what says that a step is one of this process. */
static cJSON *own_step(const cJSON *request)
{
    const cJSON *step = cJSON_GetObjectItemCaseSensitive(request, "step");
    if (cJSON_IsString(step))
        return json_string(step->valuestring + strlen(OTHER_PREFIX));
    cJSON *copy = json_copy(step);
    cJSON_DeleteItemFromObjectCaseSensitive(copy->child, OTHER_MEMBER);
    return copy;
}

/* One request: a step; to exit without closing anything; else to clean up. false: nothing follows. */
static bool serve(const struct channel *channel, struct fixture *fixture, const cJSON *request)
{
    if (cJSON_HasObjectItem(request, "exit"))
        _Exit(0);
    cJSON *step = cJSON_HasObjectItem(request, "step") ? own_step(request) : NULL;
    fixture->message[0] = 0;
    if (!step) {
        bool clean = fixture_end(fixture);
        (void)answer(channel, fixture, clean); /* its ids and the message are still there */
        return false;
    }
    known_take(fixture, cJSON_GetObjectItemCaseSensitive(request, "known"));
    bool ok = step_run(fixture, step, "step");
    cJSON_Delete(step);
    return answer(channel, fixture, ok);
}

int other_main(int argc, char **argv)
{
    static struct target target;
    static struct fixture fixture;
    struct channel channel;
    char *text, error[512];
    if (argc != 4 || !channel_open(&channel)) {
        fprintf(stderr, "hcs-conformance: other: only a row starts it\n");
        return 2;
    }
    if (!target_load(&target, argv[0], error, sizeof error) || !profile_read(argv[3], error, sizeof error)) {
        fprintf(stderr, "hcs-conformance: %s\n", error);
        return 2;
    }
    fixture_begin(&fixture, &target, !strcmp(argv[1], "strict"));
    fixture.without_containers = !strcmp(argv[2], "no-container");
    bool more = true;
    while (more && (text = channel_receive(&channel))) {
        cJSON *request = json_read(text);
        free(text);
        more = request && serve(&channel, &fixture, request);
        cJSON_Delete(request);
    }
    profile_free();
    return 0;
}
