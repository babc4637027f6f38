/* Documents of failures as hosts give them. Entry point: failure_document(). */
#include "base/text/json_writer.h"
#include "core/lock.h"
#include "configuration.h"
#include "core/text/error.h"
#include "host.h"
#include "spec_failures.h"
#include "spec_hresults.h"
#include "spec_requests.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DECIMAL_BYTES = 16 };

static const char device[] = "Synthetic Storage";

/* What the data of events contain besides the code. */
struct about {
    const char *name, *path;
    char machine[GUID_TEXT], instance[GUID_TEXT];
};

/* --- which kind of failure --- */

static bool fits(const struct spec_failure *failure, HRESULT result)
{
    const struct spec_hresult *known = spec_hresult_of(result);
    if (failure->others)
        return !known || !known->hcs;
    for (unsigned i = 0; i < failure->code_count; i++)
        if (failure->codes[i] == result)
            return true;
    return false;
}

/* Finds the disk with that path, of a virtual machine; NULL: its first one. Returns false if it has none. */
static bool find_disk(const struct host_system *system, const char *path, struct configuration_disk *disk)
{
    *disk = (struct configuration_disk){.path = NULL};
    while (configuration_next_disk(system->configuration, disk))
        if (!path || !strcmp(path, disk->path))
            return true;
    return false;
}

/* Returns FAILURE_KINDS for a failure whose document is the common one. */
static enum spec_failure_kind kind_of(const struct host_task *task)
{
    const struct host_system *system = task->system;
    bool vm = system && system->matrix == MATRIX_VirtualMachine;
    struct configuration_disk disk;
    switch ((int)task->request->kind) {
    case REQUEST_CREATE_SYSTEM:
        return system ? vm ? FAILURE_ConstructFailed : FAILURE_KINDS : FAILURE_AlreadyExists;
    case REQUEST_START:
        return vm && find_disk(system, task->path, &disk) ? FAILURE_DiskNotOpened : FAILURE_KINDS;
    case REQUEST_MODIFY:
        return vm ? FAILURE_DeviceFailed : FAILURE_KINDS;
    default:
        return FAILURE_KINDS;
    }
}

/* --- the document --- */

static void upper_case(char *guid)
{
    for (; *guid; guid++)
        if (*guid >= 'a' && *guid <= 'f')
            *guid = (char)(*guid - 32);
}

static void look_up(const struct host_system *system, const char *path, struct about *about)
{
    static const unsigned char none[GUID_BYTES];
    struct configuration_disk disk;
    *about = (struct about){.name = "", .path = ""};
    if (!system)
        return;
    bool found = find_disk(system, path, &disk);
    about->name = system->id;
    about->path = found ? disk.path : "";
    memcpy(about->machine, system->runtime_id, sizeof about->machine);
    if (!identity_of_name(none, found ? disk.controller : "", about->instance))
        about->instance[0] = 0;
    upper_case(about->machine);
    upper_case(about->instance);
}

/* Returns the text of an event with the words in braces replaced, from malloc, or NULL when out of memory. */
static char *fill_in(const char *text, const char *const *data)
{
    struct text out = {.limit = RESULT_BYTES};
    while (*text) {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;
        size_t length = end ? (size_t)(end - text - 1) : 0;
        int datum = end ? 0 : FAILURE_DATA;
        while (datum < FAILURE_DATA &&
               (strncmp(spec_failure_data[datum], text + 1, length) != 0 || spec_failure_data[datum][length]))
            datum++;
        if (datum < FAILURE_DATA)
            text_puts(&out, data[datum]);
        else
            text_putc(&out, *text);
        text = datum < FAILURE_DATA ? end + 1 : text + 1;
    }
    return text_finish(&out);
}

static void write_events(
    struct writer *writer, const struct spec_failure *failure, const struct host_task *task, HRESULT result)
{
    char decimal[DECIMAL_BYTES], code[ERROR_CODE_BYTES];
    struct about about;
    look_up(task->system, task->path, &about);
    snprintf(decimal, sizeof decimal, "%%%%%u", (unsigned)result);
    const char *const data[FAILURE_DATA] = {[FAILURE_NAME] = about.name,
        [FAILURE_MACHINE] = about.machine,
        [FAILURE_DEVICE] = device,
        [FAILURE_PATH] = about.path,
        [FAILURE_DECIMAL] = decimal,
        [FAILURE_CODE] = error_code(result, code),
        [FAILURE_INSTANCE] = about.instance,
        [FAILURE_ERROR] = error_words(result),
        [FAILURE_CALL] = spec_requests[task->request->kind].function};
    writer_open(writer, FIELD_ResultError_ErrorEvents, '[');
    for (unsigned i = 0; i < failure->event_count; i++) {
        const struct spec_failure_event *event = &failure->events[i];
        const char *list[FAILURE_DATA + 1] = {NULL};
        for (unsigned k = 0; k < event->data_count; k++)
            list[k] = data[event->data[k]];
        char *text = fill_in(event->text, data);
        error_write_event(
            writer, &(struct error_event){text ? text : "", event->provider, event->id, event->flags, list});
        free(text);
    }
    writer_close(writer, ']');
}

static void write_attribution(struct writer *writer, const char *detail)
{
    writer_open(writer, FIELD_ResultError_Attribution, '[');
    writer_open(writer, NULL, '{');
    writer_open(writer, FIELD_AttributionRecord_OperationFailure, '{');
    writer_string(writer, FIELD_OperationFailure_Detail, detail);
    writer_close(writer, '}');
    writer_close(writer, '}');
    writer_close(writer, ']');
}

char *host_failure_document(const struct host_task *task, HRESULT result, const struct spec_failure *events,
    const struct spec_failure *attribution)
{
    CHECK_HELD();
    const struct spec_failure *words = events ? events : attribution;
    struct writer writer = {.text.limit = RESULT_BYTES};
    if (!words)
        return NULL;
    error_open(&writer, result, words->message ? error_words(result) : "");
    if (events && events->event_count)
        write_events(&writer, events, task, result);
    if (attribution && attribution->attribution)
        write_attribution(&writer, attribution->attribution);
    writer_close(&writer, '}');
    return writer_finish(&writer);
}

/* HCS-ROW: F-13, F-14, F-15 */
char *failure_document(const struct host *host, const struct host_task *task, HRESULT result)
{
    CHECK_HELD();
    enum spec_failure_kind kind = task->message ? FAILURE_KINDS : kind_of(task);
    if (result == HCS_E_HYPERV_NOT_INSTALLED && task->request->kind == REQUEST_CREATE_SYSTEM)
        kind = FAILURE_HyperVMissing;
    if (kind == FAILURE_KINDS || !fits(&spec_failures[kind], result))
        return NULL;
    const struct spec_failure *failure = &spec_failures[kind];
    bool knows = host_knows(host, TYPE_ResultError, ResultError_Attribution);
    return host_failure_document(task, result, failure, knows ? failure : NULL);
}
