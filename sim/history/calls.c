/* The calls of one client: what they are about, when they begin, complete and return, and with which results. Entry
   points: reader_call(), reader_return(), reader_complete(). */
#include "reader.h"
#include "base/check.h"
#include "core/handle.h"
#include "document/document.h"
#include "explore/laws.h"
#include "explore/model/model.h"
#include "spec_hresults.h"
#include "spec_schema.h"
#include <stdlib.h>
#include <string.h>

static const struct act_name nothing = {-1, 0};

static const cJSON *argument(const struct seen_speaker *speaker, int number)
{
    const char *name = spec_functions[speaker->function].parameters[number].name;
    return cJSON_GetObjectItemCaseSensitive(speaker->arguments, name);
}

static const char *string_of(const cJSON *value)
{
    return cJSON_IsString(value) ? value->valuestring : "";
}

/* An act that begins with this call; how it ends is not known yet. */
static struct act_name begin_act(struct reader *reader, const struct seen_speaker *speaker, int32_t system,
    enum history_kind kind, enum request_kind request)
{
    struct history_act *act = history_add(reader->history, &reader->history->systems[system]);
    struct act_name name = {system, (size_t)(act - reader->history->systems[system].acts)};
    act->kind = kind;
    act->request = request;
    act->name = spec_functions[speaker->function].name;
    act->from = act->to = act->taken = speaker->at;
    act->open = true;
    return name;
}

static void end_act(struct reader *reader, struct act_name name, struct history_moment when, HRESULT result)
{
    struct history_act *act = reader_act(reader, name);
    if (name.system < 0)
        return;
    act->known = result != HCS_E_SERVICE_DISCONNECT; /* else it may have been done, or may yet be */
    act->open = !act->known;
    act->result = result;
    act->to = when;
    if (reader->remote || act->taken.line == act->from.line)
        act->taken = when;
    reader->history->restarts |= result == HCS_E_SERVICE_DISCONNECT;
}

/* --- calls with an operation --- */

static bool document_has(const struct reader *reader, const cJSON *text, const char *member)
{
    const char *document = trace_file_text(reader->trace, text);
    cJSON *json = document ? cJSON_Parse(document) : NULL;
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(json, member);
    bool has = value && !cJSON_IsFalse(value) && !cJSON_IsNull(value);
    cJSON_Delete(json);
    return has;
}

static struct act_name create_system(
    struct reader *reader, const struct seen_speaker *speaker, const struct model_call *call)
{
    const char *id = trace_file_text(reader->trace, argument(speaker, 0));
    if (!id)
        return nothing;
    struct history_system *system = history_system_named(reader->history, id);
    struct act_name name =
        begin_act(reader, speaker, (int32_t)(system - reader->history->systems), ACT_CREATE, REQUEST_CREATE_SYSTEM);
    struct history_act *act = reader_act(reader, name);
    const cJSON *document = argument(speaker, call->text);
    act->machine = document_has(reader, document, FIELD_ComputeSystem_VirtualMachine);
    act->on_close = document_has(reader, document, FIELD_ComputeSystem_ShouldTerminateOnLastHandleClosed);
    return name;
}

/* The exit code that a command line names as the last thing that it does. HCS-ROW: F-21 a console without an input ends
   the program before that. */
static void note_code(struct history_process *process, const char *document)
{
    static const char word[] = "exit ";
    cJSON *json = document ? cJSON_Parse(document) : NULL;
    const char *command = json ? document_text(json, FIELD_ProcessParameters_CommandLine) : NULL;
    const char *last = NULL;
    for (const char *at = command; at && (at = strstr(at, word)); at++)
        last = at;
    bool runs = !cJSON_IsTrue(document_member(json, FIELD_ProcessParameters_EmulateConsole)) ||
                cJSON_IsTrue(document_member(json, FIELD_ProcessParameters_CreateStdInPipe));
    if (last && runs && !strpbrk(command, "&|") && !strstr(command, "if ")) {
        char *end;
        unsigned long code = strtoul(last + strlen(word), &end, 10);
        process->says_code = end > last + strlen(word) && (!*end || !strcmp(end, "'") || !strcmp(end, "\""));
        process->code = (uint32_t)code;
    }
    cJSON_Delete(json);
}

