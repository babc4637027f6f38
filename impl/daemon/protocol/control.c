/* Control calls of HcsSim.h as messages. Entry points: control_pack(), control_run(). */
#include "control.h"
#include "core/lock.h"
#include "backend/sim.h"
#include "core/progress/client_wait.h"
#include "core/progress/progress.h"
#include "core/trace.h"
#include "place.h"
#include "spec_hresults.h"
#include <stdlib.h>
#include <string.h>

enum { OPTIONS = 8 };

/* --- in the client --- */

static bool is_path(const struct engine_option *option)
{
    return !strcmp(option->name, OPTION_SCENARIO) && option->value[strspn(option->value, " \t\r\n")] != '{';
}

/* The daemon has another working directory: relative paths are made absolute. */
static bool put_path(struct text *text, const char *path)
{
    char whole[PLACE_BYTES];
    bool known = place_absolute(path, whole);
    if (known)
        text_puts(text, whole);
    return known;
}

static bool put_options(struct text *text, const struct engine_options *options)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct engine_option *option = &options->list[i];
        if (!option->value)
            continue;
        text_puts(text, option->name);
        text_putc(text, 0);
        if (is_path(option) ? !put_path(text, option->value) : (text_puts(text, option->value), false))
            return false;
        text_putc(text, 0);
    }
    return true;
}

bool control_pack(const struct engine_control *control, struct message *message)
{
    CHECK_HELD();
    struct text text = {.limit = MESSAGE_BYTES};
    bool packed = control->kind == CONTROL_RESET                    ? put_options(&text, control->options)
                  : control->kind == CONTROL_TRACE && control->path ? put_path(&text, control->path)
                                                                    : true;
    if (control->kind == CONTROL_SCENARIO)
        text_puts(&text, control->scenario);
    size_t length = text.length;
    char *whole = text_finish(&text);
    *message = (struct message){.kind = WIRE_CONTROL,
        .id = control->id,
        .result = (int32_t)control->kind,
        .value = control->value,
        .text = whole,
        .length = (uint32_t)length};
    if (packed && whole)
        return true;
    free(whole);
    return false;
}

struct engine_control *controls_take(struct engine_control **list, uint32_t id)
{
    CHECK_HELD();
    while (*list && (*list)->id != id)
        list = &(*list)->next;
    struct engine_control *control = *list;
    if (control)
        *list = control->next;
    return control;
}

void controls_end(struct engine_control **list, HRESULT result)
{
    CHECK_HELD();
    while (*list) {
        struct engine_control *control = *list;
        *list = control->next;
        control_answer(control, result, 0);
    }
}

/* --- in computecored --- */

/* Parses the options of a reset; they point into the message. Returns false if the message is malformed. */
static bool take_options(const struct message *message, struct engine_option list[OPTIONS], size_t *count)
{
    const char *at = message->text, *end = at ? at + message->length : NULL;
    for (*count = 0; at < end; (*count)++) {
        const char *value = memchr(at, 0, (size_t)(end - at));
        if (*count == OPTIONS || !value || ++value == end || !memchr(value, 0, (size_t)(end - value)))
            return false;
        list[*count] = (struct engine_option){at, value};
        at = value + strlen(value) + 1;
    }
    return true;
}

struct wire_host control_host(const struct engine *engine)
{
    CHECK_HELD();
    if (!engine)
        return (struct wire_host){0};
    return (struct wire_host){engine->os_build, engine->schema_minor,
        (engine->refuses_at_once ? WIRE_DOCUMENTS_REFUSED_AT_ONCE : 0) |
            (engine->strict_documents ? WIRE_DOCUMENTS_STRICT : 0)};
}

static HRESULT reset(const struct message *message, struct wire_control_answer *answer)
{
    struct engine_option list[OPTIONS];
    struct engine_options options = {.list = list};
    if (!take_options(message, list, &options.count))
        return E_INVALIDARG;
    HRESULT result = core_reset(&options);
    const struct engine *engine = core_engine();
    client_waits_take_clock();
    answer->changed = result != HCS_E_INVALID_STATE;
    answer->host = control_host(engine);
    return result;
}

static HRESULT change_trace(const struct message *message, uint64_t *value)
{
    const char *path = message->length ? message->text : NULL;
    return path && strlen(path) != message->length ? E_INVALIDARG : trace_change(path, value);
}

HRESULT control_run(const struct message *message, bool alone, bool may_control, struct wire_control_answer *answer)
{
    const struct engine *engine = core_engine();
    *answer = (struct wire_control_answer){.value = 0};
    if (engine && engine->operations != &sim_engine)
        return HCS_E_SERVICE_NOT_AVAILABLE;
    if (message->result == CONTROL_RESET && !may_control)
        return E_ACCESSDENIED;
    if (message->result == CONTROL_RESET) /* also of one that could not be opened */
        return alone ? reset(message, answer) : HCS_E_INVALID_STATE;
    if (!engine)
        return HCS_E_SERVICE_NOT_AVAILABLE;
    switch (message->result) {
    case CONTROL_NOW:
        answer->value = core_now();
        return S_OK;
    case CONTROL_SEED:
        answer->value = sim_seed();
        return S_OK;
    case CONTROL_COUNT:
        return S_OK;
    case CONTROL_TRACE:
        return may_control ? change_trace(message, &answer->value) : E_ACCESSDENIED;
    case CONTROL_SCENARIO:
        return !may_control       ? E_ACCESSDENIED
               : !message->length ? E_INVALIDARG
                                  : sim_change(message->text, message->length, "in HcsSimScenario");
    default:
        return E_INVALIDARG;
    }
}
