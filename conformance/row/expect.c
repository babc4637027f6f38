/* Compares the results with a row's expectation. Entry point: expect_all(). */
#include "call.h"
#include "base/allocate.h"
#include "base/text/utf8.h"
#include "json.h"
#include "row/fixture/pause.h"
#include "platform/process.h"
#include "row/fixture/settle.h"
#include "row.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENT_MS = 30000, STATE_MS = 30000, NONE_MS = 1000, READ_BYTES = 65536, STEP_NS = 2000000 };
#define OLDER_FORM 0x40000000u

static const cJSON *get(const cJSON *object, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

static bool code_named(const char *name, HRESULT code)
{
    HRESULT value;
    if (!strcmp(name, "failure")) /* C-04, N-06: by the sign */
        return code < 0;
    if (!strcmp(name, "document-accepted")) /* any other failure is allowed */
        return code != HCS_E_INVALID_JSON && code != HRESULT_ERROR_INVALID_DATA;
    if (!strcmp(name, "implemented"))
        return code != E_NOTIMPL;
    return hresult_value(name, &value) && value == code;
}

bool expect_code(struct fixture *fixture, const cJSON *expect, const char *key, HRESULT code)
{
    const cJSON *codes = get(expect, key), *strict = get(expect, "strict"), *item;
    bool found = cJSON_IsString(codes) && code_named(codes->valuestring, code);
    if (fixture->strict && cJSON_IsString(strict))
        return code_named(strict->valuestring, code) ||
               fail(fixture, "%s came; this library answers %s", hresult_name(code), strict->valuestring);
    cJSON_ArrayForEach (item, codes)
        found |= cJSON_IsString(item) && code_named(item->valuestring, code);
    if (found)
        return true;
    char *text = json_text(codes);
    fail(fixture, "%s came, %s expected", hresult_name(code), text);
    free(text);
    return false;
}

static bool is_synchronous(const struct fixture *fixture)
{
    return !spec_functions[fixture->function].asynchronous;
}

/* The code of the call as a whole: its return value if that failed, else the operation's. */
static HRESULT either_code(const struct fixture *fixture)
{
    HRESULT returned = (HRESULT)fixture->value;
    return returned < 0 || !fixture->has_result ? returned : fixture->result;
}

static bool check_codes(struct fixture *fixture, const cJSON *expect)
{
    HRESULT returned = (HRESULT)fixture->value;
    bool result_wanted = get(expect, "result") != NULL;
    if (get(expect, "either"))
        return expect_code(fixture, expect, "either", either_code(fixture));
    if (get(expect, "return") && !expect_code(fixture, expect, "return", returned))
        return false;
    if (!result_wanted)
        return true;
    if (!get(expect, "return") && returned < 0 && !is_synchronous(fixture))
        return fail(fixture, "the call answered %s", hresult_name(returned));
    if (!fixture->has_result)
        return fail(fixture, "there is no operation result");
    return expect_code(fixture, expect, "result", fixture->result);
}

/* --- values that are no HRESULTs --- */

static bool check_value(struct fixture *fixture, const cJSON *expected)
{
    const char *name = cJSON_GetStringValue(expected);
    uint64_t value = fixture->value;
    struct variable *variable;
    if (!name)
        return fail(fixture, "the row's value is no text");
    if (!strcmp(name, "NULL"))
        return value == 0 || fail(fixture, "a value came, NULL expected");
    if (!strcmp(name, "nonzero"))
        return value != 0 || fail(fixture, "0 or NULL came");
    if (!strcmp(name, "unlike-before"))
        return value != fixture->before || fail(fixture, "the value 0x%llX came again", (unsigned long long)value);
    if (!strcmp(name, "HCS_INVALID_OPERATION_ID"))
        return value == HCS_INVALID_OPERATION_ID || fail(fixture, "the id 0x%llX came", (unsigned long long)value);
    if (!strcmp(name, "HcsOperationTypeNone"))
        return (int)value == HcsOperationTypeNone || fail(fixture, "the type %d came", (int)value);
    if (*name == '$') {
        variable = fixture_find(fixture, name + 1);
        return (variable && value == (uintptr_t)variable->handle) || fail(fixture, "another value than %s came", name);
    }
    if (!strcmp(name, "context"))
        return value == (uintptr_t)fixture_find(fixture, "operation") || fail(fixture, "another context came");
    return fail(fixture, "unknown value %s", name);
}

static bool check_out(struct fixture *fixture, const char *expected)
{
    bool null = fixture->out == NULL;
    return null == !strcmp(expected, "NULL") || fail(fixture, null ? "no handle came" : "a handle came, NULL expected");
}

/* --- documents --- */

static const cJSON *follow(const cJSON *node, const char *path)
{
    char name[160]; /* also the path of a resource, as a member of PropertyResponses */
    for (path++; node && *path;) {
        if (*path == '[') {
            node = cJSON_GetArrayItem(node, atoi(path + 1));
            path = strchr(path, ']') + 1;
            continue;
        }
        size_t length = strcspn(++path, ".[");
        if (length >= sizeof name)
            return NULL;
        memcpy(name, path, length);
        name[length] = 0;
        node = get(node, name);
        path += length;
    }
    return node;
}

/* "at-least:N", or "above:$.path": more than another number of the document. */
static bool number_fits(const char *word, const cJSON *found, const cJSON *document)
{
    const char *end = strchr(word, ':') + 1;
    double number = cJSON_GetNumberValue(found); /* NaN, which is above nothing, if it is none */
    if (!strncmp(word, "at-least:", 9))
        return number >= strtod(end, NULL);
    return number > cJSON_GetNumberValue(follow(document, end));
}

/* expected: "text:…" of a row. */
static bool is_call_text(struct fixture *fixture, const char *expected, const char *found)
{
    PWSTR text;
    char *whole = call_text(fixture, expected, &text) ? to_utf8(text) : NULL;
    bool same = whole && !strcmp(whole, found);
    free(whole);
    free(text);
    return same;
}

static bool value_fits(struct fixture *fixture, const cJSON *expected, const cJSON *found)
{
    const char *word = cJSON_GetStringValue(expected), *text = cJSON_GetStringValue(found);
    if (word && !strcmp(word, "absent"))
        return found == NULL;
    if (word && !strcmp(word, "present"))
        return found != NULL;
    if (word && !strcmp(word, "nonzero"))
        return cJSON_IsNumber(found) && cJSON_GetNumberValue(found) != 0;
    if (word && !strcmp(word, "number"))
        return cJSON_IsNumber(found);
    if (word && !strcmp(word, "string"))
        return text && *text;
    if (word && !strcmp(word, "boolean"))
        return cJSON_IsBool(found);
    if (word && !strcmp(word, "array"))
        return cJSON_IsArray(found);
    if (word && !strcmp(word, "empty-array"))
        return cJSON_IsArray(found) && !cJSON_GetArraySize(found);
    if (word && !strcmp(word, "object"))
        return cJSON_IsObject(found);
    if (word && !strncmp(word, "@id/", 4)) {
        const struct variable *variable = fixture_find(fixture, word + 4);
        return variable && text && !strcmp(text, variable->id);
    }
    if (word && !strncmp(word, "text:", 5))
        return text && is_call_text(fixture, word, text);
    if (cJSON_IsArray(expected)) { /* any of these */
        const cJSON *item;
        cJSON_ArrayForEach (item, expected)
            if (value_fits(fixture, item, found))
                return true;
        return false;
    }
    return cJSON_Compare(expected, found, 1);
}

static bool check_document_text(struct fixture *fixture, const cJSON *expect, const char *text, const char *what)
{
    const cJSON *item;
    bool none = !text || !*text; /* J-20, J-22: it parses; wording and spacing are free */
    cJSON *document = none ? NULL : json_read_whole(text);
    bool ok = none || document || fail(fixture, "%s is not JSON", what);
    cJSON_ArrayForEach (item, expect) {
        if (!ok)
            break;
        const char *word = cJSON_GetStringValue(item);
        const cJSON *found = follow(document, item->string);
        if (none && strcmp(item->string, "$") != 0) { /* nothing is absent from no document */
            ok = fail(fixture, "%s: there is none, and %s is expected of it", what, item->string);
            break;
        }
        bool compared = word && (!strncmp(word, "at-least:", 9) || !strncmp(word, "above:", 6));
        if (compared ? !number_fits(word, found, document) : !value_fits(fixture, item, found)) {
            char *wanted = json_text(item);
            ok =
                fail(fixture, "%s: %s should be %s in %.200s", what, item->string, wanted, none ? "no document" : text);
            free(wanted);
        }
    }
    cJSON_Delete(document);
    return ok;
}

/* Which systems an enumeration lists, by their variables. */
static bool check_listed(struct fixture *fixture, const cJSON *expect)
{
    const cJSON *item, *entry;
    cJSON *list = json_read(fixture->document ? fixture->document : "");
    bool ok = cJSON_IsArray(list) || fail(fixture, "no list came");
    cJSON_ArrayForEach (item, expect) {
        const struct variable *system = fixture_find(fixture, item->string);
        bool listed = false, wanted = !strcmp(item->valuestring, "present");
        cJSON_ArrayForEach (entry, list) {
            const char *id = cJSON_GetStringValue(get(entry, FIELD_Properties_Id));
            listed |= system && id && !strcmp(id, system->id);
        }
        if (ok && listed != wanted)
            ok = fail(fixture, "%s is %sin the list", item->string, wanted ? "not " : "");
    }
    cJSON_Delete(list);
    return ok;
}

static bool names_paths(const char *document, const cJSON *paths)
{
    const cJSON *item;
    if (cJSON_IsString(paths) && *paths->valuestring == '$' && !strstr(document, paths->valuestring))
        return false;
    cJSON_ArrayForEach (item, paths)
        if (!strstr(document, item->valuestring))
            return false;
    return true;
}

/* True if the call can return an error document, through its operation or an out pointer. */
static bool gives_document(const struct fixture *fixture)
{
    const struct spec_function *function = &spec_functions[fixture->function];
    for (int i = 0; i < function->parameter_count; i++)
        if (strstr(function->parameters[i].type, "PWSTR*"))
            return true;
    return !is_synchronous(fixture);
}

/* O-11, J-18: an error document is optional; when there is one, its code is that of the call, and with strict it names
   the paths of the offending members. */
static bool check_error(struct fixture *fixture, const cJSON *paths)
{
    if (either_code(fixture) >= 0 || !gives_document(fixture))
        return true;
    /* a call that failed at once stores its result in its operation */
    if (!fixture->has_result && !is_synchronous(fixture))
        fixture_wait(fixture, fixture_find(fixture, "operation") ? fixture_find(fixture, "operation")->handle : NULL, 0,
            &fixture->document);
    cJSON *document = fixture->document ? json_read(fixture->document) : NULL;
    const cJSON *error = get(document, FIELD_ResultError_Error);
    bool ok = true;
    if (fixture->document && !document)
        ok = fail(fixture, "the error document is not JSON");
    else if (document && (!cJSON_IsNumber(error) || ((uint32_t)(int64_t)error->valuedouble & ~OLDER_FORM) !=
                                                        ((uint32_t)either_code(fixture) & ~OLDER_FORM)))
        ok = fail(fixture, "the error document has another code: %.200s", fixture->document);
    else if (fixture->strict && (!document || !names_paths(fixture->document, paths))) {
        char *wanted = json_text(paths);
        ok = fail(fixture, "the error document does not name %s: %.200s", wanted,
            fixture->document ? fixture->document : "none");
        free(wanted);
    }
    cJSON_Delete(document);
    return ok;
}

/* --- systems and processes afterwards --- */

static void look_with(struct fixture *fixture, const void *operation)
{
    platform_lock(&fixture->lock);
    fixture->looks_with = operation;
    platform_unlock(&fixture->lock);
}

/* Reads the properties with a separate operation. */
static bool read_properties(
    struct fixture *fixture, int function, const struct variable *variable, char **document, HRESULT *result)
{
    int close = FUNCTION_HcsCloseOperation;
    void *operation = fixture_operation(fixture);
    union spec_argument arguments[3] = {{.pointer = variable->handle}, {.pointer = operation}, {.pointer = NULL}};
    look_with(fixture, operation);
    *result = (HRESULT)spec_functions[function].call(fixture->target->function[function], arguments);
    if (*result >= 0)
        *result = fixture_wait(fixture, operation, STATE_MS, document);
    union spec_argument closing[1] = {{.pointer = operation}};
    spec_functions[close].call(fixture->target->function[close], closing);
    look_with(fixture, NULL);
    return *document != NULL;
}

static const char *state_in(const char *document, HRESULT result)
{
    if (result == HCS_E_SYSTEM_NOT_FOUND || result == HCS_E_SYSTEM_ALREADY_STOPPED)
        return "exited";
    if (result < 0)
        return hresult_name(result);
    static char seen[32];
    cJSON *properties = document ? json_read(document) : NULL;
    const char *state = cJSON_GetStringValue(get(properties, FIELD_Properties_State));
    const char *name = !state ? "created" : "unknown";
    static const char *const names[][2] = {{VALUE_State_Created, "created"}, {VALUE_State_Running, "running"},
        {VALUE_State_Paused, "paused"}, {VALUE_State_Stopped, "exited"},
        {VALUE_State_SavedAsTemplate, "saved-as-template"}};
    for (size_t i = 0; state && i < sizeof names / sizeof *names; i++)
        if (!strcmp(state, names[i][0]))
            name = names[i][1];
    if (cJSON_IsTrue(get(properties, FIELD_Properties_Stopped)))
        name = "exited";
    snprintf(seen, sizeof seen, "%s", name);
    cJSON_Delete(properties);
    return seen;
}

/* Tries to open the system, which may disappear some time after its last handle was closed. */
static const char *presence(struct fixture *fixture, const struct variable *system)
{
    void *handle = NULL;
    PWSTR id = to_utf16(system->id);
    union spec_argument arguments[3] = {{.pointer = id}, {.number = GENERIC_ALL}, {.pointer = &handle}};
    int open = FUNCTION_HcsOpenComputeSystem, close = FUNCTION_HcsCloseComputeSystem;
    HRESULT result = (HRESULT)spec_functions[open].call(fixture->target->function[open], arguments);
    free(id);
    union spec_argument closing[1] = {{.pointer = handle}};
    if (handle)
        spec_functions[close].call(fixture->target->function[close], closing);
    return result == HCS_E_SYSTEM_NOT_FOUND ? "absent" : result >= 0 ? "there" : hresult_name(result);
}

/* A shutdown completes before the system has exited: polls the state until it is the expected one. */
static bool check_system(struct fixture *fixture, const char *expected)
{
    struct variable *system = fixture_find(fixture, "system");
    uint64_t end = platform_time() + (uint64_t)STATE_MS * 1000000u;
    const char *state = "absent";
    for (;;) {
        char *document = NULL;
        HRESULT result = E_HANDLE;
        if (system && system->handle) {
            read_properties(fixture, FUNCTION_HcsGetComputeSystemProperties, system, &document, &result);
            state = state_in(document, result);
            free(document);
        } else if (system && system->id[0])
            state = presence(fixture, system);
        if (!strcmp(state, expected))
            return true;
        if ((strcmp(expected, "exited") && strcmp(expected, "absent")) || platform_time() > end)
            return fail(fixture, "the system is then %s, %s expected", state, expected);
        pause_for(STEP_NS);
    }
}

static bool has_exited(struct fixture *fixture, struct variable *process)
{
    char *document = NULL;
    HRESULT result = E_HANDLE;
    if (process && process->handle)
        read_properties(fixture, FUNCTION_HcsGetProcessProperties, process, &document, &result);
    cJSON *status = document ? json_read(document) : NULL;
    bool exited = cJSON_IsTrue(get(status, FIELD_ProcessStatus_Exited)) || result == HCS_E_PROCESS_ALREADY_STOPPED;
    cJSON_Delete(status);
    free(document);
    return exited;
}

/* A signal completes before the process has ended (P-35): an end is waited for, a process that runs is not. */
static bool check_process(struct fixture *fixture, const char *expected)
{
    struct variable *process = fixture_find(fixture, "process");
    uint64_t end = platform_time() + (uint64_t)STATE_MS * 1000000u;
    bool ends = !strcmp(expected, "ended"), exited = has_exited(fixture, process);
    while (ends && !exited && platform_time() < end) {
        pause_for(STEP_NS);
        exited = has_exited(fixture, process);
    }
    return exited == ends || fail(fixture, "the process is then %s", exited ? "ended" : "running");
}

/* Waits for the exit of a process and returns its status; on builds without a function for that, polls its properties
   (W-09, P-29). NULL with a message. */
static char *ended_status(struct fixture *fixture, const struct variable *process)
{
    PWSTR text = NULL;
    union spec_argument arguments[3] = {{.pointer = process->handle}, {.number = STATE_MS}, {.pointer = &text}};
    int function = FUNCTION_HcsWaitForProcessExit;
    uint64_t end = platform_time() + (uint64_t)STATE_MS * 1000000u;
    HRESULT result = HCS_E_OPERATION_TIMEOUT;
    if (fixture->target->function[function]) {
        result = (HRESULT)spec_functions[function].call(fixture->target->function[function], arguments);
        char *document = result >= 0 && text ? to_utf8(text) : NULL;
        LocalFree(text);
        if (document)
            return document;
    }
    while (!fixture->target->function[function] && platform_time() < end) {
        char *document = NULL;
        read_properties(fixture, FUNCTION_HcsGetProcessProperties, process, &document, &result);
        cJSON *status = document ? json_read(document) : NULL;
        bool ended = cJSON_IsTrue(get(status, FIELD_ProcessStatus_Exited));
        cJSON_Delete(status);
        if (ended)
            return document;
        free(document);
        if (result < 0)
            break;
        pause_for(STEP_NS);
    }
    fail(fixture, "the exit could not be waited for: %s", hresult_name(result));
    return NULL;
}

bool expect_ended(struct fixture *fixture, const char *name)
{
    const struct variable *process = fixture_find(fixture, name);
    char *document = process ? ended_status(fixture, process) : NULL;
    bool ended = document != NULL;
    free(document);
    return ended;
}

/* The status of the process, as the call said it if that was the wait. */
static bool check_exit_code(struct fixture *fixture, const cJSON *expected)
{
    const struct variable *process = fixture_find(fixture, "process");
    bool waited = fixture->function == FUNCTION_HcsWaitForProcessExit;
    if (waited && !fixture->document)
        return fail(fixture, "no exit status came");
    char *document = waited ? allocate_copy(fixture->document) : process ? ended_status(fixture, process) : NULL;
    if (!document)
        return process ? false : fail(fixture, "there is no process");
    cJSON *status = json_read(document);
    bool ok = value_fits(fixture, expected, get(status, FIELD_ProcessStatus_ExitCode)) ||
              fail(fixture, "another exit code: %.200s", document);
    cJSON_Delete(status);
    free(document);
    return ok;
}

/* As the call said it if that was the wait, else from a wait. */
static bool check_exit_document(struct fixture *fixture, const cJSON *expected)
{
    if (fixture->function == FUNCTION_HcsWaitForComputeSystemExit)
        return check_document_text(fixture, expected, fixture->document, "the exit status");
    struct variable *system = fixture_find(fixture, "system");
    PWSTR text = NULL;
    union spec_argument arguments[3] = {
        {.pointer = system ? system->handle : NULL}, {.number = STATE_MS}, {.pointer = &text}};
    int function = FUNCTION_HcsWaitForComputeSystemExit;
    if (!fixture->target->function[function])
        return fixture_lacks(fixture, spec_functions[function].name);
    HRESULT result = (HRESULT)spec_functions[function].call(fixture->target->function[function], arguments);
    if (result < 0)
        return fail(fixture, "the exit could not be waited for: %s", hresult_name(result));
    char *document = to_utf8(text);
    LocalFree(text);
    bool ok = check_document_text(fixture, expected, document, "the exit status");
    free(document);
    return ok;
}

/* --- streams --- */

static bool read_to_end(struct fixture *fixture, HANDLE *stream, char **text)
{
    size_t length = 0;
    if (*text)
        return true;
    *text = allocate_zeros(1, READ_BYTES + 1);
    if (!*stream)
        return fail(fixture, "there is no such stream");
    for (ptrdiff_t got = 1; got > 0 && length<READ_BYTES; length += got> 0 ? (size_t)got : 0)
        got = platform_client_read((platform_stream)(intptr_t)*stream, *text + length, READ_BYTES - length);
    close_stream(stream);
    return true;
}

/* Line ends depend on the guest: all count as one newline. */
static bool check_output(struct fixture *fixture, const char *expected, bool error)
{
    struct variable *process = fixture_find(fixture, "process");
    if (!process)
        return fail(fixture, "there is no process");
    char **text = error ? &process->standard_error : &process->standard_output;
    if (!read_to_end(fixture, error ? &process->information.StdError : &process->information.StdOutput, text))
        return false;
    char *out = *text;
    for (const char *p = *text; *p; p++)
        if (*p != '\r')
            *out++ = *p;
    *out = 0;
    return !strcmp(*text, expected) || fail(fixture, "the output is \"%.*s\"", utf8_cut(*text, 200), *text);
}

static bool check_information(struct fixture *fixture, const cJSON *expect)
{
    const HCS_PROCESS_INFORMATION *information = &fixture->information;
    static const char *const names[] = {"StdInput", "StdOutput", "StdError"};
    const HANDLE streams[] = {information->StdInput, information->StdOutput, information->StdError};
    if (!fixture->has_information)
        return fail(fixture, "no process information came");
    if (get(expect, "ProcessId") && !information->ProcessId)
        return fail(fixture, "the process id is 0");
    for (int i = 0; i < 3; i++) {
        const char *wanted = cJSON_GetStringValue(get(expect, names[i]));
        bool there = streams[i] && streams[i] != INVALID_HANDLE_VALUE;
        if (wanted && there != !strcmp(wanted, "pipe"))
            return fail(fixture, "%s is %s", names[i], there ? "there" : "absent");
        if (wanted && there && fixture->strict && !program_stream_is_private((platform_stream)(intptr_t)streams[i]))
            return fail(fixture, "%s is a standard stream of this process, or goes to those that it starts", names[i]);
    }
    return true;
}

/* --- events --- */

/* "system:HcsEventSystemExited", taken apart. */
static bool read_event(struct fixture *fixture, const char *text, char name[NAME_BYTES], int *type)
{
    const char *colon = strchr(text, ':');
    if (colon)
        snprintf(name, NAME_BYTES, "%.*s", (int)(colon - text), text);
    *type = -1;
    if (colon && !strcmp(colon + 1, "completion"))
        return true;
    for (unsigned i = 0; colon && i < spec_enumerator_count; i++)
        if (!strcmp(spec_enumerators[i].name, colon + 1)) {
            *type = spec_enumerators[i].value;
            return true;
        }
    return fail(fixture, "unknown event %s", text);
}

static bool check_events(struct fixture *fixture, const cJSON *events, unsigned wanted)
{
    const cJSON *item;
    char name[NAME_BYTES];
    int type;
    if (!wanted)
        settle_after(fixture, NONE_MS);
    cJSON_ArrayForEach (item, events) {
        if (!read_event(fixture, item->valuestring, name, &type))
            return false;
        unsigned count = fixture_count(fixture, name, type, wanted ? EVENT_MS : 0);
        if (count != wanted)
            return fail(fixture, "%s came %u times, %u expected", item->valuestring, count, wanted);
    }
    return true;
}

static bool check_event_documents(struct fixture *fixture, const cJSON *events)
{
    const cJSON *item;
    char name[NAME_BYTES];
    int type;
    cJSON_ArrayForEach (item, events) {
        if (!read_event(fixture, item->string, name, &type) || !fixture_count(fixture, name, type, EVENT_MS))
            return fail(fixture, "%s did not come", item->string);
        const char *data = NULL;
        platform_lock(&fixture->lock);
        for (unsigned i = 0; i < fixture->record_count; i++)
            if (fixture->records[i].type == type && !strcmp(fixture->records[i].name, name))
                data = fixture->records[i].data;
        platform_unlock(&fixture->lock);
        if (!check_document_text(fixture, item, data, item->string))
            return false;
    }
    return true;
}

/* Completion callbacks that read the result must not have found it pending (O-18). */
static bool check_completions(struct fixture *fixture, const cJSON *expect)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, expect) {
        unsigned wanted = (unsigned)item->valuedouble;
        if (!wanted)
            settle_after(fixture, NONE_MS);
        unsigned count = fixture_count(fixture, item->string, -1, wanted ? EVENT_MS : 0);
        if (count != wanted)
            return fail(
                fixture, "the completion callback of %s came %u times, %u expected", item->string, count, wanted);
        for (unsigned i = 0; i < fixture->record_count; i++)
            if (fixture->records[i].type == -1 && fixture->records[i].result == HCS_E_OPERATION_PENDING)
                return fail(fixture, "the result was pending inside the completion callback");
    }
    return true;
}