/* HCS-ROW: S-08 true if a command line may name a program with which a guest shuts itself down or resets. */
static bool powers(const char *document)
{
    static const char *const programs[] = {"shutdown", "poweroff", "halt", "reboot"};
    for (size_t i = 0; document && i < sizeof programs / sizeof *programs; i++)
        if (strstr(document, programs[i]))
            return true;
    return false;
}

static struct act_name create_process(struct reader *reader, const struct seen_speaker *speaker,
    const struct model_call *call, const struct seen_object *target)
{
    if (!target || target->system < 0)
        return nothing;
    struct history_system *system = &reader->history->systems[target->system];
    struct act_name name = begin_act(reader, speaker, target->system, ACT_CREATE_PROCESS, call->kind);
    struct history_act *act = reader_act(reader, name);
    act->cell = act->cell_of_machine = call->cell;
    act->handle = target->handle;
    act->process = history_add_process(system);
    system->processes[act->process].made = true;
    system->processes[act->process].through = target->handle;
    const char *document = trace_file_text(reader->trace, argument(speaker, call->text));
    note_code(&system->processes[act->process], document);
    system->powers |= powers(document);
    return name;
}

/* The matrices list calls with certain options separately. */
static void choose_cells(const struct reader *reader, const struct seen_speaker *speaker, const struct model_call *call,
    struct history_act *act)
{
    const char *text = call->text < 0 ? NULL : trace_file_text(reader->trace, argument(speaker, call->text));
    act->cell = act->cell_of_machine = call->cell;
    if (text && call->kind == REQUEST_SAVE && strstr(text, VALUE_SaveType_AsTemplate))
        act->cell_of_machine = CALL_HcsSaveComputeSystem_AsTemplate;
    if (text && call->kind == REQUEST_PROPERTIES && strstr(text, VALUE_System_PropertyType_Statistics))
        act->cell = CALL_HcsGetComputeSystemProperties_Statistics;
}

static struct act_name begin_call(
    struct reader *reader, const struct seen_speaker *speaker, const struct model_call *call)
{
    if (call->kind == REQUEST_CREATE_SYSTEM)
        return create_system(reader, speaker, call);
    if (call->target < 0)
        return nothing;
    struct seen_object *target = reader_object(reader, string_of(argument(speaker, call->target)));
    if (call->kind == REQUEST_CREATE_PROCESS)
        return create_process(reader, speaker, call, target);
    if (!target || target->system < 0 || target->is_process != call->on_process || target->closing)
        return nothing;
    struct act_name name =
        begin_act(reader, speaker, target->system, call->on_process ? ACT_PROCESS_CALL : ACT_CALL, call->kind);
    struct history_act *act = reader_act(reader, name);
    choose_cells(reader, speaker, call, act);
    act->handle = target->handle;
    act->process = target->process;
    if (call->on_process && law_is_signal(call->kind))
        reader->history->systems[target->system].processes[target->process].signalled = true;
    return name;
}

static void issue(struct reader *reader, struct seen_speaker *speaker, const struct model_call *call)
{
    struct seen_operation *operation = reader_operation(reader, string_of(argument(speaker, call->operation)));
    speaker->act = begin_call(reader, speaker, call);
    for (int i = 0; operation && i < MOST_ISSUED; i++)
        if (!operation->issued[i].is) {
            operation->issued[i] =
                (struct seen_call){.is = true, .function = speaker->function, .at = speaker->at, .act = speaker->act};
            operation->issued[i].lists_all =
                speaker->function == FUNCTION_HcsEnumerateComputeSystems && cJSON_IsNull(argument(speaker, 0));
            if (call->target >= 0)
                operation->issued[i].target = handle_named(string_of(argument(speaker, call->target)));
            return;
        }
}

static struct seen_call *issued_by(struct seen_operation *operation, const struct seen_speaker *speaker)
{
    for (int i = 0; operation && i < MOST_ISSUED; i++)
        if (operation->issued[i].is && operation->issued[i].at.line == speaker->at.line)
            return &operation->issued[i];
    return NULL;
}

static void give_handle(struct reader *reader, const char *name, struct history_moment since, struct seen_object object)
{
    uint64_t value = handle_named(name);
    if (!*name || !value)
        return;
    struct seen_object *taken = table_take(&reader->objects, value);
    if (taken->made)
        history_break(reader->history, since, "the handle %s is given out a second time (H-03)", name);
    object.made = true;
    object.since = since;
    *taken = object;
}

