/* Files of virtual machines on the client's own disks. Entry point: client_file_act(). */
#include "client_file.h"
#include "base/check.h"
#include "base/text/json_writer.h"
#include "document/document.h"
#include "lock.h"
#include "platform/client_file.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include "trace.h"
#include <stdlib.h>
#include <string.h>

enum { FORMAT = 1, STATE_BYTES = 1 << 20 };

/* --- a replay's --- */

static struct {
    bool is_set;
    HRESULT result;
    char *answer;
} expected; /* guarded by the core lock */

void client_file_expect(HRESULT result, const char *answer)
{
    CHECK_HELD();
    free(expected.answer);
    expected.is_set = true;
    expected.result = result;
    expected.answer = answer ? strdup(answer) : NULL;
}

static bool take_expected(HRESULT *result, char **answer)
{
    core_lock();
    bool is_set = expected.is_set;
    *result = expected.result;
    if (is_set)
        *answer = expected.answer;
    expected.is_set = false;
    expected.answer = is_set ? NULL : expected.answer;
    core_unlock();
    return is_set;
}

/* --- the files --- */

static HRESULT result_of(enum client_file_status status)
{
    static const HRESULT results[] = {[CLIENT_FILE_GOOD] = S_OK,
        [CLIENT_FILE_THERE] = HRESULT_ERROR_FILE_EXISTS,
        [CLIENT_FILE_MISSING] = HRESULT_ERROR_FILE_NOT_FOUND,
        [CLIENT_FILE_NO_FOLDER] = HRESULT_ERROR_PATH_NOT_FOUND,
        [CLIENT_FILE_REFUSED] = E_ACCESSDENIED,
        [CLIENT_FILE_LONG] = HRESULT_ERROR_FILENAME_EXCED_RANGE,
        [CLIENT_FILE_FULL] = HRESULT_ERROR_DISK_FULL,
        [CLIENT_FILE_BUSY] = HRESULT_ERROR_SHARING_VIOLATION,
        [CLIENT_FILE_STRANGE] = HRESULT_ERROR_INVALID_DATA,
        [CLIENT_FILE_FAILED] = E_FAIL};
    return results[status];
}

/* HCS-ROW: V-10 */
static HRESULT create(const char *path, const char *kind)
{
    struct writer writer = {.text.limit = STATE_BYTES};
    writer_open(&writer, NULL, '{');
    writer_string(&writer, FIELD_StateFile_kind, kind);
    writer_integer(&writer, FIELD_StateFile_format, FORMAT);
    writer_close(&writer, '}');
    char *text = writer_finish(&writer);
    HRESULT result = text ? result_of(client_file_create(path, text, strlen(text))) : E_OUTOFMEMORY;
    free(text);
    return result;
}

/* Takes the requirements out of the text of a state file. */
static HRESULT read_requirements(const char *text, size_t length, char **answer)
{
    struct document document;
    struct document_report report;
    struct document_options options = {.minor = document_newest_minor(), .limit = 1};
    HRESULT result = document_check(text, length, TYPE_StateFile, &options, &document, &report);
    report_free(&report);
    if (FAILED(result))
        return result == E_OUTOFMEMORY ? result : HRESULT_ERROR_INVALID_DATA;
    const char *kind = document_string(&document, StateFile_kind);
    const cJSON *requirements = document.member[StateFile_requirements];
    bool saved = kind && !strcmp(kind, VALUE_ScenarioFileKind_RuntimeState) && requirements;
    *answer = saved ? cJSON_PrintUnformatted(requirements) : NULL;
    document_free(&document);
    return !saved ? HRESULT_ERROR_INVALID_DATA : *answer ? S_OK : E_OUTOFMEMORY;
}

/* HCS-ROW: V-13 */
static HRESULT look_into(const char *path, char **answer)
{
    size_t length = 0;
    char *text = malloc(STATE_BYTES + 1);
    HRESULT result = text ? result_of(client_file_read(path, text, STATE_BYTES, &length)) : E_OUTOFMEMORY;
    if (SUCCEEDED(result)) {
        text[length] = 0;
        result = read_requirements(text, length, answer);
    }
    free(text);
    return result;
}

static HRESULT act(enum request_kind kind, const char *path, char **answer)
{
    if (kind == REQUEST_CREATE_GUEST_STATE)
        return create(path, VALUE_ScenarioFileKind_GuestState);
    if (kind == REQUEST_CREATE_RUNTIME_STATE)
        return create(path, VALUE_ScenarioFileKind_RuntimeState);
    if (kind == REQUEST_PROCESSOR_COMPATIBILITY)
        return look_into(path, answer);
    return result_of(client_file_owned(path)); /* HCS-ROW: V-06 */
}

HRESULT client_file_act(enum request_kind kind, const char *path, char **answer)
{
    CHECK(!core_is_held());
    CHECK(spec_requests[kind].about == ABOUT_FILE);
    HRESULT result;
    *answer = NULL;
    if (!take_expected(&result, answer))
        result = act(kind, path, answer);
    core_lock();
    trace_file(result, *answer);
    core_unlock();
    return result;
}