/* --- all together --- */

/* The names of types are in spec/; hcs-spec generates a table of them. */
static bool check_type(struct fixture *fixture, const char *expected)
{
    struct variable *operation = fixture_find(fixture, "operation");
    union spec_argument arguments[1] = {{.pointer = operation ? operation->handle : NULL}};
    int function = FUNCTION_HcsGetOperationType;
    int type = (int)spec_functions[function].call(fixture->target->function[function], arguments);
    for (unsigned i = 0; i < spec_enumerator_count; i++)
        if (!strcmp(spec_enumerators[i].name, expected))
            return type == spec_enumerators[i].value ||
                   fail(fixture, "the operation type is %d, not %s", type, expected);
    return fail(fixture, "unknown operation type %s", expected);
}

static const char *word(const cJSON *expect, const char *key)
{
    return cJSON_GetStringValue(get(expect, key));
}

static bool check_text(struct fixture *fixture, const char *text)
{
    return (fixture->document && strstr(fixture->document, text)) ||
           fail(fixture, "%s is not in %.300s", text, fixture->document ? fixture->document : "no document");
}

bool expect_all(struct fixture *fixture, const cJSON *expect)
{
    const cJSON *item;
    return check_codes(fixture, expect) && (!(item = get(expect, "value")) || check_value(fixture, item)) &&
           (!word(expect, "out") || check_out(fixture, word(expect, "out"))) &&
           (!(item = get(expect, "document")) ||
               check_document_text(fixture, item, fixture->document, "the document")) &&
           (!(item = get(expect, "listed")) || check_listed(fixture, item)) &&
           (!(item = get(expect, "error")) || check_error(fixture, item)) &&
           (!word(expect, "operationType") || check_type(fixture, word(expect, "operationType"))) &&
           (!(item = get(expect, "processInformation")) || check_information(fixture, item)) &&
           (!word(expect, "stdout") || check_output(fixture, word(expect, "stdout"), false)) &&
           (!word(expect, "stderr") || check_output(fixture, word(expect, "stderr"), true)) &&
           (!word(expect, "process") || check_process(fixture, word(expect, "process"))) &&
           (!(item = get(expect, "exitCode")) || check_exit_code(fixture, item)) &&
           (!word(expect, "text") || check_text(fixture, word(expect, "text"))) && expect_schema(fixture) &&
           (!(item = get(expect, "exit")) || check_exit_document(fixture, item)) &&
           (!(item = get(expect, "events")) || check_events(fixture, item, 1)) &&
           (!(item = get(expect, "eventDocument")) || check_event_documents(fixture, item)) &&
           (!(item = get(expect, "completions")) || check_completions(fixture, item)) &&
           (!(item = get(expect, "noEvents")) || check_events(fixture, item, 0)) && expect_event_schema(fixture) &&
           (!word(expect, "system") || check_system(fixture, word(expect, "system")));
}