static const char *handed_out(const struct seen_speaker *speaker, const cJSON *json, int out)
{
    const cJSON *outputs = cJSON_GetObjectItemCaseSensitive(json, "out");
    return trace_string(outputs, spec_functions[speaker->function].parameters[out].name);
}

static void take_result(struct seen_operation *operation, HRESULT result)
{
    operation->results[operation->result_count++ % MOST_RESULTS] = result;
}

/* A call that failed at once leaves that in an idle operation. */
static void refuse(struct reader *reader, const struct seen_speaker *speaker, struct seen_operation *operation,
    struct history_moment when, HRESULT result)
{
    struct history_act *act = reader_act(reader, speaker->act);
    end_act(reader, speaker->act, when, result);
    if (speaker->act.system >= 0)
        act->at_once = true;
    if (operation && !operation->pending.is && result != HCS_E_OPERATION_ALREADY_STARTED &&
        result != HCS_E_OPERATION_SYSTEM_CALLBACK_ALREADY_SET)
        take_result(operation, result);
}

static void accept_call(struct reader *reader, const struct seen_speaker *speaker, const struct model_call *call,
    struct seen_operation *operation, const struct trace_line *line)
{
    struct history_act *act = reader_act(reader, speaker->act);
    struct seen_call *issued = issued_by(operation, speaker);
    if (act && act->kind == ACT_CREATE) /* a client that is killed before has none that it could lose */
        act->handle = reader->history->systems[speaker->act.system].handles++;
    if (call->out >= 0 && speaker->act.system >= 0)
        give_handle(reader, handed_out(speaker, line->json, call->out), speaker->at,
            (struct seen_object){.is_process = call->kind == REQUEST_CREATE_PROCESS,
                .system = speaker->act.system,
                .handle = act->handle,
                .process = act->process});
    if (speaker->act.system >= 0 && !reader->remote && !act->known)
        act->taken = reader_moment(reader, line);
    if (issued && !issued->answered)
        operation->pending = *issued;
}

static void return_of_call(
    struct reader *reader, struct seen_speaker *speaker, const struct model_call *call, const struct trace_line *line)
{
    HRESULT result = trace_result(line->json, "return");
    struct seen_operation *operation = reader_operation(reader, string_of(argument(speaker, call->operation)));
    if (FAILED(result))
        refuse(reader, speaker, operation, reader_moment(reader, line), result);
    else
        accept_call(reader, speaker, call, operation, line);
    struct seen_call *issued = issued_by(operation, speaker);
    if (issued)
        issued->is = false;
}

/* --- completions --- */

static void complete_act(
    struct reader *reader, const struct seen_call *issued, const struct trace_line *line, HRESULT result)
{
    struct history_moment when = reader_moment(reader, line);
    struct seen_object *target = table_find(&reader->objects, issued->target);
    const char *document = trace_file_text(reader->trace, cJSON_GetObjectItemCaseSensitive(line->json, "document"));
    end_act(reader, issued->act, when, result);
    if (FAILED(result) || !target)
        return;
    if (issued->function == FUNCTION_HcsGetProcessProperties)
        reader_see_process(reader, target, issued->at, when, document);
    if (issued->function == FUNCTION_HcsTerminateComputeSystem && !target->exit_known_at) /* HCS-ROW: S-09 */
        target->exit_known_at = line->number;
}

static void add_listing(struct reader *reader, const struct seen_call *issued, const struct trace_line *line,
    struct history_system *system, bool listed)
{
    struct history_act *act = history_add(reader->history, system);
    act->kind = listed ? ACT_LISTED : ACT_NOT_LISTED;
    act->name =
        listed ? "HcsEnumerateComputeSystems, where it stands," : "HcsEnumerateComputeSystems, where it is not,";
    act->from = issued->at;
    act->to = reader_moment(reader, line);
    act->known = true;
    system->listed_at = line->number;
}

