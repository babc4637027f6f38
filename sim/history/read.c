/* From traces to a history. Entry points: history_read(), history_complete(). */
#include "read.h"
#include "base/allocate.h"
#include "core/handle.h"
#include "document/document.h"
#include "reader.h"
#include "spec_schema.h"
#include <stdlib.h>
#include <string.h>

enum { KILLED_FROM = 128, ENDED_WITH_ITS_SYSTEM = 1067 };

struct history_moment reader_moment(const struct reader *reader, const struct trace_line *line)
{
    return (struct history_moment){reader->since + line->time, reader->number, line->number};
}

struct history_act *reader_act(const struct reader *reader, struct act_name name)
{
    return name.system < 0 ? NULL : &reader->history->systems[name.system].acts[name.act];
}

struct seen_object *reader_object(struct reader *reader, const char *name)
{
    return *name ? table_find(&reader->objects, handle_named(name)) : NULL;
}

struct seen_operation *reader_operation(struct reader *reader, const char *name)
{
    return *name ? table_find(&reader->operations, handle_named(name)) : NULL;
}

/* --- what was seen --- */

static struct history_act *see(struct reader *reader, const struct seen_object *object, enum history_kind kind,
    struct history_moment when, const char *name)
{
    struct history_system *system = &reader->history->systems[object->system];
    struct history_act *act = history_add(reader->history, system);
    act->kind = kind;
    act->name = name;
    act->from = act->to = act->taken = when; /* an exit may as well happen as late as it was seen */
    act->handle = object->handle;
    act->process = object->process;
    act->known = true;
    return act;
}

void reader_see_exit(struct reader *reader, struct seen_object *object, struct history_moment when, const char *name)
{
    if (!object->exit_known_at)
        object->exit_known_at = when.line;
    if (object->system >= 0)
        (void)see(reader, object, object->is_process ? ACT_PROCESS_ENDED : ACT_EXITED, when, name);
}

void reader_see_process(struct reader *reader, const struct seen_object *object, struct history_moment from,
    struct history_moment when, const char *document)
{
    cJSON *json = document ? cJSON_Parse(document) : NULL;
    const cJSON *exited = cJSON_GetObjectItemCaseSensitive(json, FIELD_ProcessStatus_Exited);
    uint64_t code = 0;
    bool has_code = document_unsigned(cJSON_GetObjectItemCaseSensitive(json, FIELD_ProcessStatus_ExitCode), &code);
    if (object->system >= 0 && cJSON_IsBool(exited)) {
        struct history_process *process = &reader->history->systems[object->system].processes[object->process];
        bool ended = cJSON_IsTrue(exited);
        struct history_act *act = see(reader, object, ended ? ACT_PROCESS_ENDED : ACT_PROCESS_RUNS, when,
            ended ? "the report that it has exited" : "the report that it runs");
        if (!ended)
            act->from = from;
        if (ended && has_code && process->told && process->said_code != code)
            history_break(reader->history, when, "the exit code %u of a process whose exit code was %u in line %u",
                (unsigned)code, (unsigned)process->said_code, (unsigned)process->when.line);
        if (ended && has_code && !process->told) {
            process->told = true;
            process->said_code = (uint32_t)code;
            process->when = when;
        }
    }
    cJSON_Delete(json);
}

/* --- one trace --- */

static bool take_line(struct reader *reader, const struct trace_line *line)
{
    switch (line->kind) {
    case TRACE_CALL:
        reader_call(reader, line);
        return true;
    case TRACE_RETURN:
        reader_return(reader, line);
        return true;
    case TRACE_COMPLETE:
        reader_complete(reader, line);
        return true;
    case TRACE_EVENT:
        reader_event(reader, line);
        return true;
    case TRACE_DELIVER:
        reader_deliver(reader, line);
        return true;
    case TRACE_DELIVERED:
        reader_delivered(reader, line);
        return true;
    case TRACE_FAULT:
        reader->history->faults |= !document_text(line->json, "property"); /* a property that fails changes no state */
        return true;
    case TRACE_PORT: /* whoever types there can end the system */
        reader->history->closed = false;
        return true;
    default:
        return line->kind < TRACE_CLIENT_REQUEST || line->kind > TRACE_CLIENT_TIME_OUT;
    }
}

/* A client that has ended, or was killed, loses its handles at some time. */
static void close_all(struct reader *reader, const struct trace_line *last)
{
    for (size_t i = 0; i < reader->objects.slots; i++) {
        const struct seen_object *object = reader->objects.slot[i].element;
        if (!object || object->closed || object->is_process || object->system < 0)
            continue;
        struct history_act *act = see(reader, object, ACT_CLOSE, reader_moment(reader, last), "the end of its client");
        act->from.line++;
        act->open = true;
    }
}

static void note_head(struct reader *reader)
{
    const cJSON *head = reader->trace->head;
    const char *scenario = trace_string(head, "scenario");
    struct history *history = reader->history;
    reader->remote = strcmp(trace_string(head, "engine"), "sim") != 0;
    (void)document_unsigned(cJSON_GetObjectItemCaseSensitive(head, "since"), &reader->since); /* of older ones: 0 */
    history->closed &= !reader->remote && !strstr(scenario, "\"systems\"");
}

bool history_read(struct history *history, const char *name, const struct trace_file *trace)
{
    struct reader reader = {.history = history,
        .trace = trace,
        .number = (uint32_t)history->trace_count,
        .objects.size = sizeof(struct seen_object),
        .operations.size = sizeof(struct seen_operation),
        .speakers.size = sizeof(struct seen_speaker),
        .deliveries.size = sizeof(uint64_t)};
    bool is_client = true;
    history->traces = reallocate(history->traces, (history->trace_count + 1) * sizeof *history->traces);
    history->traces[history->trace_count++] = name;
    if (!reader.number)
        history->closed = true;
    note_head(&reader);
    for (size_t i = 0; i < history->count; i++)
        history->systems[i].listed_at = 0;
    for (size_t i = 0; i < trace->count && is_client; i++)
        is_client = take_line(&reader, &trace->lines[i]);
    if (trace->count)
        close_all(&reader, &trace->lines[trace->count - 1]);
    table_free(&reader.objects);
    table_free(&reader.operations);
    table_free(&reader.speakers);
    table_free(&reader.deliveries);
    return is_client;
}

/* --- all traces --- */

/* A process that names its exit code ends with it, unless somebody ends it. */
static void look_at_code(struct history *history, const struct history_process *process)
{
    if (!process->told || !process->says_code || process->said_code == process->code || process->signalled ||
        history->faults || process->said_code == ENDED_WITH_ITS_SYSTEM)
        return;
    if (history->closed || process->said_code < KILLED_FROM)
        history_break(history, process->when, "the exit code %u of a process that ends with %u",
            (unsigned)process->said_code, (unsigned)process->code);
}

void history_complete(struct history *history, bool closed)
{
    if (history->trace_count > 1)
        history->closed = false;
    history->closed = (history->closed || closed) && !history->faults;
    for (size_t i = 0; i < history->count; i++) {
        history->systems[i].there_before = !history->closed;
        for (size_t j = 0; j < history->systems[i].process_count; j++)
            look_at_code(history, &history->systems[i].processes[j]);
    }
}