/* Who stands in a list; and who does not, if it is of all. */
static void complete_enumeration(
    struct reader *reader, const struct seen_call *issued, const struct trace_line *line, HRESULT result)
{
    const char *document = trace_file_text(reader->trace, cJSON_GetObjectItemCaseSensitive(line->json, "document"));
    cJSON *list = SUCCEEDED(result) && document ? cJSON_Parse(document) : NULL;
    const cJSON *entry;
    cJSON_ArrayForEach (entry, list) {
        const char *id = document_text(entry, FIELD_ComputeSystemProperties_Id);
        if (id)
            add_listing(reader, issued, line, history_system_named(reader->history, id), true);
    }
    for (size_t i = 0; list && issued->lists_all && i < reader->history->count; i++)
        if (reader->history->systems[i].listed_at != line->number)
            // -fanalyzer: there are count of them
            add_listing(reader, issued, line, &reader->history->systems[i], false);
    cJSON_Delete(list);
}

static void note_process(struct reader *reader, struct seen_operation *operation, const struct seen_call *issued)
{
    const struct seen_object *target = table_find(&reader->objects, issued->target);
    const struct history_act *act = reader_act(reader, issued->act);
    operation->process = -1;
    if (issued->function == FUNCTION_HcsCreateProcess && issued->act.system >= 0) {
        operation->system = issued->act.system;
        operation->process = act->process;
    } else if (issued->function == FUNCTION_HcsGetProcessInfo && target) {
        operation->system = target->system;
        operation->process = target->process;
    }
}

void reader_complete(struct reader *reader, const struct trace_line *line)
{
    struct seen_operation *operation = reader_operation(reader, trace_string(line->json, "complete"));
    HRESULT result = trace_result(line->json, "result");
    struct seen_call *issued = operation && operation->pending.is ? &operation->pending : NULL;
    for (int i = 0; operation && !issued && i < MOST_ISSUED; i++)
        if (operation->issued[i].is && !operation->issued[i].answered)
            issued = &operation->issued[i];
    if (!issued) {
        history_break(reader->history, reader_moment(reader, line), "an operation completes that is not pending");
        return;
    }
    if (issued->function == FUNCTION_HcsEnumerateComputeSystems)
        complete_enumeration(reader, issued, line, result);
    else
        complete_act(reader, issued, line, result);
    note_process(reader, operation, issued);
    take_result(operation, result);
    operation->completions++;
    issued->answered = true;
    operation->pending.is = false;
}

/* --- results --- */

/* L4: a wait that began in an earlier use of the operation gets the result of that use. */
static bool is_a_result(const struct seen_operation *operation, HRESULT result)
{
    for (unsigned i = 0; i < operation->result_count && i < MOST_RESULTS; i++)
        if (operation->results[i] == result)
            return true;
    return false;
}

static void look_at_result(struct reader *reader, const struct seen_speaker *speaker, const struct trace_line *line)
{
    HRESULT result = trace_result(line->json, "return");
    struct seen_operation *operation = reader_operation(reader, string_of(argument(speaker, 0)));
    const cJSON *outputs = cJSON_GetObjectItemCaseSensitive(line->json, "out");
    const cJSON *information = cJSON_GetObjectItemCaseSensitive(outputs, "processInformation");
    uint64_t id;
    if (result == HCS_E_OPERATION_TIMEOUT || result == HCS_E_OPERATION_PENDING ||
        result == HCS_E_OPERATION_NOT_STARTED || result == E_HANDLE || result == E_INVALIDARG)
        return; /* nothing about a completion */
    if (!operation || !operation->result_count)
        history_break(reader->history, reader_moment(reader, line), "the result of an operation that has none");
    else if (!is_a_result(operation, result))
        history_break(reader->history, reader_moment(reader, line),
            "the result 0x%08X of an operation that completed with 0x%08X", (unsigned)result,
            (unsigned)operation->results[(operation->result_count - 1) % MOST_RESULTS]);
    else if (SUCCEEDED(result) && operation->process >= 0 && operation->completions &&
             document_unsigned(cJSON_GetObjectItemCaseSensitive(information, "ProcessId"), &id))
        reader->history->systems[operation->system].processes[operation->process].id = id;
}

/* --- calls without an operation --- */

static void return_of_open(struct reader *reader, struct seen_speaker *speaker, const struct trace_line *line)
{
    HRESULT result = trace_result(line->json, "return");
    const char *id = trace_file_text(reader->trace, argument(speaker, 0));
    if (!id || result == E_INVALIDARG)
        return;
    struct history_system *system = history_system_named(reader->history, id);
    int32_t number = (int32_t)(system - reader->history->systems);
    struct act_name name = begin_act(reader, speaker, number, ACT_OPEN, REQUEST_OPEN_SYSTEM);
    struct history_act *act = reader_act(reader, name);
    act->cell = act->cell_of_machine = CALL_HcsOpenComputeSystem;
    act->handle = SUCCEEDED(result) ? system->handles++ : -1;
    end_act(reader, name, reader_moment(reader, line), result);
    if (SUCCEEDED(result))
        give_handle(reader, handed_out(speaker, line->json, 2), speaker->at,
            (struct seen_object){.system = number, .handle = act->handle, .process = -1});
}

/* Ids say nothing among systems that had the same id one after the other; with one handle there is only one. */
static int32_t process_with(const struct history_system *system, int32_t handle, uint64_t id)
{
    for (size_t i = system->process_count; id && i-- > 0;)
        if (system->processes[i].id == id && system->processes[i].through == handle)
            return (int32_t)i;
    return -1;
}

static void return_of_open_process(struct reader *reader, struct seen_speaker *speaker, const struct trace_line *line)
{
    HRESULT result = trace_result(line->json, "return");
    const struct seen_object *target = reader_object(reader, string_of(argument(speaker, 0)));
    uint64_t id = 0;
    if (FAILED(result) || !target || target->system < 0)
        return; /* of which process a failure speaks is not known */
    struct history_system *system = &reader->history->systems[target->system];
    (void)document_unsigned(argument(speaker, 1), &id);
    int32_t process = process_with(system, target->handle, id);
    if (process < 0) {
        process = history_add_process(system);
        system->processes[process].id = id;
        system->processes[process].through = target->handle;
    }
    struct act_name name = begin_act(reader, speaker, target->system, ACT_OPEN_PROCESS, REQUEST_OPEN_PROCESS);
    struct history_act *act = reader_act(reader, name);
    act->handle = target->handle;
    act->process = process;
    end_act(reader, name, reader_moment(reader, line), result);
    give_handle(reader, handed_out(speaker, line->json, 3), speaker->at,
        (struct seen_object){
            .is_process = true, .system = target->system, .handle = target->handle, .process = process});
}

static void return_of_wait(struct reader *reader, struct seen_speaker *speaker, const struct trace_line *line)
{
    HRESULT result = trace_result(line->json, "return");
    struct seen_object *object = reader_object(reader, string_of(argument(speaker, 0)));
    const cJSON *outputs = cJSON_GetObjectItemCaseSensitive(line->json, "out");
    if (object && result == HCS_E_SERVICE_DISCONNECT)
        object->cut = reader->history->restarts = true;
    if (!object || (result != S_OK && result != HCS_E_SYSTEM_ALREADY_STOPPED))
        return;
    struct history_moment when = reader_moment(reader, line);
    reader_see_exit(reader, object, when, spec_functions[speaker->function].name);
    if (object->is_process)
        reader_see_process(reader, object, when, when,
            trace_file_text(reader->trace, cJSON_GetObjectItemCaseSensitive(outputs, "result")));
}

static void return_of_close(
    struct reader *reader, struct seen_speaker *speaker, const struct trace_line *line, const char *by)
{
    struct seen_object *object = reader_object(reader, string_of(argument(speaker, 0)));
    struct history_moment when = reader_moment(reader, line);
    if (!object || !speaker->closes)
        return;
    reader_look_at_close(reader, object, speaker, by, when);
    if (object->is_process || object->system < 0)
        return;
    struct act_name name = begin_act(reader, speaker, object->system, ACT_CLOSE, REQUEST_KINDS);
    struct history_act *act = reader_act(reader, name);
    act->handle = object->handle;
    act->to = act->taken = when;
    act->known = true;
    act->open = reader->remote; /* the service learns of it later */
}

static void return_of_other(struct reader *reader, struct seen_speaker *speaker, const struct trace_line *line)
{
    HRESULT result = trace_result(line->json, "return");
    struct seen_operation *operation;
    struct seen_object *object;
    switch ((int)speaker->function) {
    case FUNCTION_HcsCreateOperation:
        operation = table_take(&reader->operations, handle_named(trace_string(line->json, "return")));
        *operation = (struct seen_operation){.process = -1};
        operation->receiver.registered = cJSON_IsTrue(argument(speaker, 1));
        break;
    case FUNCTION_HcsCloseOperation:
        if ((operation = reader_operation(reader, string_of(argument(speaker, 0)))) && speaker->closes)
            operation->closed = true;
        break;
    case FUNCTION_HcsSetOperationCallback:
        if ((operation = reader_operation(reader, string_of(argument(speaker, 0)))))
            reader_registered(speaker, &operation->receiver, cJSON_IsTrue(argument(speaker, 2)), result);
        break;
    case FUNCTION_HcsSetComputeSystemCallback:
    case FUNCTION_HcsSetProcessCallback:
        if ((object = reader_object(reader, string_of(argument(speaker, 0)))))
            reader_registered(speaker, &object->receiver, cJSON_IsTrue(argument(speaker, 3)), result);
        break;
    case FUNCTION_HcsGetOperationResult:
    case FUNCTION_HcsGetOperationResultAndProcessInfo:
    case FUNCTION_HcsWaitForOperationResult:
    case FUNCTION_HcsWaitForOperationResultAndProcessInfo:
        look_at_result(reader, speaker, line);
        break;
    case FUNCTION_HcsOpenComputeSystem:
        return_of_open(reader, speaker, line);
        break;
    case FUNCTION_HcsOpenProcess:
        return_of_open_process(reader, speaker, line);
        break;
    case FUNCTION_HcsWaitForComputeSystemExit:
    case FUNCTION_HcsWaitForProcessExit:
        return_of_wait(reader, speaker, line);
        break;
    case FUNCTION_HcsCloseComputeSystem:
    case FUNCTION_HcsCloseProcess:
        return_of_close(reader, speaker, line, trace_string(line->json, "by"));
        break;
    default:
        break;
    }
}

/* --- lines --- */

static struct seen_speaker *speaker_of(struct reader *reader, const struct trace_line *line)
{
    const char *by = trace_string(line->json, "by");
    return table_take(&reader->speakers, (uint64_t)strtoul(by + 1, NULL, 10) << 8 | (unsigned char)*by);
}

/* Callbacks may come during the call that registers; of two closes the first one counts. */
static void begin_other(struct reader *reader, struct seen_speaker *speaker)
{
    const char *name = string_of(argument(speaker, 0));
    struct seen_object *object = reader_object(reader, name);
    struct seen_operation *operation = reader_operation(reader, name);
    bool *closing = object ? &object->closing : operation ? &operation->closing : NULL;
    switch ((int)speaker->function) {
    case FUNCTION_HcsSetOperationCallback:
        if (operation)
            reader_register(reader, speaker, &operation->receiver, cJSON_IsTrue(argument(speaker, 2)));
        break;
    case FUNCTION_HcsSetComputeSystemCallback:
    case FUNCTION_HcsSetProcessCallback:
        if (object)
            reader_register(reader, speaker, &object->receiver, cJSON_IsTrue(argument(speaker, 3)));
        break;
    case FUNCTION_HcsCloseOperation:
    case FUNCTION_HcsCloseComputeSystem:
    case FUNCTION_HcsCloseProcess:
        speaker->closes = closing && !*closing;
        if (closing)
            *closing = true;
        break;
    default:
        break;
    }
}

void reader_call(struct reader *reader, const struct trace_line *line)
{
    struct seen_speaker *speaker = speaker_of(reader, line);
    enum spec_function_index function = spec_function_named(trace_string(line->json, "call"));
    *speaker = (struct seen_speaker){.calls = function < FUNCTION_COUNT,
        .function = function,
        .at = reader_moment(reader, line),
        .arguments = cJSON_GetObjectItemCaseSensitive(line->json, "arguments"),
        .act = nothing};
    if (!speaker->calls || !spec_functions[function].parameter_count)
        return;
    const struct model_call *call = model_call((unsigned)function);
    if (call)
        issue(reader, speaker, call);
    else
        begin_other(reader, speaker);
}

void reader_return(struct reader *reader, const struct trace_line *line)
{
    struct seen_speaker *speaker = speaker_of(reader, line);
    if (!speaker->calls) {
        history_break(reader->history, reader_moment(reader, line), "a call returns that did not begin");
        return;
    }
    const struct model_call *call = model_call(speaker->function);
    if (call)
        return_of_call(reader, speaker, call, line);
    else
        return_of_other(reader, speaker, line);
    speaker->calls = false;
}
